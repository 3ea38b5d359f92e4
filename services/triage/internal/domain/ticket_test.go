package domain

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
)

const (
	mette = "desks/nsp/persons/mette" // at the service desk
	jonas = "desks/nsp/persons/jonas" // at operations
	karen = "desks/nsp/persons/karen" // reporter
	bo    = "desks/nsp/persons/bo"    // affected user

	spoc      = "desks/nsp/parties/spoc"
	netic     = "desks/nsp/parties/netic"
	drift     = netic + "/groups/drift"
	authority = "desks/nsp/parties/sds"
)

var (
	nsp   = Desk{Name: "desks/nsp", AuthorityParty: authority, ContactParty: spoc}
	began = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	why   = Text{TextReason, "da", "fordi"}
)

// walk takes steps that must all succeed.
type walk struct {
	t      *testing.T
	ticket Ticket
	last   Event
	minute int
}

type failer interface {
	Helper()
	Errorf(format string, args ...any)
}

// R15: everything comes to the single point of contact, which answers for it.
func TestATicketIsOpenedInTheCommonQueueOfTheContactParty(t *testing.T) {
	t.Parallel()
	outcome := Open(nsp, Opening{
		Name: "desks/nsp/tickets/ASCP00000001", Title: Text{TextTitle, "da", "Nede"}, Reporter: karen, AffectedUser: bo,
		SubmitTime: began,
	}, minute(3))
	checkInvariants(t, outcome)
	f := outcome.Ticket.Facts
	if f.GetStatus() != process.Registered || f.GetHolderParty() != spoc || f.GetOwnerParty() != spoc || f.GetAssignee() != "" {
		t.Errorf("opened as %v", f)
	}
	if f.GetTextVersions().GetTitle() != 1 || f.GetTextVersions().GetDescription() != 0 || len(outcome.Events[0].Texts) != 1 {
		t.Errorf("a ticket without description has text versions %v and texts %v", f.GetTextVersions(), outcome.Events[0].Texts)
	}
	want := []string{"parties/sds", "parties/spoc", "persons/bo", "persons/karen"}
	if diff := cmp.Diff(want, outcome.Events[0].Audience); diff != "" {
		t.Errorf("who sees it (-want +got):\n%s", diff)
	}
	if !f.GetCreateTime().AsTime().Equal(minute(3)) {
		t.Errorf("opened at %v, want now", f.GetCreateTime().AsTime())
	}
}

// R59: the owner stays, whoever has the work.
func TestWhoFirstHasItAtTheOwningPartyBecomesTheOwner(t *testing.T) {
	t.Parallel()
	if f := begin(t).step(take).ticket.Facts; f.GetOwner() != mette || f.GetStatus() != process.Assigned {
		t.Errorf("owner %q, status %v", f.GetOwner(), f.GetStatus())
	}
	if f := atOperations(t).ticket.Facts; f.GetOwner() != mette || f.GetOwnerParty() != spoc || f.GetAssignee() != jonas {
		t.Errorf("the owner follows the work: %v", f)
	}
}

func TestTheGiverStaysHolderAndItsClockRunsUntilTheReceiverAccepts(t *testing.T) {
	t.Parallel()
	w := begin(t).step(take).step(start(mette)).step(offer(drift))
	f := w.ticket.Facts
	if f.GetHolderParty() != spoc || f.GetStatus() != process.InProgress || f.GetHandOver().GetGeneration() != 4 {
		t.Errorf("an offer moved something: %v", f)
	}
	if !slices.Contains(w.last.Audience, "parties/netic") {
		t.Error("the receiver cannot see what it is offered")
	}
	w.step(accept(""))
	f = w.ticket.Facts
	if f.GetHolderParty() != netic || f.GetHolderGroup() != drift || f.GetAssignee() != "" || f.GetStatus() != process.Assigned ||
		f.GetHandOver() != nil {
		t.Errorf("accepted: %v", f)
	}
	clocks := w.ticket.ClocksAt(minute(10))
	want := []*triagev1.PartyClock{
		{Party: spoc, Status: process.Registered, Elapsed: durationOf(1)},
		{Party: spoc, Status: process.Assigned, Elapsed: durationOf(1)},
		{Party: spoc, Status: process.InProgress, Elapsed: durationOf(2)},
		{Party: netic, Status: process.Assigned, Elapsed: durationOf(6)},
	}
	if diff := cmp.Diff(want, clocks.GetClocks(), protocmp.Transform()); diff != "" {
		t.Errorf("clocks (-want +got):\n%s", diff)
	}
	if clocks.GetTotal().AsDuration() != 10*time.Minute {
		t.Errorf("total %v", clocks.GetTotal().AsDuration())
	}
}

func TestWhoStartsWorkThatNobodyIsAssignedToBecomesItsAssignee(t *testing.T) {
	t.Parallel()
	for offered, group := range map[string]string{"to a group": drift, "to a party": ""} {
		w := begin(t).step(take).step(start(mette)).step(offer(group)).step(accept("")).step(start(jonas))
		if f := w.ticket.Facts; f.GetAssignee() != jonas || f.GetStatus() != process.InProgress || f.GetHolderGroup() != group {
			t.Errorf("offered %s, accepted and begun by jonas, it is %s with %q in %q", offered,
				process.StatusName(f.GetStatus()), f.GetAssignee(), f.GetHolderGroup())
		}
		if shown := w.last.Payload.GetTicket().GetAssignee(); shown != jonas {
			t.Errorf("offered %s: the feed tells of the assignee %q", offered, shown)
		}
	}
}

func TestWhoDeclinesHearsThatItsOfferEndedAndSeesNothingMore(t *testing.T) {
	t.Parallel()
	w := begin(t).step(take).step(offer("")).
		step(func(t Ticket, at time.Time) (Outcome, error) { return t.DeclineHandOver(why, at) })
	if !slices.Contains(w.last.Audience, "parties/netic") {
		t.Error("the decliner does not hear of its own answer")
	}
	if slices.Contains(Audience(nsp, w.ticket.Facts), "parties/netic") {
		t.Error("the decliner still sees the ticket")
	}
	if f := w.ticket.Facts; f.GetHolderParty() != spoc || f.GetAssignee() != mette {
		t.Errorf("a decline moved something: %v", f)
	}
}

func TestATimerOfAnOlderOfferDoesNothing(t *testing.T) {
	t.Parallel()
	w := begin(t).step(take).step(offer(""))
	first := w.ticket.Facts.GetHandOver().GetGeneration()
	w.step(func(t Ticket, at time.Time) (Outcome, error) { return t.WithdrawHandOver(at) }).step(offer(drift))
	late := minute(24 * 60)
	if _, stands := w.ticket.OfferLasts(first, late); stands {
		t.Error("the timer of a withdrawn offer would end the next one")
	}
	offer := w.ticket.Facts.GetHandOver()
	second := offer.GetGeneration()
	if wait, stands := w.ticket.OfferLasts(second, late); !stands || wait > 0 {
		t.Errorf("long after its time the offer stands: %v, for another %v", stands, wait)
	}
	outcome, err := w.ticket.ExpireHandOver(late)
	if err != nil || outcome.Ticket.Facts.GetHandOver() != nil || outcome.Events[0].Type != "ticket.hand_over_expired" {
		t.Errorf("expired = %v, %v", outcome.Events, err)
	}
	if _, stands := outcome.Ticket.OfferLasts(second, late); stands {
		t.Error("an offer would end twice")
	}
}

func TestATimerThatRingsEarlyLearnsHowLongTheOfferStillStands(t *testing.T) {
	t.Parallel()
	w := begin(t).step(take).step(offer(""))
	made := w.ticket.Facts.GetHandOver()
	early := made.GetExpireTime().AsTime().Add(-90 * time.Second)
	if wait, stands := w.ticket.OfferLasts(made.GetGeneration(), early); !stands || wait != 90*time.Second {
		t.Errorf("90 seconds early the offer stands: %v, for another %v; its timer must come back after them", stands, wait)
	}
	if wait, stands := w.ticket.OfferLasts(made.GetGeneration(), made.GetExpireTime().AsTime()); !stands || wait != 0 {
		t.Errorf("at its time the offer stands: %v, for another %v", stands, wait)
	}
}

// R100: what is solved goes back to its owner.
func TestASolvedTicketReturnsToItsOwnerAndTheSolversClockStops(t *testing.T) {
	t.Parallel()
	w := atOperations(t).step(resolve)
	f := w.ticket.Facts
	if f.GetHolderParty() != spoc || f.GetHolderGroup() != "" || f.GetAssignee() != mette || f.GetStatus() != process.Resolved {
		t.Errorf("solved: %v", f)
	}
	if f.GetLastTechnician() != jonas || f.GetLastTechnicianGroup() != drift || f.GetLastTechnicianParty() != netic {
		t.Errorf("the technician is not remembered: %v", f)
	}
	before := clockOf(w.ticket.ClocksAt(minute(6)), netic)
	if after := clockOf(w.ticket.ClocksAt(minute(600)), netic); before != after {
		t.Errorf("the solver's clock ran on from %v to %v", before, after)
	}
}

// R102, R107: both find the technician.
func TestAReturnAndARejectionFindTheLastTechnician(t *testing.T) {
	t.Parallel()
	for name, back := range map[string]func(Ticket, time.Time) (Outcome, error){
		"ticket.returned":          func(t Ticket, at time.Time) (Outcome, error) { return t.ReturnToTechnician(why, at) },
		"ticket.solution_rejected": func(t Ticket, at time.Time) (Outcome, error) { return t.RejectSolution(why, at) },
	} {
		w := atOperations(t).step(resolve).step(back)
		f := w.ticket.Facts
		if f.GetHolderParty() != netic || f.GetHolderGroup() != drift || f.GetAssignee() != jonas ||
			f.GetStatus() != process.InProgress {
			t.Errorf("%s: %v", name, f)
		}
		if w.last.Type != name || f.GetResolveTime() != nil {
			t.Errorf("%s: event %s, resolve time %v", name, w.last.Type, f.GetResolveTime())
		}
	}
}

// R107: a dissatisfied user opens it again.
func TestAReopenedTicketGoesToItsOwnersQueueAndItsClocksContinue(t *testing.T) {
	t.Parallel()
	w := atOperations(t).step(resolve).
		step(func(t Ticket, at time.Time) (Outcome, error) { return t.AcceptSolution(t.Facts.GetReporter(), at) }).
		step(func(t Ticket, at time.Time) (Outcome, error) { return t.Close(at) })
	if until := w.ticket.ClocksAt(minute(900)).GetUntil().AsTime(); !until.Equal(minute(w.minute)) {
		t.Errorf("a closed ticket counts until %v, want its last event", until)
	}
	w.minute = 1000
	w.step(func(t Ticket, at time.Time) (Outcome, error) { return t.Reopen(why, at) })
	f := w.ticket.Facts
	if f.GetHolderParty() != spoc || f.GetAssignee() != "" || f.GetStatus() != process.Registered || f.GetReopenCount() != 1 ||
		f.GetCloseTime() != nil || f.GetResolveTime() != nil || f.GetSolutionAccepted() {
		t.Errorf("reopened: %v", f)
	}
	if total := w.ticket.ClocksAt(minute(1001)).GetTotal().AsDuration(); total != 1001*time.Minute {
		t.Errorf("the clocks sum to %v", total)
	}
}

func TestASolvedTicketMovesAlongWhenItsResponsibilityIsTransferred(t *testing.T) {
	t.Parallel()
	w := atOperations(t).step(resolve).
		step(func(t Ticket, at time.Time) (Outcome, error) { return t.OfferResponsibility(authority, why, mette, at) }).
		step(func(t Ticket, at time.Time) (Outcome, error) { return t.AcceptResponsibility("", at) })
	if f := w.ticket.Facts; f.GetOwnerParty() != authority || f.GetHolderParty() != authority || f.GetOwner() != "" {
		t.Errorf("transferred: %v", f)
	}
	open := begin(t).step(take).
		step(func(t Ticket, at time.Time) (Outcome, error) { return t.OfferResponsibility(authority, why, mette, at) }).
		step(func(t Ticket, at time.Time) (Outcome, error) { return t.AcceptResponsibility("", at) })
	if f := open.ticket.Facts; f.GetOwnerParty() != authority || f.GetHolderParty() != spoc || f.GetAssignee() != mette {
		t.Errorf("the work of an open ticket stays where it is: %v", f)
	}
}

func TestAReporterResumesIntoTheHandsOfWhoHadIt(t *testing.T) {
	t.Parallel()
	hold := func(t Ticket, at time.Time) (Outcome, error) {
		return t.Hold(Wait{Status: process.AwaitingUser}, why, at)
	}
	resume := func(t Ticket, at time.Time) (Outcome, error) { return t.Resume(Text{TextNote, "da", "Her er den"}, at) }
	if f := atOperations(t).step(hold).step(resume).ticket.Facts; f.GetStatus() != process.InProgress {
		t.Errorf("with an assignee: %v", f.GetStatus())
	}
	if f := begin(t).step(hold).step(resume).ticket.Facts; f.GetStatus() != process.Registered {
		t.Errorf("in the common queue: %v", f.GetStatus())
	}
}

func TestReporterAndAffectedUserNeverSeeInternalNotesOrWork(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(Ticket, time.Time) (Outcome, error){
		"internal": func(t Ticket, at time.Time) (Outcome, error) {
			return t.AddNote(Text{TextNote, "da", "Igen ham"}, true, mette, at)
		},
		"work": func(t Ticket, at time.Time) (Outcome, error) { return t.LogWork(Text{TextNote, "da", "Målt"}, 5, at) },
	} {
		w := begin(t).step(write)
		for _, key := range w.last.Audience {
			if key == "persons/karen" || key == "persons/bo" {
				t.Errorf("%s note is shown to %s", name, key)
			}
		}
	}
	public := begin(t).step(func(t Ticket, at time.Time) (Outcome, error) { return t.AddNote(why, false, mette, at) })
	if !slices.Contains(public.last.Audience, "persons/karen") || public.last.Payload.GetNoteNumber() != 1 {
		t.Errorf("public note: %v", public.last)
	}
}

func TestATicketHasALimitOfNotes(t *testing.T) {
	t.Parallel()
	ticket := opened(false)
	ticket.Notes = MaxNotes
	if _, err := ticket.AddNote(why, false, mette, minute(1)); !errors.As(err, &TooManyNotes{}) {
		t.Errorf("note %d: %v", MaxNotes+1, err)
	}
}

func TestARefusedStepSaysWhichRuleAndChangesNothing(t *testing.T) {
	t.Parallel()
	ticket := opened(false)
	before := proto.CloneOf(ticket.Facts)
	_, err := ticket.Close(minute(1))
	rejection, ok := errors.AsType[*process.Rejection](err)
	if !ok || rejection.Reason != process.WrongStatus {
		t.Errorf("closing an open ticket: %v", err)
	}
	if _, err := ticket.Take(mette, minute(1)); err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(before, ticket.Facts) {
		t.Error("a decision changed the ticket it was about")
	}
}

func TestUpdateChangesOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	impact, labels := triagev1.Impact_IMPACT_HIGH, map[string]string{"product": "PROD424"}
	w := begin(t).step(func(t Ticket, at time.Time) (Outcome, error) {
		return t.Update(Update{Impact: &impact, Labels: &labels}, at)
	})
	f := w.ticket.Facts
	if f.GetImpact() != impact || f.GetLabels()["product"] != "PROD424" || f.GetPriority() != "" ||
		f.GetTextVersions().GetTitle() != 1 {
		t.Errorf("updated: %v", f)
	}
	title := Text{TextTitle, "da", "Ingen kan logge ind"}
	w.step(func(t Ticket, at time.Time) (Outcome, error) { return t.Update(Update{Title: &title}, at) })
	if got := w.ticket.Facts.GetTextVersions().GetTitle(); got != 3 || len(w.last.Texts) != 1 {
		t.Errorf("the title is of revision %d, want 3 (%v)", got, w.last.Texts)
	}
}
