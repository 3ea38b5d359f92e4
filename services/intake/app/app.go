// Package app is intake as a whole: what it is made of and how it runs.
package app

import (
	"context"
	"fmt"

	"github.com/riverqueue/river"
	"google.golang.org/grpc"

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
		triagev1.LinkService_ServiceDesc.ServiceName, triagev1.DirectoryService_ServiceDesc.ServiceName,
		triagev1.ProfileService_ServiceDesc.ServiceName)
	if err != nil {
		return nil, err
	}
	commands := &command.Commands{
		Pool: base.Pool, Writes: pg.NewShared(base.Pool), Clock: base.Clock, Wake: base.Wake, Logger: base.Telemetry.Logger,
		Triage: triagev1.NewTicketServiceClient(triage), InlineTimeout: cfg.Open.InlineTimeout, RetryAfter: cfg.Open.RetryAfter,
		Inbox: command.NewInbox(),
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &command.OpenTicketWorker{Commands: commands})
	river.AddWorker(workers, &command.SettleInboundWorker{Commands: commands})
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
	intakev1.RegisterInboundServiceServer(base.Server, &api.Inbound{Gate: gate, Commands: commands, Pages: pages})
	if err := serveTools(base, cfg.Connections, triage, commands, gate, pages); err != nil {
		return nil, err
	}
	base.Add(run.Part{Name: "inbox", Stage: run.Workers, Serve: commands.ServeInbox})
	base.ServeFeed(gate, nil)
	return &App{Group: base.Group(), base: base}, nil
}

// serveTools connects desks with the parties' own tools, and follows what those say.
func serveTools(
	base *service.Base, cfg ConnectionsConfig, triage grpc.ClientConnInterface, commands *command.Commands, gate *access.Gate,
	pages *api.Pages,
) error {
	secrets, err := cfg.sealer()
	if err != nil {
		return fmt.Errorf("set up %s: %w", Name, err)
	}
	tools := &command.Tools{
		Commands: commands, Secrets: secrets, Directory: triagev1.NewDirectoryServiceClient(triage),
		Links: triagev1.NewLinkServiceClient(triage), Profiles: triagev1.NewProfileServiceClient(triage),
	}
	for _, source := range tools.Sources() {
		commands.Inbox.Handlers[source] = tools
	}
	intakev1.RegisterConnectionServiceServer(base.Server, &api.Connections{Gate: gate, Tools: tools, Pages: pages})
	intakev1.RegisterToolServiceServer(base.Server, &api.ToolCalls{Gate: gate, Tools: tools})
	return nil
}

// hearTriage keeps desks and memberships as triage tells of them.
func hearTriage(base *service.Base, triage eventv1.FeedClient, memberships *membership.Store) error {
	projection := &project.Projection{Memberships: memberships}
	return base.Hear(feed.SubscriberConfig{
		Name: Name, Source: feed.Remote("triage", triage), Handler: projection, Types: project.Types,
		AfterCommit: projection.AfterCommit,
	})
}
