package command

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// SetPreferences keeps how a person wants to be told. It is the person's own business: nothing of it is in the feed.
func (c *Commands) SetPreferences(ctx context.Context, r *notifyv1.SetPreferencesRequest) error {
	desk := resourcename.Desk(r.GetName())
	principal, _ := auth.FromContext(ctx)
	put := store.PutPreferencesParams{
		Desk: desk, Person: principal.Person, Muted: []int16{}, Digest: r.GetDigest(),
		QuietFrom: minuteOf(r.GetQuietFrom()), QuietUntil: minuteOf(r.GetQuietUntil()),
	}
	for _, medium := range r.GetMuted() {
		put.Muted = append(put.Muted, int16(medium))
	}
	made := change{desk: desk, method: "SetPreferences", resource: r.GetName(), requestID: r.GetRequestId(), payload: r}
	return c.once(ctx, made, func(ctx context.Context, p *pg.Pipeline, _ request.Request) ([]feed.Prepared, error) {
		return nil, store.New(p).PutPreferences(ctx, put)
	})
}

// minuteOf is the minute of the day of "22:00"; the contract has refused what is none.
func minuteOf(at string) int16 {
	parsed, err := time.Parse("15:04", at)
	if err != nil {
		return 0
	}
	return int16(parsed.Hour()*60 + parsed.Minute()) //nolint:gosec // less than 1440
}

// PreferencesAnswer is how a person wants to be told, as the contract shows it.
func PreferencesAnswer(name string, row store.Preference) *notifyv1.Preferences {
	answer := &notifyv1.Preferences{Name: name, Digest: row.Digest}
	for _, medium := range row.Muted {
		answer.Muted = append(answer.Muted, notifyv1.Medium(medium))
	}
	if row.QuietFrom != row.QuietUntil {
		answer.QuietFrom = fmt.Sprintf("%02d:%02d", row.QuietFrom/60, row.QuietFrom%60)
		answer.QuietUntil = fmt.Sprintf("%02d:%02d", row.QuietUntil/60, row.QuietUntil%60)
	}
	return answer
}

// FollowTicket lets the caller hear of a ticket that they see.
func (c *Commands) FollowTicket(ctx context.Context, r *notifyv1.FollowTicketRequest) (*notifyv1.FollowedTicket, error) {
	desk, number := resourcename.Desk(r.GetParent()), resourcename.ID(r.GetTicket())
	principal, _ := auth.FromContext(ctx)
	now := c.Clock.Now()
	made := change{desk: desk, method: "FollowTicket", resource: r.GetTicket(), requestID: r.GetRequestId(), payload: r}
	err := c.once(ctx, made, func(ctx context.Context, p *pg.Pipeline, _ request.Request) ([]feed.Prepared, error) {
		return nil, store.New(p).FollowTicket(ctx, store.FollowTicketParams{
			Desk: desk, Ticket: number, Person: principal.Person, CreatedAt: now,
		})
	})
	if err != nil {
		return nil, err
	}
	answer := &notifyv1.FollowedTicket{Ticket: r.GetTicket(), Person: domain.PersonName(desk, principal.Person)}
	row, err := store.New(c.Pool).GetWatch(ctx, store.GetWatchParams{Desk: desk, Ticket: number, Person: principal.Person})
	if err == nil {
		answer.FollowTime = timestamppb.New(row.CreatedAt)
	}
	return answer, nil
}

// UnfollowTicket ends that.
func (c *Commands) UnfollowTicket(ctx context.Context, r *notifyv1.UnfollowTicketRequest) (*notifyv1.FollowedTicket, error) {
	desk, number := resourcename.Desk(r.GetParent()), resourcename.ID(r.GetTicket())
	principal, _ := auth.FromContext(ctx)
	made := change{desk: desk, method: "UnfollowTicket", resource: r.GetTicket(), requestID: r.GetRequestId(), payload: r}
	err := c.once(ctx, made, func(ctx context.Context, p *pg.Pipeline, _ request.Request) ([]feed.Prepared, error) {
		return nil, store.New(p).UnfollowTicket(ctx, store.UnfollowTicketParams{Desk: desk, Ticket: number, Person: principal.Person})
	})
	return &notifyv1.FollowedTicket{Ticket: r.GetTicket(), Person: domain.PersonName(desk, principal.Person)}, err
}
