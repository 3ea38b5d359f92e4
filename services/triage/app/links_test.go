package app_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/resourcename"
)

const (
	inquiryAbout = triagev1.LinkKind_LINK_KIND_INQUIRY_ABOUT
	childOf      = triagev1.LinkKind_LINK_KIND_CHILD_OF
	changeLink   = triagev1.LinkKind_LINK_KIND_CHANGE
	related      = triagev1.LinkKind_LINK_KIND_RELATED
)

// R19: further inquiries about a known incident are linked to it, and hear what its reporter hears: that it waits, what is
// written to the user, that it is solved and closed, each as a step of their own that names the main ticket's as its cause.
func TestInquiriesHearWhatHappensToTheirIncident(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	main, mette := w.opened().GetName(), w.as("mette")
	must(w.tickets.AddNote(mette, &triagev1.AddNoteRequest{
		Name: main, RequestId: requestID(), Note: danish("Før henvendelserne."),
	}))(t)
	const many = 5
	inquiries := make([]string, many)
	for i := range inquiries {
		inquiries[i] = w.opened().GetName()
		linked := must(w.link(inquiries[i], inquiryAbout, main))(t)
		if linked.GetAssessment().GetKind() != "linked_inquiry" {
			t.Errorf("it is a %s", linked.GetAssessment().GetKind())
		}
	}
	if got := w.read(main).GetLinkedInquiries(); got != many {
		t.Errorf("the incident shows %d inquiries, want %d", got, many)
	}
	must(w.tickets.AddNote(mette, &triagev1.AddNoteRequest{Name: main, RequestId: requestID(), Note: danish("Vi ved hvorfor.")}))(t)
	must(w.tickets.AddNote(mette, &triagev1.AddNoteRequest{
		Name: main, RequestId: requestID(), Note: danish("Det er Jonas' skyld."), Internal: true,
	}))(t)
	must(w.tickets.HoldTicket(mette, &triagev1.HoldTicketRequest{
		Name: main, RequestId: requestID(), Status: triagev1.TicketStatus_TICKET_STATUS_ON_HOLD,
		Reason: danish("Vi venter på en vare."), Until: timestamppb.New(w.clock.Now().Add(time.Hour)),
	}))(t)
	must(w.resolve(main))(t)
	must(w.closing.PassQualityCheck(w.as("chr"), &triagev1.PassQualityCheckRequest{Name: main, RequestId: requestID()}))(t)
	must(w.tickets.CloseTicket(mette, &triagev1.CloseTicketRequest{Name: main, RequestId: requestID()}))(t)
	for _, inquiry := range inquiries {
		eventually(t, inquiry+" is closed with its incident", func() bool {
			return w.read(inquiry).GetStatus() == triagev1.TicketStatus_TICKET_STATUS_CLOSED
		})
		var heard []string
		for _, e := range w.events(inquiry) {
			if e.Record.GetActor().GetService() != "triage" {
				continue
			}
			words := ""
			for _, name := range []string{"note", "reason", "solution"} {
				if text, found := e.Text(name); found {
					words = " " + text.GetText()
				}
			}
			heard = append(heard, e.Record.GetType()+words)
			if cause := e.Record.GetCause().GetEvent(); len(cause) < len(main) || cause[:len(main)] != main {
				t.Errorf("%s of %s is caused by %q", e.Record.GetType(), inquiry, cause)
			}
		}
		want := []string{
			"ticket.note_added Vi ved hvorfor.", "ticket.held Vi venter på en vare.",
			"ticket.resolved Genstartet; log ind igen.", "ticket.closed",
		}
		if !slices.Equal(heard, want) {
			t.Errorf("%s heard %v, want %v", inquiry, heard, want)
		}
	}
}

// R83: whoever asked about an incident hears of its fix before it is released, by their own ticket; the parties that heard of the
// incident's plan do not hear it again of each inquiry, and the calendar shows the release once.
func TestReportersOfInquiriesHearBeforeTheFixIsReleased(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	main, inquiry := w.opened(dataFault).GetName(), w.opened().GetName()
	must(w.link(inquiry, inquiryAbout, main))(t)
	must(w.plan(main, 48*time.Hour))(t)
	must(w.releases.TellReporters(w.as("mette"), &triagev1.TellReportersRequest{
		Name: main, RequestId: requestID(), Message: danish("Vi retter det på torsdag."),
	}))(t)
	release := func() { // once the others have heard
		must(w.releases.MarkReleased(w.as("mette"), &triagev1.MarkReleasedRequest{Name: main, RequestId: requestID()}))(t)
	}
	for _, step := range []struct{ event, word, words string }{
		{"ticket.fix_planned", "plan", "Rettes i næste release."},
		{"ticket.release_announced", "message", "Vi retter det på torsdag."},
		{"ticket.released", "", ""},
	} {
		if step.event == "ticket.released" {
			release()
		}
		eventually(t, inquiry+" hears "+step.event, func() bool {
			return slices.ContainsFunc(w.events(inquiry), func(e *feed.Event) bool { return e.Record.GetType() == step.event })
		})
		event, payload := w.last(inquiry, step.event)
		if words, _ := event.Text(step.word); words.GetText() != step.words {
			t.Errorf("%s says %q", step.event, words.GetText())
		}
		for _, asked := range payload.GetNotifications() {
			if !slices.Equal(asked.GetRecipients(), []string{"persons/bo", "persons/karen"}) {
				t.Errorf("%s is told to %v", step.event, asked.GetRecipients())
			}
		}
		if step.event == "ticket.release_announced" && len(payload.GetNotifications()) == 0 {
			t.Error("nobody is told before the release")
		}
		if step.event == "ticket.release_announced" {
			calendar := must(w.releases.ListPendingReleases(w.as("mette"), &triagev1.ListPendingReleasesRequest{Parent: desk}))(t)
			if n := len(calendar.GetTickets()); n != 1 {
				t.Errorf("the calendar shows the release %d times", n)
			}
		}
	}
	if w.read(inquiry).GetFixPlan().GetReleasedTime() == nil {
		t.Error("the inquiry does not know that it is released")
	}
}

// R19: an inquiry that cannot be written is tried again, and keeps no other from hearing.
func TestAnInquiryThatFailsKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	main, broken, sound := w.opened().GetName(), w.opened().GetName(), w.opened().GetName()
	must(w.link(broken, inquiryAbout, main))(t)
	must(w.link(sound, inquiryAbout, main))(t)
	must(w.pool.Exec(t.Context(), `
		CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
		CREATE TRIGGER refuse BEFORE UPDATE ON tickets FOR EACH ROW WHEN (NEW.number = '`+resourcename.ID(broken)+`')
		EXECUTE FUNCTION refuse()`))(t)
	must(w.resolve(main))(t)
	eventually(t, "the other inquiry is solved", func() bool {
		return w.read(sound).GetStatus() == triagev1.TicketStatus_TICKET_STATUS_RESOLVED
	})
	eventually(t, "the one that fails is tried again", func() bool {
		return w.count("river_job WHERE kind = 'follow_main' AND state IN ('retryable', 'available') AND errors IS NOT NULL") > 0
	})
	if got := w.read(broken).GetStatus(); got != triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS {
		t.Errorf("what cannot be written is %s", got)
	}
}

// R19: an inquiry that comes when the incident is solved already is solved with it; one whose link was taken back hears no more.
func TestALateInquiryIsSolvedAtOnceAndAnUnlinkedOneHearsNothing(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	main, late, unlinked := w.opened().GetName(), w.opened().GetName(), w.opened().GetName()
	must(w.link(unlinked, inquiryAbout, main))(t)
	must(w.links.UnlinkTicket(w.as("mette"), &triagev1.UnlinkTicketRequest{
		Name: unlinked, RequestId: requestID(), Kind: inquiryAbout, Ticket: main,
	}))(t)
	if got := w.read(main).GetLinkedInquiries(); got != 0 {
		t.Errorf("%d inquiries are counted", got)
	}
	must(w.resolve(main))(t)
	must(w.link(late, inquiryAbout, main))(t)
	eventually(t, "the late inquiry is solved", func() bool {
		return w.read(late).GetStatus() == triagev1.TicketStatus_TICKET_STATUS_RESOLVED
	})
	if got := w.read(unlinked).GetStatus(); got != triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS {
		t.Errorf("the unlinked inquiry is %s", got)
	}
}

// R97, R125: what waits for a change is linked to it, and goes on when the change is released.
func TestAPendingReleaseFollowsItsChange(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	change, waiting := w.opened().GetName(), w.opened().GetName()
	hold := func() error {
		_, err := w.tickets.HoldTicket(w.as("mette"), &triagev1.HoldTicketRequest{
			Name: waiting, RequestId: requestID(), Status: triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE, Reason: danish("RFC"),
		})
		return err
	}
	if err := hold(); !fault.Is(err, "GATE_NOT_MET") {
		t.Errorf("it waits for a change that nobody linked: %v", err)
	}
	must(w.link(waiting, changeLink, change))(t)
	if err := hold(); err != nil {
		t.Fatal(err)
	}
	must(w.releases.MarkReleased(w.as("mette"), &triagev1.MarkReleasedRequest{Name: change, RequestId: requestID()}))(t)
	eventually(t, "it goes on", func() bool {
		return w.read(waiting).GetStatus() == triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS
	})
}

// R124: links make sense: no rings, however long; both sides show them; what is linked already stays so.
func TestLinksLeadSomewhereAndBothSidesShowThem(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	chain := make([]string, 4)
	for i := range chain {
		chain[i] = w.opened().GetName()
	}
	for i, child := range chain[1:] {
		must(w.link(child, childOf, chain[i]))(t)
	}
	if _, err := w.link(chain[0], childOf, chain[3]); !fault.Is(err, "LINK_CYCLE") {
		t.Errorf("a ring of four: %v", err)
	}
	if _, err := w.link(chain[0], related, chain[0]); !fault.Is(err, fault.InvalidArgument) {
		t.Errorf("a ticket is related to itself: %v", err)
	}
	before := len(w.events(chain[1]))
	again := must(w.link(chain[1], childOf, chain[0]))(t)
	if len(again.GetLinks()) != 2 || len(w.events(chain[1])) != before {
		t.Errorf("linked twice: %v", again.GetLinks())
	}
	parent := w.read(chain[0])
	if len(parent.GetLinks()) != 1 || parent.GetLinks()[0].GetTicket() != chain[1] || !parent.GetLinks()[0].GetIncoming() {
		t.Errorf("the parent shows %v", parent.GetLinks())
	}
	list := must(w.links.ListLinkedTickets(w.as("mette"), &triagev1.ListLinkedTicketsRequest{Parent: chain[0]}))(t)
	if got := list.GetLinkedTickets(); len(got) != 1 || got[0].GetTicket().GetName() != chain[1] || got[0].GetKind() != childOf {
		t.Errorf("linked to the parent are %v", got)
	}
	must(w.link(chain[3], inquiryAbout, chain[0]))(t)
	other := w.opened().GetName()
	if _, err := w.link(other, inquiryAbout, chain[3]); !fault.Is(err, "INQUIRY_ABOUT_INQUIRY") {
		t.Errorf("an inquiry about an inquiry: %v", err)
	}
}

// A ticket that the caller does not see cannot be linked, and is not told apart from one that does not exist.
func TestNobodyLinksWhatTheyDoNotSee(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	w.grant("ida", netic, "", "agent")
	mine, hidden := w.opened().GetName(), w.opened().GetName()
	must(w.tickets.HandOverTicket(w.as("mette"), &triagev1.HandOverTicketRequest{
		Name: mine, RequestId: requestID(), Party: netic, Group: drift, Reason: danish("Drift"),
	}))(t)
	must(w.tickets.AcceptHandOver(w.as("jonas"), &triagev1.AcceptHandOverRequest{Name: mine, RequestId: requestID()}))(t)
	var said []string
	for _, other := range []string{hidden, numbered(99999999)} {
		_, err := w.links.LinkTicket(w.as("jonas"), &triagev1.LinkTicketRequest{
			Name: mine, RequestId: requestID(), Kind: related, Ticket: other,
		})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("linked with %s: %v", other, err)
		}
		said = append(said, fmt.Sprint(err))
	}
	if said[0] != said[1] {
		t.Errorf("one answer is %q, the other %q", said[0], said[1])
	}
}

// R34: the number in another tool is one that the tool gives; the reporting desk's own is quoted in every message (R13).
func TestNumbersOfOtherToolsAreKeptAndTheReportersOwnIsQuoted(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	name := w.opened().GetName()
	set := func(system, id string, own bool) (*triagev1.Ticket, error) {
		return w.links.SetExternalId(w.as("mette"), &triagev1.SetExternalIdRequest{
			Name: name, RequestId: requestID(), External: &triagev1.ExternalNumber{System: system, Id: id, Own: own},
		})
	}
	if _, err := set("clearquest", "12", false); !fault.Is(err, fault.InvalidArgument) {
		t.Errorf("ClearQuest has no such number: %v", err)
	}
	must(set("clearquest", "ASCP00000118", false))(t)
	must(set("sds_jira", "NSP-118", false))(t)
	must(set("topdesk", "R-7", true))(t)
	must(set("sds_jira", "NSP-119", false))(t)
	got := must(set("clearquest", "", false))(t).GetExternalIds()
	if len(got) != 2 || got[0].GetId() != "R-7" || !got[0].GetOwn() || got[1].GetId() != "NSP-119" {
		t.Errorf("its numbers are %v", got)
	}
	must(w.resolve(name))(t)
	_, resolved := w.last(name, "ticket.resolved")
	if len(resolved.GetNotifications()) == 0 {
		t.Fatal("nobody is told that it is solved")
	}
	for _, n := range resolved.GetNotifications() {
		if n.GetOwnNumber() != "R-7" {
			t.Errorf("%s quotes %q", n.GetRule(), n.GetOwnNumber())
		}
	}
	_, err := w.links.LinkTicket(w.as("mette"), &triagev1.LinkTicketRequest{
		Name: name, RequestId: requestID(), Kind: changeLink, Tool: "trello", ExternalId: "1",
	})
	if !fault.Is(err, fault.InvalidArgument) {
		t.Errorf("a tool that the profile does not know: %v", err)
	}
}

// What others wait for, and what is graver, is not merged away (R108).
func TestWhatIsGraverOrAskedAboutIsNotMergedAway(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	light := w.opened().GetName()
	grave := w.opened(func(r *triagev1.OpenTicketRequest) {
		r.Impact, r.Assessment.Urgency = triagev1.Impact_IMPACT_MAJOR, "high"
	}).GetName()
	merge := func(name, into string) error {
		_, err := w.links.MergeTicket(w.as("mette"), &triagev1.MergeTicketRequest{
			Name: name, RequestId: requestID(), Into: into, Reason: danish("Samme"),
		})
		return err
	}
	if err := merge(grave, light); !fault.Is(err, "DUPLICATE_OUTRANKS") {
		t.Errorf("a P1 was merged into less: %v", err)
	}
	must(w.link(w.opened().GetName(), inquiryAbout, light))(t)
	if err := merge(light, grave); !fault.Is(err, "HAS_INQUIRIES") {
		t.Errorf("inquiries were left behind: %v", err)
	}
}
