// Package project keeps what intake needs of triage's world: which desks there are, how their numbers look, and who may act for
// whom. It is all derived from triage's feed and can be made again from nothing.
package project

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// Types are the events that the projection hears.
var Types = []string{"desk.created", membership.Granted, membership.Revoked}

// Projection applies triage's events.
type Projection struct{ Memberships *membership.Store }

// Handle writes the effect of a batch.
func (*Projection) Handle(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	for _, event := range batch {
		if err := apply(ctx, tx, event); err != nil {
			return fmt.Errorf("apply %s: %w", event.Ref(), err)
		}
	}
	return nil
}

// AfterCommit lets the new memberships count at once.
func (p *Projection) AfterCommit(context.Context, []*feed.Event) { p.Memberships.Changed() }

func apply(ctx context.Context, tx pgx.Tx, event *feed.Event) error {
	desk := resourcename.Desk(event.Record.GetDesk())
	payload, err := event.Record.GetPayload().UnmarshalNew()
	if err != nil {
		return err
	}
	switch p := payload.(type) {
	case *triagev1.DeskEvent:
		return putDesk(ctx, tx, desk, p.GetDesk())
	case *commonv1.Membership:
		if event.Record.GetType() == membership.Revoked {
			return membership.Revoke(ctx, tx, desk, p)
		}
		return membership.Grant(ctx, tx, desk, p)
	}
	return fmt.Errorf("payload %T of %s is not known", payload, event.Record.GetType())
}

// putDesk also makes the sequence of the desk's numbers: one per desk, so that desks do not count each other's tickets.
func putDesk(ctx context.Context, tx pgx.Tx, desk string, d *triagev1.Desk) error {
	if err := store.New(tx).PutDesk(ctx, store.PutDeskParams{
		Desk: desk, NumberPrefix: d.GetNumberScheme().GetPrefix(), NumberDigits: int16(d.GetNumberScheme().GetDigits()),
		AuthorityParty: resourcename.ID(d.GetAuthorityParty()), ContactParty: resourcename.ID(d.GetContactParty()),
		LanguageCode: d.GetLanguageCode(),
	}); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "CREATE SEQUENCE IF NOT EXISTS "+pgx.Identifier{"ticket_number_" + desk}.Sanitize())
	return err
}
