package feed

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrAhead is returned for a position that this database has not reached: it was put back to an older state than its
// reader knows. The reader's own state is then of a history that no longer exists.
var ErrAhead = errors.New("the position is ahead of the feed: the database was put back to an older state")

// lookAhead is how many rows a filtered read looks at for every row it may return.
const lookAhead = 8

var (
	//go:embed sql/read_all.sql
	readAllSQL string
	//go:embed sql/read_filtered.sql
	readFilteredSQL string
	//go:embed sql/read_resources.sql
	readResourcesSQL string
	//go:embed sql/read_history.sql
	readHistorySQL string
	//go:embed sql/read_last.sql
	readLastSQL string
)

// Filter says which events to read. Empty fields do not restrict.
type Filter struct {
	// Desk is a desk's id.
	Desk string
	// Desks are ids too; unlike nil, an empty one lets nothing through.
	Desks     []string
	Types     []string
	Resources []string
	Shards    []int
	// Restricted means: only events whose audience holds one of Audience.
	Restricted bool
	Audience   []string
}

// Page is a part of the feed.
type Page struct {
	// Rows in order.
	Rows []Row
	// Through is the place up to which Rows holds everything that the filter lets through. It is the position of a committed
	// event, or the position that was read from.
	Through Position
	// More says that there may be more to read at once.
	More bool
	// HeldBack says that events are committed that a transaction still open keeps from being read: look again soon, because
	// nobody wakes the reader when that one ends.
	HeldBack bool
}

// Reader reads the service's own feed.
type Reader struct {
	pool *pgxpool.Pool
}

// NewReader makes a reader. The pool runs CheckEpoch on its connections.
func NewReader(pool *pgxpool.Pool) *Reader { return &Reader{pool: pool} }

// Read returns at most limit events after a position. The order is that of Position, and no event will ever appear before
// Through. Returns ErrAhead for a position that the database has not reached.
func (r *Reader) Read(ctx context.Context, after Position, filter Filter, limit int) (Page, error) {
	sql, args := filter.query(after, limit)
	rows, err := r.pool.Query(ctx, sql, args...)
	if err != nil {
		return Page{}, fmt.Errorf("read feed after %s: %w", after, err)
	}
	page, err := collect(rows, after, limit)
	if err != nil {
		return Page{}, fmt.Errorf("read feed after %s: %w", after, err)
	}
	return page, nil
}

// History returns at most limit events of one resource after a revision, by revision: its timeline and its chain.
func (r *Reader) History(ctx context.Context, desk, resource string, after int64, limit int) ([]Row, error) {
	rows, err := r.pool.Query(ctx, readHistorySQL, desk, resource, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read history of %s: %w", resource, err)
	}
	history, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Row, error) {
		var s rowScan
		err := row.Scan(s.targets()...)
		if err != nil {
			return Row{}, err
		}
		return s.row(), nil
	})
	if err != nil {
		return nil, fmt.Errorf("read history of %s: %w", resource, err)
	}
	return history, nil
}

// Last returns the position of the last committed event, the zero Position without one: what to wait for with
// Subscriber.Reached. An event of a transaction that is still open may yet come before it.
func (r *Reader) Last(ctx context.Context) (Position, error) {
	var p Position
	err := r.pool.QueryRow(ctx, readLastSQL).Scan(&p.Epoch, &p.XID, &p.Seq)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Position{}, fmt.Errorf("read last position: %w", err)
	}
	return p, nil
}

// query picks the statement whose plan suits the filter.
func (f *Filter) query(after Position, limit int) (sql string, args []any) {
	args = []any{after.Epoch, after.XID, after.Seq, limit}
	switch {
	case len(f.Resources) > 0:
		var desks, resources []string
		for _, resource := range f.Resources {
			desk := deskOf(resource)
			if f.Desk == "" || f.Desk == desk {
				desks, resources = append(desks, desk), append(resources, resource)
			}
		}
		return readResourcesSQL, append(args, desks, resources, f.Types, f.shards(), f.audience(), f.Desks)
	case f.whole():
		return readAllSQL, args
	default:
		return readFilteredSQL, append(args, limit*lookAhead, orNull(f.Desk), f.Types, f.shards(), f.audience(), f.Desks)
	}
}

// whole reports whether the filter lets everything through.
func (f *Filter) whole() bool {
	return f.Desk == "" && f.Desks == nil && len(f.Types) == 0 && len(f.Resources) == 0 && len(f.Shards) == 0 && !f.Restricted
}

// nothing reports whether the filter lets nothing through.
func (f *Filter) nothing() bool { return f.Desks != nil && len(f.Desks) == 0 }

func (f *Filter) shards() []int16 {
	var shards []int16
	for _, s := range f.Shards {
		shards = append(shards, int16(s))
	}
	return shards
}

// audience is nil without a restriction, and an empty array (which nothing overlaps) for someone who may see nothing.
func (f *Filter) audience() []string {
	switch {
	case !f.Restricted:
		return nil
	case f.Audience == nil:
		return []string{}
	}
	return f.Audience
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// deskOf returns the desk's id in a resource name, "" if it names none.
func deskOf(resource string) string {
	rest, ok := strings.CutPrefix(resource, "desks/")
	if !ok {
		return ""
	}
	desk, _, _ := strings.Cut(rest, "/")
	return desk
}

// edge is the part of a reading query that is there even without events.
type edge struct {
	epoch    int64
	xmax     uint64
	heldBack bool
	// The end of the window that was looked at; nil for a read that returns all it looks at, and for an empty window.
	endEpoch, endSeq *int64
	endXID           *uint64
	// filled says that the window ended because it was full, not because nothing more may be read; nil with endEpoch.
	filled *bool
}

func (at *edge) targets() []any {
	return []any{&at.epoch, &at.xmax, &at.heldBack, &at.endEpoch, &at.endXID, &at.endSeq, &at.filled}
}

func collect(rows pgx.Rows, after Position, limit int) (Page, error) {
	defer rows.Close()
	page := Page{Through: after}
	var at edge
	for rows.Next() {
		var s rowScan
		if err := rows.Scan(append(at.targets(), s.targets()...)...); err != nil {
			return Page{}, fmt.Errorf("scan: %w", err)
		}
		if s.epoch == nil {
			continue // the edge alone
		}
		row := s.row()
		if !row.Position.After(page.Through) {
			return Page{}, fmt.Errorf("the query gave %s after %s", row.Position, page.Through)
		}
		page.Through = row.Position
		page.Rows = append(page.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return Page{}, err
	}
	if after.Epoch > at.epoch || after.Epoch == at.epoch && after.XID >= at.xmax {
		return Page{}, fmt.Errorf("%w (transaction %d of epoch %d is next)", ErrAhead, at.xmax, at.epoch)
	}
	page.HeldBack = at.heldBack
	page.More = len(page.Rows) == limit
	if !page.More && at.endEpoch != nil {
		page.Through = Position{Epoch: *at.endEpoch, XID: *at.endXID, Seq: *at.endSeq}
		page.More = *at.filled
	}
	return page, nil
}
