package feed

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/trace"
)

// FairShare is fairShare, for tests of the rule alone.
var FairShare = fairShare

// DrawForTest is what a subscriber with this tracer does before it applies a batch.
func DrawForTest(tracer trace.TracerProvider) func(batch []*Event) {
	spans := newSubscriberSpans(SubscriberConfig{Name: "reporting", Source: Remote("triage", nil), Tracer: tracer})
	return func(batch []*Event) { spans.begin(context.Background(), batch, time.Now()) }
}

// A Flaw is a mistake that somebody could make in a reading query. The tests make it on purpose, to show that they would
// notice.
type Flaw struct{ Old, New string }

// The flaws that the order tests make.
var (
	// WithoutXmin reads whatever is committed: the serial column's mistake.
	WithoutXmin = Flaw{"(epoch, xid) < (edge.epoch, edge.xmin)", "true"}
	// EpochOnlyInTheBound forgets that transaction ids start again: rows of an older epoch wait for an xmin of this one.
	EpochOnlyInTheBound = Flaw{"(epoch, xid) < (edge.epoch, edge.xmin)", "xid < edge.xmin"}
	// EpochNotInTheOrder sorts and resumes by transaction id alone.
	EpochNotInTheOrder = Flaw{
		"(epoch, xid, position) > ($1::bigint, $2::xid8, $3::bigint)",
		"($1::bigint >= 0 AND (xid, position) > ($2::xid8, $3::bigint))",
	}
)

// ReadFlawed is Reader.Read without a filter, with a flaw in its query.
func ReadFlawed(ctx context.Context, t testing.TB, pool *pgxpool.Pool, flaw Flaw, after Position, limit int) (Page, error) {
	t.Helper()
	sql := strings.ReplaceAll(readAllSQL, flaw.Old, flaw.New)
	if sql == readAllSQL {
		t.Fatalf("the query does not say %q any more, so this flaw proves nothing", flaw.Old)
	}
	if flaw == EpochNotInTheOrder {
		sql = strings.ReplaceAll(sql, "ORDER BY epoch, xid, position", "ORDER BY xid, position")
	}
	rows, err := pool.Query(ctx, sql, after.Epoch, after.XID, after.Seq, limit)
	if err != nil {
		return Page{}, err
	}
	return collect(rows, after, limit)
}

// The statements whose plans are checked.
var (
	ReadAllSQL       = readAllSQL
	ReadFilteredSQL  = readFilteredSQL
	ReadResourcesSQL = readResourcesSQL
	ReadHistorySQL   = readHistorySQL
	ReadLastSQL      = readLastSQL
	EraseTextsSQL    = eraseTextsSQL
)

// MoveEpoch is BeginEpoch while others are connected, for tests that restore a database under them.
func MoveEpoch(ctx context.Context, pool *pgxpool.Pool) error {
	_, err := pool.Exec(ctx, `INSERT INTO feed_epochs (epoch, system_identifier, timeline)
		SELECT epoch + 1, system_identifier, timeline FROM feed_epochs ORDER BY epoch DESC LIMIT 1`)
	return err
}

// PageSizes follows a feed to its end and returns how many events each page had, beginning with a small one.
func PageSizes(t testing.TB, pool *pgxpool.Pool) (sizes []int) {
	t.Helper()
	var at Position
	for limit := minPage; ; {
		page, err := NewReader(pool).Read(t.Context(), at, Filter{}, limit)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(page.Rows))
		at, limit = page.Through, nextLimit(page, limit)
		if !page.More && !page.HeldBack {
			return sizes
		}
	}
}
