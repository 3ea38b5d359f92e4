package api

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/command"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// ConfigurationItems is bavn.triage.v1.ConfigurationItemService. Its links are steps of tickets, its registry is of the
// directory.
type ConfigurationItems struct {
	triagev1.UnsafeConfigurationItemServiceServer
	*command.Tickets
	*command.Directory
	Reads Reads
}

var _ triagev1.ConfigurationItemServiceServer = (*ConfigurationItems)(nil)

// GetConfigurationItem reads an item (R126).
func (c *ConfigurationItems) GetConfigurationItem(
	ctx context.Context, r *triagev1.GetConfigurationItemRequest,
) (*triagev1.ConfigurationItem, error) {
	item, err := c.item(ctx, r.GetName(), "GetConfigurationItem", "name")
	if err != nil {
		return nil, err
	}
	return item.Proto(), nil
}

// item reads an item for somebody with a part in its desk. in is the field of the request that names it.
func (c *ConfigurationItems) item(ctx context.Context, name, action, in string) (*store.ConfigurationItem, error) {
	desk := resourcename.Desk(name)
	if _, err := c.Reads.reader(ctx, "desks/"+desk, action, in); err != nil {
		return nil, err
	}
	row, err := store.New(c.Reads.Pool).ReadItem(ctx, store.ReadItemParams{Desk: desk, Item: resourcename.ID(name)})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing(in)
	}
	return &row, err
}

// ListConfigurationItems lists the items of a desk.
func (c *ConfigurationItems) ListConfigurationItems(
	ctx context.Context, r *triagev1.ListConfigurationItemsRequest,
) (*triagev1.ListConfigurationItemsResponse, error) {
	caller, err := c.Reads.reader(ctx, r.GetParent(), "ListConfigurationItems", "parent")
	if err != nil {
		return nil, err
	}
	page, err := c.Reads.openPage(caller, triagev1.ConfigurationItemService_ListConfigurationItems_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	rows, err := store.New(c.Reads.Pool).ListItems(ctx, store.ListItemsParams{
		Desk: strings.TrimPrefix(r.GetParent(), "desks/"), After: page.after, Limit: page.limit(),
	})
	if err != nil {
		return nil, err
	}
	answer := &triagev1.ListConfigurationItemsResponse{}
	rows, answer.NextPageToken = closePage(&page, rows, func(row store.ConfigurationItem) string { return row.Item })
	for i := range rows {
		answer.ConfigurationItems = append(answer.ConfigurationItems, rows[i].Proto())
	}
	return answer, nil
}

// ListConfigurationItemTickets lists what is open on an item and on what it depends on, as far as the caller sees it.
func (c *ConfigurationItems) ListConfigurationItemTickets(
	ctx context.Context, r *triagev1.ListConfigurationItemTicketsRequest,
) (*triagev1.ListConfigurationItemTicketsResponse, error) {
	if _, err := c.item(ctx, r.GetParent(), "ListConfigurationItemTickets", "parent"); err != nil {
		return nil, err
	}
	desk, id := resourcename.Desk(r.GetParent()), resourcename.ID(r.GetParent())
	caller, err := c.Reads.Access.Caller(ctx, "desks/"+desk)
	if err != nil {
		return nil, err
	}
	page, err := c.Reads.openPage(caller, triagev1.ConfigurationItemService_ListConfigurationItemTickets_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	tickets, err := store.OnItem(ctx, c.Reads.Pool, store.ItemTicketsParams{
		Desk: desk, Item: id, Keys: caller.Keys(), After: page.after, Limit: page.limit(),
	})
	if err != nil {
		return nil, err
	}
	answer := &triagev1.ListConfigurationItemTicketsResponse{}
	answer.Tickets, answer.NextPageToken = closePage(&page, tickets, func(t *triagev1.Ticket) string {
		_, number := splitTicket(t.GetName())
		return number
	})
	return answer, nil
}
