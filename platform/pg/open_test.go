package pg_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/bavn/bavn/platform/pg"
)

func openPool(t testing.TB, config pg.Config) *pgxpool.Pool {
	t.Helper()
	return openPoolWith(t, config, pg.Deps{})
}

func openPoolWith(t testing.TB, config pg.Config, deps pg.Deps) *pgxpool.Pool {
	t.Helper()
	pool, err := pg.Open(t.Context(), config, deps)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func TestConfigurationNamesEveryMistakeAndNoSecret(t *testing.T) {
	t.Parallel()
	if err := (pg.Config{URL: "postgres://bavn:hunter2@localhost/triage"}).Validate(); err != nil {
		t.Errorf("a URL alone must do: %v", err)
	}
	err := pg.Config{
		URL: "postgres://bavn:hunter2@local host:port/", MaxConns: -1, LockTimeout: -time.Second, ConnectTimeout: 1,
	}.Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, field := range []string{"url", "max_conns", "lock_timeout", "connect_timeout"} {
		if !strings.Contains(err.Error(), field+":") {
			t.Errorf("%s is not named in %v", field, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the password is in %v", err)
	}
	if _, err := pg.Open(t.Context(), pg.Config{}, pg.Deps{}); err == nil {
		t.Error("opened without a URL")
	}
}

func TestServerKeepsTheConfiguredLimits(t *testing.T) {
	t.Parallel()
	pool := openPool(t, pg.Config{URL: database.URL(t), MaxConns: 3, StatementTimeout: 1234 * time.Millisecond})
	for setting, want := range map[string]string{
		"statement_timeout":                   "1234ms",
		"lock_timeout":                        "3s",
		"idle_in_transaction_session_timeout": "10s",
	} {
		var got string
		if err := pool.QueryRow(t.Context(), "SELECT current_setting($1)", setting).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s is %s, want %s", setting, got, want)
		}
	}
	if n := pool.Config().MaxConns; n != 3 {
		t.Errorf("the pool holds %d connections, want 3", n)
	}
}

// The feed's epoch check stands on this: a connection that was not checked is never used.
func TestEveryNewConnectionIsCheckedBeforeUse(t *testing.T) {
	t.Parallel()
	var checks atomic.Int64
	var refuse atomic.Bool
	wrongEpoch := errors.New("the database was restored")
	pool := openPoolWith(t, pg.Config{URL: database.URL(t)}, pg.Deps{OnConnect: func(ctx context.Context, conn *pgx.Conn) error {
		checks.Add(1)
		if refuse.Load() {
			return wrongEpoch
		}
		return conn.Ping(ctx)
	}})
	write := func() error { return moveInPipeline(t.Context(), pool, "one") }
	for range 3 {
		if err := write(); err != nil {
			t.Fatal(err)
		}
	}
	if n := checks.Load(); n != 1 {
		t.Errorf("one connection was checked %d times", n)
	}
	pool.Reset()
	refuse.Store(true)
	if err := write(); !errors.Is(err, wrongEpoch) {
		t.Errorf("wrote on a refused connection: %v", err)
	}
	refuse.Store(false)
	if err := write(); err != nil {
		t.Fatal(err)
	}
	if n := count(t, pool, "SELECT moves FROM ticket WHERE name = 'one'"); n != 4 {
		t.Errorf("%d moves, want 4", n)
	}
}

func TestSpansShowTheSQLAndNoValue(t *testing.T) {
	t.Parallel()
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	pool := openPoolWith(t, pg.Config{URL: database.URL(t)}, pg.Deps{Tracer: provider})
	if err := moveInPipeline(t.Context(), pool, "one"); err != nil {
		t.Fatal(err)
	}
	if n := len(recorder.Started()); n != 0 {
		t.Errorf("%d spans without a recorded parent", n)
	}

	const person = "Ane Andersen"
	ctx, parent := provider.Tracer("test").Start(t.Context(), "command")
	var name string
	const findTicket = "-- name: FindTicket :one\nSELECT name FROM ticket WHERE holder <> $1 LIMIT 1"
	if err := pool.QueryRow(ctx, findTicket, person).Scan(&name); err != nil {
		t.Fatal(err)
	}
	for _, provoke := range []func() error{
		func() error { // PostgreSQL repeats the value
			return pool.QueryRow(ctx, "SELECT $1::text::uuid", person).Scan(new(string))
		},
		func() error { // pgx repeats the value
			return pool.QueryRow(ctx, "SELECT $1::bigint", []string{person}).Scan(new(string))
		},
		func() error {
			return pg.InPipeline(ctx, pool, func(ctx context.Context, p *pg.Pipeline) error {
				_, err := p.Exec(ctx, "SELECT $1::text::uuid", person)
				return err
			})
		},
	} {
		if err := provoke(); err == nil || !strings.Contains(err.Error(), "Ane") {
			t.Fatalf("the error was to repeat the value: %v", err)
		}
	}
	parent.End()

	names, states := map[string]bool{}, 0
	for _, span := range recorder.Ended() {
		names[span.Name()] = true
		texts := []string{span.Name(), span.Status().Description}
		attributes := span.Attributes()
		for _, event := range span.Events() {
			attributes = append(attributes, event.Attributes...)
		}
		for _, a := range attributes {
			texts = append(texts, a.Value.String())
			if a == attribute.String("pgx.sql_state", "22P02") {
				states++
			}
		}
		if all := strings.Join(texts, "\n"); strings.Contains(all, "Ane") {
			t.Errorf("span %s holds a value: %s", span.Name(), all)
		}
		if span.Name() != "command" && span.Parent().TraceID() != parent.SpanContext().TraceID() {
			t.Errorf("span %s is in another trace", span.Name())
		}
	}
	if !names["FindTicket"] {
		t.Errorf("no span FindTicket among %v", names)
	}
	if states == 0 {
		t.Error("no span says with which SQLSTATE it failed")
	}
}
