package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	triage "github.com/bavn/bavn/services/triage/app"
)

const (
	// firstSeeded keeps the numbers of seeded tickets apart from those that intake gives.
	firstSeeded = 500_000_000
	seededAge   = 30 * 24 * time.Hour
)

// seeder fills the bench desk with tickets by COPY.
type seeder struct {
	pool  *pgxpool.Pool
	began time.Time
	done  int
}

func openSeeder(ctx context.Context, url string) (*seeder, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.AfterConnect = feed.CheckEpoch
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open triage's database: %w", err)
	}
	return &seeder{pool: pool, began: time.Now().Add(-seededAge)}, nil
}

// fill brings the desk to so many seeded tickets, of which closedOf10 of every ten are closed and the others lie in the pile of
// the first line, and lets PostgreSQL look at the tables, as it would by itself within a minute.
func (s *seeder) fill(ctx context.Context, tickets, closedOf10 int) error {
	err := triage.Seed(ctx, s.pool, triage.SeedOptions{
		Desk: "bench", Tickets: tickets - s.done, First: firstSeeded + s.done, Groups: []string{firstLine}, ClosedOf10: closedOf10,
		Began: s.began,
	})
	if err != nil {
		return err
	}
	s.done = tickets
	for _, sql := range []string{heard, caughtUpWith, "VACUUM ANALYZE"} {
		if _, err := s.pool.Exec(ctx, sql); err != nil {
			return fmt.Errorf("after seeding: %w", err)
		}
	}
	return nil
}

// Triage hears itself, to find words and draw journeys. What was seeded counts as heard: a million tickets would keep it busy
// for the rest of the measure, and neither is what is measured.
const (
	heard = `INSERT INTO feed_heads (subscriber, source, resource, revision)
		SELECT s.subscriber, s.source, e.resource, e.revision
		FROM (SELECT DISTINCT subscriber, source FROM feed_subscriptions) s
		CROSS JOIN (SELECT resource, max(revision) AS revision FROM events GROUP BY resource) e
		ON CONFLICT (subscriber, source, resource) DO UPDATE SET revision = excluded.revision`
	caughtUpWith = `UPDATE feed_subscriptions SET (epoch, xid, position) =
		(SELECT epoch, xid, position FROM events ORDER BY epoch DESC, xid DESC, position DESC LIMIT 1)`
)

// takingNext is the load of agents who take the next ticket from the first line's pile.
func takingNext(clients []caller) call {
	return func(ctx context.Context, client int) error {
		_, err := clients[client].tickets.TakeNextTicket(ctx, &triagev1.TakeNextTicketRequest{
			Parent: deskName, RequestId: uuid.NewString(), Party: serviceDesk, Group: firstLine,
		})
		return err
	}
}

const pageSize = 50

var errShortPage = errors.New("a page is not full")

// paging is the load of people who look through the list, page after page, and begin again after some.
func paging(clients []caller) call {
	const pagesInARow = 20
	type place struct {
		token string
		page  int
	}
	places := make([]place, len(clients))
	return func(ctx context.Context, client int) error {
		at := &places[client]
		page, err := clients[client].tickets.ListTickets(ctx, &triagev1.ListTicketsRequest{
			Parent: deskName, PageSize: pageSize, PageToken: at.token,
		})
		switch {
		case err != nil:
			return err
		case len(page.GetTickets()) != pageSize:
			return fmt.Errorf("%w: %d tickets", errShortPage, len(page.GetTickets()))
		}
		at.token, at.page = page.GetNextPageToken(), at.page+1
		if at.page == pagesInARow {
			*at = place{}
		}
		return nil
	}
}
