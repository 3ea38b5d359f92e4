package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Execer is what a pg.Pipeline, a transaction and a pool have in common.
type Execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// insertJob writes what River's own insertion writes, for a job without unique options and tags.
const insertJob = `-- name: KeepJob :exec
INSERT INTO river_job (id, args, kind, max_attempts, metadata, priority, queue, state, created_at, scheduled_at)
VALUES (coalesce($1, nextval('river_job_id_seq')), $2, $3, $4, $5, $6, $7, $8::text::river_job_state,
        coalesce($9, now()), coalesce($10, now()))`

// NextID is the SQL of an id for KeepAs: a command selects it together with what it loads.
const NextID = "nextval('river_job_id_seq')"

const dropJob = `-- name: DropJob :exec
DELETE FROM river_job WHERE id = $1 AND state <> 'running'`

// Keep inserts a job by one statement whose answer nobody needs, so that in a pg.Pipeline it travels with the others; River's
// InsertTx makes the pipeline wait twice. Use it on hot paths. due may be zero for at once. Nobody is notified: the job waits
// for the next poll. Queue, priority and attempts may come from the arguments' InsertOpts, unique options may not.
func (c *Client) Keep(ctx context.Context, db Execer, args river.JobArgs, due time.Time) error {
	return c.keep(ctx, db, nil, args, due)
}

// KeepAs is Keep for a job that may be dropped again, under an id from NextID.
func (c *Client) KeepAs(ctx context.Context, db Execer, id int64, args river.JobArgs, due time.Time) error {
	return c.keep(ctx, db, &id, args, due)
}

// Drop deletes a job by one statement whose answer nobody needs. One that runs at this moment stays, and has to find out by
// itself that it is not needed.
func Drop(ctx context.Context, db Execer, id int64) error {
	if _, err := db.Exec(ctx, dropJob, id); err != nil {
		return fmt.Errorf("drop job %d: %w", id, err)
	}
	return nil
}

func (c *Client) keep(ctx context.Context, db Execer, id *int64, args river.JobArgs, due time.Time) error {
	job, err := c.params(args, due)
	if err != nil {
		return fmt.Errorf("insert job %s: %w", args.Kind(), err)
	}
	insert := func(ctx context.Context) ([]*rivertype.JobInsertResult, error) {
		_, err := db.Exec(ctx, insertJob, id, job.EncodedArgs, job.Kind, job.MaxAttempts, job.Metadata, job.Priority,
			job.Queue, job.State, job.CreatedAt, job.ScheduledAt)
		return nil, err
	}
	// What River would call around its own insertion.
	for _, around := range c.inserting {
		inner := insert
		insert = func(ctx context.Context) ([]*rivertype.JobInsertResult, error) {
			return around.InsertMany(ctx, []*rivertype.JobInsertParams{job}, inner)
		}
	}
	if _, err := insert(ctx); err != nil {
		return fmt.Errorf("insert job %s: %w", args.Kind(), err)
	}
	return nil
}

func (c *Client) params(args river.JobArgs, due time.Time) (*rivertype.JobInsertParams, error) {
	var options river.InsertOpts
	if with, ok := args.(river.JobArgsWithInsertOpts); ok {
		options = with.InsertOpts()
	}
	if unique := options.UniqueOpts; unique.ByArgs || unique.ByQueue || unique.ByPeriod != 0 || unique.ByState != nil {
		return nil, errors.New("has unique options, which only InsertTx keeps")
	}
	encoded, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	job := &rivertype.JobInsertParams{
		Args: args, EncodedArgs: encoded, Kind: args.Kind(), Metadata: []byte("{}"), State: rivertype.JobStateAvailable,
		MaxAttempts: cmp.Or(options.MaxAttempts, c.maxAttempts),
		Priority:    cmp.Or(options.Priority, river.PriorityDefault),
		Queue:       cmp.Or(options.Queue, river.QueueDefault),
	}
	if c.steered != nil { // else the database's time, as River does it
		now := c.steered.Now()
		job.CreatedAt, job.ScheduledAt = &now, &now
	}
	if !due.IsZero() {
		job.ScheduledAt, job.State = &due, rivertype.JobStateScheduled
	}
	return job, nil
}
