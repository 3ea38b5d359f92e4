package app_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

// urgent opens a ticket that is P1 at once.
func (w *world) urgent(category string) *triagev1.Ticket {
	w.t.Helper()
	opening := w.opening()
	opening.Impact = triagev1.Impact_IMPACT_MAJOR
	opening.Assessment = &triagev1.Assessment{
		Kind: "incident", Category: category, Urgency: "high", Answers: map[string]string{"about_fmk": "no", "users_affected": "many"},
	}
	return must(w.intake.OpenTicket(w.t.Context(), opening))(w.t)
}

// pagesOf are the calls about a ticket, newest first.
func (w *world) pagesOf(ticket string) []*triagev1.Page {
	w.t.Helper()
	return must(w.onCall.ListPages(w.as("chr"), &triagev1.ListPagesRequest{Parent: desk, Ticket: ticket}))(w.t).GetPages()
}

func (w *world) page(ticket string) *triagev1.Page {
	w.t.Helper()
	pages := w.pagesOf(ticket)
	if len(pages) != 1 {
		w.t.Fatalf("there are %d calls about %s", len(pages), ticket)
	}
	return pages[0]
}

// asking is the event of a ticket that asks for a message by a rule.
func (w *world) asking(ticket, rule string) string {
	w.t.Helper()
	for _, e := range w.events(ticket) {
		payload := new(triagev1.TicketEvent)
		if err := e.Record.GetPayload().UnmarshalTo(payload); err != nil {
			w.t.Fatal(err)
		}
		if slices.ContainsFunc(payload.GetNotifications(), func(n *triagev1.NotificationRequest) bool { return n.GetRule() == rule }) {
			return e.Ref()
		}
	}
	return ""
}

// told are those whom each event of a page asks to be called or told.
func (w *world) told(page string) (told []string) {
	w.t.Helper()
	for _, e := range w.events(page) {
		payload := new(triagev1.PageEvent)
		if err := e.Record.GetPayload().UnmarshalTo(payload); err != nil {
			w.t.Fatal(err)
		}
		for _, n := range payload.GetNotifications() {
			told = append(told, e.Record.GetType()+" "+n.GetContact()+" "+n.GetRecipients()[0])
		}
	}
	return told
}

// R50, R67: a P1 calls those on duty by itself, one after the other until somebody answers; when nobody has, the authority is
// told and the first is called again.
func TestAnUrgentTicketCallsThoseOnDutyUntilSomebodyAnswers(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.clock.Set(maundyThursday(t, w.clock.Now()).AddDate(0, 0, -10)) // a Monday at noon
	opened := w.urgent("nsp-operations")
	page := w.page(opened.GetName())
	if page.GetState() != triagev1.PageState_PAGE_STATE_CALLING || page.GetTurn() != 1 || page.GetRule() != "duty" ||
		page.GetNextTime().AsTime().Sub(page.GetCallTime().AsTime()) != 10*time.Minute {
		t.Fatalf("the call is %v", page)
	}
	if cause := w.events(page.GetName())[0].Record.GetCause().GetEvent(); cause != w.asking(opened.GetName(), "duty") {
		t.Errorf("the call names %s as its cause, and %s asked for it", cause, w.asking(opened.GetName(), "duty"))
	}
	for turn := int32(2); turn <= 3; turn++ {
		w.clock.Advance(10 * time.Minute)
		eventually(t, "the next is called", func() bool { return w.page(opened.GetName()).GetTurn() == turn })
	}
	want := []string{
		"page.requested nsp_incident_manager roles/nsp_incident_manager",
		"page.next nsp_system_owner roles/nsp_system_owner",
		"page.exhausted  parties/sundhedsdatastyrelsen",
		"page.next nsp_incident_manager roles/nsp_incident_manager",
	}
	if got := w.told(page.GetName()); !slices.Equal(got, want) {
		t.Errorf("called and told were %q, want %q", got, want)
	}
	answer := &triagev1.AcknowledgePageRequest{Name: page.GetName(), RequestId: requestID(), Turn: 3}
	for range 2 { // the same request again is answered again
		answered := must(w.onCall.AcknowledgePage(w.as("chr"), answer))(t)
		if answered.GetAcknowledgedBy() != who("chr") || answered.GetNextTime() != nil {
			t.Errorf("answered: %v", answered)
		}
	}
	w.clock.Advance(time.Hour)
	if got := w.page(opened.GetName()); got.GetTurn() != 3 || got.GetState() != triagev1.PageState_PAGE_STATE_ACKNOWLEDGED {
		t.Errorf("an hour later the call is %v", got)
	}
	w.verifyChains(page.GetName())
}

// verifyChains holds the revisions of a resource against each other.
func (w *world) verifyChains(resource string) {
	w.t.Helper()
	for i, e := range w.events(resource) {
		if e.Record.GetRevision() != int64(i+1) {
			w.t.Errorf("%s has revision %d in place %d", resource, e.Record.GetRevision(), i+1)
		}
	}
}

// Only who was called answers, in their turn or none in particular; everybody else is told how it stands.
func TestOnlyWhoWasCalledAnswersAndTheOtherIsToldWhoDid(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.clock.Set(maundyThursday(t, w.clock.Now()).AddDate(0, 0, -10))
	w.grant("coordinator", health, "", "coordinator", "nsp_system_owner")
	opened := w.urgent("nsp-operations")
	page := w.page(opened.GetName())
	answer := func(person string, turn int32) error {
		_, err := w.onCall.AcknowledgePage(w.as(person), &triagev1.AcknowledgePageRequest{
			Name: page.GetName(), RequestId: requestID(), Turn: turn,
		})
		return err
	}
	if err := answer("coordinator", 0); !fault.Is(err, fault.PermissionDenied) {
		t.Errorf("the system owner, who was not called yet, answers: %v", err)
	}
	if err := answer("karen", 0); !fault.Is(err, fault.NotFound) {
		t.Errorf("the reporter learns of the call: %v", err)
	}
	w.clock.Advance(10 * time.Minute)
	eventually(t, "the next is called", func() bool { return w.page(opened.GetName()).GetTurn() == 2 })
	if err := answer("chr", 1); !fault.Is(err, "PAGE_MOVED_ON") {
		t.Errorf("the incident manager answers a turn that is past: %v", err)
	}
	if err := answer("chr", 0); err != nil { // late, and still willing
		t.Errorf("the incident manager answers after all: %v", err)
	}
	if err := answer("coordinator", 2); !fault.Is(err, "PAGE_ANSWERED") {
		t.Errorf("the system owner is second: %v", err)
	}
}

// Once the ticket is solved nobody is called any more.
func TestNobodyIsCalledAboutWhatIsSolved(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	opened := w.urgent("help")
	must(w.tickets.StartWork(w.as("mette"), &triagev1.StartWorkRequest{Name: opened.GetName(), RequestId: requestID()}))(t)
	w.solve(opened.GetName())
	w.clock.Advance(10 * time.Minute)
	eventually(t, "the call ends", func() bool {
		return w.page(opened.GetName()).GetState() == triagev1.PageState_PAGE_STATE_ENDED
	})
	_, err := w.onCall.RequestPage(w.as("mette"), &triagev1.RequestPageRequest{
		Parent: desk, RequestId: requestID(), Ticket: opened.GetName(),
	})
	if !fault.Is(err, "WRONG_STATUS") {
		t.Errorf("somebody is called about a solved ticket: %v", err)
	}
}

// R52, R67: a person may have those on duty called; who stands in is called in their place.
func TestAPersonCallsThoseOnDutyAndWhoStandsInIsCalled(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	now := maundyThursday(t, w.clock.Now()).AddDate(0, 0, -10)
	w.clock.Set(now)
	must(w.onCall.OverrideShift(w.as("chr"), &triagev1.OverrideShiftRequest{
		Parent: desk, RequestId: requestID(), Shift: &triagev1.Shift{
			Person: who("jonas"), StartTime: timestamppb.New(now.Add(-time.Hour)), EndTime: timestamppb.New(now.Add(time.Hour)),
		},
	}))(t)
	opened := w.open()
	asked := &triagev1.RequestPageRequest{Parent: desk, RequestId: requestID(), Ticket: opened.GetName()}
	page := must(w.onCall.RequestPage(w.as("mette"), asked))(t)
	if again := must(w.onCall.RequestPage(w.as("mette"), asked))(t); again.GetName() != page.GetName() {
		t.Errorf("the same request again is another call: %s and %s", again.GetName(), page.GetName())
	}
	if page.GetRequester() != who("mette") || page.GetLinks()[0].GetPerson() != who("jonas") {
		t.Errorf("the call is %v", page)
	}
	if _, err := w.onCall.RequestPage(w.as("ida"), asked); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody who does not see the ticket calls about it: %v", err)
	}
	must(w.onCall.AcknowledgePage(w.as("jonas"), &triagev1.AcknowledgePageRequest{Name: page.GetName(), RequestId: requestID()}))(t)
}

// The answer and the timer come at the same moment: one of them wins, and the page has one story. `make soak` asks a thousand
// times.
func TestAnAnswerAndTheTimerRaceAndOneOfThemWins(t *testing.T) {
	t.Parallel()
	rounds := sized(5, 1000)
	w := newNSP(t)
	w.clock.Set(maundyThursday(t, w.clock.Now()).AddDate(0, 0, -10))
	w.grant("coordinator", health, "", "coordinator", "fmk_incident_manager")
	for round := range rounds {
		page := w.page(w.urgent("fmk").GetName())
		var answered error
		var racing sync.WaitGroup
		racing.Go(func() { w.clock.Advance(10 * time.Minute) })
		racing.Go(func() {
			for range round % 20 { // the timer is looked for every 50 ms: the answer comes at another moment in each round
				w.page(page.GetTicket())
			}
			_, answered = w.onCall.AcknowledgePage(w.as("coordinator"), &triagev1.AcknowledgePageRequest{
				Name: page.GetName(), RequestId: requestID(), Turn: 1,
			})
		})
		racing.Wait()
		types := func() []string { return eventTypes(w.events(page.GetName())) }
		if answered == nil {
			if got := types(); !slices.Equal(got, []string{"page.requested", "page.acknowledged"}) {
				t.Errorf("it was answered in turn 1, and happened: %v", got)
			}
			continue
		}
		if !fault.Is(answered, "PAGE_MOVED_ON") {
			t.Errorf("who was late is told: %v", answered)
		}
		if got := types(); !slices.Equal(got, []string{"page.requested", "page.exhausted", "page.next"}) {
			t.Errorf("the timer was first, and happened: %v", got)
		}
		must(w.onCall.AcknowledgePage(w.as("coordinator"), &triagev1.AcknowledgePageRequest{
			Name: page.GetName(), RequestId: requestID(),
		}))(t)
	}
}
