package domain

import (
	"errors"
	"testing"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// TestAKnownSolutionGoesFromCandidateToRetired holds every step against every state: R75, R123.
func TestAKnownSolutionGoesFromCandidateToRetired(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	steps := map[string]func(KnownSolution) (KnownSolutionOutcome, error){
		"update":  func(k KnownSolution) (KnownSolutionOutcome, error) { return k.Update(Revised{}, at) },
		"submit":  func(k KnownSolution) (KnownSolutionOutcome, error) { return k.SubmitForReview(at) },
		"publish": func(k KnownSolution) (KnownSolutionOutcome, error) { return k.Publish("desks/nsp/persons/chr", at) },
		"return":  func(k KnownSolution) (KnownSolutionOutcome, error) { return k.Return("Hm", at) },
		"retire":  func(k KnownSolution) (KnownSolutionOutcome, error) { return k.Retire("Hm", at) },
	}
	leads := map[string]map[triagev1.KnownSolutionState]triagev1.KnownSolutionState{
		"update":  {Candidate: Candidate, InReview: InReview},
		"submit":  {Candidate: InReview},
		"publish": {InReview: Published},
		"return":  {InReview: Candidate},
		"retire":  {Candidate: Retired, InReview: Retired, Published: Retired},
	}
	for _, state := range states(Candidate, InReview, Published, Retired) {
		proposal := Proposal{Name: "desks/nsp/knownSolutions/ks1", Title: "T", Solution: "S"}
		k := Propose(Desk{Name: "desks/nsp"}, proposal, at).KnownSolution
		k.Facts.State = state
		for name, step := range steps {
			outcome, err := step(k)
			want, possible := leads[name][state]
			if _, refused := errors.AsType[WrongKnownSolutionState](err); refused == possible {
				t.Errorf("%s of one that is %v: %v", name, state, err)
			}
			if possible && (outcome.Facts.GetState() != want || outcome.Revision != 2) {
				t.Errorf("%s of one that is %v leads to %v, want %v", name, state, outcome.Facts.GetState(), want)
			}
			if k.Facts.GetState() != state {
				t.Errorf("%s changed the one before", name)
			}
		}
		if (k.Permits(ApplyKnown) == nil) != (state == Published) {
			t.Errorf("one that is %v may be applied: %v", state, k.Permits(ApplyKnown) == nil)
		}
	}
}
