// Package bench measures the suite as it would run: five processes that know each other by mutual TLS, called by gRPC over TLS,
// on a PostgreSQL that loses nothing, next to pgbench on the same server in the same run. `make bench` runs it, prints the table
// and writes out/bench.json; what falls below its bar fails.
package bench

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	seconds = flag.Int("seconds", 8, "how long each measure takes")
	rounds  = flag.Int("rounds", 3, "how often pgbench and the suite take turns")
	open    = flag.Int("open", 100_000, "open tickets to take the next of")
	tickets = flag.Int("tickets", 1_000_000, "tickets to page through")
	written = flag.Int("notices", 2_000, "tickets that notify writes about")
	only    = flag.String("only", "", "measure only: load, mail, replay or volume")
)

const (
	clients = 8
	// spare clients let an open loop start calls on time while others are not answered yet.
	spare = 24
)

func TestBench(t *testing.T) { //nolint:paralleltest // a measure wants the machine for itself
	if os.Getenv("BAVN_BENCH") == "" {
		t.Skip("a benchmark takes minutes and the whole machine: run `make bench`")
	}
	pgbench, err := findPGBench()
	if err != nil {
		t.Skip("pgbench is the yardstick, and it is not there: install Debian's postgresql-contrib or set BAVN_PG_BIN")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	report := &Report{Raw: Raw{CPUs: runtime.NumCPU(), Clients: clients, SampleRatio: sampleRatio}}
	began := time.Now()
	s, err := openStage(t.Context(), filepath.Join(root, "bin"), pgbench, clients, spare)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		if err := s.close(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Logf("five processes, PostgreSQL and a furnished desk after %v; request traces kept: %.0f%%",
		time.Since(began).Round(time.Millisecond), 100*sampleRatio)
	for _, part := range []struct { //nolint:paralleltest // each measures the machine alone
		name    string
		measure func(t *testing.T, s *stage, report *Report)
	}{
		{"load", measureLoad}, {"mail", measureMail}, {"replay", measureReplay}, {"volume", measureVolume},
	} {
		if *only == "" || *only == part.name {
			t.Run(part.name, func(t *testing.T) { part.measure(t, s, report) })
		}
	}
	var table bytes.Buffer
	if err := report.print(&table); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\n%s\n", table.String())
	if err := report.write(filepath.Join(root, "out", "bench.json")); err != nil {
		t.Fatal(err)
	}
	if missed := report.missed(); len(missed) > 0 {
		t.Errorf("below their bars:\n%s", strings.Join(missed, "\n"))
	}
}

// measureLoad lets pgbench, submissions, pgbench and commands take turns, so that noise hits all of them, and then looks at the
// feed at half of what was reached.
func measureLoad(t *testing.T, s *stage, report *Report) {
	t.Helper()
	last := time.Duration(*seconds) * time.Second
	submit := func(ctx context.Context) (tally, error) {
		return closedLoop(ctx, s.clients, last, submitting(s.agents, s.tickets))
	}
	work := leading(s.workers[:s.clients], s.tickets)
	lead := func(ctx context.Context) (tally, error) { return closedLoop(ctx, s.clients, last, work) }

	for _, warmUp := range []func(context.Context) (tally, error){submit, lead} {
		if _, err := warmUp(t.Context()); err != nil {
			t.Fatalf("warm-up: %v", err)
		}
	}
	rest(t, s)
	if err := s.analyze(t.Context()); err != nil {
		t.Fatal(err)
	}
	raw := &report.Raw
	raw.ProcessorTime = map[string]map[string]float64{}
	for round := range *rounds {
		for _, load := range []struct {
			name  string
			run   func(context.Context) (tally, error)
			rates *[]float64
			p50   *float64
			p99   *float64
		}{
			{"submits", submit, &raw.Submits, &raw.SubmitP50, &raw.SubmitP99},
			{"commands", lead, &raw.Commands, &raw.CommandP50, &raw.CommandP99},
		} {
			rest(t, s)
			before := processorTimes(t, s)
			base, err := s.yardstick.run(t.Context(), last)
			if err != nil {
				t.Fatal(err)
			}
			raw.PGBenchTPS = append(raw.PGBenchTPS, base.tps)
			between := processorTimes(t, s)
			raw.ProcessorTime["pgbench"] = perCall(before, between, base.transactions)
			raw.ProcessorTime["pgbench"]["pgbench"] = float64(base.processorTime.Microseconds()) / float64(base.transactions)
			done, err := load.run(t.Context())
			if err != nil {
				t.Fatalf("round %d: %v", round+1, err)
			}
			behind := rest(t, s)
			raw.ProcessorTime[load.name] = perCall(between, processorTimes(t, s), len(done.latencies))
			raw.CaughtUpAfter = max(raw.CaughtUpAfter, behind.Seconds())
			*load.rates = append(*load.rates, done.perSecond())
			*load.p50, *load.p99 = milliseconds(done.quantile(.5)), milliseconds(done.quantile(.99))
			t.Logf("round %d: pgbench %.0f tps, %.0f %s/s (p50 %.1f ms, p99 %.1f ms), notify and reporting caught up after %v",
				round+1, base.tps, done.perSecond(), load.name, *load.p50, *load.p99, behind.Round(time.Millisecond))
			t.Logf("  µs of processor time for each: %s %v, pgbench %v: by that, a ratio of %.3f", load.name,
				rounded(raw.ProcessorTime[load.name]), rounded(raw.ProcessorTime["pgbench"]),
				sum(raw.ProcessorTime["pgbench"])/sum(raw.ProcessorTime[load.name]))
		}
	}
	tps := mean(raw.PGBenchTPS)
	submitRatio, commandRatio := mean(raw.Submits)/tps, mean(raw.Commands)/tps
	report.PGBenchTPS, report.SubmitRatio, report.CommandRatio = &tps, &submitRatio, &commandRatio
	if raw.CaughtUpAfter > keepsUp.Seconds() {
		t.Errorf("notify and reporting were %.1f s behind after a round: they do not keep up", raw.CaughtUpAfter)
	}
	measureLag(t, s, report, last)

	each, all, err := s.memory()
	if err != nil {
		t.Fatal(err)
	}
	raw.Processes, report.RSS = each, &all
	parked, err := s.watcher.parked(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if parked > 0 {
		t.Errorf("%d events are parked: their effect is missing", parked)
	}
}

// measureMail lets pgbench and mails, and pgbench and what notify sends, take turns.
func measureMail(t *testing.T, s *stage, report *Report) {
	t.Helper()
	last := time.Duration(*seconds) * time.Second
	bag, err := openPostbag(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = bag.intake.Close(context.WithoutCancel(t.Context())) }() // it was only read from
	if _, err := bag.bring(t.Context(), s.clients, last/2); err != nil {
		t.Fatalf("warm-up: %v", err)
	}
	if err := s.analyze(t.Context()); err != nil {
		t.Fatal(err)
	}
	raw := &report.Raw
	var beside []float64
	yardstick := func() float64 {
		rest(t, s)
		base, err := s.yardstick.run(t.Context(), last)
		if err != nil {
			t.Fatal(err)
		}
		beside = append(beside, base.tps)
		return base.tps
	}
	for round := range *rounds {
		tps, began := yardstick(), time.Now()
		done, err := bag.bring(t.Context(), s.clients, last)
		if err != nil {
			t.Fatalf("round %d: %v", round+1, err)
		}
		if raw.MailP50, raw.MailP99, err = bag.latencies(t.Context(), began); err != nil {
			t.Fatal(err)
		}
		raw.Mails = append(raw.Mails, done.perSecond())
		t.Logf("round %d: pgbench %.0f tps, %.0f mails/s from acknowledgement to ticket (p50 %.0f ms, p99 %.0f ms)", round+1, tps,
			done.perSecond(), raw.MailP50, raw.MailP99)
		tps = yardstick()
		sent, err := s.notices(t.Context(), *written)
		if err != nil {
			t.Fatalf("round %d: %v", round+1, err)
		}
		raw.Notices = append(raw.Notices, sent)
		t.Logf("round %d: pgbench %.0f tps, %.0f notifications/s to the sink", round+1, tps, sent)
	}
	raw.MailPGBenchTPS = beside
	perSecond, ratio, notices := mean(raw.Mails), mean(raw.Mails)/mean(beside), mean(raw.Notices)/mean(beside)
	report.MailsPerSecond, report.MailRatio, report.NotifyRatio = &perSecond, &ratio, &notices
}

// keepsUp is how far notify and reporting may be behind after a round at full load, counted as caughtUp counts.
const keepsUp = 3 * time.Second

// measureReplay drives a real log through the live commands.
func measureReplay(t *testing.T, s *stage, report *Report) {
	t.Helper()
	log, err := findLog("../..")
	if err != nil {
		t.Skipf("the VINST log is not there (%v): BAVN_VINST_LOG names its place", err)
	}
	result, err := replay(t.Context(), s, log)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range result.NotApplied {
		t.Errorf("not applied: case %s, line %d: %s", row.Case, row.Line, row.Reason)
	}
	behind := rest(t, s)
	t.Logf("%d rows in %.1f s: %.0f rows/s; notify and reporting caught up after %v", result.Rows, result.Seconds,
		result.RowsPerSecond, behind.Round(time.Millisecond))
	report.ReplayRows = &result.RowsPerSecond
	report.Raw.ReplayRows, report.Raw.ReplaySeconds = result.Rows, result.Seconds
}

// measureVolume looks at the two queries that must not grow with the number of tickets. Only triage runs, and not while tickets
// are seeded: the services would spend the time on hearing of a million tickets.
func measureVolume(t *testing.T, s *stage, report *Report) {
	t.Helper()
	for _, name := range []string{"gateway", "notify", "reporting", "intake"} {
		if err := s.StopOne(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	seeds, err := openSeeder(t.Context(), s.Postgres().URL("triage"))
	if err != nil {
		t.Fatal(err)
	}
	defer seeds.pool.Close()
	raw := &report.Raw
	for _, m := range []struct {
		what       string
		tickets    int
		closedOf10 int
		do         call
		p99        **float64
		seeded     *int
		rate, p50  *float64
	}{
		{"take next", *open, 0, takingNext(s.agents), &report.TakeNextP99, &raw.OpenTickets, &raw.TakeNextPerSec, &raw.TakeNextP50},
		{"page of 50", *tickets, 9, paging(s.agents), &report.PageP99, &raw.PageTickets, &raw.PagesPerSec, &raw.PageP50},
	} {
		began := time.Now()
		if err := s.StopOne(t.Context(), "triage"); err != nil {
			t.Fatal(err)
		}
		if err := seeds.fill(t.Context(), m.tickets, m.closedOf10); err != nil {
			t.Fatal(err)
		}
		if err := s.Start(t.Context(), "triage"); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d tickets are there after %v", m.tickets, time.Since(began).Round(time.Second))
		last := time.Duration(*seconds) * time.Second
		if _, err := closedLoop(t.Context(), s.clients, last/4, m.do); err != nil {
			t.Fatalf("warm-up of %s: %v", m.what, err)
		}
		done, err := closedLoop(t.Context(), s.clients, last, m.do)
		if err != nil {
			t.Fatalf("%s: %v", m.what, err)
		}
		p99 := milliseconds(done.quantile(.99))
		*m.p99, *m.seeded, *m.rate, *m.p50 = &p99, m.tickets, done.perSecond(), milliseconds(done.quantile(.5))
		t.Logf("%s: %.0f/s, p50 %.1f ms, p99 %.1f ms", m.what, *m.rate, *m.p50, p99)
	}
}

// measureLag runs open loops at half of what was reached.
func measureLag(t *testing.T, s *stage, report *Report, last time.Duration) {
	t.Helper()
	report.Raw.FeedLagP99 = map[string]float64{}
	worst := 0.0
	for _, load := range []struct {
		name string
		rate float64
		do   call
	}{
		{"submits", mean(report.Raw.Submits) / 2, submitting(s.agents, s.tickets)},
		{"commands", mean(report.Raw.Commands) / 2, leading(s.workers, s.tickets)},
	} {
		before, err := s.lags(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		done, err := openLoop(t.Context(), len(s.workers), load.rate, last, load.do)
		if err != nil {
			t.Fatalf("open loop of %s: %v", load.name, err)
		}
		rest(t, s)
		after, err := s.lags(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for key, l := range after {
			moved := l.since(before[key])
			if moved.events() == 0 || !slices.Contains(hearers, key.subscriber) {
				continue // journeys are drawn by subscribers that nobody waits for
			}
			p99 := milliseconds(moved.quantile(.99))
			report.Raw.FeedLagP99[lagName(key, load.name)] = p99
			worst = max(worst, p99)
			t.Logf("%.0f %s/s: %s lags p50 %.0f ms, p99 %.0f ms over %d events; calls p99 %v", load.rate, load.name,
				key.subscriber+"<-"+key.source, milliseconds(moved.quantile(.5)), p99, moved.events(),
				done.quantile(.99).Round(time.Millisecond))
		}
	}
	report.FeedLagP99 = &worst
}

// rest waits until everybody has caught up, and returns how long that took.
func rest(t *testing.T, s *stage) time.Duration {
	t.Helper()
	behind, err := s.settled(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return behind
}

func processorTimes(t *testing.T, s *stage) map[string]time.Duration {
	t.Helper()
	times, err := s.processorTimes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return times
}

// perCall is the processor time between two readings, in microseconds for each call.
func perCall(before, after map[string]time.Duration, calls int) map[string]float64 {
	each := make(map[string]float64, len(after))
	for name, used := range after {
		each[name] = float64((used - before[name]).Microseconds()) / float64(calls)
	}
	return each
}

func sum(values map[string]float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

func rounded(values map[string]float64) map[string]int {
	whole := make(map[string]int, len(values))
	for name, v := range values {
		whole[name] = int(math.Round(v))
	}
	return whole
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
