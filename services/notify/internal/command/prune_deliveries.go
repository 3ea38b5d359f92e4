package command

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/bavn/bavn/services/notify/internal/store"
)

const (
	// deliveriesKept is how long it can be seen, and replayed, what was sent to webhooks.
	deliveriesKept = 30 * 24 * time.Hour
	pruneEvery     = time.Hour
	// pruneAtOnce keeps each transaction short: a long one holds back the whole feed.
	pruneAtOnce = 500
)

// PruneDeliveries forgets what was sent to webhooks long ago.
type PruneDeliveries struct{}

// Kind is the job's name in River.
func (PruneDeliveries) Kind() string { return "prune_deliveries" }

// InsertOpts puts it where no mail waits for it.
func (PruneDeliveries) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: WebhookQueue} }

// PruneDeliveriesPeriodically is the job as River's leader inserts it.
func PruneDeliveriesPeriodically() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(pruneEvery),
		func() (river.JobArgs, *river.InsertOpts) { return PruneDeliveries{}, nil }, nil)
}

// PruneWorker works PruneDeliveries.
type PruneWorker struct {
	river.WorkerDefaults[PruneDeliveries]
	Webhooks *Webhooks
}

// Work prunes batch by batch until nothing old is left or its time is up; the next run goes on.
func (w *PruneWorker) Work(ctx context.Context, _ *river.Job[PruneDeliveries]) error {
	before := w.Webhooks.Clock.Now().Add(-deliveriesKept)
	for {
		pruned, err := store.New(w.Webhooks.Pool).PruneDeliveries(ctx, store.PruneDeliveriesParams{Before: &before, Size: pruneAtOnce})
		if err != nil {
			return fmt.Errorf("prune deliveries: %w", err)
		}
		if pruned < pruneAtOnce {
			return nil
		}
	}
}
