package cli

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/platform/feed"
)

// BeginEpoch tells a database that it was put back, where it cannot see that itself.
type BeginEpoch struct {
	DB string `name:"db" required:"" env:"BAVN_DB" placeholder:"URL" help:"postgres://… of one service's database, as its owner."`
}

// Run begins the epoch and says which.
func (c *BeginEpoch) Run(ctx context.Context, s *session) error {
	conn, err := pgx.Connect(ctx, c.DB)
	if err != nil {
		return failure.New(failure.Unavailable, "--db is the URL that the service has as db.url", "%w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) // what was done is committed
	epoch, err := feed.BeginEpoch(ctx, conn)
	switch {
	case errors.Is(err, feed.ErrInUse):
		return failure.New(failure.Refused, "stop every service of this database first, and close psql", "%w", err)
	case err != nil:
		return failure.New(failure.Failed, "is this the primary, and the database of a service of Bavn?", "%w", err)
	}
	s.Printf("epoch %d begins in the database %s: what is written from now on comes after all that was there\n",
		epoch, conn.Config().Database)
	return nil
}
