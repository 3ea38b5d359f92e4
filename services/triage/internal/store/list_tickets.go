package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// TicketQuery asks for a page of tickets.
type TicketQuery struct {
	// Desk is the desk's resource name.
	Desk string
	// Keys are the audience keys of who asks: only what one of them may see is there.
	Keys   []string
	Filter TicketFilter
	// Before is the last number of the page before; empty for the first page.
	Before string
	Limit  int
}

// Statement is the query in SQL, with its arguments. The title is read per row of the page, whatever the plan of the rest.
func (q TicketQuery) Statement() (string, []any, error) {
	args := &arguments{}
	where := "t.desk = " + args.add(resourcename.ID(q.Desk)) + " AND t.audience && " + args.add(q.Keys) + "::text[]"
	if q.Before != "" {
		where += " AND t.number < " + args.add(q.Before)
	}
	condition, err := q.Filter.where(q.Desk, args)
	if err != nil {
		return "", nil, err
	}
	return `-- name: ListTickets :many
SELECT t.facts, t.chain_hash,
       (SELECT x.text FROM event_texts x
        WHERE x.desk = t.desk AND x.resource = 'desks/' || t.desk || '/tickets/' || t.number
          AND x.revision = t.title_version AND x.name = 'title') AS title
FROM tickets t
WHERE ` + where + ` AND ` + condition + `
ORDER BY t.number DESC
LIMIT ` + args.add(q.Limit), args.values, nil
}

// ListTickets returns a page, newest number first. Of the texts a list shows the title.
func ListTickets(ctx context.Context, db DBTX, q TicketQuery) ([]*triagev1.Ticket, error) {
	sql, args, err := q.Statement()
	if err != nil {
		return nil, err
	}
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("list tickets: %w", err)
	}
	tickets, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*triagev1.Ticket, error) {
		var facts, hash []byte
		var title *string
		if err := row.Scan(&facts, &hash, &title); err != nil {
			return nil, err
		}
		return listed(facts, hash, title)
	})
	if err != nil {
		return nil, fmt.Errorf("list tickets: %w", err)
	}
	return tickets, nil
}

// Search returns the best tickets for some words, best first.
func Search(ctx context.Context, db DBTX, arg SearchTicketsParams) ([]*triagev1.Ticket, error) {
	rows, err := New(db).SearchTickets(ctx, arg)
	if err != nil {
		return nil, fmt.Errorf("search tickets: %w", err)
	}
	tickets := make([]*triagev1.Ticket, len(rows))
	for i, r := range rows {
		if tickets[i], err = listed(r.Facts, r.ChainHash, r.Title); err != nil {
			return nil, err
		}
	}
	return tickets, nil
}

func listed(raw, hash []byte, title *string) (*triagev1.Ticket, error) {
	facts := new(triagev1.Ticket)
	if err := proto.Unmarshal(raw, facts); err != nil {
		return nil, fmt.Errorf("decode ticket: %w", err)
	}
	facts.Etag = domain.Etag(hash)
	if title != nil {
		facts.Title = *title
	}
	return facts, nil
}
