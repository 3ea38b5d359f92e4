package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/bavn/bavn/cmd/bavn/internal/client"
	"github.com/bavn/bavn/cmd/bavn/internal/demo"
	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/suite"
)

// Dev runs everything in one process.
type Dev struct {
	NoDemo   bool    `help:"Neither demo desk nor demo incident: an empty installation."`
	Fresh    bool    `help:"Throw away what an earlier run left in --dir, and begin anew."`
	PortBase int     `placeholder:"PORT" help:"Take consecutive ports from this one on, instead of the usual ones."`
	Sample   float64 `default:"1" help:"Share of request traces that are kept, 0 to 1; journeys are always kept (${default})."`
}

// stopLimit bounds the whole shutdown.
const stopLimit = 30 * time.Second

// Run starts, shows the demo if there was none yet, and serves until Ctrl-C.
func (c *Dev) Run(ctx context.Context, s *session) error {
	ports := suite.DefaultPorts()
	if c.PortBase != 0 {
		var err error
		if ports, err = suite.PortsFrom(c.PortBase); err != nil {
			return failure.New(failure.Usage, "", "--port-base: %w", err)
		}
	}
	if c.Fresh {
		if err := s.folder().Remove(); err != nil {
			return err
		}
	}
	sample := c.Sample
	if sample == 0 {
		sample = -1 // none: zero means the usual in suite.Config
	}
	begin := s.clock.Now()
	s.Printf("%s starting in %s\n", s.Bold("bavn dev"), s.Dir)
	running, err := suite.Start(ctx, suite.Config{
		Dir: s.Dir, Ports: ports, Persons: demo.Persons(), Administrators: []string{demo.Administrator}, Durable: true,
		SampleRatio: sample, Progress: s.upLine(begin),
	})
	if err != nil {
		return c.startFailure(err)
	}
	err = c.serve(ctx, s, running)
	s.Printf("\nstopping …")
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	stopErr := running.Stop(stopping)
	if stopErr == nil {
		s.Printf(" stopped. `bavn dev` goes on where it was.\n")
	}
	return errors.Join(err, stopErr)
}

func (c *Dev) startFailure(err error) error {
	switch {
	case errors.Is(err, suite.ErrPortTaken):
		return failure.New(failure.Unavailable, "is another `bavn dev` running? --port-base 18000 takes other ports", "%w", err)
	case errors.Is(err, suite.ErrFolderInUse):
		return failure.New(failure.Unavailable, "--dir names another folder", "%w", err)
	default:
		return err
	}
}

// upLine prints what is up, and after how long.
func (s *session) upLine(begin time.Time) func(string) {
	var mu sync.Mutex
	return func(what string) {
		mu.Lock()
		defer mu.Unlock()
		s.Printf("  %s %-52s %s\n", s.Good("✓"), what, s.Dim(s.clock.Now().Sub(begin).Round(10*time.Millisecond).String()))
	}
}

func (c *Dev) serve(ctx context.Context, s *session, running *suite.Suite) error {
	if err := s.signInFirst(); err != nil {
		return err
	}
	ticket := ""
	if !c.NoDemo {
		var err error
		if ticket, err = s.demo(ctx, running); err != nil {
			if ctx.Err() != nil {
				return nil //nolint:nilerr // Ctrl-C during the demo is no failure
			}
			return err
		}
	}
	s.printPlaces(running.Addresses())
	s.printNext(ticket, running.Addresses())
	s.Printf("\nCtrl-C stops everything.\n")
	select {
	case <-ctx.Done():
		return nil
	case err := <-running.Failed():
		return err
	}
}

// signInFirst makes the administrator who you are, until you sign in as somebody else.
func (s *session) signInFirst() error {
	_, err := readLogin(s.folder())
	if errors.Is(err, fs.ErrNotExist) {
		return writeLogin(s.folder(), login{Person: demo.Administrator})
	}
	return err
}

// demoFile says which ticket the demo incident became: it is carried through once.
const demoFile = "demo.txt"

// demo makes the demo desk, and carries the demo incident unless that was done before.
func (s *session) demo(ctx context.Context, running *suite.Suite) (ticket string, err error) {
	known, err := os.ReadFile(running.Folder().Path(demoFile))
	if err == nil {
		return string(known), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read what the demo did: %w", err)
	}
	a := running.Addresses()
	roots, err := client.Roots(running.Folder().CA())
	if err != nil {
		return "", err
	}
	administrator := &client.Renewed{
		Clock: s.clock, Life: tokenLife,
		Make: func(_ context.Context, life time.Duration) (string, error) {
			return running.Token(demo.Administrator, life)
		},
	}
	c, err := client.Open(client.Config{
		Intake: a.Intake, Triage: a.Triage, Notify: a.Notify, Reporting: a.Reporting, Roots: roots, Tokens: administrator,
		Patience: s.Patience,
	})
	if err != nil {
		return "", err
	}
	defer c.Close() // it was only asked
	if err := demo.Seed(ctx, c); err != nil {
		return "", err
	}
	s.Printf("\n%s One incident, through four organisations, over REST:\n\n", s.Bold("demo"))
	rest := demo.REST{Gateway: a.Gateway, HTTP: &http.Client{Timeout: 30 * time.Second}, Token: func(person string) (string, error) {
		return running.Token(person, tokenLife)
	}}
	carried, err := demo.Play(ctx, rest, s.tell)
	if err != nil {
		return "", err
	}
	s.printMails(ctx, running)
	if err := os.WriteFile(running.Folder().Path(demoFile), []byte(carried.GetName()), 0o600); err != nil {
		return "", fmt.Errorf("remember what the demo did: %w", err)
	}
	return carried.GetName(), nil
}
