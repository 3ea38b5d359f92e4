package domain

import (
	"math"
	"slices"
)

// Similarity of texts by the words they share (docs/adr/0020). A text is the set of its terms, which are hashes of stems; a
// question is a list of words, each with its terms in every language.

// QuestionWord is one word of a question.
type QuestionWord struct {
	// Word is as it was asked, in small letters.
	Word string
	// Terms are what it is in each language, and in how many tickets.
	Terms []QuestionTerm
}

// QuestionTerm is a word in one language.
type QuestionTerm struct{ Term, Documents int64 }

// Documents is in how many tickets the word is, in any language.
func (w QuestionWord) Documents() int64 {
	var n int64
	for _, t := range w.Terms {
		n += t.Documents
	}
	return n
}

const (
	// atLeast is the number of tickets below which all words are equally rare, and telling steps are its doubles: what a caller sees
	// of weights says nothing about a single ticket that they may not see.
	atLeast = 64
	// usualLength is how many terms a ticket has as a rule. Longer texts share words by chance; shorter ones are no better for it.
	usualLength = 30
	// k1 and b are BM25's: how much a word's repetition counts, and how much a text's length. Terms are a set: each is there once.
	k1, b = 1.2, 0.6
)

// coarse rounds a number of tickets up to atLeast, or the next of its doubles.
func coarse(documents int64) float64 {
	return math.Exp2(math.Ceil(math.Log2(float64(max(documents, atLeast)))))
}

// Question is what is looked for, ready to be held against texts.
type Question struct {
	words []weighedWord
	whole float64
	byKey map[int64]int // term to word
}

type weighedWord struct {
	QuestionWord
	weight float64
}

// maxWords of a question are held against texts: the most telling.
const maxWords = 64

// NewQuestion weighs the words among so many tickets. Words in fewer tickets say more.
func NewQuestion(words []QuestionWord, documents int64) Question {
	q := Question{byKey: map[int64]int{}}
	for _, w := range words {
		q.words = append(q.words, weighedWord{w, math.Log2(1 + coarse(documents)/coarse(w.Documents()))})
	}
	slices.SortStableFunc(q.words, func(x, y weighedWord) int {
		switch {
		case x.weight > y.weight:
			return -1
		case x.weight < y.weight:
			return 1
		}
		return 0
	})
	q.words = q.words[:min(len(q.words), maxWords)]
	for i, w := range q.words {
		q.whole += w.weight
		for _, t := range w.Terms {
			if _, taken := q.byKey[t.Term]; !taken {
				q.byKey[t.Term] = i
			}
		}
	}
	return q
}

// Words of the question, the most telling first.
func (q Question) Words() []QuestionWord {
	words := make([]QuestionWord, len(q.words))
	for i, w := range q.words {
		words[i] = w.QuestionWord
	}
	return words
}

// Score is how much of the question a text speaks of, from 0 to 1, less for texts that are long.
func (q Question) Score(terms []int64) float64 {
	if q.whole == 0 {
		return 0
	}
	var shared float64
	var seen [maxWords]bool
	for _, term := range terms {
		if i, has := q.byKey[term]; has && !seen[i] {
			seen[i] = true
			shared += q.words[i].weight
		}
	}
	length := max(1, float64(len(terms))/usualLength)
	return shared / q.whole * (k1 + 1) / (1 + k1*(1-b+b*length))
}

// Matched are the words of the question that a text has too, the most telling first.
func (q Question) Matched(terms []int64) []string {
	var matched []string
	for _, w := range q.words {
		if slices.ContainsFunc(w.Terms, func(t QuestionTerm) bool { return slices.Contains(terms, t.Term) }) {
			matched = append(matched, w.Word)
		}
	}
	return matched
}

// Rounded is a score as callers see it.
func Rounded(score float64) float64 { return math.Round(score*100) / 100 }
