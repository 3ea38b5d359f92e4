package house

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bavn/bavn/platform/devissuer"
)

// House is a suite with its doors and its databases open.
type House struct {
	Running
	GRPC, REST *Door

	tokens    map[string]string // by person
	databases map[string]*pgxpool.Pool
	shut      func() error
}

// tokenLife outlasts every test whose clock is the machine's.
const tokenLife = 12 * time.Hour

// Services that have a database.
var Services = []string{"triage", "intake", "notify", "reporting"}

// Open opens a running suite whose persons are People.
func Open(ctx context.Context, running Running) (*House, error) {
	return OpenTo(ctx, running, People(), tokenLife)
}

// OpenTo opens a running suite to these persons, who stay signed in for as long as its clock moves.
func OpenTo(ctx context.Context, running Running, people []devissuer.Person, life time.Duration) (*House, error) {
	h := &House{Running: running, REST: REST(running), tokens: map[string]string{}, databases: map[string]*pgxpool.Pool{}}
	var err error
	if h.GRPC, h.shut, err = GRPC(running); err != nil {
		return nil, err
	}
	for _, person := range people {
		if h.tokens[person.ID], err = running.Token(person.ID, life); err != nil {
			return nil, errors.Join(fmt.Errorf("sign %s in: %w", person.ID, err), h.Close())
		}
	}
	for _, service := range Services {
		cfg, err := pgxpool.ParseConfig(running.Postgres().URL(service))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("database of %s: %w", service, err), h.Close())
		}
		cfg.MaxConns = 2
		if h.databases[service], err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
			return nil, errors.Join(fmt.Errorf("database of %s: %w", service, err), h.Close())
		}
	}
	return h, nil
}

// Close shuts doors and databases; the suite goes on running.
func (h *House) Close() error {
	for _, pool := range h.databases {
		pool.Close()
	}
	return h.shut()
}

// As makes calls as one of People.
func (h *House) As(ctx context.Context, person string) context.Context {
	return Bearing(ctx, h.tokens[person])
}

// DB is the database of a service.
func (h *House) DB(service string) *pgxpool.Pool { return h.databases[service] }

// pollEvery is how often Until looks again.
const pollEvery = 25 * time.Millisecond

// Until waits for something that happens by itself. When ctx ends first, the error is what the last look found.
func Until(ctx context.Context, look func(ctx context.Context) error) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	var last error
	for {
		err := look(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil || last == nil {
			last = err // what a look found that was not cut short
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", context.Cause(ctx), last)
		}
	}
}
