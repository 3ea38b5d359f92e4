// Package suite runs everything that Bavn is on one machine: for `bavn dev`, for tests of the whole, for benchmarks. Start puts
// the four services and the gateway into this process, StartProcesses into five of their own; either way each has its own gRPC
// server on loopback, its own database, tracer and registry, and they know each other by mutual TLS.
package suite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/devissuer"
	"github.com/bavn/bavn/platform/localpg"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/platform/phonesink"
)

// Config says what to run. The zero value, with persons, is a temporary suite on free ports.
type Config struct {
	// Dir keeps everything and is made if missing; a suite that was there before starts with its data. Empty: a temporary
	// folder, which is gone after Stop.
	Dir string
	// Ports are where it listens; free ones if zero.
	Ports Ports
	// Persons may sign in; at least one.
	Persons []devissuer.Person
	// Administrators of the installation, by person id.
	Administrators []string
	// Durable makes commits survive a power cut, as in production.
	Durable bool
	// SampleRatio is the share of request traces that are kept: all if zero, none if negative. Journeys are always kept.
	SampleRatio float64
	// Settings adds to, or replaces, settings of one of the five, by the name of the variable without its prefix:
	// Settings["intake"]["OPEN_RETRY_AFTER"] = "5s".
	Settings map[string]map[string]string
	// Clock of the services in this process; the machine's if nil.
	Clock clock.Clock
	// Progress is told of everything that is up, and when; may be nil.
	Progress func(what string)
}

func (c Config) complete() (Config, error) {
	if len(c.Persons) == 0 {
		return c, errors.New("a suite needs at least one person who may sign in")
	}
	if c.Clock == nil {
		c.Clock = clock.System()
	}
	if c.Progress == nil {
		c.Progress = func(string) {}
	}
	return c, nil
}

func (c Config) sampleRatio() float64 {
	switch {
	case c.SampleRatio == 0:
		return 1
	case c.SampleRatio < 0:
		return 0
	default:
		return c.SampleRatio
	}
}

// Suite is a running suite whose services are in this process. It is safe for concurrent use.
type Suite struct {
	*ground

	mu      sync.Mutex
	members map[string]*running
	failed  chan error
}

// Start starts everything, and returns when all of it serves.
func Start(ctx context.Context, cfg Config) (*Suite, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, fmt.Errorf("start the suite: %w", err)
	}
	g, err := layGround(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("start the suite: %w", err)
	}
	cfg.Progress("PostgreSQL, sign-in, mailbox and trace collector")
	s := &Suite{ground: g, members: map[string]*running{}, failed: make(chan error, len(Names))}
	if err := inOrder(ctx, cfg.Progress, s.StartService); err != nil {
		return nil, errors.Join(fmt.Errorf("start the suite: %w", err), s.Stop(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// inOrder starts the four services side by side, because each has a database of its own to bring up to date, and then the
// gateway in front of them.
func inOrder(ctx context.Context, progress func(string), startOne func(ctx context.Context, name string) error) error {
	services, edge := Names[:len(Names)-1], Names[len(Names)-1]
	up := make(chan error, len(services))
	for _, name := range services {
		go func() {
			err := startOne(ctx, name)
			if err == nil {
				progress(name)
			}
			up <- err
		}()
	}
	var errs []error
	for range services {
		errs = append(errs, <-up)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := startOne(ctx, edge); err != nil {
		return err
	}
	progress(edge)
	return nil
}

// StartService starts one of the five that is stopped.
func (s *Suite) StartService(ctx context.Context, name string) error {
	s.mu.Lock()
	_, there := s.members[name]
	s.mu.Unlock()
	if there {
		return fmt.Errorf("start %s: it runs already", name)
	}
	env, err := s.settings(name)
	if err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	log, err := s.openLog(name)
	if err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	app, err := assembled[name](ctx, env, outfit{clock: s.cfg.Clock, log: log})
	if err != nil {
		return errors.Join(fmt.Errorf("start %s: %w", name, err), log.Close())
	}
	member, err := start(ctx, app)
	if err == nil {
		err = s.serving(ctx, name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("start %s: %w; its log ends: %s", name, err, s.lastWords(name)), log.Close())
	}
	s.mu.Lock()
	s.members[name] = member
	s.mu.Unlock()
	go s.watch(name, member, log.Close)
	return nil
}

// watch reports a service that ends without being told to, and closes its log once it has said its last.
func (s *Suite) watch(name string, member *running, closeLog func() error) {
	<-member.ended
	s.mu.Lock()
	unexpected := s.members[name] == member
	if unexpected {
		delete(s.members, name)
	}
	s.mu.Unlock()
	if err := closeLog(); err != nil {
		s.log.Warn("log not closed", "service", name, "error", err)
	}
	if unexpected {
		s.failed <- fmt.Errorf("%s ended: %w", name, member.err)
	}
}

// Failed gives the error of a service that ended without being told to.
func (s *Suite) Failed() <-chan error { return s.failed }

// StopService stops one of the five as a deployment would. Stopping what does not run is no error.
func (s *Suite) StopService(ctx context.Context, name string) error {
	s.mu.Lock()
	member := s.members[name]
	delete(s.members, name)
	s.mu.Unlock()
	if member == nil {
		return nil
	}
	if err := member.stop(ctx); err != nil {
		return fmt.Errorf("stop %s: %w", name, err)
	}
	return nil
}

// Stop ends everything: the gateway first, then what it calls, then what they stand on.
func (s *Suite) Stop(ctx context.Context) error {
	var errs []error
	for i := len(Names) - 1; i >= 0; i-- {
		errs = append(errs, s.StopService(ctx, Names[i]))
	}
	return errors.Join(append(errs, s.leave(ctx))...)
}

// Folder is where the suite keeps its things.
func (g *ground) Folder() Folder { return g.folder }

// Addresses say where everything is.
func (g *ground) Addresses() Addresses { return g.addresses }

// Token signs a person in without the ceremony.
func (g *ground) Token(person string, life time.Duration) (string, error) {
	return g.issuer.Token(person, life)
}

// Mail is the mailbox.
func (g *ground) Mail() *mailsink.Sink { return g.mail }

// Phone is where text messages and calls end.
func (g *ground) Phone() *phonesink.Sink { return g.phone }

// Postgres is the database server, for tests that take it away.
func (g *ground) Postgres() *localpg.Server { return g.postgres }
