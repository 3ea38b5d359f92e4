package command

import (
	"context"
	"slices"
	"strconv"

	"google.golang.org/protobuf/proto"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// LinkConfigurationItem says that a ticket is about a configuration item (R126).
func (c *Tickets) LinkConfigurationItem(
	ctx context.Context, r *triagev1.LinkConfigurationItemRequest,
) (*triagev1.Ticket, error) {
	item := r.GetConfigurationItem()
	if err := sameDesk(deskOf(r.GetName()), field{"configuration_item", item}); err != nil {
		return nil, err
	}
	known, err := store.New(c.Writer.Pool).ReadItems(ctx, store.ReadItemsParams{
		Desk: resourcename.Desk(item), Items: []string{resourcename.ID(item)},
	})
	if err != nil {
		return nil, err
	}
	return c.change(ctx, call{
		action: "LinkConfigurationItem", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		switch {
		case len(known) == 0: // said only to those who may link one
			return domain.Outcome{}, invalid("configuration_item", "configuration_item.unknown")
		case slices.Contains(s.Facts.GetConfigurationItems(), item):
			return domain.Outcome{Ticket: s.Ticket}, nil
		}
		return s.LinkItem(item, s.at)
	})
}

// UnlinkConfigurationItem says that it is not.
func (c *Tickets) UnlinkConfigurationItem(
	ctx context.Context, r *triagev1.UnlinkConfigurationItemRequest,
) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "UnlinkConfigurationItem", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.UnlinkItem(r.GetConfigurationItem(), s.at)
	})
}

// ImportConfigurationItems brings configuration items over from where they are kept (R126).
func (d *Directory) ImportConfigurationItems(
	ctx context.Context, r *triagev1.ImportConfigurationItemsRequest,
) (*triagev1.ImportConfigurationItemsResponse, error) {
	caller, err := d.allowed(ctx, r.GetParent(), "ImportConfigurationItems", "parent")
	if err != nil {
		return nil, err
	}
	ids, err := itemIDs(r)
	if err != nil {
		return nil, err
	}
	call := directoryCall{action: "ImportConfigurationItems", requestID: r.GetRequestId(), payload: r}
	if err := d.change(ctx, caller, call, func(ctx context.Context, s deskScene) ([]entry, error) {
		present, err := s.ReadItems(ctx, store.ReadItemsParams{Desk: s.desk.Desk, Items: ids})
		if err != nil {
			return nil, err
		}
		var entries []entry
		for i, item := range r.GetConfigurationItems() {
			was := slices.IndexFunc(present, func(row store.ConfigurationItem) bool { return row.Item == ids[i] })
			row := itemRow(s, ids[i], item)
			switch {
			case was < 0:
			case sameItem(&present[was], &row):
				continue
			default:
				row.Revision, row.ChainHash, row.LastEventAt = present[was].Revision, present[was].ChainHash, present[was].LastEventAt
			}
			entries = append(entries, itemEntry(s.desk, row))
		}
		return entries, nil
	}); err != nil {
		return nil, err
	}
	rows, err := store.New(d.Writer.Pool).ReadItems(ctx, store.ReadItemsParams{Desk: resourcename.ID(caller.Desk), Items: ids})
	answer := new(triagev1.ImportConfigurationItemsResponse)
	for i := range rows {
		answer.ConfigurationItems = append(answer.ConfigurationItems, rows[i].Proto())
	}
	return answer, err
}

// itemIDs refuses items of another desk, and items that come twice.
func itemIDs(r *triagev1.ImportConfigurationItemsRequest) ([]string, error) {
	ids := make([]string, len(r.GetConfigurationItems()))
	for i, item := range r.GetConfigurationItems() {
		at := "configuration_items[" + strconv.Itoa(i) + "]"
		fields := []field{{at + ".name", item.GetName()}}
		for j, other := range item.GetDependsOn() {
			fields = append(fields, field{at + ".depends_on[" + strconv.Itoa(j) + "]", other})
		}
		if err := sameDesk(r.GetParent(), fields...); err != nil {
			return nil, err
		}
		ids[i] = resourcename.ID(item.GetName())
		if slices.Contains(ids[:i], ids[i]) {
			return nil, invalid(at+".name", "configuration_item.twice")
		}
	}
	return ids, nil
}

func itemRow(s deskScene, id string, item *triagev1.ConfigurationItem) store.ConfigurationItem {
	row := store.ConfigurationItem{
		Desk: s.desk.Desk, Item: id, DisplayName: item.GetDisplayName(), Kind: item.GetKind(),
		BusinessService: item.GetBusinessService(), DependsOn: []string{}, UpdateTime: s.now,
	}
	for _, other := range item.GetDependsOn() {
		row.DependsOn = append(row.DependsOn, resourcename.ID(other))
	}
	return row
}

// sameItem reports whether an import brings nothing new.
func sameItem(was, is *store.ConfigurationItem) bool {
	one, other := was.Proto(), is.Proto()
	one.UpdateTime, other.UpdateTime = nil, nil
	return proto.Equal(one, other)
}

func itemEntry(desk store.Desk, row store.ConfigurationItem) entry {
	item := row.Proto()
	return entry{
		resource: item.GetName(), eventType: "configuration_item.imported",
		head:    feed.Head{Revision: row.Revision, Hash: row.ChainHash, Time: row.LastEventAt},
		payload: &triagev1.ConfigurationItemEvent{ConfigurationItem: item}, audience: hearers(desk),
		keep: func(ctx context.Context, db *pg.Pipeline, head feed.Head) error {
			return store.New(db).PutItem(ctx, store.PutItemParams{
				Desk: row.Desk, Item: row.Item, DisplayName: row.DisplayName, Kind: row.Kind, BusinessService: row.BusinessService,
				DependsOn: row.DependsOn, UpdateTime: row.UpdateTime, Revision: head.Revision, ChainHash: head.Hash,
				LastEventAt: head.Time,
			})
		},
	}
}
