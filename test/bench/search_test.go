package bench

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bavn/bavn/cmd/bavn/suite"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	triage "github.com/bavn/bavn/services/triage/app"
)

var (
	searched  = flag.Int("searched", 1_000_000, "tickets to search in")
	questions = flag.Int("questions", 50, "retold tickets to look for, here and by plain full-text ranking")
	textSeed  = flag.Uint64("text-seed", 1, "seed of the tickets' texts")
)

// SearchReport is out/bench-search.json. Times are of whole RPCs over TLS at one client.
type SearchReport struct {
	Tickets  int    `json:"tickets"`
	TextSeed uint64 `json:"text_seed"`
	CPUs     int    `json:"cpus"`

	RareP50   float64 `json:"rare_p50_ms"`
	RareP95   float64 `json:"rare_p95_ms"`
	CommonP50 float64 `json:"common_p50_ms"`
	CommonP95 float64 `json:"common_p95_ms"`
	// RetoldP95 is for the words of a whole ticket, as triage asks them.
	RetoldP95 float64 `json:"retold_p95_ms"`

	// Recall: how many of the retold tickets have their original among the first five.
	Questions        int     `json:"questions"`
	RecallAt5        float64 `json:"recall_at_5"`
	BaselineRecallAt float64 `json:"baseline_recall_at_5"`
	BaselineP50      float64 `json:"baseline_p50_ms"`

	SeedSeconds  float64 `json:"seed_seconds"`
	IndexSeconds float64 `json:"index_seconds"`
	IndexMB      float64 `json:"index_mb"`
}

const (
	searchBar  = 50 * time.Millisecond
	searches   = 400 // of each kind
	warmUps    = 40
	searchDesk = "bench"
)

// TestBenchSearch measures how fast and how well suggestions are found among a million tickets, next to plain full-text ranking,
// which ranks every match. `make bench-search` runs it.
func TestBenchSearch(t *testing.T) { //nolint:paralleltest // a measure wants the machine for itself
	if os.Getenv("BAVN_BENCH_SEARCH") == "" {
		t.Skip("a benchmark takes minutes and the whole machine: run `make bench-search`")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	s := openSearch(t, filepath.Join(root, "bin"))
	report := &SearchReport{Tickets: *searched, TextSeed: *textSeed, CPUs: runtime.NumCPU()}
	t.Logf("texts by seed %d", *textSeed)
	s.fill(t, report)

	for _, kind := range []struct {
		name     string
		question func(i int) string
		p50, p95 *float64
	}{
		{"rare words", s.texts.rareWords, &report.RareP50, &report.RareP95},
		{"common words", s.texts.commonWords, &report.CommonP50, &report.CommonP95},
		{"whole tickets", s.texts.retold, new(float64), &report.RetoldP95},
	} {
		took := s.measure(t, kind.question)
		*kind.p50, *kind.p95 = milliseconds(took.quantile(.5)), milliseconds(took.quantile(.95))
		t.Logf("%s: p50 %.1f ms, p95 %.1f ms", kind.name, *kind.p50, *kind.p95)
		if took.quantile(.95) > searchBar && kind.name != "whole tickets" {
			t.Errorf("%s: p95 %.1f ms, the bar is %v", kind.name, *kind.p95, searchBar)
		}
	}
	s.recall(t, report)
	t.Logf("of %d retold tickets %.0f%% are found among the first five, by plain full-text ranking (%.0f ms each) %.0f%%",
		report.Questions, 100*report.RecallAt5, report.BaselineP50, 100*report.BaselineRecallAt)
	content, err := json.MarshalIndent(report, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(root, "out", "bench-search.json"), append(content, '\n'), 0o644) //nolint:gosec // to be read
	}
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(string(content))
}

// search is triage with a full desk, and one client.
type search struct {
	processes *suite.Processes
	pool      *pgxpool.Pool
	known     triagev1.KnownSolutionServiceClient
	texts     *incidentTexts
}

func openSearch(t *testing.T, bin string) *search {
	t.Helper()
	ports, err := suite.FreePorts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := suite.StartProcesses(t.Context(), bin, suite.Config{
		Ports: ports, Persons: people(1), Administrators: []string{administrator}, Durable: true, SampleRatio: sampleRatio,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		if err := p.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	l, err := openLine(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.close() })
	if err := furnish(t.Context(), l, 1); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gateway", "notify", "reporting", "intake", "triage"} {
		if err := p.StopOne(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	seeds, err := openSeeder(t.Context(), p.Postgres().URL("triage"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(seeds.pool.Close)
	c, err := l.client()
	if err != nil {
		t.Fatal(err)
	}
	who, err := c.caller(agent(0))
	if err != nil {
		t.Fatal(err)
	}
	return &search{processes: p, pool: seeds.pool, known: who.known, texts: newIncidentTexts(*textSeed)}
}

// wordIndexes are rebuilt at once after the texts are there, as anybody does who brings in a million rows.
var wordIndexes = map[string]string{
	"ticket_search_da":     "CREATE INDEX ticket_search_da ON ticket_search USING gin (words_da)",
	"ticket_search_sv":     "CREATE INDEX ticket_search_sv ON ticket_search USING gin (words_sv)",
	"ticket_search_en":     "CREATE INDEX ticket_search_en ON ticket_search USING gin (words_en)",
	"ticket_search_simple": "CREATE INDEX ticket_search_simple ON ticket_search USING gin (words_simple)",
	"ticket_terms_keys": "CREATE INDEX ticket_terms_keys ON ticket_terms USING gin (terms, recent)" +
		" WITH (gin_pending_list_limit = 256)",
}

// fill seeds and indexes, and starts triage again.
func (s *search) fill(t *testing.T, report *SearchReport) {
	t.Helper()
	began := time.Now()
	if err := triage.Seed(t.Context(), s.pool, triage.SeedOptions{
		Desk: searchDesk, Tickets: *searched, First: firstSeeded, Groups: []string{firstLine}, ClosedOf10: 9,
		Began: time.Now().Add(-seededAge), Texts: s.texts.text,
	}); err != nil {
		t.Fatal(err)
	}
	report.SeedSeconds = time.Since(began).Seconds()
	t.Logf("%d tickets are there after %.0f s", *searched, report.SeedSeconds)
	began = time.Now()
	for name := range wordIndexes {
		s.exec(t, "DROP INDEX "+name)
	}
	if err := triage.IndexSeeded(t.Context(), s.pool, searchDesk); err != nil {
		t.Fatal(err)
	}
	t.Logf("their words are read after %.0f s", time.Since(began).Seconds())
	for _, create := range wordIndexes {
		s.exec(t, "SET maintenance_work_mem = '512MB'; "+create)
	}
	s.exec(t, heard)
	s.exec(t, caughtUpWith)
	s.exec(t, "VACUUM ANALYZE")
	report.IndexSeconds = time.Since(began).Seconds()
	var bytes int64
	if err := s.pool.QueryRow(t.Context(), "SELECT pg_total_relation_size('ticket_terms') + pg_total_relation_size('search_words')").
		Scan(&bytes); err != nil {
		t.Fatal(err)
	}
	report.IndexMB = float64(bytes) / 1e6
	t.Logf("and indexed after %.0f s; the similarity index has %.0f MB", report.IndexSeconds, report.IndexMB)
	if err := s.processes.Start(t.Context(), "triage"); err != nil {
		t.Fatal(err)
	}
}

func (s *search) exec(t *testing.T, sql string) {
	t.Helper()
	if _, err := s.pool.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// measure asks one question after the other.
func (s *search) measure(t *testing.T, question func(i int) string) tally {
	t.Helper()
	r := rand.New(rand.NewPCG(*textSeed, 7)) //nolint:gosec // a sample
	began := time.Now()
	var done tally
	for n := range warmUps + searches {
		words := question(r.IntN(*searched))
		asked := time.Now()
		if _, err := s.suggest(t.Context(), words); err != nil {
			t.Fatal(err)
		}
		if n >= warmUps {
			done.latencies = append(done.latencies, time.Since(asked))
		}
	}
	done.took = time.Since(began)
	slices.Sort(done.latencies)
	return done
}

func (s *search) suggest(ctx context.Context, words string) ([]string, error) {
	answer, err := s.known.SuggestSolutions(ctx, &triagev1.SuggestSolutionsRequest{
		Parent: deskName, Query: words, PageSize: firstFive,
	})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, found := range answer.GetSuggestions() {
		names = append(names, found.GetTicket())
	}
	return names, nil
}

const firstFive = 5

// plainRanking ranks every solved ticket that has any of the words, as a full-text search without more thought does.
const plainRanking = `WITH question AS (
	SELECT to_tsquery($1::regconfig, string_agg(quote_literal(lexeme), ' | ')) AS q
	FROM unnest(to_tsvector($1::regconfig, $2)) AS u (lexeme, positions, weights))
SELECT 'desks/' || t.desk || '/tickets/' || t.number
FROM question, ticket_search s JOIN tickets t USING (desk, number)
WHERE s.desk = $3 AND t.status IN (8, 9) AND %[1]s @@ q
ORDER BY ts_rank(%[1]s, q) DESC, t.number DESC LIMIT 5`

// recall retells solved tickets and looks for the original.
func (s *search) recall(t *testing.T, report *SearchReport) {
	t.Helper()
	configurations := map[string]string{"da": "danish", "sv": "swedish", "en": "english"}
	r := rand.New(rand.NewPCG(*textSeed, 8)) //nolint:gosec // a sample
	var found, plain int
	var took tally
	for range *questions {
		i := r.IntN(*searched)
		for i%10 >= 9 { // the tenth is still open
			i = r.IntN(*searched)
		}
		original, language := fmt.Sprintf("%s/tickets/ASCP%0*d", deskName, numberDigits, firstSeeded+i), s.texts.text(i).LanguageCode
		words := s.texts.retold(i)
		ours, err := s.suggest(t.Context(), words)
		if err != nil {
			t.Fatal(err)
		}
		asked := time.Now()
		rows, err := s.pool.Query(t.Context(), fmt.Sprintf(plainRanking, "s.words_"+language), configurations[language], words,
			searchDesk)
		if err != nil {
			t.Fatal(err)
		}
		var theirs []string
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				t.Fatal(err)
			}
			theirs = append(theirs, name)
		}
		if err := rows.Err(); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		took.latencies = append(took.latencies, time.Since(asked))
		if slices.Contains(ours, original) {
			found++
		}
		if slices.Contains(theirs, original) {
			plain++
		}
	}
	slices.Sort(took.latencies)
	report.Questions, report.BaselineP50 = *questions, milliseconds(took.quantile(.5))
	report.RecallAt5 = float64(found) / float64(*questions)
	report.BaselineRecallAt = float64(plain) / float64(*questions)
}
