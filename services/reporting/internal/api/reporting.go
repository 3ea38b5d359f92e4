// Package api is reporting's transport: it asks who may, and answers from the store and the domain.
package api

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/types/known/timestamppb"

	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/reporting/internal/access"
	"github.com/bavn/bavn/services/reporting/internal/command"
	"github.com/bavn/bavn/services/reporting/internal/domain"
	"github.com/bavn/bavn/services/reporting/internal/store"
)

// Reporting serves bavn.reporting.v1.ReportingService.
type Reporting struct {
	reportingv1.UnimplementedReportingServiceServer
	Pool     *pgxpool.Pool
	Gate     *access.Gate
	Pages    *pagetoken.Sealer
	Commands *command.Commands
}

// GetFigures adds up the steps of a desk.
func (s *Reporting) GetFigures(ctx context.Context, r *reportingv1.GetFiguresRequest) (*reportingv1.Figures, error) {
	desk := resourcename.Desk(r.GetName())
	if err := s.Gate.Desk(ctx, "GetFigures", desk, "name"); err != nil {
		return nil, err
	}
	figures, err := s.figures(ctx, desk)
	return figures, pg.Translate(err)
}

func (s *Reporting) figures(ctx context.Context, desk string) (*reportingv1.Figures, error) {
	rows, err := store.New(s.Pool).Groups(ctx, desk)
	if err != nil {
		return nil, err
	}
	groups := make([]domain.Group, len(rows))
	for i, g := range rows {
		groups[i] = domain.Group{Party: g.Party, ID: g.Grp, DisplayName: g.DisplayName, Level: int(g.Level)}
	}
	figures := domain.NewFigures(groups)
	if err := store.EachTicket(ctx, s.Pool, desk, figures.AddTicket); err != nil {
		return nil, err
	}
	return figures.Result(), nil
}

// GetProgress says how far reporting has heard.
func (s *Reporting) GetProgress(ctx context.Context, _ *reportingv1.GetProgressRequest) (*reportingv1.Progress, error) {
	if err := s.Gate.Installation(ctx, "GetProgress"); err != nil {
		return nil, err
	}
	return s.progress(ctx)
}

// RebuildReadModel makes everything again from the feeds.
func (s *Reporting) RebuildReadModel(
	ctx context.Context, r *reportingv1.RebuildReadModelRequest,
) (*reportingv1.Progress, error) {
	if err := s.Gate.Installation(ctx, "RebuildReadModel"); err != nil {
		return nil, err
	}
	if err := s.Commands.Rebuild(ctx, r); err != nil {
		return nil, err
	}
	return s.progress(ctx)
}

func (s *Reporting) progress(ctx context.Context) (*reportingv1.Progress, error) {
	counts, err := store.New(s.Pool).CountHistory(ctx)
	if err != nil {
		return nil, pg.Translate(err)
	}
	progress := new(reportingv1.Progress)
	for _, subscriber := range s.Commands.Subscribers {
		parked, err := subscriber.CountParked(ctx)
		if err != nil {
			return nil, pg.Translate(err)
		}
		p := &reportingv1.FeedProgress{
			Source: subscriber.Source.Name(), Parked: parked, CaughtUp: subscriber.CaughtUp(),
		}
		for _, c := range counts {
			if c.Source == p.GetSource() {
				p.Events, p.LastRecordedAt = c.Events, timestamppb.New(c.LastRecordedAt)
			}
		}
		progress.Feeds = append(progress.Feeds, p)
	}
	return progress, nil
}

// page opens the token of a list over desks' tickets.
func (s *Reporting) page(ctx context.Context, desk, method, token string) (after string, next func(string) string, err error) {
	principal, _ := auth.FromContext(ctx)
	query := pagetoken.Query{Principal: principal.Entity().String(), Desk: desk, Method: method}
	opened, err := s.Pages.Open(query, token)
	return string(opened), func(last string) string { return s.Pages.Seal(query, []byte(last)) }, err
}

// ticket reads who may see a ticket.
func (s *Reporting) ticket(ctx context.Context, desk, number string) (store.Ticket, error) {
	t, err := store.New(s.Pool).GetTicket(ctx, store.GetTicketParams{Desk: desk, Ticket: number})
	if errors.Is(err, pgx.ErrNoRows) {
		return store.Ticket{}, access.ErrNotFound
	}
	return t, pg.Translate(err)
}
