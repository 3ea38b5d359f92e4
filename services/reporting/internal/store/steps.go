package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/reporting/internal/domain"
)

// Steps reads the steps of one ticket, in order.
func Steps(ctx context.Context, db DBTX, desk, ticket string) ([]domain.Step, error) {
	rows, err := New(db).StepsOfTicket(ctx, StepsOfTicketParams{Desk: desk, Ticket: ticket})
	if err != nil {
		return nil, fmt.Errorf("read steps: %w", err)
	}
	steps := make([]domain.Step, len(rows))
	for i, row := range rows {
		steps[i] = row.step()
	}
	return steps, nil
}

// EachTicket gives visit the steps of each ticket of a desk, in order, one ticket at a time: a desk may have more of them than
// fit into memory.
func EachTicket(ctx context.Context, db DBTX, desk string, visit func([]domain.Step)) error {
	rows, err := db.Query(ctx, `SELECT desk, ticket, step, revision, at, status, sub_status, party, grp, assignee, impact,
			reopened, returned
		FROM steps WHERE desk = $1 ORDER BY ticket, revision`, desk)
	if err != nil {
		return fmt.Errorf("read steps: %w", err)
	}
	var row Step
	var steps []domain.Step
	_, err = pgx.ForEachRow(rows, []any{
		&row.Desk, &row.Ticket, &row.Step, &row.Revision, &row.At, &row.Status, &row.SubStatus, &row.Party, &row.Grp,
		&row.Assignee, &row.Impact, &row.Reopened, &row.Returned,
	}, func() error {
		if len(steps) > 0 && steps[0].Ticket != row.Ticket {
			visit(steps)
			steps = steps[:0]
		}
		steps = append(steps, row.step())
		return nil
	})
	if err != nil {
		return fmt.Errorf("read steps: %w", err)
	}
	if len(steps) > 0 {
		visit(steps)
	}
	return nil
}

func (s Step) step() domain.Step {
	return domain.Step{
		Desk: s.Desk, Ticket: s.Ticket, Key: s.Step, Revision: s.Revision, At: s.At.UTC(),
		Holding:   process.Holding{Party: s.Party, Group: s.Grp, Assignee: s.Assignee, Status: process.Status(s.Status)},
		SubStatus: s.SubStatus, Impact: triagev1.Impact(s.Impact), Reopened: s.Reopened,
		Returned: s.Returned,
	}
}
