package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/cmd/bavn/suite"
)

// sampleRatio is the share of request traces that are kept under load, as a busy installation would choose. Journeys are kept
// whole, and the collector takes them in this process, on the same CPUs.
const sampleRatio = 0.01

// stage is the suite in five processes on a durable PostgreSQL, its desk, its clients, and pgbench beside it.
type stage struct {
	*suite.Processes
	bin       string
	ports     suite.Ports
	line      *line
	yardstick *yardstick
	watcher   *watcher
	clients   int
	agents    []caller
	workers   []worker
	tickets   *opened
}

// openStage starts everything. bin holds the five binaries; clients is how many call at the same time, and spare how many more
// of them the same people use in open loops.
func openStage(ctx context.Context, bin, pgbench string, clients, spare int) (s *stage, err error) {
	s = &stage{bin: bin, clients: clients, tickets: &opened{}}
	if s.ports, err = suite.FreePorts(ctx); err != nil {
		return nil, err
	}
	s.Processes, err = suite.StartProcesses(ctx, bin, suite.Config{
		Settings: map[string]map[string]string{"notify": {"CALM_PER_HOUR": "0"}}, // every mail is measured
		Ports:    s.ports, Persons: people(clients), Administrators: []string{administrator}, Durable: true,
		SampleRatio: sampleRatio,
	})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close(context.WithoutCancel(ctx)))
		}
	}()
	if s.line, err = openLine(s.Processes); err != nil {
		return s, err
	}
	if err = furnish(ctx, s.line, clients); err != nil {
		return s, err
	}
	for n := range clients + spare {
		var w worker
		c, err := s.line.client()
		if err != nil {
			return s, err
		}
		if w.agent, err = c.caller(agent(n % clients)); err != nil {
			return s, err
		}
		if w.operator, err = c.caller(operator(n % clients)); err != nil {
			return s, err
		}
		s.agents, s.workers = append(s.agents, w.agent), append(s.workers, w)
	}
	if err = s.Postgres().CreateDatabase(ctx, "pgbench"); err != nil {
		return s, err
	}
	s.yardstick, err = openYardstick(ctx, pgbench, s.Postgres().URL("pgbench"), string(s.Folder()), clients)
	if err != nil {
		return s, err
	}
	s.watcher, err = openWatcher(ctx, s.Postgres().URL)
	return s, err
}

func (s *stage) close(ctx context.Context) error {
	var err error
	if s.watcher != nil {
		s.watcher.close(ctx)
	}
	if s.line != nil {
		err = s.line.close()
	}
	if s.yardstick != nil {
		err = errors.Join(err, s.yardstick.conn.Close(ctx))
	}
	return errors.Join(err, s.Stop(ctx))
}

// lags reads the feed lag of notify and reporting, by subscription.
func (s *stage) lags(ctx context.Context) (map[subscription]lags, error) {
	all := map[subscription]lags{}
	for _, port := range []int{s.ports.NotifyAdmin, s.ports.ReportingAdmin} {
		some, err := readLags(ctx, fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return nil, err
		}
		for key, l := range some {
			all[key] = l
		}
	}
	return all, nil
}

// memory is the resident set of each of the five, in MB, and of all together.
func (s *stage) memory() (each map[string]float64, all float64, err error) {
	each = map[string]float64{}
	for _, name := range suite.Names {
		pid, runs := s.PID(name)
		if !runs {
			return nil, 0, fmt.Errorf("%s does not run any more, see %s", name, filepath.Join(string(s.Folder()), "log"))
		}
		resident, err := residentBytes(pid)
		if err != nil {
			return nil, 0, fmt.Errorf("memory of %s: %w", name, err)
		}
		each[name] = float64(resident) / 1e6
		all += each[name]
	}
	return each, all, nil
}

// processorTimes is what each of the five, PostgreSQL and this process (the clients, and the collector of traces) have used up.
func (s *stage) processorTimes(ctx context.Context) (map[string]time.Duration, error) {
	times := map[string]time.Duration{}
	for _, name := range suite.Names {
		pid, runs := s.PID(name)
		if !runs {
			continue
		}
		var err error
		if times[name], err = processorTime(pid); err != nil {
			return nil, fmt.Errorf("processor time of %s: %w", name, err)
		}
	}
	postmaster, err := s.watcher.postmaster(ctx)
	if err == nil {
		times["postgres"], err = familyTime(postmaster)
	}
	if err == nil {
		times["clients"], err = processorTime(os.Getpid())
	}
	if err != nil {
		return nil, fmt.Errorf("processor time: %w", err)
	}
	return times, nil
}

// analyze lets PostgreSQL look at the tables after the warm-up, as it would by itself within a minute: the plans of empty
// tables do not last.
func (s *stage) analyze(ctx context.Context) error {
	for _, database := range append([]string{"intake", "triage"}, hearers...) {
		conn, err := pgx.Connect(ctx, s.Postgres().URL(database))
		if err != nil {
			return fmt.Errorf("analyze %s: %w", database, err)
		}
		_, err = conn.Exec(ctx, "VACUUM ANALYZE")
		if err := errors.Join(err, conn.Close(ctx)); err != nil {
			return fmt.Errorf("analyze %s: %w", database, err)
		}
	}
	return nil
}

// settled waits until notify and reporting have caught up, so that the next measure starts from rest.
func (s *stage) settled(ctx context.Context) (time.Duration, error) {
	const patience = 2 * time.Minute
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.watcher.caughtUp(ctx)
}

func lagName(s subscription, load string) string {
	return strings.Join([]string{s.subscriber + "<-" + s.source, load}, ", ")
}
