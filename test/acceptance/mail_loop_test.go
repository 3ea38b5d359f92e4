package acceptance_test

import (
	"context"
	"fmt"
	"net/smtp"
	"regexp"
	"strings"
	"sync"
	"testing"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/test/house"
)

// Mail loop: a thousand bounces, absence notices, reports and mails of our own and of another desk like ours, with the headers of
// the standard and without, lead to no mail and no ticket; and a robot that nobody can tell from a person gets one automatic mail
// within the hour, however often it answers.
func TestMailLoopAThousandMailsThatNoPersonWroteLeadToNoMail(t *testing.T) {
	t.Parallel()
	p := openPost(t)
	p.send(karin, eml(karin, "Printeren er død", "Den siger intet."))
	number := lastPart(p.settled(1)[0].GetTicket())
	p.quiet()
	before := p.sent()
	others, err := mailref.New(mailref.Config{Keys: []string{strings.Repeat("cd", 32)}})
	if err != nil {
		t.Fatal(err)
	}
	const each = 125
	const auto, generated = "Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated"
	report := "Content-Type: multipart/report; report-type=delivery-status; boundary=b"
	robots := []func(i int) (from, mail string){
		func(i int) (string, string) {
			return "", eml("MAILER-DAEMON@mx.example", fmt.Sprintf("Om %s, %d", number, i), "It could not be delivered.")
		},
		func(i int) (string, string) {
			return "", strings.Replace(eml("post@mx.example", fmt.Sprint("Rapport ", i), "--b\nContent-Type: text/plain\n\nNej\n--b--"),
				"Content-Type: text/plain; charset=utf-8", report, 1)
		},
		func(i int) (string, string) {
			return person(i), eml(person(i), "Ude af huset", "Ferie", auto)
		},
		func(i int) (string, string) { // no header at all, and an envelope like a person's
			return person(i), eml(person(i), "Autosvar: Re: ["+number+"]", "Ferie")
		},
		func(i int) (string, string) {
			return "desk@other.example", eml("desk@other.example", fmt.Sprintf("[%s] Løst", number), "Tak for din mail", generated)
		},
		func(i int) (string, string) { // another installation, whose headers were lost on the way
			ref := mailref.Reference{Kind: mailref.Ticket, Desk: "au", ID: "AU00000001", Serial: fmt.Sprint(i)}
			return "desk@au.example", withID(eml("desk@au.example", "["+number+"] Løst", "Din sag er løst"),
				others.MessageID(ref, "au.example"))
		},
		func(i int) (string, string) {
			return "bavn@example.org", withID(eml("bavn@example.org", "["+number+"] Løst", "Din sag er løst", generated), p.own(2*i))
		},
		func(i int) (string, string) {
			return "bavn@example.org", withID(eml("bavn@example.org", "["+number+"] Løst", "Din sag er løst"), p.own(2*i+1))
		},
	}
	var all sync.WaitGroup
	for _, robot := range robots {
		all.Go(func() {
			for i := range each {
				from, mail := robot(i)
				if err := smtp.SendMail(p.running.Addresses().MailIn, nil, from, []string{toTheDesk}, []byte(mail)); err != nil {
					t.Errorf("the mail is not accepted: %v", err)
				}
			}
		})
	}
	all.Wait()
	p.quiet()
	if c := p.balances(); c.GetQuarantined() != int64(each*len(robots)) || c.GetTicketed() != 1 || c.GetJoined() != 0 {
		t.Errorf("a thousand mails that no person wrote became %v", c)
	}
	if n := p.sent(); n != before {
		t.Errorf("%d mails were sent: %q", n-before, p.running.Mail().Messages(mailsink.Filter{})[0].Subject)
	}
	var answers int
	err = p.DB("notify").QueryRow(p.ctx, "SELECT count(*) FROM notifications WHERE rule = 'inbound_answer'").Scan(&answers)
	if err != nil || answers != 0 {
		t.Errorf("%d answers were thought of: %v", answers, err)
	}

	const robot = "tak@butik.example"
	for i := range 30 {
		p.send(robot, eml(robot, "Tak for din mail om "+number, fmt.Sprintf("Vi vender tilbage. %d", i)))
	}
	p.quiet()
	if n := len(p.running.Mail().Messages(mailsink.Filter{To: robot})); n != 1 {
		t.Errorf("a robot that looks like a person was written to %d times within the hour", n)
	}
}

const karin = "karin@hospital.example"

func person(i int) string { return fmt.Sprintf("p%d@hospital.example", i) }

// quiet waits until everything that came has an outcome, and nothing is left to be said.
func (p *post) quiet() {
	p.t.Helper()
	err := house.Until(p.ctx, func(ctx context.Context) error {
		ledger, err := p.inbound.GetInboundLedger(p.As(ctx, house.Mette), &intakev1.GetInboundLedgerRequest{
			Name: house.Desk + "/inboundLedger",
		})
		if err != nil {
			return err
		}
		for _, c := range ledger.GetCounts() {
			if c.GetPending() > 0 {
				return fmt.Errorf("%d are pending", c.GetPending())
			}
		}
		return p.Settled(ctx)
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// without takes headers away, as a relay does that knows no better; RFC 3834's are those by which a program is known to all.
func without(headers, raw string) string {
	return regexp.MustCompile(`(?mi)^(`+headers+`):.*\r\n([ \t].*\r\n)*`).ReplaceAllString(raw, "")
}

const standard = "Auto-Submitted|X-Auto-Response-Suppress|Precedence|In-Reply-To|References"

// Mail loop: two installations that answer each other fall silent within three hops, also where the relay between them takes away
// every header by which either could know a program.
func TestMailLoopTwoInstallationsFallSilentWithinThreeHops(t *testing.T) {
	t.Parallel()
	for name, relay := range map[string]func(raw string) string{
		"with their headers":     func(raw string) string { return raw },
		"without the standard's": func(raw string) string { return without(standard, raw) },
		"without any": func(raw string) string {
			return "Message-ID: <" + house.ID() + "@relay.example>\r\n" + without(standard+"|Message-ID|Reply-To", raw)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := openPost(t), openPost(t)
			a.send(karin, eml(karin, "Printeren er død", "Den siger intet."))
			number := lastPart(a.settled(1)[0].GetTicket())
			// A mail from the desk of b, as a person there sends one, that is answered by a program of a.
			a.send("desk@b.example", eml("desk@b.example", "Om "+number, "Hvordan går det?"))
			hops, seen := 0, map[string]bool{}
			for from, to := a, b; hops < 20; from, to = to, from {
				from.quiet()
				theirs := map[*post]string{a: "desk@b.example", b: "desk@a.example"}[from]
				ours := map[*post]string{a: "desk@a.example", b: "desk@b.example"}[from]
				passed := 0
				for _, m := range from.running.Mail().Messages(mailsink.Filter{To: theirs}) {
					if !seen[m.MessageID] {
						seen[m.MessageID] = true
						to.send(ours, "From: "+ours+"\r\n"+relay(without("From", string(m.Raw))))
						passed++
					}
				}
				if passed == 0 {
					break
				}
				hops++
			}
			switch {
			case hops == 0:
				t.Error("the first mail was not answered: the test shows nothing")
			case hops > 3:
				t.Errorf("they fell silent after %d hops, want 3 at most", hops)
			}
			t.Logf("silent after %d hops", hops)
		})
	}
}
