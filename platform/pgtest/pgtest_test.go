package pgtest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/platform/pgtest"
)

var (
	migrated atomic.Int64
	database = pgtest.NewTemplate(
		func(ctx context.Context, url string) error {
			migrated.Add(1)
			return execute(ctx, url, "CREATE TABLE note (text text)")
		},
		func(ctx context.Context, url string) error {
			return execute(ctx, url, "INSERT INTO note VALUES ('seed')")
		},
	)
)

func execute(ctx context.Context, url, sql string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

func TestParallelTestsShareNothing(t *testing.T) {
	t.Parallel()
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			pool := database.Pool(t)
			if _, err := pool.Exec(t.Context(), "INSERT INTO note VALUES ($1)", t.Name()); err != nil {
				t.Fatal(err)
			}
			var notes int
			if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM note").Scan(&notes); err != nil {
				t.Fatal(err)
			}
			if notes != 2 {
				t.Errorf("%d notes, want the seed and this test's own", notes)
			}
			if n := migrated.Load(); n != 1 {
				t.Errorf("the template was migrated %d times", n)
			}
		})
	}
}

func TestDatabaseIsGoneAfterItsTest(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("test that leaves a connection open", func(t *testing.T) {
		url = database.URL(t)
		if _, err := pgx.Connect(t.Context(), url); err != nil {
			t.Fatal(err)
		}
	})
	if err := execute(t.Context(), url, "SELECT 1"); err == nil {
		t.Error("the database is still there")
	}
}

func TestTemplatesAreSeparate(t *testing.T) {
	t.Parallel()
	if err := execute(t.Context(), pgtest.NewTemplate().URL(t), "SELECT * FROM note"); err == nil {
		t.Error("an empty template holds another one's table")
	}
}

// A test whose template cannot be made fails and says why; so does the next one.
func TestBrokenTemplateFailsItsTests(t *testing.T) {
	t.Parallel()
	broken := pgtest.NewTemplate(func(context.Context, string) error { return errors.New("bad migration") })
	for range 2 {
		probe := &failing{TB: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			broken.URL(probe)
		}()
		<-done
		if probe.said != "make template database: bad migration" {
			t.Errorf("the test says %q", probe.said)
		}
	}
}

func BenchmarkClone(b *testing.B) {
	for b.Loop() {
		database.URL(b)
	}
}

// failing is a test that is allowed to fail.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}
