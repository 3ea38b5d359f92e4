// Package project hears triage's feed: it keeps what notify needs of triage's world (which desks, parties and groups there are,
// what they are called, and who may act for whom), and has the rest written into the ledger.
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
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Types are the events that notify hears: of tickets, what a profile may want told, and what our own rules are about; of the
// rest, who takes part.
func Types() []string {
	types := slices.Concat(profile.Events(), domain.EventTypes(), domain.Watched, domain.Changing, domain.BoardEvents(), []string{
		"desk.created", "desk.profile_adopted", "party.created", "group.created", membership.Granted, membership.Revoked,
	})
	types = slices.DeleteFunc(types, func(typ string) bool { return strings.HasPrefix(typ, "report.") }) // another service's
	slices.Sort(types)
	return slices.Compact(types)
}

// Teller writes down whom to tell of events of tickets.
type Teller interface {
	Tell(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error
}

// Projection applies triage's events.
type Projection struct {
	Memberships *membership.Store
	Teller      Teller
	// Board hears of the same; nil where nothing is announced.
	Board Teller
	// Told is called when something new is in the ledger and its feed.
	Told func()
}

// Handle writes the effect of a batch. The directory comes first: a message needs it, and no order between resources is lost
// that the feed would promise.
func (p *Projection) Handle(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	tickets := make([]*feed.Event, 0, len(batch))
	for _, event := range batch {
		known, err := directory(ctx, tx, event)
		if err != nil {
			return fmt.Errorf("apply %s: %w", event.Ref(), err)
		}
		if !known {
			tickets = append(tickets, event)
		}
	}
	if len(tickets) == 0 {
		return nil
	}
	if err := p.Teller.Tell(ctx, tx, tickets); err != nil || p.Board == nil {
		return err
	}
	return p.Board.Tell(ctx, tx, tickets)
}

// AfterCommit lets new memberships count at once, and wakes those who follow notify's own feed.
func (p *Projection) AfterCommit(context.Context, []*feed.Event) {
	p.Memberships.Changed()
	p.Told()
}

// directory keeps a desk, party, group or membership. known is false for events of anything else.
func directory(ctx context.Context, tx pgx.Tx, event *feed.Event) (known bool, err error) {
	desk := resourcename.Desk(event.Record.GetDesk())
	payload, err := event.Record.GetPayload().UnmarshalNew()
	if err != nil {
		return false, err
	}
	switch p := payload.(type) {
	case *triagev1.DeskEvent:
		if p.GetDesk().GetProfile() != "" { // its settings are asked for when they are needed
			if err := store.New(tx).AwaitDeskProfile(ctx, desk); err != nil {
				return true, err
			}
		}
		return true, store.New(tx).PutDesk(ctx, store.PutDeskParams{
			Desk: desk, DisplayName: p.GetDesk().GetDisplayName(), LanguageCode: p.GetDesk().GetLanguageCode(),
			AuthorityParty: resourcename.ID(p.GetDesk().GetAuthorityParty()), TimeZone: p.GetDesk().GetTimeZone(),
		})
	case *triagev1.PartyEvent:
		return true, putUnit(ctx, tx, desk, p.GetParty().GetName(), p.GetParty().GetDisplayName())
	case *triagev1.GroupEvent:
		return true, putUnit(ctx, tx, desk, p.GetGroup().GetName(), p.GetGroup().GetDisplayName())
	case *commonv1.Membership:
		if event.Record.GetType() == membership.Revoked {
			return true, membership.Revoke(ctx, tx, desk, p)
		}
		return true, membership.Grant(ctx, tx, desk, p)
	}
	return false, nil
}

func putUnit(ctx context.Context, tx pgx.Tx, desk, name, display string) error {
	return store.New(tx).PutUnit(ctx, store.PutUnitParams{Desk: desk, Unit: domain.Key(name), DisplayName: display})
}
