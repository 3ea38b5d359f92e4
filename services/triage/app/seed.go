package app

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bavn/bavn/services/triage/internal/seed"
)

// SeedOptions say what Seed fills a desk with; the desk and the groups exist already.
type SeedOptions struct {
	// Desk is the desk's id, and First the number of the first ticket, without its prefix.
	Desk           string
	Tickets, First int
	// Groups are the full names of the groups in whose piles the open tickets lie, in turn.
	Groups []string
	// ClosedOf10 of every ten tickets are solved and closed.
	ClosedOf10 int
	// Began is when the first was opened; each next one is a second younger.
	Began time.Time
	// Texts gives the texts of each ticket, counted from 0; nil for a few words.
	Texts func(i int) SeedTexts
}

// SeedTexts are what a seeded ticket says.
type SeedTexts = seed.Texts

// Seed fills a desk with tickets by COPY, for measurements: their chains verify and the feed serves them like all others. It
// writes thousands a second, in short transactions. The pool's connections have passed feed.CheckEpoch.
func Seed(ctx context.Context, pool *pgxpool.Pool, o SeedOptions) error {
	return seed.Run(ctx, pool, seed.Options(o))
}

// IndexSeeded makes the words of seeded tickets findable.
func IndexSeeded(ctx context.Context, pool *pgxpool.Pool, desk string) error {
	return seed.Index(ctx, pool, desk)
}
