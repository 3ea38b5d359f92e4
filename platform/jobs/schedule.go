package jobs

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/bavn/bavn/platform/clock"
)

// riverSchedulerInterval is how often River's leader makes scheduled jobs available, and how far it looks ahead when it does.
// It cannot be configured.
const riverSchedulerInterval = 5 * time.Second

// dueSoon inserts a job that is due before the leader's next look as available at once. The fetch respects the due time
// anyway; but as "scheduled" the job would wait for that look, up to five seconds late. River does the same for its own short
// retries.
type dueSoon struct {
	river.MiddlewareDefaults
	clock clock.Clock
}

// InsertMany is called by River around every insertion.
func (d *dueSoon) InsertMany(ctx context.Context, jobs []*rivertype.JobInsertParams,
	insert func(context.Context) ([]*rivertype.JobInsertResult, error),
) ([]*rivertype.JobInsertResult, error) {
	horizon := d.clock.Now().Add(riverSchedulerInterval)
	for _, job := range jobs {
		if job.State == rivertype.JobStateScheduled && !job.ScheduledAt.After(horizon) {
			job.State = rivertype.JobStateAvailable
		}
	}
	return insert(ctx)
}

// backoff doubles the wait after each failure up to limit. River's own policy grows without one (the tenth wait is three
// hours), so a service that was away for a while would not be noticed for as long again.
type backoff struct {
	clock       clock.Clock
	base, limit time.Duration
}

// NextRetry is called by River after a failed attempt.
func (b backoff) NextRetry(job *rivertype.JobRow) time.Time {
	wait := b.limit
	if doublings := len(job.Errors); doublings < 32 { // more would overflow, and any limit is reached long before
		wait = min(b.limit, b.base<<doublings)
	}
	spread := time.Duration(rand.Int64N(int64(wait)/10 + 1)) // so that what failed together does not come back together
	return b.clock.Now().Add(wait + spread)
}
