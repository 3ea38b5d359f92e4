package api

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/access"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Preferences serves bavn.notify.v1.PreferenceService.
type Preferences struct {
	notifyv1.UnimplementedPreferenceServiceServer
	Gate     *access.Gate
	Commands *command.Commands
}

// GetPreferences reads how a person wants to be told.
func (s *Preferences) GetPreferences(ctx context.Context, r *notifyv1.GetPreferencesRequest) (*notifyv1.Preferences, error) {
	if err := s.Gate.Preferences(ctx, "GetPreferences", r.GetName()); err != nil {
		return nil, err
	}
	return s.read(ctx, r.GetName())
}

// SetPreferences keeps it.
func (s *Preferences) SetPreferences(ctx context.Context, r *notifyv1.SetPreferencesRequest) (*notifyv1.Preferences, error) {
	if err := s.Gate.Preferences(ctx, "SetPreferences", r.GetName()); err != nil {
		return nil, err
	}
	if err := s.Commands.SetPreferences(ctx, r); err != nil {
		return nil, err
	}
	return s.read(ctx, r.GetName())
}

func (s *Preferences) read(ctx context.Context, name string) (*notifyv1.Preferences, error) {
	row, err := store.New(s.Gate.Pool).GetPreferences(ctx, store.GetPreferencesParams{
		Desk: resourcename.Desk(name), Person: access.PersonOf(name),
	})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, pg.Translate(err)
	}
	return command.PreferencesAnswer(name, row), nil
}

// FollowTicket follows a ticket that the caller sees: triage says so.
func (s *Preferences) FollowTicket(ctx context.Context, r *notifyv1.FollowTicketRequest) (*notifyv1.FollowedTicket, error) {
	desk := resourcename.Desk(r.GetParent())
	if _, err := s.Gate.Listing(ctx, "FollowTicket", desk); err != nil {
		return nil, err
	}
	if _, err := ticketFor(ctx, s.Commands, desk, r.GetTicket()); err != nil {
		return nil, err
	}
	return s.Commands.FollowTicket(ctx, r)
}

// UnfollowTicket ends that. It says the same of a ticket that was never followed, and of one that does not exist.
func (s *Preferences) UnfollowTicket(ctx context.Context, r *notifyv1.UnfollowTicketRequest) (*notifyv1.FollowedTicket, error) {
	desk := resourcename.Desk(r.GetParent())
	if _, err := s.Gate.Listing(ctx, "UnfollowTicket", desk); err != nil {
		return nil, err
	}
	if resourcename.Desk(r.GetTicket()) != desk {
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("ticket", "ticket.other_desk")
	}
	return s.Commands.UnfollowTicket(ctx, r)
}
