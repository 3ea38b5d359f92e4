package acceptance_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/test/house"
)

// [4] the announcement board, and §18 which says how it is filled.
func TestNSPOPAnnouncesWhatIsWrongOnItsBoard(t *testing.T) {
	t.Parallel()
	nspWalks(t,
		nspWalk{"an acute event", anAcuteEventIsAnnounced}, // R19, R87, R88
		nspWalk{"a planned change", aPlannedChangeIsShown}, // R87, R88
	)
}

// boardVisit is a walk about one announcement.
type boardVisit struct {
	*nspVisit
	board notifyv1.AnnouncementServiceClient
	name  string
}

func boardOf(v *nspVisit, id string) *boardVisit {
	return &boardVisit{
		nspVisit: v, board: notifyv1.NewAnnouncementServiceClient(v.Conn("bavn.notify.v1")),
		name: v.Desk() + "/announcements/" + id + "-" + strings.ToLower(v.Name),
	}
}

// said takes the answer of a step.
func (v *boardVisit) said(a *notifyv1.Announcement, err error) *notifyv1.Announcement {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	return a
}

func (v *boardVisit) publishes(by string) (*notifyv1.Announcement, error) {
	return v.board.PublishAnnouncement(v.by(by), &notifyv1.PublishAnnouncementRequest{Name: v.name, RequestId: house.ID()})
}

// reads what everybody reads, without signing in.
func (v *boardVisit) reads(path string) string {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.ctx, http.MethodGet, v.Addresses().Gateway+"/board/nsp"+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusServiceUnavailable {
		v.t.Fatalf("%s: %d (%v)", path, answer.StatusCode, err)
	}
	return string(content)
}

// shows waits until the public page shows the announcement in a list, with these words; in none where the list is empty.
func (v *boardVisit) shows(in string, words ...string) {
	v.t.Helper()
	v.eventually("the board", func() error {
		page := v.reads("?language=da")
		id := `id="` + resourcename.ID(v.name) + `"`
		if in == "" {
			if strings.Contains(page, id) {
				return fmt.Errorf("it is still shown")
			}
			return nil
		}
		_, list, found := strings.Cut(page, in)
		list, _, _ = strings.Cut(list, "<h2")
		_, shown, there := strings.Cut(list, id)
		shown, _, _ = strings.Cut(shown, "</article>")
		if !found || !there {
			return fmt.Errorf("it is not in the list %q:\n%s", in, page)
		}
		for _, word := range words {
			if !strings.Contains(shown, word) {
				return fmt.Errorf("the board does not say %q: %s", word, shown)
			}
		}
		return nil
	})
}

// reminded waits until operations was reminded so often by a rule, and had a mail each time.
func (v *boardVisit) reminded(rule string, times int) {
	v.t.Helper()
	const person = "lars"
	v.eventually(rule, func() error {
		list, err := v.Notifications.ListNotifications(v.by(person), &notifyv1.ListNotificationsRequest{
			Parent: v.Desk(), Ticket: v.ticket.GetName(), PageSize: 500,
		})
		if err != nil {
			return err
		}
		n := 0
		for _, told := range list.GetNotifications() {
			if told.GetRule() == rule && told.GetRecipient() == v.Person(person) && told.GetDelivery() == notifyv1.Delivery_DELIVERY_SENT {
				n++
			}
		}
		if n != times {
			return fmt.Errorf("%s was reminded %d times, want %d", person, n, times)
		}
		return nil
	})
}

const (
	acute     = "Akutte hændelser og igangværende ændringer"
	planned   = "Planlagte ændringer"
	completed = "Afsluttet for nylig"
)

// A P1 that operations has: announced every half hour until it is solved, and then for seven days among what is over.
func anAcuteEventIsAnnounced(visit *nspVisit) {
	visit.inAnOrdinaryWeek("Tue 10:00")
	v := boardOf(visit, "journal")
	v.step("3, 4 the national desk finds a P1, which operations receives", func() {
		v.registers("lone", "Ingen kan åbne journalen")
		v.triages("mette", "nsp-operations")
		v.judges("mette", "P1")
		v.routes("mette", "netic", "drift")
		v.receives("lars", "netic", "drift")
		v.starts("lars")
		v.happened()
	})
	v.step("9 the party that it is assigned to has to announce it, and is told so", func() {
		v.reminded("announcement_due", 1)
	})
	v.step("operations drafts it from the standard catalogue; nobody else sees that", func() {
		a := v.said(v.board.CreateAnnouncement(v.by("lars"), &notifyv1.CreateAnnouncementRequest{
			Parent: v.Desk(), AnnouncementId: resourcename.ID(v.name), RequestId: house.ID(),
			Announcement: &notifyv1.Announcement{Standard: "outage", Ticket: v.ticket.GetName(), Regions: []string{"Region Syddanmark"}},
		}))
		if a.GetParty() != v.Party("netic") || len(a.GetBodies()) != 3 {
			v.t.Errorf("it is %s's and says %v", a.GetParty(), a.GetBodies())
		}
		_, err := v.board.GetAnnouncement(v.by("kim"), &notifyv1.GetAnnouncementRequest{Name: v.name})
		v.refusedFor(err, "NOT_FOUND")
		v.shows("")
	})
	v.step("the NSP incident manager is asked, and does not answer within a quarter of an hour: it goes out without", func() {
		v.said(v.board.RequestAnnouncementApproval(v.by("lars"), &notifyv1.RequestAnnouncementApprovalRequest{
			Name: v.name, RequestId: house.ID(),
		}))
		v.passes(14 * time.Minute)
		_, err := v.publishes("lars")
		v.refusedFor(err, "NOT_APPROVED")
		v.passes(time.Minute)
		if a := v.said(v.publishes("lars")); !a.GetUnapproved() {
			v.t.Error("nothing says that nobody approved it")
		}
		v.shows(acute, "Driftsforstyrrelse", resourcename.ID(v.ticket.GetName()), "Region Syddanmark", "uden godkendelse")
	})
	v.step("another local desk says that it is affected too: an inquiry about the case", func() {
		submission, err := v.board.ReportAffected(v.by("rikke"), &notifyv1.ReportAffectedRequest{
			Name: v.name, RequestId: house.ID(), Description: in("da", "Også hos os"),
		})
		if err != nil {
			v.t.Fatal(err)
		}
		v.eventually("the inquiry", func() error {
			linked, err := v.links.ListLinkedTickets(v.by("mette"), &triagev1.ListLinkedTicketsRequest{
				Parent: v.ticket.GetName(), Kind: triagev1.LinkKind_LINK_KIND_INQUIRY_ABOUT,
			})
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(linked.GetLinkedTickets(), func(l *triagev1.LinkedTicket) bool {
				return l.GetTicket().GetName() == submission.GetTicket() && l.GetTicket().GetReporter() == v.Person("rikke")
			}) {
				return fmt.Errorf("%s is not linked to it", submission.GetTicket())
			}
			return nil
		})
	})
	v.step("half an hour later operations is reminded, and says what is new", func() {
		v.passes(30 * time.Minute)
		v.reminded("announcement_due", 2)
		v.said(v.board.UpdateAnnouncement(v.by("lars"), &notifyv1.UpdateAnnouncementRequest{
			Announcement: &notifyv1.Announcement{Name: v.name, Bodies: []*commonv1.LocalizedText{in("da", "Databasen genstartes.")}},
			UpdateMask:   &fieldmaskpb.FieldMask{Paths: []string{"bodies"}}, RequestId: house.ID(),
		}))
		v.shows(acute, "Databasen genstartes.")
	})
	v.step("it is solved: that is announced too", func() {
		v.passes(10 * time.Minute)
		v.now("lars")
		v.solves("lars", "Databasen er genstartet")
		v.reminded("announcement_when_solved", 1)
		v.said(v.board.CompleteAnnouncement(v.by("lars"), &notifyv1.CompleteAnnouncementRequest{
			Name: v.name, RequestId: house.ID(), Standard: "solved",
		}))
		v.shows(completed, "er løst")
	})
	v.step("it is shown for seven days", func() {
		v.passes(7*24*time.Hour - time.Minute)
		v.shows(completed)
		v.passes(2 * time.Minute)
		v.shows("")
		v.reminded("announcement_due", 2) // and nobody is reminded after the end
	})
}

// A planned change without a ticket, approved, in the feeds; and a mail to who asked for it.
func aPlannedChangeIsShown(visit *nspVisit) {
	visit.inAnOrdinaryWeek("Wed 10:00")
	v := boardOf(visit, "opdatering")
	v.step("operations plans a change, and the incident manager approves", func() {
		start := v.clock.Now().Add(48 * time.Hour)
		v.said(v.board.CreateAnnouncement(v.by("lars"), &notifyv1.CreateAnnouncementRequest{
			Parent: v.Desk(), AnnouncementId: resourcename.ID(v.name), RequestId: house.ID(),
			Announcement: &notifyv1.Announcement{
				Standard: "planned", Party: v.Party("netic"), Services: []string{"fmk"}, StartTime: timestamppb.New(start),
				EndTime: timestamppb.New(start.Add(time.Hour)),
			},
		}))
		_, err := v.board.ApproveAnnouncement(v.by("lars"), &notifyv1.ApproveAnnouncementRequest{Name: v.name, RequestId: house.ID()})
		v.refusedFor(err, "PERMISSION_DENIED")
		v.said(v.board.ApproveAnnouncement(v.by("nils"), &notifyv1.ApproveAnnouncementRequest{Name: v.name, RequestId: house.ID()}))
	})
	address := "abonnent-" + strings.ToLower(v.Name) + "@example.org"
	v.step("a reader subscribes on the page, and confirms", func() {
		v.posts("/subscribe", "language=en&service=fmk&email="+address)
		v.posts("/confirm", "token="+v.linkFor(address, "confirm"))
	})
	v.step("it is published: on the page, in the feeds, and by mail", func() {
		if a := v.said(v.publishes("lars")); a.GetUnapproved() || a.GetApprover() != v.Person("nils") {
			v.t.Errorf("it is approved by %q", a.GetApprover())
		}
		v.shows(planned, "Fælles Medicinkort", "Begynder")
		for _, feed := range []string{"/feed.atom", "/calendar.ics", "/board.json"} {
			if !strings.Contains(v.reads(feed), resourcename.ID(v.name)) {
				v.t.Errorf("it is not in %s", feed)
			}
		}
		v.posts("/unsubscribe?token="+v.linkFor(address, "unsubscribe"), "List-Unsubscribe=One-Click")
	})
	v.step("withdrawn, it is gone", func() {
		v.said(v.board.WithdrawAnnouncement(v.by("lars"), &notifyv1.WithdrawAnnouncementRequest{Name: v.name, RequestId: house.ID()}))
		v.shows("")
	})
}

func (v *boardVisit) posts(path, form string) {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.ctx, http.MethodPost, v.Addresses().Gateway+"/board/nsp"+path, strings.NewReader(form))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	if content, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
		v.t.Fatalf("%s: %d %s", path, answer.StatusCode, content)
	}
}

// linkFor waits for a mail with such a link, and is the secret in it.
func (v *boardVisit) linkFor(address, what string) (token string) {
	v.t.Helper()
	v.eventually("a mail to "+what, func() error {
		for _, mail := range v.Mail().Messages(mailsink.Filter{To: address}) {
			if _, rest, found := strings.Cut(mail.Text, "/board/nsp/"+what+"?token="); found {
				token = strings.Fields(rest)[0]
				if what == "unsubscribe" && mail.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
					return fmt.Errorf("no mail program can unsubscribe: %v", mail.Header)
				}
				return nil
			}
		}
		return fmt.Errorf("there is no mail to %s with a link to %s", address, what)
	})
	return token
}
