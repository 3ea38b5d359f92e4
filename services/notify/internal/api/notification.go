// Package api is notify's transport: it asks who may, hands mutating calls to the commands, and answers reads from the store.
package api

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/access"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Notifications serves bavn.notify.v1.NotificationService.
type Notifications struct {
	notifyv1.UnimplementedNotificationServiceServer
	Gate     *access.Gate
	Commands *command.Commands
	Pages    *Pages
}

// GetNotification reads a message.
func (s *Notifications) GetNotification(
	ctx context.Context, r *notifyv1.GetNotificationRequest,
) (*notifyv1.Notification, error) {
	row, err := s.seen(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	set, err := s.Gate.Caller(ctx, row.Desk)
	if err != nil {
		return nil, err
	}
	return answer(row, set), nil
}

// RetryNotification sends a failed message again.
func (s *Notifications) RetryNotification(
	ctx context.Context, r *notifyv1.RetryNotificationRequest,
) (*notifyv1.Notification, error) {
	row, err := s.seen(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	if err := s.Gate.Notification(ctx, "RetryNotification", row, false); err != nil {
		return nil, err
	}
	return s.Commands.RetryNotification(ctx, r)
}

// seen reads a message for somebody who may see it.
func (s *Notifications) seen(ctx context.Context, name string) (store.Notification, error) {
	id, err := uuid.Parse(resourcename.ID(name))
	if err != nil {
		return store.Notification{}, access.ErrNotFound
	}
	row, err := store.New(s.Gate.Pool).GetNotification(ctx, store.GetNotificationParams{
		Desk: resourcename.Desk(name), Notification: id,
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return row, access.ErrNotFound
	}
	if err != nil {
		return row, pg.Translate(err)
	}
	return row, s.Gate.Notification(ctx, "GetNotification", row, true)
}

// ListNotifications lists what the caller may see, newest event first.
func (s *Notifications) ListNotifications(
	ctx context.Context, r *notifyv1.ListNotificationsRequest,
) (*notifyv1.ListNotificationsResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	set, err := s.Gate.Listing(ctx, "ListNotifications", desk)
	if err != nil {
		return nil, err
	}
	if r.GetTicket() != "" && resourcename.Desk(r.GetTicket()) != desk {
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("ticket", "ticket.other_desk")
	}
	page, err := s.Pages.open(ctx, notifyv1.NotificationService_ListNotifications_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	rows, err := s.list(ctx, desk, r, set, page)
	if err != nil {
		return nil, pg.Translate(err)
	}
	if err := s.mustKnow(ctx, desk, set, len(rows)); err != nil {
		return nil, err
	}
	response := new(notifyv1.ListNotificationsResponse)
	for i, row := range rows {
		if int32(i) == page.size {
			response.NextPageToken = page.next(rows[i-1].Notification[:])
			break
		}
		response.Notifications = append(response.Notifications, answer(row, set))
	}
	return response, nil
}

// list picks the query whose index suits: a ticket's messages, a member's, or those of somebody who only receives them.
func (s *Notifications) list(
	ctx context.Context, desk string, r *notifyv1.ListNotificationsRequest, set membership.Set, p page,
) ([]store.Notification, error) {
	q, size := store.New(s.Gate.Pool), p.size+1
	switch {
	case r.GetTicket() != "":
		return q.ListNotificationsOfTicket(ctx, store.ListNotificationsOfTicketParams{
			Desk: desk, Ticket: resourcename.ID(r.GetTicket()), Before: p.before(), Keys: set.Keys(), Size: size,
		})
	case set.Member():
		return q.ListNotifications(ctx, store.ListNotificationsParams{Desk: desk, Before: p.before(), Keys: set.Keys(), Size: size})
	default:
		return q.ListNotificationsOfRecipient(ctx, store.ListNotificationsOfRecipientParams{
			Desk: desk, Recipient: set.Person, Before: p.before(), Size: size,
		})
	}
}

// mustKnow refuses a list of nothing to somebody who has no part in the desk and was told nothing there, in the same words as for
// a desk that does not exist.
func (s *Notifications) mustKnow(ctx context.Context, desk string, set membership.Set, shown int) error {
	if shown > 0 || set.Member() {
		return nil
	}
	rows, err := store.New(s.Gate.Pool).ListNotificationsOfRecipient(ctx, store.ListNotificationsOfRecipientParams{
		Desk: desk, Recipient: set.Person, Before: uuid.Max, Size: 1,
	})
	if err == nil && len(rows) == 0 {
		return fault.Missing("parent")
	}
	return pg.Translate(err)
}

// answer names the event to members of parties only: its revision counts what a recipient may not see.
func answer(row store.Notification, caller membership.Set) *notifyv1.Notification {
	n := command.Answer(row)
	if caller.Member() {
		n.Event = command.About(row)
	}
	return n
}
