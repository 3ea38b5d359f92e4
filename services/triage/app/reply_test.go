package app_test

import (
	"sync"
	"testing"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
)

// reply is a mail of a person, as intake brings it.
func (w *world) reply(person, ticket string, change ...func(*triagev1.ReceiveReplyRequest)) (*triagev1.Ticket, error) {
	w.t.Helper()
	r := &triagev1.ReceiveReplyRequest{
		Name: ticket, RequestId: requestID(), Person: who(person), Note: danish("Det er stadig galt"), Referenced: true,
	}
	for _, c := range change {
		c(r)
	}
	return w.replies.ReceiveReply(auth.OnBehalfOf(w.t.Context(), person), r)
}

func unsigned(r *triagev1.ReceiveReplyRequest)  { r.Referenced = false }
func automatic(r *triagev1.ReceiveReplyRequest) { r.Automatic = true }

// Wrong thread: a number is a word that anybody can write; it counts for those alone who take part.
func TestAStrangerWhoQuotesANumberNeverEntersTheTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.inProgress().GetName()
	if _, err := w.reply("stranger", name, unsigned); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger who quotes a number is answered %v", err)
	}
	if _, err := w.reply("ida", name, unsigned); !fault.Is(err, fault.NotFound) {
		t.Errorf("an agent of a party without the ticket is answered %v", err)
	}
	for _, person := range []string{"karen", "bo", "mette"} {
		if _, err := w.reply(person, name, unsigned); err != nil {
			t.Errorf("%s takes part and is answered %v", person, err)
		}
	}
	if _, err := w.reply("stranger", name); err != nil { // to whom somebody forwarded our mail
		t.Errorf("who has a mail of ours is answered %v", err)
	}
	if n := len(w.happened(name, "ticket.note_added")); n != 4 {
		t.Errorf("%d notes, want 4", n)
	}
	if _, err := triagev1.NewReplyServiceClient(w.gateway).ReceiveReply(w.as("mette"), &triagev1.ReceiveReplyRequest{
		Name: name, RequestId: requestID(), Person: who("karen"), Note: danish("Jeg er karen"), Referenced: true,
	}); !fault.Is(err, fault.PermissionDenied) {
		t.Errorf("a person who brings a reply as intake does is answered %v", err)
	}
}

// R94, R107: what the user writes takes the ticket up; what their answering machine writes moves nothing.
func TestAReplyTakesUpWhatWaitsForTheUserAndAnAbsenceNoticeMovesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.inProgress().GetName()
	held := must(w.tickets.HoldTicket(w.as("mette"), &triagev1.HoldTicketRequest{
		Name: name, RequestId: requestID(), Status: triagev1.TicketStatus_TICKET_STATUS_AWAITING_USER, Reason: danish("Hvornår?"),
	}))(t)
	if got := must(w.reply("karen", name, automatic))(t); got.GetStatus() != held.GetStatus() {
		t.Errorf("an absence notice makes it %v", got.GetStatus())
	}
	if n := len(w.happened(name, "ticket.internal_note_added")); n != 1 {
		t.Errorf("the absence notice is kept %d times, internally", n)
	}
	if got := must(w.reply("stranger", name))(t); got.GetStatus() != held.GetStatus() {
		t.Errorf("what somebody else writes makes it %v", got.GetStatus())
	}
	if got := must(w.reply("karen", name))(t); got.GetStatus() != triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS {
		t.Errorf("what the reporter writes makes it %v", got.GetStatus())
	}
}

// Close race, R106, R107: whoever locks the ticket first, a reply in the last second leaves it open, and a vacation reply does
// not.
func TestAReplyInTheLastSecondKeepsTheTicketOpen(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.on(time.Monday, 10, 0)
	names, due := w.solved(sized(20, 200))
	away, _ := w.solved(1)
	w.clock.Set(due)
	var all sync.WaitGroup
	for _, name := range names {
		all.Go(func() {
			if _, err := w.reply("karen", name); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	if _, err := w.reply("karen", away[0], automatic); err != nil {
		t.Errorf("an absence notice in the last second: %v", err)
	}
	all.Wait()
	w.rings(due, away[0], "ticket.closed", 1)
	reopened := 0
	for _, name := range names {
		if got := w.get(name); got.GetStatus() == triagev1.TicketStatus_TICKET_STATUS_CLOSED {
			t.Errorf("%s was closed although its reporter had answered", name)
		}
		reopened += len(w.happened(name, "ticket.reopened"))
	}
	t.Logf("%d of %d had been closed and were reopened", reopened, len(names))
	if got := must(w.reply("karen", away[0], automatic))(t); got.GetStatus() != triagev1.TicketStatus_TICKET_STATUS_CLOSED {
		t.Errorf("a vacation reply makes a closed ticket %v", got.GetStatus())
	}
	if got := must(w.reply("karen", away[0]))(t); got.GetStatus() == triagev1.TicketStatus_TICKET_STATUS_CLOSED {
		t.Error("a reply of the reporter leaves it closed (R107)")
	}
}

func TestAReplyThatIsBroughtAgainIsThereOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name, id := w.inProgress().GetName(), requestID()
	for range 3 {
		if _, err := w.reply("karen", name, func(r *triagev1.ReceiveReplyRequest) { r.RequestId = id }); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.happened(name, "ticket.note_added")); n != 1 {
		t.Errorf("it is there %d times", n)
	}
	if got := w.events(name); got[len(got)-1].Record.GetActor().GetOnBehalfOf() != who("karen") {
		t.Errorf("it is not in the sender's name: %v", got[len(got)-1].Record.GetActor())
	}
}
