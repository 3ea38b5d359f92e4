package app_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

// atOnce runs the same call n times at the same time.
func atOnce[T any](n int, do func(i int) (T, error)) ([]T, []error) {
	answers, errs := make([]T, n), make([]error, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			answers[i], errs[i] = do(i)
		})
	}
	close(start)
	all.Wait()
	return answers, errs
}

func TestTheSameRequestTwentyTimesAtOnceHasOneEffectAndEqualAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.open()
	name := ticket.GetName()
	mette, root := w.as("mette"), w.as("root")
	opening := w.opening()
	take := &triagev1.TakeTicketRequest{Name: name, RequestId: requestID(), Etag: ticket.GetEtag()}
	note := &triagev1.AddNoteRequest{Name: name, RequestId: requestID(), Note: danish("Ringet")}
	next := &triagev1.TakeNextTicketRequest{Parent: desk, Party: spoc, RequestId: requestID()}
	for range 25 {
		w.open()
	}
	party := &triagev1.CreatePartyRequest{
		Parent: desk, PartyId: "region", RequestId: requestID(), Party: &triagev1.Party{DisplayName: "Region"},
	}
	created := &triagev1.CreateDeskRequest{DeskId: "nsp2", RequestId: requestID(), Desk: proto.CloneOf(nspDesk())}
	created.Desk.AuthorityParty, created.Desk.ContactParty = "desks/nsp2/parties/sds", "desks/nsp2/parties/sds"
	for _, c := range []struct { // in this order: take next finds the first ticket taken
		what string
		call func(int) (proto.Message, error)
	}{
		{"open", func(int) (proto.Message, error) { return w.intake.OpenTicket(t.Context(), opening) }},
		{"take", func(int) (proto.Message, error) { return w.tickets.TakeTicket(mette, take) }},
		{"note", func(int) (proto.Message, error) { return w.tickets.AddNote(mette, note) }},
		{"take next", func(int) (proto.Message, error) { return w.tickets.TakeNextTicket(mette, next) }},
		{"create party", func(int) (proto.Message, error) { return w.directory.CreateParty(root, party) }},
		{"create desk", func(int) (proto.Message, error) { return w.directory.CreateDesk(root, created) }},
	} {
		answers, errs := atOnce(20, c.call)
		for i := range answers {
			if errs[i] != nil {
				t.Errorf("%s: call %d: %v", c.what, i, errs[i])
				continue
			}
			if diff := cmp.Diff(answers[0], answers[i], protocmp.Transform()); diff != "" {
				t.Errorf("%s: answer %d differs from the first:\n%s", c.what, i, diff)
			}
		}
	}
	if got := eventTypes(w.events(name)); len(got) != 3 {
		t.Errorf("take and note, twenty times each, left the events %v", got)
	}
	if taken := w.count("tickets WHERE assignee <> ''"); taken != 2 {
		t.Errorf("%d tickets are taken, want 2", taken)
	}
	if parties := w.count("parties WHERE party = 'parties/region'"); parties != 1 {
		t.Errorf("%d parties, want 1", parties)
	}
}

func TestARepeatedRequestIsAnsweredWithTheStateThatItLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.open().GetName()
	take := &triagev1.TakeTicketRequest{Name: name, RequestId: requestID()}
	first := must(w.tickets.TakeTicket(w.as("mette"), take))(t)
	must(w.tickets.StartWork(w.as("mette"), &triagev1.StartWorkRequest{Name: name, RequestId: requestID()}))(t)
	must(w.tickets.UpdateTicket(w.as("mette"), &triagev1.UpdateTicketRequest{
		RequestId: requestID(), UpdateMask: mask("title"), Ticket: &triagev1.Ticket{Name: name, Title: "Ingen kan logge ind"},
	}))(t)
	again := must(w.tickets.TakeTicket(w.as("mette"), take))(t)
	if diff := cmp.Diff(first, again, protocmp.Transform()); diff != "" {
		t.Errorf("answered again, after the ticket went on (-first +again):\n%s", diff)
	}
	erased := "DELETE FROM event_texts WHERE name = 'title' AND revision = 1"
	if _, err := w.pool.Exec(t.Context(), erased); err != nil {
		t.Fatal(err)
	}
	if again = must(w.tickets.TakeTicket(w.as("mette"), take))(t); again.GetTitle() != "" || again.GetEtag() != first.GetEtag() {
		t.Errorf("after its text was erased the answer still says %q", again.GetTitle())
	}
}

func TestARepeatedRequestIsAnsweredUnderPresentPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.open().GetName()
	take := &triagev1.TakeTicketRequest{Name: name, RequestId: requestID()}
	must(w.tickets.TakeTicket(w.as("mette"), take))(t)
	must(w.directory.RevokeMembership(w.as("root"), &triagev1.RevokeMembershipRequest{
		Name: desk + "/memberships/mette.spoc", RequestId: requestID(),
	}))(t)
	if _, err := w.tickets.TakeTicket(w.as("mette"), take); !fault.Is(err, fault.NotFound) {
		t.Errorf("who left the party is answered %v, want NOT_FOUND", err)
	}
}

func TestWhoDeclinedIsAnsweredAgainAlthoughTheTicketIsGoneFromSight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.inProgress().GetName()
	must(w.tickets.HandOverTicket(w.as("mette"), &triagev1.HandOverTicketRequest{
		Name: name, RequestId: requestID(), Party: fmk, Reason: danish("Jeres"),
	}))(t)
	decline := &triagev1.DeclineHandOverRequest{Name: name, RequestId: requestID(), Reason: danish("Nej")}
	first := must(w.tickets.DeclineHandOver(w.as("ida"), decline))(t)
	again := must(w.tickets.DeclineHandOver(w.as("ida"), decline))(t)
	if diff := cmp.Diff(first, again, protocmp.Transform()); diff != "" {
		t.Errorf("answered again (-first +again):\n%s", diff)
	}
	if _, err := w.tickets.GetTicket(w.as("ida"), &triagev1.GetTicketRequest{Name: name}); !fault.Is(err, fault.NotFound) {
		t.Errorf("who declined still reads the ticket: %v", err)
	}
}

func TestARequestIDIsOfOneCallerOneMethodAndOnePayload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name, id := w.open().GetName(), requestID()
	must(w.tickets.AddNote(w.as("mette"), &triagev1.AddNoteRequest{Name: name, RequestId: id, Note: danish("Et")}))(t)
	_, err := w.tickets.AddNote(w.as("mette"), &triagev1.AddNoteRequest{Name: name, RequestId: id, Note: danish("To")})
	if !fault.Is(err, fault.RequestIDReused) {
		t.Errorf("the same id with another text: %v, want REQUEST_ID_REUSED", err)
	}
	must(w.tickets.AddNote(w.as("sofie"), &triagev1.AddNoteRequest{Name: name, RequestId: id, Note: danish("To")}))(t)
	must(w.tickets.LogWork(w.as("mette"), &triagev1.LogWorkRequest{Name: name, RequestId: id, Text: danish("Et")}))(t)
	if got := len(w.events(name)); got != 4 {
		t.Errorf("%d events, want 4", got)
	}
}

func TestARefusedRequestLeavesNothingAndMayBeMadeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.open().GetName()
	closing := &triagev1.CloseTicketRequest{Name: name, RequestId: requestID()}
	if _, err := w.tickets.CloseTicket(w.as("mette"), closing); !fault.Is(err, "WRONG_STATUS") {
		t.Fatalf("closing an open ticket: %v", err)
	}
	must(w.tickets.ResolveTicket(w.as("mette"), &triagev1.ResolveTicketRequest{
		Name: name, RequestId: requestID(), Solution: danish("Vist, hvordan"),
		SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
	}))(t)
	must(w.tickets.CloseTicket(w.as("mette"), closing))(t)
	if kept := w.count("requests WHERE method = 'CloseTicket'"); kept != 1 {
		t.Errorf("%d request ids are kept, want the one that had an effect", kept)
	}
}

func TestOfTwoTakersOneWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant("lars", spoc, "", "agent")
	contexts := []string{"mette", "lars"}
	for round := range 10 {
		name := w.open().GetName()
		_, errs := atOnce(2, func(i int) (*triagev1.Ticket, error) {
			return w.tickets.TakeTicket(w.as(contexts[i]), &triagev1.TakeTicketRequest{Name: name, RequestId: requestID()})
		})
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !fault.Is(err, "ALREADY_TAKEN"):
				t.Errorf("round %d: the loser hears %v, want ALREADY_TAKEN", round, err)
			}
		}
		if got := eventTypes(w.events(name)); won != 1 || len(got) != 2 {
			t.Errorf("round %d: %d won, events %v", round, won, got)
		}
	}
}

// R33: tickets are taken from the pile.
func TestTakeNextGivesEveryTicketToOnePersonAndTheUrgentOnesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var names []string
	for i := range 16 {
		ticket := w.open()
		names = append(names, ticket.GetName())
		if priority := []string{"", "P3", "P1", "P2"}[i%4]; priority != "" {
			must(w.tickets.UpdateTicket(w.as("mette"), &triagev1.UpdateTicketRequest{
				RequestId: requestID(), UpdateMask: mask("priority"), Ticket: &triagev1.Ticket{Name: ticket.GetName(), Priority: priority},
			}))(t)
		}
		w.clock.Advance(1000)
	}
	next := func() (*triagev1.Ticket, error) {
		return w.tickets.TakeNextTicket(w.as("mette"), &triagev1.TakeNextTicketRequest{
			Parent: desk, Party: spoc, RequestId: requestID(),
		})
	}
	for i, want := range []int{2, 6, 10, 14, 3, 7} { // the P1 by age, then the P2
		if got := must(next())(t); got.GetName() != names[want] || got.GetAssignee() != who("mette") {
			t.Errorf("number %d is %s %q, want %s", i, got.GetName(), got.GetPriority(), names[want])
		}
	}
	answers, errs := atOnce(14, func(int) (*triagev1.Ticket, error) { return next() })
	seen := map[string]bool{}
	empty := 0
	for i, answer := range answers {
		switch {
		case fault.Is(errs[i], "NOTHING_TO_TAKE"):
			empty++
		case errs[i] != nil:
			t.Errorf("taker %d: %v", i, errs[i])
		case seen[answer.GetName()]:
			t.Errorf("%s was given to two", answer.GetName())
		default:
			seen[answer.GetName()] = true
		}
	}
	if len(seen) != 10 || empty != 4 {
		t.Errorf("14 takers of 10 tickets: %d got one, %d found nothing", len(seen), empty)
	}
}

func TestAStaleEtagIsRefusedAndToldThePresentOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.open()
	name := ticket.GetName()
	taken := must(w.tickets.TakeTicket(w.as("mette"), &triagev1.TakeTicketRequest{
		Name: name, RequestId: requestID(), Etag: ticket.GetEtag(),
	}))(t)
	for what, call := range map[string]func() error{
		"startWork": func() error {
			_, err := w.tickets.StartWork(w.as("mette"), &triagev1.StartWorkRequest{
				Name: name, RequestId: requestID(), Etag: ticket.GetEtag(),
			})
			return err
		},
		"update": func() error {
			_, err := w.tickets.UpdateTicket(w.as("mette"), &triagev1.UpdateTicketRequest{
				RequestId: requestID(), UpdateMask: mask("impact"),
				Ticket: &triagev1.Ticket{Name: name, Etag: ticket.GetEtag(), Impact: triagev1.Impact_IMPACT_HIGH},
			})
			return err
		},
	} {
		err := call()
		if !fault.Is(err, fault.StaleETag) {
			t.Errorf("%s with a stale etag: %v", what, err)
			continue
		}
		if got := infoOf(t, err).GetMetadata()["etag"]; got != taken.GetEtag() {
			t.Errorf("%s is told the etag %q, want %q", what, got, taken.GetEtag())
		}
	}
	must(w.tickets.StartWork(w.as("mette"), &triagev1.StartWorkRequest{
		Name: name, RequestId: requestID(), Etag: taken.GetEtag(),
	}))(t)
}
