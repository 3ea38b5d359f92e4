// Package command holds what people do with reporting: one thing, to make it all again.
package command

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/services/reporting/internal/store"
)

//go:embed errors.yaml
var errorTexts embed.FS

// ErrorTexts are the texts of reporting's reasons.
func ErrorTexts() fs.FS { return errorTexts }

// Commands change reporting's data.
type Commands struct {
	Clock clock.Clock
	// Subscribers are those that make the read model, one per feed, on one database.
	Subscribers []*feed.Subscriber
}

var errRepeated = errors.New("this rebuild has been done")

// Rebuild empties every table that is made from the feeds, and puts every subscriber back to the start of its feed, in one
// transaction and while they run.
func (c *Commands) Rebuild(ctx context.Context, r *reportingv1.RebuildReadModelRequest) error {
	id, err := uuid.Parse(r.GetRequestId())
	if err != nil {
		return fmt.Errorf("request id: %w", err) // the contract's own rule has refused it before
	}
	principal, _ := auth.FromContext(ctx)
	call := request.Request{
		Principal: principal.Entity().String(), Method: "RebuildReadModel", ID: id, Payload: request.Fingerprint(r),
	}
	err = feed.ResetTogether(ctx, c.Subscribers, func(ctx context.Context, tx pgx.Tx) error {
		// The subscribers' locks keep two equal calls apart.
		if _, repeated, err := call.Lookup(ctx, tx); err != nil {
			return err
		} else if repeated {
			return errRepeated
		}
		if err := call.Insert(ctx, tx, request.Effect{Resource: "reporting", Revision: 1}, c.Clock.Now()); err != nil {
			return err
		}
		return Forget(ctx, tx)
	})
	if errors.Is(err, errRepeated) {
		return nil
	}
	return pg.Translate(err)
}

// Forget empties what is made from the feeds. Editions of extracts stay (R90): what was true on a day cannot be made again. No
// new one is taken before as much is known as was.
func Forget(ctx context.Context, tx pgx.Tx) error {
	if err := store.New(tx).AwaitEvents(ctx); err != nil {
		return err
	}
	return store.New(tx).Clear(ctx)
}
