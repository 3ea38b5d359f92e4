package app_test

import (
	"context"
	"slices"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

// watched are the types of a ticket's events that somebody is shown from the beginning, or from a token on, and the last token.
func (w *world) watched(person, ticket string, from string) (types []string, token string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.as(person), patience)
	defer cancel()
	stream := must(w.feed.Watch(ctx, &eventv1.WatchRequest{Parent: desk, ResumeToken: from}))(w.t)
	for {
		message := must(stream.Recv())(w.t)
		if message.GetBookmark() != nil {
			return types, message.GetBookmark().GetResumeToken()
		}
		if record := message.GetEvent().GetRecord(); record.GetResource() == ticket {
			types = append(types, record.GetType())
		}
	}
}

// learns is everything that somebody can find out about a ticket; empty where they learn nothing.
func (w *world) learns(person, ticket string) (learnt []string) {
	w.t.Helper()
	ctx := w.as(person)
	if _, err := w.tickets.GetTicket(ctx, &triagev1.GetTicketRequest{Name: ticket}); err == nil {
		learnt = append(learnt, "get")
	} else if status.Code(err) != codes.NotFound {
		w.t.Fatal(err)
	}
	if _, err := w.tickets.GetTicketClocks(ctx, &triagev1.GetTicketClocksRequest{Name: ticket}); err == nil {
		learnt = append(learnt, "clocks")
	}
	if _, err := w.assess.GetGuide(ctx, &triagev1.GetGuideRequest{Name: ticket}); err == nil {
		learnt = append(learnt, "guide")
	}
	is := func(t *triagev1.Ticket) bool { return t.GetName() == ticket }
	list := must(w.tickets.ListTickets(ctx, &triagev1.ListTicketsRequest{Parent: desk, PageSize: 500}))(w.t)
	if slices.ContainsFunc(list.GetTickets(), is) {
		learnt = append(learnt, "list")
	}
	found := must(w.tickets.SearchTickets(ctx, &triagev1.SearchTicketsRequest{Parent: desk, Query: "logge"}))(w.t)
	if slices.ContainsFunc(found.GetTickets(), is) {
		learnt = append(learnt, "search")
	}
	if seen, _ := w.watched(person, ticket, ""); len(seen) > 0 {
		learnt = append(learnt, "watch")
	}
	if _, err := w.tickets.AddNote(ctx, &triagev1.AddNoteRequest{
		Name: ticket, RequestId: requestID(),
		Note: danish("?"),
	}); err == nil {
		learnt = append(learnt, "note")
	}
	return learnt
}

// R149: from the moment in which a breach is suspected, only those who need to know learn of the ticket, also of what happened
// before.
func TestR149ABreachIsSeenByThoseWhoNeedToKnow(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.grant("lars", netic, drift, "agent", "operations") // a colleague of who works on it
	name := w.triagedAtOperations(t)
	must(w.tickets.AddNote(w.as("jonas"), &triagev1.AddNoteRequest{
		Name: name, RequestId: requestID(), Note: danish("Mistænkeligt"), Internal: true,
	}))(t)
	eventually(t, "the ticket is found by its words", func() bool {
		found := must(w.tickets.SearchTickets(w.as("mette"), &triagev1.SearchTicketsRequest{Parent: desk, Query: "logge"}))(t)
		return len(found.GetTickets()) == 1
	})
	for _, person := range []string{"mette", "lars", "jonas", "chr"} {
		if got := w.learns(person, name); len(got) < 7 {
			t.Fatalf("%s learns only by %v while it is open", person, got)
		}
	}
	_, token := w.watched("mette", name, "")
	requested := requestID()
	categorise := &triagev1.CategoriseTicketRequest{
		Name: name, RequestId: requested, Assessment: &triagev1.Assessment{SecuritySuspected: true},
	}
	restricted := must(w.assess.CategoriseTicket(w.as("jonas"), categorise))(t)
	if !restricted.GetRestricted() || !slices.Contains(restricted.GetVisibleTo(), "nsp_incident_manager") {
		t.Errorf("it is restricted: %v, to %v", restricted.GetRestricted(), restricted.GetVisibleTo())
	}
	// mette is of the party that answers for it, lars of the one that has it.
	for _, person := range []string{"mette", "lars", "ida", "stranger"} {
		if person != "stranger" {
			if got := w.learns(person, name); len(got) > 0 {
				t.Errorf("%s learns of it by %v", person, got)
			}
		}
	}
	if seen, _ := w.watched("mette", name, token); len(seen) > 0 {
		t.Errorf("an old watch that is resumed shows %v", seen)
	}
	for _, person := range []string{"jonas", "chr"} { // who works on it; the role
		if got := w.learns(person, name); !slices.Contains(got, "get") || !slices.Contains(got, "search") ||
			!slices.Contains(got, "watch") {
			t.Errorf("%s, who needs to know, learns of it only by %v", person, got)
		}
	}
	seen, _ := w.watched("karen", name, "")
	if !slices.Contains(seen, "ticket.opened") || slices.Contains(seen, "ticket.internal_note_added") {
		t.Errorf("the reporter watches %v", seen)
	}
	if again := must(w.assess.CategoriseTicket(w.as("jonas"), categorise))(t); again.GetName() != name {
		t.Errorf("the same request is answered with %v", again)
	}
	said, _ := w.lastOf(t, name, "ticket.restricted")
	if d := said.GetDecisions(); len(d) == 0 || d[0].GetRule() != "restrictions[breach]" {
		t.Errorf("the reason is %v", d)
	}
}

// R149: who needs to know is let in with a reason, sees what was before, and can be shown out again.
func TestR149WhoNeedsToKnowIsLetIn(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	name := w.triagedAtOperations(t)
	grant := func(by, who string) error {
		_, err := w.assess.GrantSight(w.as(by), &triagev1.GrantSightRequest{
			Name: name, RequestId: requestID(), Who: who, Reason: danish("Kender systemet"),
		})
		return err
	}
	if err := grant("chr", who("ida")); !fault.Is(err, "NOT_RESTRICTED") {
		t.Errorf("somebody is let in to see an open ticket: %v", err)
	}
	must(w.categorise("jonas", name, &triagev1.Assessment{ItSecurityBreach: true}))(t)
	if err := grant("mette", who("mette")); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody lets themselves in: %v", err)
	}
	if err := grant("chr", who("nobody")); !fault.Is(err, "NOT_A_MEMBER") {
		t.Errorf("nobody is let in: %v", err)
	}
	if err := grant("chr", who("ida")); err != nil {
		t.Fatal(err)
	}
	if seen, _ := w.watched("ida", name, ""); !slices.Contains(seen, "ticket.opened") || !slices.Contains(seen,
		"ticket.sight_granted") {
		t.Errorf("who is let in watches %v", seen)
	}
	if err := grant("ida", who("mette")); !fault.Is(err, "NOT_PERMITTED_BY_PROFILE") {
		t.Errorf("who was let in lets others in: %v", err)
	}
	must(w.assess.RevokeSight(w.as("chr"), &triagev1.RevokeSightRequest{
		Name: name, RequestId: requestID(), Who: who("ida"), Reason: danish("Færdig"),
	}))(t)
	if got := w.learns("ida", name); len(got) > 0 {
		t.Errorf("who was shown out learns of it by %v", got)
	}
}

// R149: only a role that sees breaches says that it was none; then everybody concerned sees it again, and all of it.
func TestR149TheRestrictionIsLiftedByThoseWhoSeeBreaches(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	name := w.triagedAtOperations(t)
	must(w.categorise("jonas", name, &triagev1.Assessment{SecuritySuspected: true}))(t)
	lift := func(person string) error {
		_, err := w.assess.CategoriseTicket(w.as(person), &triagev1.CategoriseTicketRequest{
			Name: name, RequestId: requestID(), Assessment: &triagev1.Assessment{}, UpdateMask: mask("security_suspected"),
		})
		return err
	}
	if err := lift("jonas"); !fault.Is(err, "NOT_PERMITTED_BY_PROFILE") {
		t.Errorf("who works on it takes the restriction away: %v", err)
	}
	if err := lift("chr"); err != nil {
		t.Fatal(err)
	}
	seen, _ := w.watched("mette", name, "")
	if !slices.Contains(seen, "ticket.opened") || !slices.Contains(seen, "ticket.unrestricted") {
		t.Errorf("the party that answers for it watches %v", seen)
	}
}

// R17, R149: a breach that is suspected at registration is never seen by anybody else, and lies in nobody's pile.
func TestR149ASuspicionAtRegistrationIsRestrictedFromTheStart(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	opening := w.opening()
	opening.Assessment = &triagev1.Assessment{SecuritySuspected: true}
	name := must(w.intake.OpenTicket(t.Context(), opening))(t).GetName()
	if got := w.learns("mette", name); len(got) > 0 {
		t.Errorf("the contact party learns of it by %v", got)
	}
	if got := w.learns("karen", name); !slices.Contains(got, "get") {
		t.Errorf("the reporter learns of it only by %v", got)
	}
	_, err := w.tickets.TakeNextTicket(w.as("mette"), &triagev1.TakeNextTicketRequest{
		Parent: desk, Party: sds,
		RequestId: requestID(),
	})
	if !fault.Is(err, "NOTHING_TO_TAKE") {
		t.Errorf("the pile answers %v", err)
	}
	for _, e := range w.events(name) {
		for _, n := range payload(t, e).GetNotifications() {
			if slices.ContainsFunc(n.GetRecipients(), func(to string) bool { return to == "parties/sds" }) {
				t.Errorf("%s tells the whole contact party: %v", e.Record.GetType(), n)
			}
		}
	}
	// chr, whose role sees it, lets one of the contact party in, who can then take it.
	must(w.assess.GrantSight(w.as("chr"), &triagev1.GrantSightRequest{
		Name: name, RequestId: requestID(), Who: who("mette"), Reason: danish("Visiterer"),
	}))(t)
	must(w.tickets.TakeTicket(w.as("mette"), &triagev1.TakeTicketRequest{Name: name, RequestId: requestID()}))(t)
}
