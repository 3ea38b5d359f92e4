package feed_test

import (
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bavn/bavn/platform/feed"
)

// What the feed costs. A command is two round trips: BEGIN, locks and head; events and COMMIT.
//
//	go test -run '^$' -bench . ./feed

func BenchmarkPrepare(b *testing.B) {
	d := draft(ticket(1), title("Printeren er død"))
	for b.Loop() {
		if _, _, err := feed.Prepare(feed.Head{}, []feed.Draft{d}, noon); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCommand writes one event per command, on 1000 tickets, by 8 clients.
func BenchmarkCommand(b *testing.B) {
	for name, texts := range map[string][]feed.Text{"without texts": nil, "with two texts": {title("a"), note("b")}} {
		b.Run(name, func(b *testing.B) {
			pool := newPool(b)
			var next atomic.Int64
			b.SetParallelism(4)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					resource := ticket(int(next.Add(1) % 1000))
					if err := write(b.Context(), pool, resource, draft(resource, texts...)); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// BenchmarkRead reads pages of 500 events, texts and all.
func BenchmarkRead(b *testing.B) {
	pool := newPool(b)
	fill(b, pool, 5000)
	reader := feed.NewReader(pool)
	var at feed.Position
	events := 0
	for b.Loop() {
		page, err := reader.Read(b.Context(), at, feed.Filter{}, 500)
		if err != nil {
			b.Fatal(err)
		}
		events += len(page.Rows)
		if at = page.Through; !page.More {
			at = feed.Position{}
		}
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}

// fill writes n events of a hundred tickets, many per transaction.
func fill(t testing.TB, pool *pgxpool.Pool, n int) {
	t.Helper()
	const perTicket = 50
	for i := range n / perTicket {
		drafts := make([]feed.Draft, perTicket)
		for j := range drafts {
			drafts[j] = draft(ticket(i), title("Printeren er død"))
		}
		mustWrite(t, pool, ticket(i), drafts...)
	}
}
