// Package pgtest gives every test a PostgreSQL database of its own. A test process starts one private server when the
// first test asks for it, migrates one template database per Template, and clones it for each test (some 30 ms), so tests
// run in parallel and share nothing. The server ends with the process, whatever ends that.
//
//	var database = pgtest.NewTemplate(store.Migrate)
//
//	func TestTicketIsOpenedOnce(t *testing.T) {
//		t.Parallel()
//		pool := database.Pool(t)
//		…
package pgtest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bavn/bavn/platform/localpg"
	"github.com/bavn/bavn/platform/pg"
)

// server is the process's PostgreSQL. It has no Stop: localpg ends it, and removes its folder, when the process is gone,
// which also holds for a test that panics or times out.
var server = sync.OnceValues(func() (*localpg.Server, error) {
	return localpg.Start(context.Background(), localpg.Options{Memory: true, Settings: map[string]string{
		"max_connections": "300",
		// Many test processes run side by side.
		"shared_buffers": "32MB",
		"min_wal_size":   "32MB",
		"max_wal_size":   "64MB",
	}})
})

// databases numbers the databases of this process.
var databases atomic.Int64

// Server returns the process's private PostgreSQL, for tests that need more than a database.
func Server(t testing.TB) *localpg.Server {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatalf("start PostgreSQL for tests: %v", err)
	}
	return s
}

// Template is a migrated database that tests get copies of. Declare one per package, as a variable.
type Template struct {
	migrate []func(ctx context.Context, url string) error
	once    sync.Once
	name    string
	err     error
}

// NewTemplate returns a template that the steps make out of an empty database, in their order, when it is first used.
// Without steps it stays empty. A step closes its connections before it returns, because PostgreSQL copies only a
// database that nobody uses.
func NewTemplate(steps ...func(ctx context.Context, url string) error) *Template {
	return &Template{migrate: steps}
}

// URL returns the URL of a new copy, which is dropped when the test ends.
func (m *Template) URL(t testing.TB) string {
	t.Helper()
	s := Server(t)
	m.once.Do(func() { m.err = m.build(s) })
	if m.err != nil {
		t.Fatalf("make template database: %v", m.err)
	}
	name := fmt.Sprintf("test_%d", databases.Add(1))
	ctx := context.WithoutCancel(t.Context())
	if err := execute(ctx, s, "CREATE DATABASE "+name+" TEMPLATE "+m.name); err != nil {
		t.Fatalf("clone template database: %v", err)
	}
	t.Cleanup(func() {
		if err := execute(ctx, s, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop test database: %v", err)
		}
	})
	return s.URL(name)
}

// Pool returns a pool on a new copy; both are gone when the test ends.
func (m *Template) Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := pg.Open(context.WithoutCancel(t.Context()), pg.Config{URL: m.URL(t)}, pg.Deps{})
	if err != nil {
		t.Fatalf("open test database: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func (m *Template) build(s *localpg.Server) error {
	ctx := context.Background()
	m.name = fmt.Sprintf("template_%d", databases.Add(1))
	if err := s.CreateDatabase(ctx, m.name); err != nil {
		return err
	}
	for _, step := range m.migrate {
		if err := step(ctx, s.URL(m.name)); err != nil {
			return err
		}
	}
	return nil
}

func execute(ctx context.Context, s *localpg.Server, sql string) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}
