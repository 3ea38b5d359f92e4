package domain

import (
	"slices"
	"testing"
)

func asked(words ...QuestionWord) Question { return NewQuestion(words, 1_000_000) }

func inTickets(word string, term, documents int64) QuestionWord {
	return QuestionWord{Word: word, Terms: []QuestionTerm{{Term: term, Documents: documents}}}
}

func TestARareWordSaysMoreThanACommonOne(t *testing.T) {
	t.Parallel()
	q := asked(inTickets("fejl", 1, 400_000), inTickets("ugleblæser", 2, 70))
	common, rare := q.Score([]int64{1, 10, 11}), q.Score([]int64{2, 10, 11})
	if common >= rare || rare >= q.Score([]int64{1, 2, 10}) {
		t.Errorf("a common word scores %.2f, a rare one %.2f, both %.2f", common, rare, q.Score([]int64{1, 2, 10}))
	}
	if got := q.Matched([]int64{1, 2}); !slices.Equal(got, []string{"ugleblæser", "fejl"}) {
		t.Errorf("why: %v, want the most telling first", got)
	}
}

// TestAScoreTellsNothingOfASingleTicket: whether a ticket that the caller may not see has the word, too, changes nothing.
func TestAScoreTellsNothingOfASingleTicket(t *testing.T) {
	t.Parallel()
	for _, documents := range []int64{1, 2, 40, 63, 65, 127, 1000} {
		with := asked(inTickets("a", 1, documents), inTickets("b", 2, 5000))
		without := asked(inTickets("a", 1, documents+1), inTickets("b", 2, 5000))
		text := []int64{1, 7, 8}
		if with.Score(text) != without.Score(text) {
			t.Errorf("one more than %d tickets change the score from %v to %v", documents, with.Score(text), without.Score(text))
		}
	}
}

func TestLongTextsShareWordsByChance(t *testing.T) {
	t.Parallel()
	q := asked(inTickets("a", 1, 100), inTickets("b", 2, 100))
	long := []int64{1, 2}
	for term := range int64(60) {
		long = append(long, 100+term)
	}
	if short := q.Score([]int64{1, 2, 100, 101}); short <= q.Score(long) || short > 1 {
		t.Errorf("a short text scores %.2f, a long one %.2f", short, q.Score(long))
	}
	if got := (Question{}).Score([]int64{1}); got != 0 {
		t.Errorf("no question scores %v", got)
	}
}

// TestAWordCountsOnceInWhateverLanguageItIsFound: the stems of two languages are often the same.
func TestAWordCountsOnceInWhateverLanguageItIsFound(t *testing.T) {
	t.Parallel()
	q := asked(QuestionWord{Word: "server", Terms: []QuestionTerm{{1, 100}, {2, 100}}}, inTickets("nede", 3, 100))
	if one, both := q.Score([]int64{1, 9}), q.Score([]int64{1, 2}); one != both {
		t.Errorf("found in one language %.2f, in two %.2f", one, both)
	}
}
