package pg_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/localpg"
	"github.com/bavn/bavn/platform/pg"
)

func TestSQLStatesBecomeFaults(t *testing.T) {
	t.Parallel()
	catalog, err := fault.NewCatalog()
	if err != nil {
		t.Fatal(err)
	}
	for state, want := range map[string]codes.Code{
		"40001": codes.Aborted,
		"40P01": codes.Aborted,
		"55P03": codes.Aborted,
		"57014": codes.DeadlineExceeded,
		"25P03": codes.DeadlineExceeded,
		"08006": codes.Unavailable,
		"53300": codes.Unavailable,
		"57P01": codes.Unavailable,
		"57P02": codes.Unavailable,
		"57P03": codes.Unavailable,
		"25006": codes.Unavailable,
		"58030": codes.Unavailable,
		"23505": codes.Internal,
		"23514": codes.Internal,
		"23503": codes.Internal,
		"42P01": codes.Internal,
		"XX000": codes.Internal,
		"":      codes.Internal,
	} {
		refused := &pgconn.PgError{Severity: "ERROR", Code: state, Message: "secret text", Detail: "Key (person)=(Ane)"}
		got := pg.Translate(fmt.Errorf("write ticket: %w", refused))
		f, ok := errors.AsType[*fault.Error](got)
		if !ok || f.Code() != want {
			t.Errorf("%s becomes %v, want %v", state, got, want)
			continue
		}
		if err := catalog.Check(f); err != nil {
			t.Errorf("%s: %v", state, err)
		}
		if said := status.Convert(got).Proto().String(); strings.Contains(said, "secret") || strings.Contains(said, "Ane") {
			t.Errorf("%s tells the caller %s", state, said)
		}
		if !errors.Is(got, refused) {
			t.Errorf("%s is lost for the log", state)
		}
	}
}

func TestWhatIsNotTheDatabasesFaultPassesAsItIs(t *testing.T) {
	t.Parallel()
	domain := fault.New(codes.FailedPrecondition, "TICKET_CLOSED").Cause(&pgconn.PgError{Code: "23514"})
	for _, err := range []error{nil, domain, pgx.ErrNoRows, errors.New("anything")} {
		if got := pg.Translate(err); got != err { //nolint:errorlint // the very same error, not one that wraps it
			t.Errorf("%v becomes %v", err, got)
		}
	}
}

func TestCommandsRecogniseTheConstraintTheyProvoked(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	provoke := func(sql string) error {
		return pg.InTx(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		})
	}
	twice := provoke("INSERT INTO ticket (name) VALUES ('one')")
	if !pg.IsUniqueViolation(twice, "ticket_pkey") || !pg.IsUniqueViolation(twice, "") {
		t.Errorf("a second ticket of the same name is not recognised in %v", twice)
	}
	if pg.IsUniqueViolation(twice, "another_constraint") || pg.IsUniqueViolation(nil, "") {
		t.Error("it is taken for another constraint")
	}
	illegal := provoke("UPDATE ticket SET moves = -1")
	if pg.IsUniqueViolation(illegal, "") || !pg.IsCheckViolation(illegal, "ticket_moves") ||
		pg.IsCheckViolation(illegal, "another_constraint") {
		t.Errorf("an illegal row is taken for one that exists twice, or its rule is not recognised, in %v", illegal)
	}
}

// What PostgreSQL really sends, from every way in which it can refuse to go on.
func TestWaitsEndInAFault(t *testing.T) {
	t.Parallel()
	address := database.URL(t)
	holder := openPool(t, pg.Config{URL: address})
	impatient := openPool(t, pg.Config{
		URL: address, StatementTimeout: 200 * time.Millisecond, LockTimeout: 50 * time.Millisecond,
	})
	// Of its own: while another case gets ready on a busy machine, its transaction must not end for being idle.
	hasty := openPool(t, pg.Config{URL: address, IdleInTransactionTimeout: 50 * time.Millisecond})
	for name, c := range map[string]struct {
		do   func(ctx context.Context, tx pgx.Tx) error
		want codes.Code
		pool *pgxpool.Pool
	}{
		"lock held by another": {func(ctx context.Context, tx pgx.Tx) error {
			return pg.InTx(ctx, holder, func(_ context.Context, locked pgx.Tx) error {
				if _, err := locked.Exec(ctx, "SELECT FROM ticket WHERE name = 'one' FOR UPDATE"); err != nil {
					return err
				}
				return move(ctx, tx, "one")
			})
		}, codes.Aborted, impatient},
		"slow statement": {func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, "SELECT pg_sleep(5)")
			return err
		}, codes.DeadlineExceeded, impatient},
		"slow caller": {func(ctx context.Context, tx pgx.Tx) error {
			eventually(t, "the transaction was left open", func() bool {
				return count(t, holder, "SELECT count(*) FROM pg_stat_activity WHERE pid = $1", int32(tx.Conn().PgConn().PID())) == 0
			})
			_, err := tx.Exec(ctx, "SELECT 1")
			return err
		}, codes.DeadlineExceeded, hasty},
		"caller's deadline": {func(ctx context.Context, tx pgx.Tx) error {
			ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
			defer cancel()
			_, err := tx.Exec(ctx, "SELECT pg_sleep(5)")
			return err
		}, codes.DeadlineExceeded, impatient},
		"caller gone": {func(ctx context.Context, tx pgx.Tx) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			_, err := tx.Exec(ctx, "SELECT 1")
			return err
		}, codes.Canceled, impatient},
		"connection terminated": {func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, "SELECT pg_terminate_backend(pg_backend_pid())")
			return err
		}, codes.Unavailable, impatient},
	} {
		if err := pg.InTx(t.Context(), c.pool, c.do); status.Code(err) != c.want {
			t.Errorf("%s: returned %v, want %v", name, err, c.want)
		}
		poolIsClean(t, c.pool)
	}
}

// Whatever stops a connection from being made, the caller may come again; only we can mend it.
func TestConnectionThatCannotBeMadeIsUnavailable(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	wrong, err := url.Parse(database.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	wrong.User = url.UserPassword("bavn", "guess")
	for name, address := range map[string]string{
		"nobody listens": "postgres://bavn@127.0.0.1:1/x",
		"no answer":      "postgres://bavn@" + silent.Addr().String() + "/x",
		"wrong password": wrong.String(),
	} {
		pool := openPool(t, pg.Config{URL: address, ConnectTimeout: 200 * time.Millisecond})
		err := pg.InTx(t.Context(), pool, func(context.Context, pgx.Tx) error { return nil })
		if status.Code(err) != codes.Unavailable {
			t.Errorf("%s: returned %v, want UNAVAILABLE", name, err)
		}
	}
}

func TestDatabaseThatIsGoneIsUnavailableAndComesBack(t *testing.T) {
	t.Parallel()
	server, err := localpg.Start(t.Context(), localpg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Stop(context.WithoutCancel(t.Context())) }) //nolint:errcheck // temporary
	pool := openPool(t, pg.Config{URL: server.URL("postgres")})
	work := map[string]func() error{
		"InTx": func() error {
			return pg.InTx(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
				return tx.QueryRow(ctx, "SELECT 1").Scan(new(int))
			})
		},
		"InPipeline": func() error {
			return pg.InPipeline(t.Context(), pool, func(ctx context.Context, p *pg.Pipeline) error {
				return p.QueryRow(ctx, "SELECT 1").Scan(new(int))
			})
		},
	}
	for name, run := range work {
		if err := run(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := server.Kill(); err != nil {
			t.Fatal(err)
		}
		var err error
		eventually(t, name+": the server is gone and nobody notices", func() bool { // its backends live a moment longer
			err = run()
			return err != nil
		})
		if status.Code(err) != codes.Unavailable {
			t.Errorf("%s without a server returned %v, want UNAVAILABLE", name, err)
		}
		if err := server.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		eventually(t, name+": the server is back and the pool does not notice", func() bool {
			err := run()
			if err != nil && status.Code(err) != codes.Unavailable {
				t.Errorf("%s with connections to the old server returned %v, want UNAVAILABLE", name, err)
			}
			return err == nil
		})
	}
	pool.Close()
	if err := work["InTx"](); status.Code(err) != codes.Unavailable {
		t.Errorf("a closed pool returned %v, want UNAVAILABLE", err)
	}
}
