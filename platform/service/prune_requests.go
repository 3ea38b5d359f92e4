package service

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/request"
)

const (
	pruneEvery = time.Hour
	// pruneBatch keeps each transaction short: a long one holds back the whole feed.
	pruneBatch = 1000
)

// pruneRequests forgets request ids that nobody may repeat any more.
type pruneRequests struct{}

// Kind is the job's name in River.
func (pruneRequests) Kind() string { return "prune_requests" }

type pruneRequestsWorker struct {
	river.WorkerDefaults[pruneRequests]
	pool  *pgxpool.Pool
	clock clock.Clock
}

// Work prunes batch by batch until nothing old is left or its time is up; the next run goes on.
func (w *pruneRequestsWorker) Work(ctx context.Context, _ *river.Job[pruneRequests]) error {
	before := w.clock.Now().Add(-request.Retention)
	for {
		pruned, err := request.Prune(ctx, w.pool, before, pruneBatch)
		if err != nil || pruned < pruneBatch {
			return err
		}
	}
}

func prunePeriodically() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(pruneEvery),
		func() (river.JobArgs, *river.InsertOpts) { return pruneRequests{}, nil }, nil)
}
