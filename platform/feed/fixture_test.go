package feed_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/pgtest"
)

// things is an aggregate as services have them, one row per resource with the head of its chain; effects is the read model
// of a subscriber.
const things = `CREATE TABLE things (
	resource text PRIMARY KEY, revision bigint NOT NULL, hash bytea NOT NULL, time timestamptz NOT NULL);
	CREATE TABLE effects (resource text NOT NULL, revision bigint NOT NULL, n bigint GENERATED ALWAYS AS IDENTITY,
		PRIMARY KEY (resource, revision))`

// database has the feed's tables, the aggregate, and a read model for subscribers.
var database = pgtest.NewTemplate(
	func(ctx context.Context, url string) error { return pg.Migrate(ctx, url, nil, feed.Migrations()) },
	createThings,
)

func createThings(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, things)
	return err
}

// noon is when every test begins.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func openPool(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	pool, err := pg.Open(context.WithoutCancel(t.Context()), pg.Config{URL: url, MaxConns: 24}, pg.Deps{OnConnect: feed.CheckEpoch})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func newPool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return openPool(t, database.URL(t))
}

func ticket(n int) string { return fmt.Sprintf("desks/nsp/tickets/ASCP%08d", n) }

// draft is an event with a payload, some texts and an audience.
func draft(resource string, texts ...feed.Text) feed.Draft {
	return feed.Draft{
		Desk: "nsp", Resource: resource, Type: "ticket.noted",
		Payload:  wrapperspb.String("a fact"),
		Audience: []string{"parties/netic"},
		Texts:    texts,
	}
}

// write is a command on one resource: lock, decide, write, commit, in two round trips.
func write(ctx context.Context, pool *pgxpool.Pool, resource string, drafts ...feed.Draft) error {
	return pg.InPipeline(ctx, pool, func(ctx context.Context, p *pg.Pipeline) error {
		head, err := lock(ctx, p, resource)
		if err != nil {
			return err
		}
		return appendTo(ctx, p, resource, head, drafts...)
	})
}

type execQueryer interface {
	feed.Execer
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func lock(ctx context.Context, db execQueryer, resource string) (feed.Head, error) {
	if err := feed.Lock(ctx, db, resource); err != nil {
		return feed.Head{}, err
	}
	return lockRow(ctx, db, resource)
}

func lockRow(ctx context.Context, db execQueryer, resource string) (feed.Head, error) {
	var head feed.Head
	err := db.QueryRow(ctx, "SELECT revision, hash, time FROM things WHERE resource = $1 FOR UPDATE", resource).
		Scan(&head.Revision, &head.Hash, &head.Time)
	if errors.Is(err, pgx.ErrNoRows) {
		return feed.Head{}, nil
	}
	return head, err
}

func appendTo(ctx context.Context, db feed.Execer, resource string, head feed.Head, drafts ...feed.Draft) error {
	prepared, head, err := feed.Prepare(head, drafts, noon)
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, `INSERT INTO things VALUES ($1, $2, $3, $4)
		ON CONFLICT (resource) DO UPDATE SET revision = $2, hash = $3, time = $4`,
		resource, head.Revision, head.Hash, head.Time); err != nil {
		return err
	}
	return feed.Append(ctx, db, prepared)
}

func mustWrite(t testing.TB, pool *pgxpool.Pool, resource string, drafts ...feed.Draft) {
	t.Helper()
	if err := write(t.Context(), pool, resource, drafts...); err != nil {
		t.Fatalf("write %s: %v", resource, err)
	}
}

func last(ctx context.Context, t testing.TB, pool *pgxpool.Pool) feed.Position {
	t.Helper()
	position, err := feed.NewReader(pool).Last(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return position
}

// readAll reads everything, page by page, and waits for what the transactions of other tests hold back.
func readAll(t testing.TB, pool *pgxpool.Pool, limit int) (all []feed.Row) {
	t.Helper()
	var at feed.Position
	eventually(t, "the feed to be readable", func(ctx context.Context) error {
		for {
			page, err := feed.NewReader(pool).Read(ctx, at, feed.Filter{}, limit)
			if err != nil {
				t.Fatal(err)
			}
			all, at = append(all, page.Rows...), page.Through
			switch {
			case page.More:
				continue
			case page.HeldBack:
				return errors.New("held back")
			}
			return nil
		}
	})
	return all
}
