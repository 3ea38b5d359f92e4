package command_test

import (
	"fmt"
	"testing"

	"github.com/bavn/bavn/platform/feed"
)

// batchOf is as many events as one transaction of the subscriber takes, of tickets of their own.
func (w *world) batchOf(n, size int, importing bool) []*feed.Event {
	batch := make([]*feed.Event, size)
	for i := range batch {
		ticket := w.ticket(fmt.Sprintf("ASCP%04d%04d", n, i))
		ticket.Importing = importing
		batch[i] = w.happens(ticket, "ticket.work_started", "jonas")
	}
	return batch
}

// BenchmarkTell writes full batches of 500 events that two people are told of each.
func BenchmarkTell(b *testing.B) {
	for _, importing := range []bool{true, false} {
		b.Run(fmt.Sprintf("importing=%v", importing), func(b *testing.B) {
			w := newWorld(b)
			n := 0
			for b.Loop() {
				b.StopTimer()
				batch := w.batchOf(n, 500, importing)
				n++
				b.StartTimer()
				w.hear(batch...)
			}
			b.ReportMetric(float64(n*500)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkDeliver sends what BenchmarkTell wrote, over real SMTP, in jobs of 100.
func BenchmarkDeliver(b *testing.B) {
	w := newWorld(b)
	n, mails := 0, 0
	for b.Loop() {
		b.StopTimer()
		if _, err := w.pool.Exec(b.Context(), "DELETE FROM river_job"); err != nil {
			b.Fatal(err)
		}
		w.hear(w.batchOf(n, 50, false)...)
		n++
		jobs := w.jobs()
		b.StartTimer()
		for _, args := range jobs {
			mails += len(args.Notifications)
			if err := w.run(w.commands, args); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(mails)/b.Elapsed().Seconds(), "mails/s")
}
