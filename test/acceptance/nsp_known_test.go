package acceptance_test

import (
	"slices"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

const nspKnown = "Forny VOCES-certifikatet, og genstart klienten."

// knownSolution is one that somebody proposed and the authority published.
func (v *nspVisit) knownSolution(by, category string) string {
	v.t.Helper()
	proposed, err := v.known.ProposeKnownSolution(v.by(by), &triagev1.ProposeKnownSolutionRequest{
		Parent: v.Desk(), RequestId: house.ID(), KnownSolution: &triagev1.KnownSolution{
			Title: "Fejl 4711 ved udløbet certifikat", Symptoms: "Medicinkortet viser fejl 4711, og loggen nævner certifikatet",
			Solution: nspKnown, SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND, Category: category, LanguageCode: "da",
		},
	})
	if err != nil {
		v.t.Fatal(err)
	}
	name := proposed.GetName()
	if _, err := v.known.SubmitKnownSolutionForReview(v.by(by), &triagev1.SubmitKnownSolutionForReviewRequest{
		Name: name, RequestId: house.ID(),
	}); err != nil {
		v.t.Fatal(err)
	}
	if _, err := v.known.PublishKnownSolution(v.by("fie"), &triagev1.PublishKnownSolutionRequest{
		Name: name, RequestId: house.ID(),
	}); err != nil {
		v.t.Fatal(err)
	}
	return name
}

// looksForASolution searches among known solutions and earlier cases for what helps here, and is what was found (R70).
func (v *nspVisit) looksForASolution(by string) (found []string) {
	v.t.Helper()
	suggested, err := v.known.SuggestSolutions(v.by(by), &triagev1.SuggestSolutionsRequest{
		Parent: v.Desk(), Ticket: v.ticket.GetName(),
	})
	if err != nil {
		v.t.Fatalf("%s searches for a known solution: %v", by, err)
	}
	for _, s := range suggested.GetSuggestions() {
		found = append(found, s.GetKnownSolution()+s.GetTicket())
	}
	if slices.Contains(found, v.ticket.GetName()) {
		v.t.Error("the case is suggested as its own solution")
	}
	return found
}

// numbered keeps the number that the case has in another tool (R34).
func (v *nspVisit) numbered(by, tool, number string) {
	v.t.Helper()
	v.taken(v.links.SetExternalId(v.by(by), &triagev1.SetExternalIdRequest{
		Name: v.ticket.GetName(), RequestId: house.ID(), External: &triagev1.ExternalNumber{System: tool, Id: number},
	}))
	if !slices.ContainsFunc(v.ticket.GetExternalIds(), func(id *triagev1.ExternalId) bool {
		return id.GetSystem() == tool && id.GetId() == number
	}) {
		v.t.Errorf("its numbers elsewhere are %v, want %s in %s", v.ticket.GetExternalIds(), number, tool)
	}
}

// sharedClock fails unless these parties had the case, a minute at least each, and nobody else.
func (v *nspVisit) sharedClock(parties ...string) {
	v.t.Helper()
	v.passes(time.Minute)
	clocks, err := v.Tickets.GetTicketClocks(v.by("mette"), &triagev1.GetTicketClocksRequest{Name: v.ticket.GetName()})
	if err != nil {
		v.t.Fatal(err)
	}
	var had []string
	for _, c := range clocks.GetClocks() {
		had = append(had, c.GetParty())
	}
	slices.Sort(had)
	var want []string
	for _, party := range parties {
		want = append(want, v.Party(party))
	}
	slices.Sort(want)
	if had = slices.Compact(had); !slices.Equal(had, want) {
		v.t.Errorf("clocks ran for %v, want %v", had, want)
	}
}
