package api

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/access"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Outboxes serves bavn.notify.v1.OutboxService.
type Outboxes struct {
	notifyv1.UnimplementedOutboxServiceServer
	Gate     *access.Gate
	Commands *command.Commands
}

// GetOutbox reads how much a desk says.
func (s *Outboxes) GetOutbox(ctx context.Context, r *notifyv1.GetOutboxRequest) (*notifyv1.Outbox, error) {
	if err := s.Gate.Managing(ctx, "GetOutbox", resourcename.Desk(r.GetName())); err != nil {
		return nil, err
	}
	return s.read(ctx, resourcename.Desk(r.GetName()))
}

// PauseOutbox stops it.
func (s *Outboxes) PauseOutbox(ctx context.Context, r *notifyv1.PauseOutboxRequest) (*notifyv1.Outbox, error) {
	if err := s.Gate.Managing(ctx, "PauseOutbox", resourcename.Desk(r.GetName())); err != nil {
		return nil, err
	}
	if err := s.Commands.PauseOutbox(ctx, r); err != nil {
		return nil, err
	}
	return s.read(ctx, resourcename.Desk(r.GetName()))
}

// ResumeOutbox lets it go on.
func (s *Outboxes) ResumeOutbox(ctx context.Context, r *notifyv1.ResumeOutboxRequest) (*notifyv1.Outbox, error) {
	if err := s.Gate.Managing(ctx, "ResumeOutbox", resourcename.Desk(r.GetName())); err != nil {
		return nil, err
	}
	if err := s.Commands.ResumeOutbox(ctx, r); err != nil {
		return nil, err
	}
	return s.read(ctx, resourcename.Desk(r.GetName()))
}

func (s *Outboxes) read(ctx context.Context, desk string) (*notifyv1.Outbox, error) {
	q := store.New(s.Gate.Pool)
	row, err := q.GetOutbox(ctx, desk)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, pg.Translate(err)
	}
	row.Desk = desk
	answer := command.OutboxAnswer(row)
	since := s.Commands.Clock.Now().Add(-time.Hour)
	traffic, err := q.Traffic(ctx, store.TrafficParams{Desk: desk, Since: domain.FirstID(since)})
	if err != nil {
		return nil, pg.Translate(err)
	}
	held, err := q.CountHeldBack(ctx, desk)
	if err != nil {
		return nil, pg.Translate(err)
	}
	answer.WrittenLastHour, answer.Queued, answer.BusiestRule = traffic.Written, traffic.Queued, traffic.BusiestRule
	answer.HeldBack = held
	return answer, nil
}
