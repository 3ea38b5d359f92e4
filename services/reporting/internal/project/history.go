// Package project turns the feeds of the other services into reporting's own tables. It is the only writer there, but for a
// rebuild.
package project

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/reporting/internal/store"
)

// Projection applies the events of one source.
type Projection struct {
	Source      string
	Memberships *membership.Store
	Extracts    Extracts
}

// Handle keeps a batch: every event as it was stored, and what is derived from it, in one round trip.
func (p *Projection) Handle(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	return pg.Within(ctx, tx, func(ctx context.Context, pipeline *pg.Pipeline) error {
		q := store.New(pipeline)
		if err := keep(ctx, q, p.Source, batch); err != nil {
			return err
		}
		if err := obeyErasures(ctx, q, batch); err != nil {
			return err
		}
		tickets := newTicketBatch()
		for _, event := range batch {
			if err := p.derive(ctx, tx, event, tickets); err != nil {
				return fmt.Errorf("derive from %s: %w", event.Ref(), err)
			}
		}
		if err := tickets.takeOut(ctx, q); err != nil {
			return err
		}
		return tickets.write(ctx, q)
	})
}

// AfterCommit lets new memberships count at once.
func (p *Projection) AfterCommit(_ context.Context, batch []*feed.Event) {
	for _, event := range batch {
		if strings.HasPrefix(event.Record.GetType(), "membership.") {
			p.Memberships.Changed()
			return
		}
	}
}

// keep copies events and texts. An event that comes twice fails: the feed's promise would be broken, and that must show.
func keep(ctx context.Context, q *store.Queries, source string, batch []*feed.Event) error {
	events := store.AddHistoryParams{Source: source}
	var texts store.AddTextsParams
	for _, e := range batch {
		r := e.Record
		desk := resourcename.Desk(r.GetDesk())
		events.Desks = append(events.Desks, desk)
		events.Resources = append(events.Resources, r.GetResource())
		events.Revisions = append(events.Revisions, r.GetRevision())
		events.Types = append(events.Types, r.GetType())
		events.Audiences = append(events.Audiences, strings.Join(r.GetAudience(), "\n"))
		events.Stored = append(events.Stored, e.Stored)
		events.Hashes = append(events.Hashes, e.Hash)
		events.PreviousHashes = append(events.PreviousHashes, append([]byte{}, e.PreviousHash...)) // empty, never NULL
		events.RecordedAts = append(events.RecordedAts, r.GetRecordedAt().AsTime())
		for _, t := range e.Texts {
			texts.Desks = append(texts.Desks, desk)
			texts.Resources = append(texts.Resources, r.GetResource())
			texts.Revisions = append(texts.Revisions, r.GetRevision())
			texts.Names = append(texts.Names, t.GetName())
			texts.LanguageCodes = append(texts.LanguageCodes, t.GetLanguageCode())
			texts.Texts = append(texts.Texts, t.GetText())
			if t.GetErased() {
				texts.Salts = append(texts.Salts, nil)
			} else {
				texts.Salts = append(texts.Salts, t.GetSalt())
			}
		}
	}
	if err := q.AddHistory(ctx, events); err != nil {
		return fmt.Errorf("keep events: %w", err)
	}
	if len(texts.Desks) == 0 {
		return nil
	}
	if err := q.AddTexts(ctx, texts); err != nil {
		return fmt.Errorf("keep texts: %w", err)
	}
	return nil
}

// derive updates what an event says about tickets, groups, memberships and desks. Other events are history only.
func (p *Projection) derive(ctx context.Context, tx pgx.Tx, event *feed.Event, tickets *ticketBatch) error {
	kind, _, _ := strings.Cut(event.Record.GetType(), ".")
	if kind != "ticket" && kind != "group" && kind != "membership" && kind != "desk" {
		return nil
	}
	desk := resourcename.Desk(event.Record.GetDesk())
	payload, err := event.Record.GetPayload().UnmarshalNew()
	if err != nil {
		return err
	}
	switch said := payload.(type) {
	case *triagev1.TicketEvent:
		tickets.add(event, said)
		return nil
	case *triagev1.GroupEvent:
		return putGroup(ctx, tx, desk, said.GetGroup())
	case *triagev1.DeskEvent:
		return p.Extracts.Follow(ctx, tx, said.GetDesk())
	case *commonv1.Membership:
		if event.Record.GetType() == membership.Revoked {
			return membership.Revoke(ctx, tx, desk, said)
		}
		return membership.Grant(ctx, tx, desk, said)
	}
	return fmt.Errorf("payload %T of %s is not known", payload, event.Record.GetType())
}

func putGroup(ctx context.Context, tx pgx.Tx, desk string, g *triagev1.Group) error {
	party, id, _ := strings.Cut(strings.TrimPrefix(g.GetName(), "desks/"+desk+"/parties/"), "/groups/")
	return store.New(tx).PutGroup(ctx, store.PutGroupParams{
		Desk: desk, Party: party, Grp: id, DisplayName: g.GetDisplayName(), Level: int16(g.GetLevel()),
	})
}
