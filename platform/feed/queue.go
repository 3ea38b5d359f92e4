package feed

import (
	_ "embed"

	"github.com/jackc/pgx/v5"
)

var (
	//go:embed sql/append_event.sql
	appendEventSQL string
	//go:embed sql/append_texts.sql
	appendTextsSQL string
)

// Queue adds the INSERTs of prepared events to the batch of the command that makes them: one statement per event and one
// for all texts. The batch belongs to a transaction that has locked the resource already; the caller reads its results.
// A revision that exists already fails with a unique violation: the head was not read under the lock.
func Queue(b *pgx.Batch, prepared []Prepared) {
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
		b.Queue(appendEventSQL, p.desk, r.GetResource(), r.GetRevision(), r.GetType(), r.GetSchemaVersion(), p.Shard,
			int16(len(p.Texts)), audience, p.Stored, p.Hash, p.PreviousHash,
			r.GetOccurredAt().AsTime(), r.GetRecordedAt().AsTime())
		for _, t := range p.Texts {
			revisions = append(revisions, r.GetRevision())
			names = append(names, t.Name)
			languages = append(languages, t.LanguageCode)
			salts = append(salts, t.Salt)
			values = append(values, t.Text)
		}
	}
	if len(revisions) > 0 {
		b.Queue(appendTextsSQL, prepared[0].desk, prepared[0].Record.GetResource(), revisions, names, languages, salts, values)
	}
}
