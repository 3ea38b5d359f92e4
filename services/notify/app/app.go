// Package app is notify as a whole: what it is made of and how it runs.
package app

import (
	"context"
	"fmt"

	"github.com/riverqueue/river"
	"google.golang.org/grpc"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/notify/internal/access"
	"github.com/bavn/bavn/services/notify/internal/api"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/mail"
	"github.com/bavn/bavn/services/notify/internal/process"
	"github.com/bavn/bavn/services/notify/internal/project"
	"github.com/bavn/bavn/services/notify/migrations"
)

// Name of the service, as in its certificate and its telemetry.
const Name = "notify"

// App is notify, ready to run.
type App struct {
	*run.Group
	base *service.Base
}

// Addr is where notify listens, once it runs.
func (a *App) Addr() string { return a.base.Server.Addr() }

// New puts notify together. Nothing is connected before Run.
func New(ctx context.Context, cfg Config, deps service.Deps) (*App, error) {
	base, err := service.New(ctx, cfg.Config, service.Spec{
		Name: Name, Migrations: migrations.Files, Texts: command.ErrorTexts(),
		Policies: access.Policies, PolicySchema: access.PolicySchema,
	}, deps)
	if err != nil {
		return nil, err
	}
	intake, err := base.Dial("intake", cfg.Intake, intakev1.PersonService_ServiceDesc.ServiceName,
		intakev1.SubmissionService_ServiceDesc.ServiceName)
	if err != nil {
		return nil, err
	}
	triage, err := base.Dial("triage", cfg.Triage, triagev1.TicketService_ServiceDesc.ServiceName,
		triagev1.ProfileService_ServiceDesc.ServiceName)
	if err != nil {
		return nil, err
	}
	commands, err := commands(base, cfg, intake, triage)
	if err != nil {
		return nil, err
	}
	memberships := membership.NewStore(base.Pool, base.Clock)
	if err := hearTriage(base, commands, memberships); err != nil {
		return nil, err
	}
	gate := &access.Gate{Pool: base.Pool, Memberships: memberships, Authorizer: base.Authorizer}
	pages := &api.Pages{Sealer: base.PageTokens}
	notifyv1.RegisterNotificationServiceServer(base.Server, &api.Notifications{Gate: gate, Commands: commands, Pages: pages})
	notifyv1.RegisterAnnouncementServiceServer(base.Server, &api.Announcements{Gate: gate, Board: commands.Board, Pages: pages})
	notifyv1.RegisterBoardServiceServer(base.Server, &api.Boards{Gate: gate, Board: commands.Board})
	base.ServeFeed(gate, nil)
	if err := base.DrawJourneys(step); err != nil {
		return nil, err
	}
	return &App{Group: base.Group(), base: base}, nil
}

// commands are notify's own work: the ledger, the letters, the mail server and the jobs between them.
func commands(base *service.Base, cfg Config, intake, triage grpc.ClientConnInterface) (*command.Commands, error) {
	templates, err := domain.LoadTemplates()
	if err != nil {
		return nil, fmt.Errorf("set up %s: %w", Name, err)
	}
	metrics, err := command.NewMetrics(base.Telemetry.MeterProvider)
	if err != nil {
		return nil, fmt.Errorf("set up %s: %w", Name, err)
	}
	courier, err := mail.New(cfg.Mail, base.Clock, base.Telemetry.TracerProvider, base.Telemetry.Logger)
	if err != nil {
		return nil, fmt.Errorf("set up %s: %w", Name, err)
	}
	base.Add(run.Part{Name: "mail", Stage: run.Pool, Stop: func(context.Context) error { courier.Close(); return nil }})
	c := &command.Commands{
		Pool: base.Pool, Clock: base.Clock, Wake: base.Wake,
		Intake: intakev1.NewPersonServiceClient(intake), Triage: triagev1.NewTicketServiceClient(triage),
		Events: feed.Remote("triage", eventv1.NewFeedClient(triage)), Templates: templates,
		Couriers: map[notifyv1.Medium]command.Courier{notifyv1.Medium_MEDIUM_MAIL: courier}, Metrics: metrics,
		Patience: cfg.Delivery.patience(), MailDomain: cfg.Mail.Domain(),
		TicketURL: cfg.Delivery.TicketURL, SendTimeout: cfg.Mail.SendTimeout,
		JobTimeout: cfg.Jobs.JobTimeout, RetryAfter: cfg.Delivery.RetryAfter,
	}
	c.Board = &command.Board{
		Commands: c, Submissions: intakev1.NewSubmissionServiceClient(intake), Secrets: base.PageTokens, URL: cfg.Delivery.BoardURL,
		Profiles: &process.Profiles{Pool: base.Pool, Clock: base.Clock, Source: triagev1.NewProfileServiceClient(triage)},
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &command.DeliverWorker{Commands: c})
	river.AddWorker(workers, &command.RemindToAnnounceWorker{Board: c.Board})
	river.AddWorker(workers, &command.TellSubscribersWorker{Board: c.Board})
	if c.Jobs, err = base.Jobs(workers); err != nil {
		return nil, err
	}
	return c, nil
}

// hearTriage writes down whom to tell of what triage says.
func hearTriage(base *service.Base, commands *command.Commands, memberships *membership.Store) error {
	projection := &project.Projection{Memberships: memberships, Teller: commands, Board: commands.Board, Told: base.Wake.Committed}
	return base.Hear(feed.SubscriberConfig{
		Name: Name, Source: commands.Events, Handler: projection, Types: project.Types(),
		AfterCommit: projection.AfterCommit,
	})
}
