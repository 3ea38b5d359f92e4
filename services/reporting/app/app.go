// Package app is reporting as a whole: what it is made of and how it runs.
package app

import (
	"context"

	"github.com/riverqueue/river"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/reporting/internal/access"
	"github.com/bavn/bavn/services/reporting/internal/api"
	"github.com/bavn/bavn/services/reporting/internal/command"
	"github.com/bavn/bavn/services/reporting/internal/project"
	"github.com/bavn/bavn/services/reporting/migrations"
)

// Name of the service, as in its certificate and its telemetry.
const Name = "reporting"

// App is reporting, ready to run.
type App struct {
	*run.Group
	base *service.Base
}

// Addr is where reporting listens, once it runs.
func (a *App) Addr() string { return a.base.Server.Addr() }

// New puts reporting together. Nothing is connected before Run.
func New(ctx context.Context, cfg Config, deps service.Deps) (*App, error) {
	base, err := service.New(ctx, cfg.Config, service.Spec{
		Name: Name, Migrations: migrations.Files, Texts: command.ErrorTexts(),
		Policies: access.Policies, PolicySchema: access.PolicySchema,
	}, deps)
	if err != nil {
		return nil, err
	}
	triage, err := base.Dial("triage", cfg.Triage, triagev1.ProfileService_ServiceDesc.ServiceName)
	if err != nil {
		return nil, err
	}
	extracts, err := extracts(base, triagev1.NewProfileServiceClient(triage))
	if err != nil {
		return nil, err
	}
	memberships := membership.NewStore(base.Pool, base.Clock)
	var subscribers []*feed.Subscriber
	for _, source := range []struct {
		name   string
		client dial.Config
	}{{"triage", cfg.Triage}, {"intake", cfg.Intake}, {"notify", cfg.Notify}} {
		subscriber, err := hear(base, source.name, source.client, memberships, extracts)
		if err != nil {
			return nil, err
		}
		subscribers = append(subscribers, subscriber)
	}
	extracts.Heard = subscribers[0].CaughtUp // triage's
	gate := &access.Gate{Memberships: memberships, Authorizer: base.Authorizer, Admins: cfg.Admins}
	reportingv1.RegisterReportingServiceServer(base.Server, &api.Reporting{
		Pool: base.Pool, Pages: base.PageTokens,
		Commands: &command.Commands{Clock: base.Clock, Subscribers: subscribers},
		Gate:     gate,
	})
	reportingv1.RegisterExtractServiceServer(base.Server, &api.Extracts{
		Pool: base.Pool, Gate: gate, Pages: base.PageTokens, Profiles: extracts.Profiles,
	})
	reportingv1.RegisterPublicExtractServiceServer(base.Server, &api.PublicExtracts{
		Pool: base.Pool, Gate: gate, Profiles: extracts.Profiles,
	})
	return &App{Group: base.Group(), base: base}, nil
}

// extracts are the lists that the profiles want regularly, and the jobs that take them.
func extracts(base *service.Base, source command.ProfileSource) (*command.Extracts, error) {
	x := &command.Extracts{
		Pool: base.Pool, Clock: base.Clock, Logger: base.Telemetry.Logger,
		Profiles: command.FollowedProfiles(base.Pool, base.Clock, source),
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &command.TakeExtractsWorker{Extracts: x})
	var err error
	x.Jobs, err = base.Jobs(workers)
	return x, err
}

// hear follows the feed of one service.
func hear(
	base *service.Base, source string, client dial.Config, memberships *membership.Store, extracts *command.Extracts,
) (*feed.Subscriber, error) {
	conn, err := base.Dial(source, client)
	if err != nil {
		return nil, err
	}
	projection := &project.Projection{Source: source, Memberships: memberships, Extracts: extracts}
	subscriber, err := base.NewSubscriber(feed.SubscriberConfig{
		Name: Name, Source: feed.Remote(source, eventv1.NewFeedClient(conn)), Handler: projection,
		AfterCommit: projection.AfterCommit,
	})
	if err != nil {
		return nil, err
	}
	base.Add(run.Part{Name: "feed of " + source, Stage: run.Workers, Serve: subscriber.Run})
	return subscriber, nil
}
