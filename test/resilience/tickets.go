package resilience

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	"github.com/bavn/bavn/test/house"
)

// ticketsCanBeFound holds that triage heard its own feed.
func ticketsCanBeFound(ctx context.Context, e *evidence) (finding, error) {
	rows, err := e.DB("triage").Query(ctx, `SELECT number FROM tickets WHERE NOT EXISTS (
		SELECT FROM ticket_search s WHERE s.desk = tickets.desk AND s.number = tickets.number)`)
	if err != nil {
		return finding{}, fmt.Errorf("look for tickets without words: %w", err)
	}
	lost, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return finding{}, fmt.Errorf("look for tickets without words: %w", err)
	}
	f := finding{wrong: lost}
	err = e.DB("triage").QueryRow(ctx, `SELECT count(*) FROM ticket_search`).Scan(&f.examined)
	return f, err
}

// ticketsVerify asks reporting to prove every ticket.
func ticketsVerify(ctx context.Context, e *evidence) (finding, error) {
	var f finding
	request := &reportingv1.VerifyTicketsRequest{Parent: house.Desk}
	for {
		page, err := e.GRPC.Reporting.VerifyTickets(e.As(ctx, house.Saul), request)
		if err != nil {
			return f, fmt.Errorf("verify: %w", err)
		}
		f.examined += int(page.GetVerified())
		for _, fault := range page.GetFaults() {
			f.mind("%s: %s", fault.GetName(), fault.GetDescription())
		}
		if request.PageToken = page.GetNextPageToken(); request.GetPageToken() == "" {
			break
		}
	}
	var tickets int
	if err := e.DB("triage").QueryRow(ctx, `SELECT count(*) FROM tickets`).Scan(&tickets); err != nil {
		return f, fmt.Errorf("count tickets: %w", err)
	}
	if f.examined != tickets {
		f.mind("reporting proved %d of %d tickets", f.examined, tickets)
	}
	return f, nil
}
