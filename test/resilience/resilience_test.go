package resilience

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bavn/bavn/test/house"
)

var (
	seed = flag.Uint64("seed", 0, "makes the plan of kills and the clients' habits; 0 for one of chance")
	bin  = flag.String("bin", "", "folder with the binaries of the five, as they are; if empty bin/, brought up to date")
	keep = flag.String("logs", "../../out/resilience", "where the logs of the five are kept when something is wrong")
)

// run is how hard a test is.
type run struct {
	campaign
	workers int
	think   time.Duration
	replays int
}

//nolint:paralleltest // it wants the machine for itself
func TestNothingIsLostAndNothingDoubledWhileEverythingIsKilled(t *testing.T) {
	if os.Getenv("BAVN_RESILIENCE") == "" {
		t.Skip("five minutes of killing: run `make resilience`")
	}
	run{
		campaign: campaign{services: 55, postgres: 5, shortest: 2 * time.Second, longest: 6 * time.Second},
		workers:  6, think: 50 * time.Millisecond, replays: 300,
	}.test(t)
}

//nolint:paralleltest // the other one is not parallel either
func TestNothingIsLostAndNothingDoubledInShort(t *testing.T) {
	if os.Getenv("BAVN_RESILIENCE") != "" {
		t.Skip("the long version runs")
	}
	run{
		campaign: campaign{services: 2, postgres: 1, shortest: time.Second, longest: 2 * time.Second},
		workers:  3, think: 50 * time.Millisecond, replays: 20,
	}.test(t)
}

func (r run) test(t *testing.T) {
	t.Helper()
	folder := binaries(t)
	result := &report{seed: *seed}
	if result.seed == 0 {
		result.seed = rand.Uint64()
	}
	t.Logf("seed %d: again with -seed %[1]d", result.seed)
	s, err := openStage(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the logs of the five are in %s", *keep)
			if err := s.keepLogs(filepath.Clean(*keep)); err != nil {
				t.Error(err)
			}
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		if err := s.close(ctx); err != nil {
			t.Logf("what is thrown away did not end in its time: %v", err)
		}
	})
	if err := r.endure(t.Context(), s, result); err != nil {
		t.Error(err)
	}
	var table bytes.Buffer
	if err := result.print(&table); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\n%s\n", table.String())
	const first = 5
	for _, check := range result.results {
		for _, wrong := range check.wrong[:min(first, len(check.wrong))] {
			t.Errorf("broken: %s: %s", check.promise, wrong)
		}
	}
}

// binaries is the folder of the five.
func binaries(t *testing.T) string {
	t.Helper()
	if *bin != "" {
		return *bin
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(root, "bin")
	if name := house.MissingBinary(folder); name != "" {
		t.Skipf("%s is not in %s: run `make build`", name, folder)
	}
	if err := house.RefreshBinaries(t.Context(), root, folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

// endure loads and kills, waits until all is quiet, and looks.
func (r run) endure(ctx context.Context, s *stage, result *report) error {
	clients := &client{house: s.House, seed: result.seed, log: newJournal()}
	defer func() { result.clients = clients.log.tally() }()
	began := time.Now()
	if err := r.underFire(ctx, s, clients, result); err != nil {
		return err
	}
	result.load, began = time.Since(began), time.Now()
	if err := quiet(ctx, s.House); err != nil {
		return err
	}
	result.quiet = time.Since(began)
	// Replays come before the checks, so that what they double is found.
	again, err := replay(ctx, clients, clients.log.all(), rand.New(rand.NewPCG(result.seed, 1)), r.replays)
	if err != nil {
		return err
	}
	if err := quiet(ctx, s.House); err != nil {
		return err
	}
	if result.evidence, err = gather(ctx, s, clients.log); err != nil {
		return err
	}
	for _, check := range promises {
		f, err := check.look(ctx, result.evidence)
		if err != nil {
			return fmt.Errorf("%s: %w", check.promise, err)
		}
		result.add(check.promise, f)
	}
	result.add("a request that was answered is answered alike again, by gRPC and by REST", again)
	same, err := rebuilt(ctx, s.House)
	if err != nil {
		return err
	}
	result.add("what reporting made under fire is what it makes again in peace", same)
	return nil
}

// underFire returns when the last victim is back and the last call answered.
func (r run) underFire(ctx context.Context, s *stage, clients *client, result *report) error {
	killer := newKiller(s.processes)
	work := &load{client: clients, workers: r.workers, think: r.think}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop, worked := make(chan struct{}), make(chan error, 1)
	go func() {
		err := work.run(ctx, stop)
		if err != nil {
			cancel() // there is no more to learn from killing
		}
		worked <- err
	}()
	err := killer.carryOut(ctx, r.plan(rand.New(rand.NewPCG(result.seed, 0))))
	if err != nil {
		cancel() // what does not come back answers nobody
	}
	close(stop)
	err = errors.Join(err, <-worked)
	result.kills, result.again = killer.toll(), killer.again
	for _, name := range killer.gone() {
		err = errors.Join(err, fmt.Errorf("%s ended without being killed", name))
	}
	return err
}
