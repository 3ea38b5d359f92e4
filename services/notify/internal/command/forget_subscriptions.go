package command

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/bavn/bavn/services/notify/internal/store"
)

// confirmWithin is how long somebody has to confirm a subscription that they, or somebody else with their address, asked for.
const confirmWithin = 7 * 24 * time.Hour

// ForgetSubscriptions forgets the addresses of those who never confirmed: nobody asked them whether we may keep it (R147, R148).
type ForgetSubscriptions struct{}

// Kind is the job's name in River.
func (ForgetSubscriptions) Kind() string { return "forget_subscriptions" }

// ForgetSubscriptionsPeriodically is the job as River's leader inserts it.
func ForgetSubscriptionsPeriodically() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(pruneEvery),
		func() (river.JobArgs, *river.InsertOpts) { return ForgetSubscriptions{}, nil }, nil)
}

// ForgetSubscriptionsWorker works ForgetSubscriptions.
type ForgetSubscriptionsWorker struct {
	river.WorkerDefaults[ForgetSubscriptions]
	Board *Board
}

// Work forgets them.
func (w *ForgetSubscriptionsWorker) Work(ctx context.Context, _ *river.Job[ForgetSubscriptions]) error {
	if _, err := store.New(w.Board.Pool).ForgetUnconfirmed(ctx, w.Board.Clock.Now().Add(-confirmWithin)); err != nil {
		return fmt.Errorf("forget subscriptions: %w", err)
	}
	return nil
}
