package feed_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
)

func TestAnEventReadsBackAsItWasPrepared(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	d := draft(ticket(1), feed.Text{Name: "title", LanguageCode: "da", Text: "Printeren er død"}, feed.Text{Name: "note"})
	prepared, head, err := feed.Prepare(feed.Head{}, []feed.Draft{d, d}, noon)
	if err != nil {
		t.Fatal(err)
	}
	mustWriteTx(t, pool, prepared)

	rows := readAll(t, pool, 10)
	if len(rows) != 2 {
		t.Fatalf("%d events, want 2", len(rows))
	}
	for i, row := range rows {
		p := prepared[i]
		if !bytes.Equal(row.Stored, p.Stored) || !bytes.Equal(row.Hash, p.Hash) || !bytes.Equal(row.PreviousHash, p.PreviousHash) {
			t.Errorf("event %d came back with other bytes or hashes", i)
		}
		if row.Desk != "nsp" || row.Resource != d.Resource || row.Revision != int64(i+1) || row.Shard != feed.ShardOf(d.Resource) {
			t.Errorf("event %d came back as %+v", i, row)
		}
		event, err := row.Decode(nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p.Record, event.Record, protocmp.Transform()); diff != "" {
			t.Errorf("record differs (-prepared +read):\n%s", diff)
		}
		if text, ok := event.Text("title"); !ok || text.GetText() != "Printeren er død" || text.GetLanguageCode() != "da" {
			t.Errorf("title came back as %v, %v", text, ok)
		}
		if _, ok := event.Text("note"); ok {
			t.Error("an empty text was stored")
		}
	}
	if head.Revision != 2 || !bytes.Equal(head.Hash, prepared[1].Hash) {
		t.Errorf("head = %+v, want revision 2 and its hash", head)
	}
}

func mustWriteTx(t testing.TB, pool *pgxpool.Pool, prepared []feed.Prepared) {
	t.Helper()
	err := pg.InPipeline(t.Context(), pool, func(ctx context.Context, p *pg.Pipeline) error {
		return feed.Append(ctx, p, prepared)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAResourcesTimeNeverRunsBackwards(t *testing.T) {
	t.Parallel()
	early, late := noon.Add(-time.Hour), noon.Add(time.Hour)
	for name, c := range map[string]struct {
		head, given, want time.Time
	}{
		"the clock":                          {noon.Add(-time.Minute), time.Time{}, noon},
		"the clock jumped back":              {late, time.Time{}, late},
		"an import brings the source's time": {early, early.Add(time.Minute), early.Add(time.Minute)},
		"an import's rows are out of order":  {noon, early, noon},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := draft(ticket(1))
			d.OccurredAt = c.given
			head := feed.Head{Revision: 1, Hash: make([]byte, 32), Time: c.head}
			prepared, next, err := feed.Prepare(head, []feed.Draft{d}, noon)
			if err != nil {
				t.Fatal(err)
			}
			r := prepared[0].Record
			if got := r.GetOccurredAt().AsTime(); !got.Equal(c.want) || !next.Time.Equal(c.want) {
				t.Errorf("occurred at %s, head at %s, want %s", got, next.Time, c.want)
			}
			if got := r.GetRecordedAt().AsTime(); !got.Equal(noon) {
				t.Errorf("recorded at %s, want the clock's %s", got, noon)
			}
		})
	}
}

func TestPrepareRefusesWhatWouldBreakAChain(t *testing.T) {
	t.Parallel()
	foreign := draft("desks/other/tickets/X1")
	noPayload := draft(ticket(1))
	noPayload.Payload = nil
	twice := draft(ticket(1), feed.Text{Name: "note", Text: "a"}, feed.Text{Name: "note", Text: "b"})
	for name, c := range map[string]struct {
		head   feed.Head
		drafts []feed.Draft
	}{
		"another desk's resource":  {feed.Head{}, []feed.Draft{foreign}},
		"two resources":            {feed.Head{}, []feed.Draft{draft(ticket(1)), draft(ticket(2))}},
		"no payload":               {feed.Head{}, []feed.Draft{noPayload}},
		"one text name twice":      {feed.Head{}, []feed.Draft{twice}},
		"a head without its hash":  {feed.Head{Revision: 3}, []feed.Draft{draft(ticket(1))}},
		"a hash before the first":  {feed.Head{Hash: make([]byte, 32)}, []feed.Draft{draft(ticket(1))}},
		"a hash of the wrong size": {feed.Head{Revision: 3, Hash: []byte{1}}, []feed.Draft{draft(ticket(1))}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := feed.Prepare(c.head, c.drafts, noon); err == nil {
				t.Error("was prepared")
			}
		})
	}
}

func TestARevisionIsWrittenOnce(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	mustWrite(t, pool, ticket(1), draft(ticket(1)))
	stale, _, err := feed.Prepare(feed.Head{}, []feed.Draft{draft(ticket(1))}, noon)
	if err != nil {
		t.Fatal(err)
	}
	err = pg.InPipeline(t.Context(), pool, func(ctx context.Context, p *pg.Pipeline) error {
		return feed.Append(ctx, p, stale)
	})
	if !pg.IsUniqueViolation(err, "events_pkey") {
		t.Errorf("a second revision 1: error = %v, want the unique violation", err)
	}
}
