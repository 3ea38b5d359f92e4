// Package project keeps what intake needs of triage's world: which desks there are, how their numbers look, which profile they
// follow, and who may act for whom. It is all derived from triage's feed and can be made again from nothing.
package project

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// Types are the events that the projection hears.
var Types = []string{"desk.created", profileAdopted, membership.Granted, membership.Revoked}

const profileAdopted = "desk.profile_adopted"

// Projection applies triage's events.
type Projection struct {
	Memberships *membership.Store
	// Adopted is called after a desk began to follow a profile.
	Adopted func()
}

// Handle writes the effect of a batch.
func (*Projection) Handle(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	for _, event := range batch {
		if err := apply(ctx, tx, event); err != nil {
			return fmt.Errorf("apply %s: %w", event.Ref(), err)
		}
	}
	return nil
}

// AfterCommit lets the new memberships count at once, and the new profiles be fetched.
func (p *Projection) AfterCommit(_ context.Context, batch []*feed.Event) {
	p.Memberships.Changed()
	if slices.ContainsFunc(batch, func(e *feed.Event) bool { return strings.HasPrefix(e.Record.GetType(), "desk.") }) {
		p.Adopted()
	}
}

func apply(ctx context.Context, tx pgx.Tx, event *feed.Event) error {
	desk := resourcename.Desk(event.Record.GetDesk())
	payload, err := event.Record.GetPayload().UnmarshalNew()
	if err != nil {
		return err
	}
	switch p := payload.(type) {
	case *triagev1.DeskEvent:
		if event.Record.GetType() == profileAdopted {
			return store.New(tx).FollowProfile(ctx, store.FollowProfileParams{Desk: desk, Profile: p.GetDesk().GetProfile()})
		}
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
		LanguageCode: d.GetLanguageCode(), Profile: d.GetProfile(),
	}); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "CREATE SEQUENCE IF NOT EXISTS "+pgx.Identifier{"ticket_number_" + desk}.Sanitize())
	return err
}
