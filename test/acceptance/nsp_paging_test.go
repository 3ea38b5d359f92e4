package acceptance_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/test/house"
)

const (
	// nextReached is how long after it was due the next on duty is reached at the latest, and answeredWithin how long an answer
	// takes to stop every channel (issue 4, Paging).
	nextReached    = 10 * time.Second
	answeredWithin = 5 * time.Second
)

// R50, R52, R67: a P1 at night calls who is on duty; nobody answers, and within ten seconds of due the next is reached; their
// answer by the link in the mail stops every channel within five seconds. To open the link, as scanners do, is no answer.
func aCallThatIsAnsweredByItsLink(v *nspVisit) {
	v.inAnOrdinaryWeek("Fri 18:05")
	v.step("a P1 comes, and the system owner is called", func() {
		v.form("P1")
		v.calls(nspOwner, nspManager)
		v.reached("sanne", time.Minute)
	})
	v.step("ten minutes pass, and the next is reached in time", func() {
		v.passes(10 * time.Minute)
		v.reached("nils", nextReached)
	})
	link := v.link("nils")
	v.step("a scanner opens every link, and nothing happens", func() {
		for range 3 {
			if status, page := v.opens(http.MethodGet, link); status != http.StatusOK || !strings.Contains(page, "<button") {
				v.t.Errorf("the link shows %d: %s", status, page)
			}
		}
		if got := v.page().GetState(); got != triagev1.PageState_PAGE_STATE_CALLING {
			v.t.Errorf("the page is %s", got)
		}
	})
	v.step("the incident manager answers by the link, and every channel stops", func() {
		begun := time.Now()
		if status, page := v.opens(http.MethodPost, link); status != http.StatusOK {
			v.t.Fatalf("the answer is met with %d: %s", status, page)
		}
		if got := v.page().GetAcknowledgedBy(); got != v.Person("nils") {
			v.t.Errorf("it was answered by %q", got)
		}
		v.eventually("no call waits any more", func() error {
			var waiting int
			err := v.DB("notify").QueryRow(v.ctx, "SELECT count(*) FROM page_calls c JOIN pages p USING (desk, page) "+
				"WHERE p.page::text = $1 AND (p.state = 1 OR c.delivery = 1)", lastPart(v.page().GetName())).Scan(&waiting)
			if err == nil && waiting > 0 {
				err = fmt.Errorf("%d calls wait", waiting)
			}
			return err
		})
		if took := time.Since(begun); took > answeredWithin {
			v.t.Errorf("every channel stopped after %v, want %v at most", took, answeredWithin)
		}
		if status, _ := v.opens(http.MethodPost, link); status != http.StatusOK {
			v.t.Errorf("the same answer again is met with %d", status)
		}
	})
	v.step("nobody is called any more", func() {
		before := len(v.callMails("sanne"))
		v.passes(30 * time.Minute)
		if after := len(v.callMails("sanne")); after != before || v.page().GetTurn() != 2 {
			v.t.Errorf("turn %d, %d mails more", v.page().GetTurn(), after-before)
		}
	})
}

// reached waits until somebody was called about the ticket by mail.
func (v *nspVisit) reached(person string, within time.Duration) {
	v.t.Helper()
	begun := time.Now()
	v.eventually(person+" is called", func() error {
		if len(v.callMails(person)) == 0 {
			return errNSPNotYet
		}
		return nil
	})
	if took := time.Since(begun); took > within {
		v.t.Errorf("%s was reached after %v, want %v at most", person, took, within)
	}
}

// callMails are the calls to somebody about the ticket.
func (v *nspVisit) callMails(person string) []mailsink.Message {
	var calls []mailsink.Message
	for _, m := range v.Mail().Messages(mailsink.Filter{To: house.Mailbox(person), Subject: lastPart(v.ticket.GetName())}) {
		if pageLink.MatchString(m.Text) && strings.Contains(m.Header.Get("References"), "<p.") {
			calls = append(calls, m)
		}
	}
	return calls
}

var pageLink = regexp.MustCompile(`http://[^\s]+/l/[a-z0-9-]+/[A-Za-z0-9_-]+`)

func (v *nspVisit) link(person string) string {
	v.t.Helper()
	mails := v.callMails(person)
	return pageLink.FindString(mails[len(mails)-1].Text)
}

// opens a link as a browser without any session does.
func (v *nspVisit) opens(method, link string) (status int, page string) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, time.Minute)
	defer cancel()
	form := url.Values{"answer": {"acknowledge"}}.Encode()
	request, err := http.NewRequestWithContext(ctx, method, link,
		strings.NewReader(map[string]string{http.MethodPost: form}[method]))
	if err != nil {
		v.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		v.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// reachedAfterDeath is how long after it was due the next on duty is reached at the latest when a service has died.
const reachedAfterDeath = 2 * time.Minute

// R50, R67: while the service that keeps the turns is dead, and then the one that calls, a turn ends. When it is back, whoever is
// next is reached, and nobody is called twice in one turn.
func TestPagingGoesOnWhenAServiceDies(t *testing.T) {
	t.Parallel()
	o := atWork(t, "nsp", nspCast...)
	lives, ok := o.Running.(interface {
		StopService(ctx context.Context, name string) error
		StartService(ctx context.Context, name string) error
	})
	if !ok {
		t.Fatal("this suite's services cannot be stopped")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*walkLimit)
	defer cancel()
	v := nspVisitOf(&visit{office: o, Door: o.GRPC, ctx: ctx, t: t})
	v.form("P1") // at whatever hour it is: a certificate made in days to come would not be taken
	holds := map[string]string{nspOwner: "sanne", nspManager: "nils"}
	first, second := holds[v.page().GetLinks()[0].GetContact()], holds[v.page().GetLinks()[1].GetContact()]
	v.reached(first, time.Minute)
	for _, dies := range []struct{ service, next string }{{"triage", second}, {"notify", first}} {
		before := len(v.callMails(dies.next))
		if err := lives.StopService(ctx, dies.service); err != nil {
			t.Fatal(err)
		}
		v.passes(10 * time.Minute)
		begun := time.Now()
		if err := lives.StartService(ctx, dies.service); err != nil {
			t.Fatal(err)
		}
		v.eventually(dies.next+" is called", func() error {
			if len(v.callMails(dies.next)) != before+1 {
				return errNSPNotYet
			}
			return nil
		})
		if took := time.Since(begun); took > reachedAfterDeath {
			t.Errorf("after %s died, %s was reached after %v, want %v at most", dies.service, dies.next, took, reachedAfterDeath)
		}
	}
}
