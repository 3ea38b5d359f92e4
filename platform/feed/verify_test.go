package feed_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
)

func title(text string) feed.Text { return feed.Text{Name: "title", LanguageCode: "da", Text: text} }
func note(text string) feed.Text  { return feed.Text{Name: "note", LanguageCode: "sv", Text: text} }

// history reads a ticket's events, current ones.
func history(t testing.TB, pool *pgxpool.Pool, resource string) []*feed.Event {
	t.Helper()
	rows, err := feed.NewReader(pool).History(t.Context(), "nsp", resource, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	events := make([]*feed.Event, len(rows))
	for i := range rows {
		if events[i], err = rows[i].Decode(nil); err != nil {
			t.Fatal(err)
		}
	}
	return events
}

func threeEvents(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool := newPool(t)
	for _, text := range []string{"Anna Ås har glemt sin kode", "Anna ringede igen", "løst"} {
		mustWrite(t, pool, ticket(1), draft(ticket(1), title(text), note(text)))
	}
	return pool
}

func erase(t testing.TB, pool *pgxpool.Pool, erasure feed.Erasure) (n int64) {
	t.Helper()
	err := pg.InTx(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) (err error) {
		n, err = feed.Erase(ctx, tx, erasure, noon)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestErasureLeavesEveryProofAndNothingToRead(t *testing.T) {
	t.Parallel()
	pool := threeEvents(t)
	before := history(t, pool, ticket(1))
	if n := erase(t, pool, feed.Erasure{Desk: "nsp", Resources: []string{ticket(1)}, Names: []string{"title"}}); n != 3 {
		t.Errorf("%d texts were erased, want the 3 titles", n)
	}
	after := history(t, pool, ticket(1))
	head, err := feed.VerifyChain(feed.Head{}, after)
	if err != nil {
		t.Errorf("after erasure the chain does not verify: %v", err)
	}
	if head.Revision != 3 {
		t.Errorf("verified up to revision %d, want 3", head.Revision)
	}
	for i, e := range after {
		if text, ok := e.Text("title"); ok || text == nil || !text.GetErased() || text.GetText() != "" || len(text.GetSalt()) != 0 {
			t.Errorf("revision %d: the title is %v", i+1, text)
		}
		if _, ok := e.Text("note"); !ok {
			t.Errorf("revision %d: the note is gone as well", i+1)
		}
		if diff := cmp.Diff(before[i].Stored, e.Stored); diff != "" {
			t.Errorf("revision %d: the stored bytes changed", i+1)
		}
	}
	if n := erase(t, pool, feed.Erasure{Desk: "nsp", Resources: []string{ticket(1)}}); n != 3 {
		t.Errorf("%d texts were erased, want the 3 notes that were left", n)
	}
	var left int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM event_texts WHERE text IS NOT NULL OR salt IS NOT NULL`).
		Scan(&left); err != nil || left != 0 {
		t.Errorf("%d texts or salts are left, %v", left, err)
	}
	if strings.Contains(string(after[0].Stored), "Anna") {
		t.Error("the stored bytes hold the name")
	}
}

func TestEqualTextsHaveUnequalDigests(t *testing.T) {
	t.Parallel()
	prepared, _, err := feed.Prepare(feed.Head{}, []feed.Draft{
		draft(ticket(1), title("ja")), draft(ticket(1), title("ja")),
	}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if cmp.Equal(prepared[0].Record.GetTexts()[0].GetSha256(), prepared[1].Record.GetTexts()[0].GetSha256()) {
		t.Error("two equal texts show as equal digests: a short one could be guessed")
	}
}

func TestEveryTamperingBreaksTheChain(t *testing.T) {
	t.Parallel()
	pool := threeEvents(t)
	mustWrite(t, pool, ticket(2), draft(ticket(2)))
	for name, tamper := range map[string]func(events []*feed.Event) []*feed.Event{
		"one bit of the stored bytes": func(e []*feed.Event) []*feed.Event { e[1].Stored[5] ^= 1; return e },
		"one bit of the hash":         func(e []*feed.Event) []*feed.Event { e[2].Hash[0] ^= 1; return e },
		"an event left out":           func(e []*feed.Event) []*feed.Event { return append(e[:1], e[2]) },
		"two events changed places":   func(e []*feed.Event) []*feed.Event { e[1], e[2] = e[2], e[1]; return e },
		"the first event left out":    func(e []*feed.Event) []*feed.Event { return e[1:] },
		"another text":                func(e []*feed.Event) []*feed.Event { e[0].Texts[1].Text = "Bo Ås"; return e },
		"another salt":                func(e []*feed.Event) []*feed.Event { e[0].Texts[1].Salt[0] ^= 1; return e },
		"a text taken away":           func(e []*feed.Event) []*feed.Event { e[0].Texts = e[0].Texts[:1]; return e },
		"a text that nobody wrote": func(e []*feed.Event) []*feed.Event {
			e[0].Texts = append(e[0].Texts, &eventv1.Text{Name: "reason", Text: "x"})
			return e
		},
		"the first event forged, with its hash and the link to it": func(e []*feed.Event) []*feed.Event {
			e[0].Stored = bytes.Replace(e[0].Stored, []byte("a fact"), []byte("a fake"), 1)
			forged := sha256.Sum256(e[0].Stored)
			e[0].Hash, e[1].PreviousHash = forged[:], forged[:]
			return e
		},
		"an event of another ticket": func(e []*feed.Event) []*feed.Event {
			return append(e[:0:0], e[0], history(t, pool, ticket(2))[0])
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events := history(t, pool, ticket(1))
			if _, err := feed.VerifyChain(feed.Head{}, events); err != nil {
				t.Fatalf("untouched: %v", err)
			}
			if _, err := feed.VerifyChain(feed.Head{}, tamper(events)); err == nil {
				t.Error("was not noticed")
			}
		})
	}
}

func TestALongChainVerifiesInPages(t *testing.T) {
	t.Parallel()
	events := history(t, threeEvents(t), ticket(1))
	head, err := feed.VerifyChain(feed.Head{}, events[:2])
	if err != nil {
		t.Fatal(err)
	}
	if head, err = feed.VerifyChain(head, events[2:]); err != nil || head.Revision != 3 {
		t.Errorf("revision %d, %v; want 3", head.Revision, err)
	}
}
