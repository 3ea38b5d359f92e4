package feed

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

var (
	//go:embed sql/append_event.sql
	appendEventSQL string
	//go:embed sql/append_event_with_texts.sql
	appendEventWithTextsSQL string
	//go:embed sql/append_events.sql
	appendEventsSQL string
)

// Execer is what Append writes through: a pgx.Tx, or a pg.Pipeline, which keeps the statements for its last round trip.
type Execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// Append inserts prepared events in the transaction of the command that makes them, which has locked their resources first, by
// one statement with all their texts. A revision that exists already fails with a unique violation: the head was not read
// under the lock.
func Append(ctx context.Context, tx Execer, prepared []Prepared) error {
	if len(prepared) == 0 {
		return nil
	}
	sql, args := statement(prepared)
	if _, err := tx.Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("append events: %w", err)
	}
	return nil
}

// statement is the shortest that inserts all of them.
func statement(prepared []Prepared) (sql string, args []any) {
	if len(prepared) > 1 {
		return appendEventsSQL, many(prepared)
	}
	p := &prepared[0]
	r := p.Record
	audience := r.GetAudience()
	if audience == nil {
		audience = []string{}
	}
	args = []any{
		p.desk, r.GetResource(), r.GetRevision(), r.GetType(), r.GetSchemaVersion(), p.Shard, int16(len(p.Texts)), audience,
		p.Stored, p.Hash, p.PreviousHash, r.GetOccurredAt().AsTime(), r.GetRecordedAt().AsTime(),
	}
	if len(p.Texts) == 0 {
		return appendEventSQL, args
	}
	var t textColumns
	t.add(p)
	return appendEventWithTextsSQL, append(args, t.names, t.languages, t.salts, t.values)
}

// textColumns are the texts of one or more events.
type textColumns struct {
	desks, resources         []string
	revisions                []int64
	names, languages, values []string
	salts                    [][]byte
}

func (c *textColumns) add(p *Prepared) {
	for _, t := range p.Texts {
		c.desks = append(c.desks, p.desk)
		c.resources = append(c.resources, p.Record.GetResource())
		c.revisions = append(c.revisions, p.Record.GetRevision())
		c.names = append(c.names, t.Name)
		c.languages = append(c.languages, t.LanguageCode)
		c.salts = append(c.salts, t.Salt)
		c.values = append(c.values, t.Text)
	}
}

// many are the arguments of appendEventsSQL, column by column.
func many(prepared []Prepared) []any {
	n := len(prepared)
	var (
		desks, resources, types, audiences = make([]string, n), make([]string, n), make([]string, n), make([]string, n)
		revisions                          = make([]int64, n)
		versions                           = make([]int32, n)
		shards, counts                     = make([]int16, n), make([]int16, n)
		stored, hashes, previous           = make([][]byte, n), make([][]byte, n), make([][]byte, n)
		occurred, recorded                 = make([]time.Time, n), make([]time.Time, n)
		texts                              textColumns
	)
	for i := range prepared {
		p := &prepared[i]
		r := p.Record
		desks[i], resources[i], revisions[i], types[i] = p.desk, r.GetResource(), r.GetRevision(), r.GetType()
		versions[i], shards[i], counts[i] = r.GetSchemaVersion(), p.Shard, int16(len(p.Texts))
		audiences[i] = strings.Join(r.GetAudience(), "\n")
		stored[i], hashes[i], previous[i] = p.Stored, p.Hash, p.PreviousHash
		occurred[i], recorded[i] = r.GetOccurredAt().AsTime(), r.GetRecordedAt().AsTime()
		texts.add(p)
	}
	return []any{
		desks, resources, revisions, types, versions, shards, counts, audiences, stored, hashes, previous, occurred, recorded,
		texts.desks, texts.resources, texts.revisions, texts.names, texts.languages, texts.salts, texts.values,
	}
}
