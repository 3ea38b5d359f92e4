package api

import (
	"context"
	"strconv"
	"strings"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/command"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// Links is bavn.triage.v1.LinkService.
type Links struct {
	triagev1.UnsafeLinkServiceServer
	*command.Tickets
	Reads Reads
}

// Releases is bavn.triage.v1.ReleaseService.
type Releases struct {
	triagev1.UnsafeReleaseServiceServer
	*command.Tickets
	Reads Reads
}

// Orders is bavn.triage.v1.OrderService.
type Orders struct {
	triagev1.UnsafeOrderServiceServer
	*command.Tickets
}

// Closing is bavn.triage.v1.ClosingService.
type Closing struct {
	triagev1.UnsafeClosingServiceServer
	*command.Tickets
}

var (
	_ triagev1.LinkServiceServer    = (*Links)(nil)
	_ triagev1.ReleaseServiceServer = (*Releases)(nil)
	_ triagev1.OrderServiceServer   = (*Orders)(nil)
	_ triagev1.ClosingServiceServer = (*Closing)(nil)
)

// ListLinkedTickets lists the tickets that are linked to one, of those that the caller may see.
func (l *Links) ListLinkedTickets(
	ctx context.Context, r *triagev1.ListLinkedTicketsRequest,
) (*triagev1.ListLinkedTicketsResponse, error) {
	_, _, caller, err := l.Reads.seen(ctx, r.GetParent())
	if err != nil {
		return nil, err
	}
	page, err := l.Reads.openPage(caller, triagev1.LinkService_ListLinkedTickets_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	desk, number := splitTicket(r.GetParent())
	kind, after, _ := strings.Cut(page.after, "/")
	afterKind, _ := strconv.ParseInt(kind, 10, 16) // of our own token; nothing before the first page
	linked, err := store.Linked(ctx, l.Reads.Pool, store.LinkedTicketsParams{
		Desk: desk, Other: number, Kind: int16(r.GetKind()), AfterKind: int16(afterKind), AfterNumber: after,
		Keys: caller.Keys(), Limit: page.limit(),
	})
	if err != nil {
		return nil, err
	}
	answer := &triagev1.ListLinkedTicketsResponse{}
	answer.LinkedTickets, answer.NextPageToken = closePage(&page, linked, func(t *triagev1.LinkedTicket) string {
		_, number := splitTicket(t.GetTicket().GetName())
		return strconv.Itoa(int(t.GetKind())) + "/" + number
	})
	return answer, nil
}

// ListPendingReleases is the calendar of a desk's releases, as far as the caller sees their tickets (R82, R83).
func (l *Releases) ListPendingReleases(
	ctx context.Context, r *triagev1.ListPendingReleasesRequest,
) (*triagev1.ListPendingReleasesResponse, error) {
	caller, err := l.Reads.Access.Caller(ctx, r.GetParent())
	if err != nil {
		return nil, err
	}
	if err := l.Reads.Access.Listing(ctx, caller, "ListPendingReleases"); err != nil {
		return nil, err
	}
	page, err := l.Reads.openPage(caller, triagev1.ReleaseService_ListPendingReleases_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	query := store.PendingReleasesParams{
		Desk: strings.TrimPrefix(r.GetParent(), "desks/"), Before: store.FarFuture, Keys: caller.Keys(), Limit: page.limit(),
	}
	if r.GetBefore() != nil {
		query.Before = r.GetBefore().AsTime()
	}
	if at, number, found := strings.Cut(page.after, " "); found {
		query.AfterNumber = number
		if query.AfterTime, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return nil, err
		}
	}
	tickets, err := store.Releases(ctx, l.Reads.Pool, query)
	if err != nil {
		return nil, err
	}
	if err := l.Reads.mustKnow(ctx, caller, len(tickets)); err != nil {
		return nil, err
	}
	answer := &triagev1.ListPendingReleasesResponse{}
	answer.Tickets, answer.NextPageToken = closePage(&page, tickets, func(t *triagev1.Ticket) string {
		at, _ := domain.PendingRelease(t)
		_, number := splitTicket(t.GetName())
		return at.Format(time.RFC3339Nano) + " " + number
	})
	return answer, nil
}
