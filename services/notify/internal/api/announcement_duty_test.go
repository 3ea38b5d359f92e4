package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

// R88, §18: P1 every half hour from six to midnight; whoever is responsible is reminded until it is announced, and when it is
// solved.
func TestTheResponsiblePartyIsRemindedByThePublishedRhythm(t *testing.T) {
	t.Parallel()
	w := newBoardWorld(t)
	w.ticket("nsp", "ASCP00000001", "ticket.prioritised")
	if _, due := w.remind(); !due.Equal(monday) {
		t.Errorf("the first reminder is due at %s, want at once", due)
	}
	mails := w.deliver()
	var told []string
	for _, m := range mails {
		told = append(told, m.Address)
		if !strings.Contains(m.Body, "ASCP00000001") || !strings.Contains(m.Body, "NETIC") {
			t.Errorf("the reminder says %s", m.Body)
		}
	}
	slices.Sort(told)
	if !slices.Equal(told, []string{"dorte@example.org", "jonas@example.org"}) { // not the auditor
		t.Errorf("reminded are %v", told)
	}
	stale, due := last[command.RemindToAnnounceArgs](w, "remind_to_announce")
	if want := monday.Add(30 * time.Minute); !due.Equal(want) {
		t.Errorf("the next is due at %s, want %s", due, want)
	}
	w.clock.Advance(10 * time.Minute)
	w.published("nede")
	if _, due := last[command.RemindToAnnounceArgs](w, "remind_to_announce"); !due.Equal(monday.Add(40 * time.Minute)) {
		t.Errorf("announced at 9:10, the next is due at %s, want 9:40", due)
	}
	w.clock.Set(monday.Add(30 * time.Minute))
	before := w.count("SELECT count(*) FROM notifications")
	w.run(stale)
	if n := w.count("SELECT count(*) FROM notifications"); n != before {
		t.Error("a reminder of an older generation reminds")
	}
	args, _ := w.remind()
	before = w.count("SELECT count(*) FROM notifications")
	w.run(args)
	if n := w.count("SELECT count(*) FROM notifications"); n != before {
		t.Error("a job that is run twice reminds twice")
	}
	solved := w.clock.Advance(time.Minute)
	w.ticket("nsp", "ASCP00000001", "ticket.resolved", func(t *triagev1.Ticket) {
		t.Status, t.StatusClass = triagev1.TicketStatus_TICKET_STATUS_RESOLVED, triagev1.StatusClass_STATUS_CLASS_READY_TO_CLOSE
	})
	_, due = w.remind()
	if !due.Equal(solved) {
		t.Errorf("when it is solved the party is reminded at %s, want at once", due)
	}
	ends := slices.DeleteFunc(w.deliver(), func(m domain.Dispatch) bool { return !strings.Contains(m.Body, "er løst") })
	if len(ends) != 2 {
		t.Errorf("%d are reminded that it is solved, want 2", len(ends))
	}
	all, _ := jobsOf[command.RemindToAnnounceArgs](w, "remind_to_announce")
	before = w.count("SELECT count(*) FROM notifications")
	for _, args := range all {
		w.run(args)
	}
	if n := w.count("SELECT count(*) FROM notifications"); n != before {
		t.Error("after that somebody is reminded again")
	}
}

// R87, R149: a restricted ticket is never linked publicly, whenever it became that.
func TestARestrictedTicketIsNeverLinkedPublicly(t *testing.T) {
	t.Parallel()
	w := newBoardWorld(t)
	w.ticket("nsp", "ASCP00000001", "ticket.prioritised")
	w.ticket("nsp", "ASCP00000002", "ticket.opened", func(t *triagev1.Ticket) { t.Restricted = true })
	w.ticket("nsp", "ASCP00000003", "ticket.opened")
	_, err := w.announce.CreateAnnouncement(as(t, "jonas"), draftOf("nsp", "x", "ASCP00000002"))
	if !fault.Is(err, "RESTRICTED_TICKET") {
		t.Errorf("a restricted ticket is announced: %v", err)
	}
	a := w.published("nede")
	_, err = w.announce.UpdateAnnouncement(as(t, "jonas"), &notifyv1.UpdateAnnouncementRequest{
		Announcement: &notifyv1.Announcement{Name: a.GetName(), RelatedTickets: []string{"desks/nsp/tickets/ASCP00000003"}},
		UpdateMask:   &fieldmaskpb.FieldMask{Paths: []string{"related_tickets"}}, RequestId: uuid.NewString(),
	})
	must(t, err)
	if got := w.onBoard("nsp").GetAnnouncements()[0].GetTickets(); !slices.Equal(got, []string{"ASCP00000001", "ASCP00000003"}) {
		t.Errorf("the board links %v", got)
	}
	restricted := func(is bool) func(*triagev1.Ticket) { return func(t *triagev1.Ticket) { t.Restricted = is } }
	w.ticket("nsp", "ASCP00000001", "ticket.restricted", restricted(true))
	w.ticket("nsp", "ASCP00000003", "ticket.restricted", restricted(true))
	shown := w.onBoard("nsp").GetAnnouncements()[0]
	if len(shown.GetTickets()) != 0 || shown.GetReportable() {
		t.Errorf("the board links %v, reportable: %v", shown.GetTickets(), shown.GetReportable())
	}
	_, err = w.announce.ReportAffected(as(t, "karen"), &notifyv1.ReportAffectedRequest{
		Name: a.GetName(), RequestId: uuid.NewString(),
	})
	if !fault.Is(err, "NO_TICKET") {
		t.Errorf("somebody joins the restricted ticket: %v", err)
	}
	_, err = w.announce.UpdateAnnouncement(as(t, "jonas"), &notifyv1.UpdateAnnouncementRequest{
		Announcement: &notifyv1.Announcement{Name: a.GetName(), Regions: []string{"Fyn"}},
		UpdateMask:   &fieldmaskpb.FieldMask{Paths: []string{"regions"}}, RequestId: uuid.NewString(),
	})
	if !fault.Is(err, "RESTRICTED_TICKET") {
		t.Errorf("more is said about the restricted ticket: %v", err)
	}
	w.ticket("nsp", "ASCP00000001", "ticket.unrestricted", restricted(false))
	if got := w.onBoard("nsp").GetAnnouncements()[0].GetTickets(); !slices.Equal(got, []string{"ASCP00000001"}) {
		t.Errorf("opened again, the board links %v", got)
	}
}

// R88: the responsibility for an announcement goes with its ticket.
func TestWhoeverTheTicketIsHandedToAnnouncesItFromThenOn(t *testing.T) {
	t.Parallel()
	w := newBoardWorld(t)
	w.ticket("nsp", "ASCP00000001", "ticket.prioritised")
	a := w.published("nede")
	update := func(person string) (*notifyv1.Announcement, error) {
		return w.announce.UpdateAnnouncement(as(t, person), &notifyv1.UpdateAnnouncementRequest{
			Announcement: &notifyv1.Announcement{Name: a.GetName(), Regions: []string{"Fyn"}},
			UpdateMask:   &fieldmaskpb.FieldMask{Paths: []string{"regions"}}, RequestId: uuid.NewString(),
		})
	}
	if _, err := update("karen"); !fault.Is(err, fault.PermissionDenied) {
		t.Errorf("who does not have the ticket announces it: %v", err)
	}
	w.ticket("nsp", "ASCP00000001", "ticket.handed_over", func(t *triagev1.Ticket) { t.HolderParty = "desks/nsp/parties/trifork" })
	if said, err := update("karen"); err != nil || said.GetParty() != "desks/nsp/parties/trifork" {
		t.Errorf("handed over, it is %s's: %v", said.GetParty(), err)
	}
	if got := w.onBoard("nsp").GetAnnouncements()[0].GetParty(); got != "TRIFORK" {
		t.Errorf("the board says that %s is responsible", got)
	}
}
