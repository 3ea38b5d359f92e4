package run_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bavn/bavn/platform/run"
)

// journal notes what happened in which order and when, in the virtual time of a synctest bubble.
type journal struct {
	mu    sync.Mutex
	begin time.Time
	lines []string
}

func (j *journal) note(what string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	line := what
	if at := time.Since(j.begin); at > 0 {
		line += " at " + at.String()
	}
	j.lines = append(j.lines, line)
}

func (j *journal) part(name string, stage run.Stage) run.Part {
	return run.Part{
		Name: name, Stage: stage,
		Start: func(context.Context) error { j.note("start " + name); return nil },
		Stop:  func(context.Context) error { j.note("stop " + name); return nil },
	}
}

// worker serves until its context ends.
func (j *journal) worker(name string, stage run.Stage) run.Part {
	return run.Part{Name: name, Stage: stage, Serve: func(ctx context.Context) error {
		<-ctx.Done()
		j.note("end " + name)
		return ctx.Err()
	}}
}

func group(cfg run.Config, parts ...run.Part) *run.Group {
	return run.New(cfg, slog.New(slog.DiscardHandler), parts...)
}

// runUntilReady starts g, ends it when all parts have started, and returns what Run returned.
func runUntilReady(t *testing.T, g *run.Group) error {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	result := make(chan error, 1)
	go func() { result <- g.Run(ctx) }()
	<-g.Ready()
	stop()
	return <-result
}

func TestCallersAreSentAwayFirstAndTelemetryLeavesLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := &journal{begin: time.Now()}
		// Given in a muddle on purpose: the stage decides, not the caller.
		g := group(run.Config{DrainDelay: 3 * time.Second, StopTimeout: 10 * time.Second},
			j.part("health", run.Health), j.part("telemetry", run.Telemetry), j.part("grpc", run.Servers),
			j.worker("feed", run.Workers), j.part("pool", run.Pool), j.part("http", run.Servers), j.part("jobs", run.Workers))
		if err := runUntilReady(t, g); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"start telemetry", "start pool", "start jobs", "start grpc", "start http", "start health",
			"stop health", "stop http at 3s", "stop grpc at 3s", "stop jobs at 3s", "end feed at 3s",
			"stop pool at 3s", "stop telemetry at 3s",
		}
		if diff := cmp.Diff(want, j.lines); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
	})
}

func TestOneFailedPartStopsAllInOrder(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		serve error
		want  string
	}{
		"fails":         {errors.New("port taken away"), "grpc: port taken away"},
		"ends silently": {nil, "grpc: ended without being told to"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				j := &journal{begin: time.Now()}
				g := group(run.Config{StopTimeout: time.Second}, j.part("pool", run.Pool), j.worker("feed", run.Workers),
					run.Part{Name: "grpc", Stage: run.Servers, Serve: func(context.Context) error { return tt.serve }})
				err := g.Run(t.Context())
				if err == nil || err.Error() != tt.want {
					t.Errorf("got error %v, want %s", err, tt.want)
				}
				if want := []string{"start pool", "end feed", "stop pool"}; !slices.Equal(j.lines, want) {
					t.Errorf("got %v, want %v", j.lines, want)
				}
			})
		})
	}
}

func TestAStartThatFailsTakesBackWhatWasStarted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := &journal{begin: time.Now()}
		broken := j.part("grpc", run.Servers)
		broken.Start = func(context.Context) error { return errors.New("address in use") }
		g := group(run.DefaultConfig(),
			j.part("telemetry", run.Telemetry), j.part("pool", run.Pool), broken, j.part("health", run.Health))
		if err := g.Run(t.Context()); err == nil || err.Error() != "start grpc: address in use" {
			t.Errorf("got error %v", err)
		}
		want := []string{"start telemetry", "start pool", "stop pool", "stop telemetry"} // and no drain delay: nobody was told to come
		if !slices.Equal(j.lines, want) {
			t.Errorf("got %v, want %v", j.lines, want)
		}
	})
}

func TestBeingToldToStopWhileStartingIsNoFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		g := group(run.DefaultConfig(), run.Part{Name: "pool", Stage: run.Pool, Start: func(ctx context.Context) error {
			stop()
			<-ctx.Done() // a database that does not answer
			return ctx.Err()
		}})
		if err := g.Run(ctx); err != nil {
			t.Errorf("got %v", err)
		}
	})
}

func TestAPartThatDoesNotStopIsLeftBehindAfterItsTimeout(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		hang func(release chan struct{}) run.Part
		want string
	}{
		"Stop ignores its context": {func(release chan struct{}) run.Part {
			return run.Part{Stop: func(context.Context) error { <-release; return nil }}
		}, "stop grpc: not done within 5s"},
		"Serve ignores its context": {func(release chan struct{}) run.Part {
			return run.Part{Serve: func(context.Context) error { <-release; return nil }}
		}, "stop grpc: still serving after 5s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				j := &journal{begin: time.Now()}
				release := make(chan struct{})
				defer close(release)
				hanging := tt.hang(release)
				hanging.Name, hanging.Stage, hanging.Timeout = "grpc", run.Servers, 5*time.Second
				g := group(run.Config{StopTimeout: time.Second}, hanging, j.part("telemetry", run.Telemetry))
				err := runUntilReady(t, g)
				if err == nil || err.Error() != tt.want {
					t.Errorf("got error %v, want %s", err, tt.want)
				}
				if want := []string{"start telemetry", "stop telemetry at 5s"}; !slices.Equal(j.lines, want) {
					t.Errorf("the parts below must still be stopped: got %v, want %v", j.lines, want)
				}
			})
		})
	}
}

func TestAFailureWhileStoppingIsReportedAndTheRestStillStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := &journal{begin: time.Now()}
		g := group(run.Config{StopTimeout: time.Second}, j.part("pool", run.Pool), run.Part{
			Name: "feed", Stage: run.Workers,
			Stop: func(context.Context) error { return errors.New("lease lost") },
			Serve: func(ctx context.Context) error {
				<-ctx.Done()
				return errors.New("token not saved")
			},
		})
		err := runUntilReady(t, g)
		if err == nil || !strings.Contains(err.Error(), "lease lost") || !strings.Contains(err.Error(), "token not saved") {
			t.Errorf("both failures must be reported, got %v", err)
		}
		if want := []string{"start pool", "stop pool"}; !slices.Equal(j.lines, want) {
			t.Errorf("got %v, want %v", j.lines, want)
		}
	})
}

func TestGraceCoversTheSlowestShutdown(t *testing.T) {
	t.Parallel()
	g := group(run.Config{DrainDelay: 3 * time.Second, StopTimeout: 10 * time.Second},
		run.Part{Name: "grpc", Timeout: 25 * time.Second}, run.Part{Name: "pool"})
	if got, want := g.Grace(), 38*time.Second; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestASignalEndsTheProcessInOrder sends the process a real signal, so it does not run in parallel with others.
func TestASignalEndsTheProcessInOrder(t *testing.T) { //nolint:paralleltest // a signal reaches the whole process
	ctx, stop := run.UntilSignal(t.Context())
	defer stop()
	// The test process itself must survive when UntilSignal gives the signal back.
	survive := make(chan os.Signal, 1)
	signal.Notify(survive, syscall.SIGTERM)
	defer signal.Stop(survive)

	j := &journal{begin: time.Now().Add(time.Hour)}
	g := group(run.Config{StopTimeout: time.Second}, j.part("pool", run.Pool), j.part("health", run.Health))
	result := make(chan error, 1)
	go func() { result <- g.Run(ctx) }()
	<-g.Ready()
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	if want := []string{"start pool", "start health", "stop health", "stop pool"}; !slices.Equal(j.lines, want) {
		t.Errorf("got %v, want %v", j.lines, want)
	}
}
