package resilience_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bavn/bavn/cmd/bavn/suite"
	"github.com/bavn/bavn/test/house"
)

// What a run does. `make resilience ARGS="-seed=7 -duration=10m"` sets them.
var (
	seed     = flag.Uint64("seed", 0, "of everything random; 0 takes one from the clock and prints it")
	duration = flag.Duration("duration", 5*time.Minute, "of the load, and of the killing within it")
	kills    = flag.Int("kills", 60, "of services, SIGKILL, spread over the five")
	outages  = flag.Int("outages", 5, "of PostgreSQL, SIGKILL")
	workers  = flag.Int("workers", 8, "clients that each follow one ticket after the other")
)

// trouble is how much of it a run makes.
type trouble struct {
	seed           uint64
	duration       time.Duration
	kills, outages int
	workers        int
}

const (
	startLimit = 3 * time.Minute
	// calmLimit is how long everything may take to come to rest when the killing is over.
	calmLimit = 3 * time.Minute
)

// TestNothingIsLostAndNothingIsDoubled is the long run of `make resilience`.
func TestNothingIsLostAndNothingIsDoubled(t *testing.T) {
	if os.Getenv("BAVN_RESILIENCE") == "" {
		t.Skip("takes minutes: run it with `make resilience`; the short run below is always on")
	}
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	endures(t, trouble{seed: *seed, duration: *duration, kills: *kills, outages: *outages, workers: *workers})
}

// TestAFewCrashesLoseAndDoubleNothing is the same in ten seconds.
func TestAFewCrashesLoseAndDoubleNothing(t *testing.T) {
	if os.Getenv("BAVN_RESILIENCE") != "" {
		t.Skip("the long run is on")
	}
	t.Parallel()
	endures(t, trouble{seed: uint64(time.Now().UnixNano()), duration: 10 * time.Second, kills: 2, outages: 1, workers: 3})
}

// endures runs five processes under a client load, kills them and their database, waits for calm, and takes the account.
func endures(t *testing.T, d trouble) {
	t.Helper()
	t.Logf("seed %d: %d kills and %d outages in %v under %d clients", d.seed, d.kills, d.outages, d.duration, d.workers)
	processes, h := standing(t)
	book := newBook()
	ctx, cancel := context.WithTimeout(t.Context(), d.duration+startLimit+calmLimit)
	defer cancel()

	loading, stopLoad := context.WithTimeout(ctx, d.duration)
	defer stopLoad()
	group, working := errgroup.WithContext(ctx)
	for i := range d.workers {
		c := &client{
			House: h, book: book, door: []*house.Door{h.GRPC, h.REST}[i%2],
			random: rand.New(rand.NewPCG(d.seed, uint64(i))), //nolint:gosec // load, not secrets
		}
		group.Go(func() error { return c.work(working, loading.Done()) })
	}
	k := &killer{processes: processes, random: rand.New(rand.NewPCG(d.seed, 1<<32))} //nolint:gosec // as above
	group.Go(func() error { return k.rage(working, d) })
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}

	calm, stopWaiting := context.WithTimeout(ctx, calmLimit)
	defer stopWaiting()
	if err := house.Until(calm, h.Settled); err != nil {
		t.Fatalf("the killing is over and there is no calm: %v", err)
	}
	report(t, d, k, book, audit(calm, t, h, book))
}

// standing builds the five programs as they are now, and starts them with a PostgreSQL that keeps what it commits.
func standing(t *testing.T) (*suite.Processes, *house.House) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	bin := t.TempDir()
	build(ctx, t, bin)
	processes, err := suite.StartProcesses(ctx, bin, suite.Config{
		Persons: house.People(), Administrators: []string{house.Root}, Durable: true, SampleRatio: -1,
		Settings: map[string]map[string]string{
			"intake": {"OPEN_INLINE_TIMEOUT": "1s", "OPEN_RETRY_AFTER": "2s"}, // a backstop that one need not wait for
			"notify": {"DELIVERY_RETRY_MAX": "5s", "DELIVERY_RETRY_AFTER": "1s"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			keepLogs(t, processes)
		}
		if err := processes.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("stop the suite: %v", err)
		}
	})
	h, err := house.Open(ctx, processes)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	if err := h.Furnish(ctx, h.GRPC); err != nil {
		t.Fatal(err)
	}
	return processes, h
}
