package store

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Linked are the tickets that are linked to one, of a kind or of all, after a place in the list.
func Linked(ctx context.Context, db DBTX, arg LinkedTicketsParams) ([]*triagev1.LinkedTicket, error) {
	rows, err := New(db).LinkedTickets(ctx, arg)
	if err != nil {
		return nil, fmt.Errorf("list linked tickets: %w", err)
	}
	linked := make([]*triagev1.LinkedTicket, len(rows))
	for i, r := range rows {
		linked[i] = &triagev1.LinkedTicket{Kind: triagev1.LinkKind(r.Kind)}
		if linked[i].Ticket, err = listed(r.Facts, r.ChainHash, &r.Title); err != nil {
			return nil, err
		}
	}
	return linked, nil
}

// Releases are the tickets with a planned fix that is not released, the next release first.
func Releases(ctx context.Context, db DBTX, arg PendingReleasesParams) ([]*triagev1.Ticket, error) {
	rows, err := New(db).PendingReleases(ctx, arg)
	if err != nil {
		return nil, fmt.Errorf("list pending releases: %w", err)
	}
	tickets := make([]*triagev1.Ticket, len(rows))
	for i, r := range rows {
		if tickets[i], err = listed(r.Facts, r.ChainHash, &r.Title); err != nil {
			return nil, err
		}
	}
	return tickets, nil
}

// OnItem are the open tickets about a configuration item, and about what it depends on.
func OnItem(ctx context.Context, db DBTX, arg ItemTicketsParams) ([]*triagev1.Ticket, error) {
	rows, err := New(db).ItemTickets(ctx, arg)
	if err != nil {
		return nil, fmt.Errorf("list tickets of an item: %w", err)
	}
	tickets := make([]*triagev1.Ticket, len(rows))
	for i, r := range rows {
		if tickets[i], err = listed(r.Facts, r.ChainHash, &r.Title); err != nil {
			return nil, err
		}
	}
	return tickets, nil
}

// FarFuture is later than every release: what a list without an end ends before.
var FarFuture = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// Proto is the item as the contract has it.
func (i *ConfigurationItem) Proto() *triagev1.ConfigurationItem {
	name := func(item string) string { return "desks/" + i.Desk + "/configurationItems/" + item }
	item := &triagev1.ConfigurationItem{
		Name: name(i.Item), DisplayName: i.DisplayName, Kind: i.Kind, BusinessService: i.BusinessService,
		UpdateTime: timestamppb.New(i.UpdateTime),
	}
	for _, other := range i.DependsOn {
		item.DependsOn = append(item.DependsOn, name(other))
	}
	return item
}
