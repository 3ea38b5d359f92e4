// Package app is intake as a whole: what it is made of and how it runs.
package app

import (
	"context"

	"github.com/riverqueue/river"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/intake/internal/access"
	"github.com/bavn/bavn/services/intake/internal/api"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/project"
	"github.com/bavn/bavn/services/intake/migrations"
)

// Name of the service, as in its certificate and its telemetry.
const Name = "intake"

// App is intake, ready to run.
type App struct {
	*run.Group
	base *service.Base
}

// Addr is where intake listens, once it runs.
func (a *App) Addr() string { return a.base.Server.Addr() }

// New puts intake together. Nothing is connected before Run.
func New(ctx context.Context, cfg Config, deps service.Deps) (*App, error) {
	base, err := service.New(ctx, cfg.Config, service.Spec{
		Name: Name, Migrations: migrations.Files, Texts: command.ErrorTexts(),
		Policies: access.Policies, PolicySchema: access.PolicySchema,
	}, deps)
	if err != nil {
		return nil, err
	}
	triage, err := base.Dial("triage", cfg.Triage, triagev1.TicketService_ServiceDesc.ServiceName,
		triagev1.LinkService_ServiceDesc.ServiceName)
	if err != nil {
		return nil, err
	}
	commands := &command.Commands{
		Pool: base.Pool, Writes: pg.NewShared(base.Pool), Clock: base.Clock, Wake: base.Wake, Logger: base.Telemetry.Logger,
		Triage: triagev1.NewTicketServiceClient(triage), Links: triagev1.NewLinkServiceClient(triage),
		InlineTimeout: cfg.Open.InlineTimeout, RetryAfter: cfg.Open.RetryAfter,
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &command.OpenTicketWorker{Commands: commands})
	river.AddWorker(workers, &command.LinkInquiryWorker{Commands: commands})
	if commands.Jobs, err = base.Jobs(workers); err != nil {
		return nil, err
	}
	memberships := membership.NewStore(base.Pool, base.Clock)
	if err := hearTriage(base, eventv1.NewFeedClient(triage), memberships); err != nil {
		return nil, err
	}
	gate := &access.Gate{Pool: base.Pool, Memberships: memberships, Authorizer: base.Authorizer}
	pages := &api.Pages{Sealer: base.PageTokens}
	intakev1.RegisterSubmissionServiceServer(base.Server, &api.Submissions{Gate: gate, Commands: commands, Pages: pages})
	intakev1.RegisterPersonServiceServer(base.Server, &api.Persons{Gate: gate, Commands: commands, Pages: pages})
	base.ServeFeed(gate, nil)
	return &App{Group: base.Group(), base: base}, nil
}

// hearTriage keeps desks and memberships as triage tells of them.
func hearTriage(base *service.Base, triage eventv1.FeedClient, memberships *membership.Store) error {
	projection := &project.Projection{Memberships: memberships}
	return base.Hear(feed.SubscriberConfig{
		Name: Name, Source: feed.Remote("triage", triage), Handler: projection, Types: project.Types,
		AfterCommit: projection.AfterCommit,
	})
}
