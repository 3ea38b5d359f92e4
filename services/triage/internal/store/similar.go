package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// The similarity index, see docs/adr/0020: how few texts are looked at before any is ranked.
const (
	// mostTerms of a ticket are indexed.
	mostTerms = 64
	// commonFrom so many tickets a term is indexed by segment too. It is less than rareUpTo, so that a term that has just stopped
	// to be rare finds its newest tickets there.
	commonFrom = 400
	// rareUpTo so many tickets all with a term are looked at, while all terms together have at most wholeUpTo.
	rareUpTo, wholeUpTo = 1000, 2000
	// recentWanted is how many tickets with a common term are looked at, the newest.
	recentWanted = 100
	// recentMost are looked at in all, whatever words are common.
	recentMost = 500
	// segmentTickets are in one segment, as in the statement IndexTerms.
	segmentTickets = 1024
	// lookedUp words of a question lead to candidates: the rarest.
	lookedUp = 6
	// rareEnough words of these make pairs of common ones unnecessary.
	rareEnough = 3
	// pairUpTo so many tickets are expected to have both terms of a pair that is looked up.
	pairUpTo = 400
	// mostPairs are looked up.
	mostPairs = 4
	// candidates are the most that one lookup gives.
	candidates = 2500
	// sighted is how many of the newest tickets are looked at for a caller who sees little of what words find.
	sighted = 500
	// askedAtOnce is how many of the best are asked about at once: may the caller see them?
	askedAtOnce = 100
	// mostAsked of them are asked about before the caller is taken for one who sees little.
	mostAsked = 500
	// articles are the most known solutions that are looked at.
	articles = 1000
	// worthShowing is the score below which nothing is shown.
	worthShowing = 0.1
)

// SimilarQuery asks for what solved the like of a text before.
type SimilarQuery struct {
	// Desk is the desk's id.
	Desk string
	// Keys are the audience keys of who asks; Member whether they have a part in the desk.
	Keys   []string
	Member bool
	Text   string
	// Except is the number of the ticket that the text is of, or empty.
	Except string
	Limit  int
}

// candidate is a text that shares words with the question.
type candidate struct {
	ticket string // its number, or
	known  int32  // that of a known solution
	terms  []int64
	score  float64
}

// Similar finds published known solutions and solved tickets that somebody may see, best first.
func Similar(ctx context.Context, pool *pgxpool.Pool, q SimilarQuery) (found []*triagev1.SolutionSuggestion, err error) {
	err = pg.InPipeline(ctx, pool, func(ctx context.Context, p *pg.Pipeline) error {
		if _, err := p.Exec(ctx, unguessed); err != nil {
			return err
		}
		found, err = similarIn(ctx, p, q)
		return err
	})
	return found, err
}

// unguessed keeps the planner from looking at the keys. It takes every key that it does not remember for nearly as frequent as
// those that it does, so that some hundred of them look like most of the table, which it then reads from end to end.
const unguessed = "SET LOCAL plan_cache_mode = force_generic_plan"

func similarIn(ctx context.Context, db DBTX, q SimilarQuery) ([]*triagev1.SolutionSuggestion, error) {
	s := similar{SimilarQuery: q, queries: New(db)}
	if err := s.ask(ctx); err != nil {
		return nil, fmt.Errorf("read the question: %w", err)
	}
	best, err := s.tickets(ctx)
	if err != nil {
		return nil, fmt.Errorf("find similar tickets: %w", err)
	}
	if q.Member {
		known, err := s.known(ctx)
		if err != nil {
			return nil, fmt.Errorf("find known solutions: %w", err)
		}
		best = append(known, best...) // of two that score alike, the reviewed one
	}
	slices.SortStableFunc(best, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	return s.shown(ctx, db, best[:min(len(best), q.Limit)])
}

type similar struct {
	SimilarQuery
	queries  *Queries
	question domain.Question
	ordinals int64
}

// ask finds the words of the question, and how telling each is.
func (s *similar) ask(ctx context.Context) error {
	rows, err := s.queries.QuestionWords(ctx, QuestionWordsParams{Desk: s.Desk, Question: s.Text})
	if err != nil {
		return err
	}
	if s.ordinals, err = s.queries.SearchOrdinals(ctx, s.Desk); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	terms := make([]int64, len(rows))
	for i, r := range rows {
		terms[i] = r.Term
	}
	counts, err := s.queries.CountedWords(ctx, CountedWordsParams{Desk: s.Desk, Terms: terms})
	if err != nil {
		return err
	}
	documents := make(map[int64]int64, len(counts))
	for _, c := range counts {
		documents[c.Term] = c.Documents
	}
	var words []domain.QuestionWord
	for _, r := range rows {
		if len(words) == 0 || words[len(words)-1].Word != r.Word {
			words = append(words, domain.QuestionWord{Word: r.Word})
		}
		word := &words[len(words)-1]
		word.Terms = append(word.Terms, domain.QuestionTerm{Term: r.Term, Documents: documents[r.Term]})
	}
	s.question = domain.NewQuestion(words, s.ordinals)
	return nil
}

// tickets are the best that the caller may see. Candidates are found and scored whoever may see them, and asked about from
// the best on; only a caller who may not see some of them is shown the newest that they do see beside.
func (s *similar) tickets(ctx context.Context) ([]candidate, error) {
	found, err := s.byWords(ctx)
	if err != nil {
		return nil, err
	}
	best, all, err := s.visible(ctx, s.rank(found))
	if err != nil || all {
		return best, err
	}
	rows, err := s.queries.TicketsBySight(ctx, TicketsBySightParams{Desk: s.Desk, Keys: s.Keys, Limit: sighted})
	if err != nil {
		return nil, err
	}
	sight := map[string][]int64{}
	for _, b := range best {
		sight[b.ticket] = b.terms
	}
	for _, r := range rows {
		sight[r.Number] = r.Terms
	}
	ranked := s.rank(sight)
	return ranked[:min(len(ranked), s.Limit)], nil
}

// byWords looks up the rarest words of the question.
func (s *similar) byWords(ctx context.Context) (map[string][]int64, error) {
	found := map[string][]int64{}
	plan := lookUp(s.question.Words(), s.ordinals)
	if len(plan.rare) > 0 {
		rows, err := s.queries.TicketsByTerms(ctx, TicketsByTermsParams{Desk: s.Desk, Rare: plan.rare, Limit: candidates})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			found[r.Number] = r.Terms
		}
	}
	if len(plan.recent) > 0 {
		rows, err := s.queries.TicketsBySegments(ctx, TicketsBySegmentsParams{
			Desk: s.Desk, Recent: plan.recent, Limit: recentMost,
		})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			found[r.Number] = r.Terms
		}
	}
	for _, pair := range plan.pairs {
		rows, err := s.queries.TicketsByPair(ctx, TicketsByPairParams{Desk: s.Desk, Pair: pair, Limit: candidates})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			found[r.Number] = r.Terms
		}
	}
	delete(found, s.Except)
	return found, nil
}

// rank puts what is worth showing in order: the best first, of those that score alike the newest.
func (s *similar) rank(found map[string][]int64) []candidate {
	ranked := make([]candidate, 0, len(found))
	for number, terms := range found {
		if score := s.question.Score(terms); number != s.Except && score >= worthShowing {
			ranked = append(ranked, candidate{ticket: number, terms: terms, score: score})
		}
	}
	slices.SortFunc(ranked, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.ticket, a.ticket))
	})
	return ranked
}

// visible keeps the best solved ones that the caller may see, and reports whether the caller may see all that were asked about.
func (s *similar) visible(ctx context.Context, ranked []candidate) (best []candidate, all bool, err error) {
	all = len(ranked) <= mostAsked
	for chunk := range slices.Chunk(ranked[:min(len(ranked), mostAsked)], askedAtOnce) {
		numbers := make([]string, len(chunk))
		for i, c := range chunk {
			numbers[i] = c.ticket
		}
		rows, err := s.queries.VisibleTickets(ctx, VisibleTicketsParams{Desk: s.Desk, Numbers: numbers, Keys: s.Keys})
		if err != nil {
			return nil, false, err
		}
		all = all && len(rows) == len(chunk)
		solved := map[string]bool{}
		for _, r := range rows {
			solved[r.Number] = r.Solved
		}
		for _, c := range chunk {
			if solved[c.ticket] {
				best = append(best, c)
			}
		}
		if len(best) >= s.Limit {
			return best[:s.Limit], true, nil // nothing that follows is better
		}
	}
	return best, all, nil
}

// known are the best published known solutions.
func (s *similar) known(ctx context.Context) ([]candidate, error) {
	var terms []int64
	words := s.question.Words()
	for _, w := range words[:min(len(words), 2*lookedUp)] {
		for _, t := range w.Terms {
			terms = append(terms, t.Term)
		}
	}
	rows, err := s.queries.KnownSolutionsByTerms(ctx, KnownSolutionsByTermsParams{Desk: s.Desk, Terms: terms, Limit: articles})
	if err != nil {
		return nil, err
	}
	var best []candidate
	for _, r := range rows {
		if score := s.question.Score(r.Terms); score >= worthShowing {
			best = append(best, candidate{known: r.Number, terms: r.Terms, score: score})
		}
	}
	return best, nil
}

// shown reads what a suggestion shows of each.
func (s *similar) shown(ctx context.Context, db DBTX, best []candidate) ([]*triagev1.SolutionSuggestion, error) {
	var numbers []string
	var known []int32
	for _, c := range best {
		if c.ticket != "" {
			numbers = append(numbers, c.ticket)
		} else {
			known = append(known, c.known)
		}
	}
	tickets := map[string]*SolvedTicketsRow{}
	if len(numbers) > 0 {
		rows, err := s.queries.SolvedTickets(ctx, SolvedTicketsParams{Desk: s.Desk, Numbers: numbers, Keys: s.Keys})
		if err != nil {
			return nil, fmt.Errorf("read similar tickets: %w", err)
		}
		for i := range rows {
			tickets[rows[i].Number] = &rows[i]
		}
	}
	solutions := map[int32]*triagev1.KnownSolution{}
	if len(known) > 0 {
		list, err := KnownSolutions(ctx, db, s.Desk, s.Keys, known...)
		if err != nil {
			return nil, err
		}
		for _, k := range list {
			solutions[KnownSolutionNumber(k.GetName())] = k
		}
	}
	var list []*triagev1.SolutionSuggestion
	for _, c := range best {
		hit := &triagev1.SolutionSuggestion{Score: domain.Rounded(c.score), MatchedWords: s.question.Matched(c.terms)}
		if k := solutions[c.known]; k != nil && k.GetState() == domain.Published {
			hit.Source = &triagev1.SolutionSuggestion_KnownSolution{KnownSolution: k.GetName()}
			hit.Title, hit.Solution, hit.SolutionKind = k.GetTitle(), k.GetSolution(), k.GetSolutionKind()
			list = append(list, hit)
		}
		if row := tickets[c.ticket]; row != nil {
			facts := new(triagev1.Ticket)
			if err := proto.Unmarshal(row.Facts, facts); err != nil {
				return nil, fmt.Errorf("decode ticket: %w", err)
			}
			hit.Source = &triagev1.SolutionSuggestion_Ticket{Ticket: facts.GetName()}
			hit.Title, hit.Solution, hit.SolutionKind = textOf(row.Title), textOf(row.Solution), facts.GetSolutionKind()
			list = append(list, hit)
		}
	}
	return list, nil
}
