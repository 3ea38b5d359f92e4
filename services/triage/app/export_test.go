package app

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/triage/internal/command"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// Migrate makes the template of the tests' databases.
func Migrate(ctx context.Context, url string) error {
	return service.Migrate(ctx, url, nil, service.Schemas(spec()))
}

// ErrorTexts are the texts of the service's refusals.
var ErrorTexts = command.ErrorTexts

// The hot statements, for the plan checks.
var (
	LockTicketSQL        = store.LockTicketSQL
	LockNextTicketSQL    = store.LockNextTicketSQL
	TicketsByTermsSQL    = store.TicketsByTermsSQL
	TicketsByPairSQL     = store.TicketsByPairSQL
	TicketsBySegmentsSQL = store.TicketsBySegmentsSQL
	UnguessedSQL         = store.UnguessedSQL
)

// ListTicketsSQL is the statement of a list without a filter, on its second page.
func ListTicketsSQL(desk string) string {
	sql, _, err := store.TicketQuery{Desk: desk, Keys: []string{"k"}, Before: "n", Limit: 1}.Statement()
	if err != nil {
		panic(err)
	}
	return sql
}

// Index indexes the texts of tickets anew, by number.
func Index(ctx context.Context, pool *pgxpool.Pool, desk string, numbers ...string) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return store.Index(ctx, tx, desk, numbers) })
}
