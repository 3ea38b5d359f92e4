package feed

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

var (
	//go:embed sql/append_event.sql
	appendEventSQL string
	//go:embed sql/append_texts.sql
	appendTextsSQL string
)

// Execer is what Append writes through: a pgx.Tx, or a pg.Pipeline, which keeps the statements for its last round trip.
type Execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// Append inserts prepared events in the transaction of the command that makes them, which has locked their resource first:
// one statement per event and one for all texts. A revision that exists already fails with a unique violation: the head
// was not read under the lock.
func Append(ctx context.Context, tx Execer, prepared []Prepared) error {
	return statements(prepared, func(sql string, args ...any) error {
		if _, err := tx.Exec(ctx, sql, args...); err != nil {
			return fmt.Errorf("append events: %w", err)
		}
		return nil
	})
}

// Queue adds the same statements to a batch, whose results the caller reads.
func Queue(b *pgx.Batch, prepared []Prepared) {
	_ = statements(prepared, func(sql string, args ...any) error {
		b.Queue(sql, args...)
		return nil
	})
}

func statements(prepared []Prepared, add func(sql string, args ...any) error) error {
	var (
		revisions                []int64
		names, languages, values []string
		salts                    [][]byte
	)
	for i := range prepared {
		p := &prepared[i]
		r := p.Record
		audience := r.GetAudience()
		if audience == nil {
			audience = []string{}
		}
		if err := add(appendEventSQL, p.desk, r.GetResource(), r.GetRevision(), r.GetType(), r.GetSchemaVersion(), p.Shard,
			int16(len(p.Texts)), audience, p.Stored, p.Hash, p.PreviousHash,
			r.GetOccurredAt().AsTime(), r.GetRecordedAt().AsTime()); err != nil {
			return err
		}
		for _, t := range p.Texts {
			revisions = append(revisions, r.GetRevision())
			names = append(names, t.Name)
			languages = append(languages, t.LanguageCode)
			salts = append(salts, t.Salt)
			values = append(values, t.Text)
		}
	}
	if len(revisions) == 0 {
		return nil
	}
	return add(appendTextsSQL, prepared[0].desk, prepared[0].Record.GetResource(),
		revisions, names, languages, salts, values)
}
