package store

import (
	"cmp"
	"slices"

	"github.com/bavn/bavn/services/triage/internal/domain"
)

// lookups are what candidates are found by.
type lookups struct {
	rare, recent []int64
	pairs        [][]int64
}

// lookUp chooses among the words of a question, the rarest first. All tickets with a rare word are candidates, and the newest
// with a common one. Where a question has few rare words, two common ones that are seldom together stand in for one.
func lookUp(words []domain.QuestionWord, tickets int64) lookups {
	known := slices.DeleteFunc(slices.Clone(words), func(w domain.QuestionWord) bool { return w.Documents() == 0 })
	slices.SortStableFunc(known, func(a, b domain.QuestionWord) int { return cmp.Compare(a.Documents(), b.Documents()) })
	known = known[:min(len(known), lookedUp)]
	var plan lookups
	var common []domain.QuestionTerm
	var whole int64
	for _, w := range known {
		for _, t := range w.Terms {
			switch {
			case t.Documents == 0:
			case t.Documents <= rareUpTo && whole+t.Documents <= wholeUpTo:
				whole += t.Documents
				plan.rare = append(plan.rare, t.Term)
			default:
				common = append(common, t)
				plan.recent = append(plan.recent, newestSegments(t, tickets)...)
			}
		}
	}
	if len(plan.rare) >= rareEnough {
		return plan
	}
	for i, a := range common {
		for _, b := range common[i+1:] {
			if len(plan.pairs) < mostPairs && a.Documents*b.Documents <= pairUpTo*tickets {
				plan.pairs = append(plan.pairs, []int64{a.Term, b.Term})
			}
		}
	}
	return plan
}

// newestSegments are the keys of a term in as many of the newest segments as may hold recentWanted tickets with it; the newest of
// all is only begun.
func newestSegments(t domain.QuestionTerm, tickets int64) []int64 {
	newest := (tickets - 1) / segmentTickets
	span := 1 + (recentWanted*(newest+1)+t.Documents-1)/t.Documents
	var keys []int64
	for segment := newest; segment >= 0 && segment > newest-span; segment-- {
		keys = append(keys, t.Term^(1+segment))
	}
	return keys
}
