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
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/outbound"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/notify/internal/access"
	"github.com/bavn/bavn/services/notify/internal/api"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/mail"
	"github.com/bavn/bavn/services/notify/internal/phone"
	"github.com/bavn/bavn/services/notify/internal/project"
	"github.com/bavn/bavn/services/notify/internal/webhook"
	"github.com/bavn/bavn/services/notify/migrations"
)

// Name of the service, as in its certificate and its telemetry.
const Name = "notify"

// pageWorkers call those on duty: workers of their own, because nothing may keep an urgent call waiting.
const pageWorkers = 2

// App is notify, ready to run.
type App struct {
	*run.Group
	base *service.Base
}

// Addr is where notify listens, once it runs.
func (a *App) Addr() string { return a.base.Server.Addr() }

// New puts notify together. Nothing is connected before Run.
func New(ctx context.Context, cfg Config, deps service.Deps) (*App, error) {
	base, err := service.New(ctx, withQueues(cfg), service.Spec{
		Name: Name, Migrations: migrations.Files, Texts: command.ErrorTexts(),
		Policies: access.Policies, PolicySchema: access.PolicySchema,
	}, deps)
	if err != nil {
		return nil, err
	}
	intake, err := base.Dial("intake", cfg.Intake, intakev1.PersonService_ServiceDesc.ServiceName,
		intakev1.SubmissionService_ServiceDesc.ServiceName,
		intakev1.ToolService_ServiceDesc.ServiceName, intakev1.AnswerService_ServiceDesc.ServiceName)
	if err != nil {
		return nil, err
	}
	triage, err := base.Dial("triage", cfg.Triage, triagev1.TicketService_ServiceDesc.ServiceName,
		triagev1.ProfileService_ServiceDesc.ServiceName)
	if err != nil {
		return nil, err
	}
	references, err := mailref.New(cfg.References)
	if err != nil {
		return nil, fmt.Errorf("set up %s: references: %w", Name, err)
	}
	workers := river.NewWorkers()
	tools, err := newTools(base, cfg.Tools, intake)
	if err != nil {
		return nil, err
	}
	river.AddWorker(workers, &command.TellToolWorker{Tools: tools})
	hooks, err := webhooks(base, cfg, workers)
	if err != nil {
		return nil, err
	}
	paging, err := paging(base, cfg, references, intake, triage, workers)
	if err != nil {
		return nil, err
	}
	commands, err := commands(base, cfg, references, intake, triage, workers)
	if err != nil {
		return nil, err
	}
	tools.Commands, hooks.Jobs = commands, commands.Jobs
	paging.Jobs, paging.Couriers = commands.Jobs, commands.Couriers
	commands.Links, paging.Messages = paging.Links, commands
	memberships := membership.NewStore(base.Pool, base.Clock)
	if err := hearTriage(base, commands, memberships); err != nil {
		return nil, err
	}
	commands.Answers = &command.Answers{Board: commands.Board, Source: intakev1.NewAnswerServiceClient(intake)}
	if err := hearIntake(base, commands, intake); err != nil {
		return nil, err
	}
	if err := hearForTools(base, tools, intake); err != nil {
		return nil, err
	}
	gate := &access.Gate{Pool: base.Pool, Memberships: memberships, Authorizer: base.Authorizer}
	serve(base, gate, commands, hooks, paging)
	if err := base.Hear(feed.SubscriberConfig{
		Name: "webhooks", Source: commands.Events, Handler: hooks, Desks: hooks.Desks,
	}); err != nil {
		return nil, err
	}
	if err := base.Hear(feed.SubscriberConfig{
		Name: "pages", Source: commands.Events, Types: command.PageEventTypes(), Handler: paging,
	}); err != nil {
		return nil, err
	}
	base.ServeFeed(gate, nil)
	if err := base.DrawJourneys(step); err != nil {
		return nil, err
	}
	return &App{Group: base.Group(), base: base}, nil
}

// serve registers what notify answers.
func serve(
	base *service.Base, gate *access.Gate, commands *command.Commands, hooks *command.Webhooks, paging *command.Paging,
) {
	pages := &api.Pages{Sealer: base.PageTokens}
	notifyv1.RegisterNotificationServiceServer(base.Server, &api.Notifications{Gate: gate, Commands: commands, Pages: pages})
	notifyv1.RegisterProposalServiceServer(base.Server, &api.Proposals{Gate: gate, Commands: commands, Pages: pages})
	notifyv1.RegisterStakeholderServiceServer(base.Server, &api.Stakeholders{Gate: gate, Commands: commands, Pages: pages})
	notifyv1.RegisterOutboxServiceServer(base.Server, &api.Outboxes{Gate: gate, Commands: commands})
	notifyv1.RegisterPreferenceServiceServer(base.Server, &api.Preferences{Gate: gate, Commands: commands})
	notifyv1.RegisterTemplateServiceServer(base.Server, &api.Templates{Gate: gate, Commands: commands})
	notifyv1.RegisterWebhookServiceServer(base.Server, &api.Webhooks{Gate: gate, Commands: hooks, Pages: pages})
	notifyv1.RegisterPagingServiceServer(base.Server, &api.Paging{Gate: gate, Commands: paging, Pages: pages})
	notifyv1.RegisterLinkServiceServer(base.Server, &api.Links{Gate: gate, Commands: paging.Links})
	notifyv1.RegisterAnnouncementServiceServer(base.Server, &api.Announcements{Gate: gate, Board: commands.Board, Pages: pages})
	notifyv1.RegisterBoardServiceServer(base.Server, &api.Boards{Gate: gate, Board: commands.Board})
}

// commands are notify's own work: the ledger, the letters, the mail server and the jobs between them.
func commands(
	base *service.Base, cfg Config, references *mailref.Signer, intake, triage grpc.ClientConnInterface, workers *river.Workers,
) (*command.Commands, error) {
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
	courier.References = references
	base.Add(run.Part{Name: "mail", Stage: run.Pool, Stop: func(context.Context) error { courier.Close(); return nil }})
	carriers, err := couriers(cfg, courier)
	if err != nil {
		return nil, fmt.Errorf("set up %s: %w", Name, err)
	}
	c := &command.Commands{
		Pool: base.Pool, Clock: base.Clock, Wake: base.Wake,
		Intake: intakev1.NewPersonServiceClient(intake), Triage: triagev1.NewTicketServiceClient(triage),
		Events: feed.Remote("triage", eventv1.NewFeedClient(triage)), Templates: templates,
		Editions: &command.Editions{Triage: triagev1.NewProfileServiceClient(triage)}, Couriers: carriers, Metrics: metrics,
		Patience: cfg.Delivery.patience(), Calm: cfg.Calm.calm(), MailDomain: cfg.Mail.Domain(),
		TicketURL: cfg.Delivery.TicketURL, SendTimeout: cfg.Mail.SendTimeout,
		JobTimeout: cfg.Jobs.JobTimeout, RetryAfter: cfg.Delivery.RetryAfter, References: references,
	}
	c.Board = &command.Board{
		Commands: c, Submissions: intakev1.NewSubmissionServiceClient(intake), Secrets: base.PageTokens, URL: cfg.Delivery.BoardURL,
		Profiles: command.FollowedProfiles(base.Pool, base.Clock, triagev1.NewProfileServiceClient(triage)),
	}
	river.AddWorker(workers, &command.DeliverWorker{Commands: c})
	river.AddWorker(workers, &command.RemindToAnnounceWorker{Board: c.Board})
	river.AddWorker(workers, &command.TellSubscribersWorker{Board: c.Board})
	river.AddWorker(workers, &command.ForgetSubscriptionsWorker{Board: c.Board})
	river.AddWorker(workers, &command.DigestWorker{Commands: c})
	c.Jobs, err = base.Jobs(workers, command.PruneDeliveriesPeriodically(), command.ForgetSubscriptionsPeriodically())
	if err != nil {
		return nil, err
	}
	return c, nil
}

// webhooks are what tells other systems.
func webhooks(base *service.Base, cfg Config, workers *river.Workers) (*command.Webhooks, error) {
	guard, err := outbound.New(cfg.Webhooks.Config)
	if err != nil {
		return nil, fmt.Errorf("set up %s: webhooks: %w", Name, err)
	}
	hooks := &command.Webhooks{
		Pool: base.Pool, Clock: base.Clock, Wake: base.Wake, Sealer: base.PageTokens, Guard: guard,
		Sender: webhook.NewSender(guard, base.Clock), Patience: cfg.Webhooks.patience(), JobTimeout: cfg.Jobs.JobTimeout,
	}
	river.AddWorker(workers, &command.SendWorker{Webhooks: hooks})
	river.AddWorker(workers, &command.PruneWorker{Webhooks: hooks})
	return hooks, nil
}

// paging is what calls those on duty.
func paging(
	base *service.Base, cfg Config, references *mailref.Signer, intake, triage grpc.ClientConnInterface, workers *river.Workers,
) (*command.Paging, error) {
	delegate := triagev1.NewDelegateServiceClient(triage)
	p := &command.Paging{
		Pool: base.Pool, Clock: base.Clock, Intake: intakev1.NewPersonServiceClient(intake),
		Tickets: triagev1.NewTicketServiceClient(triage), Triage: delegate, References: references,
		Links: &command.Links{
			Pool: base.Pool, Clock: base.Clock, Sealer: base.PageTokens, Triage: delegate, URL: cfg.Delivery.LinkURL,
		},
		MailDomain: cfg.Mail.Domain(), InboundToken: cfg.Phone.InboundToken, SendTimeout: max(cfg.Mail.SendTimeout, cfg.Phone.Timeout),
	}
	if cfg.Phone.Call.URL != "" {
		var err error
		if p.Ender, err = phone.New(cfg.Phone, cfg.Phone.Call); err != nil {
			return nil, fmt.Errorf("set up %s: %w", Name, err)
		}
	}
	river.AddWorker(workers, &command.CallWorker{Paging: p})
	river.AddWorker(workers, &command.EndWorker{Paging: p})
	return p, nil
}

// couriers are those of the media for which there is a provider.
func couriers(cfg Config, mail *mail.Courier) (map[notifyv1.Medium]command.Courier, error) {
	all := map[notifyv1.Medium]command.Courier{notifyv1.Medium_MEDIUM_MAIL: mail}
	for medium, provider := range map[notifyv1.Medium]phone.Provider{
		notifyv1.Medium_MEDIUM_SMS: cfg.Phone.SMS, notifyv1.Medium_MEDIUM_CALL: cfg.Phone.Call,
	} {
		if provider.URL == "" {
			continue
		}
		courier, err := phone.New(cfg.Phone, provider)
		if err != nil {
			return nil, err
		}
		all[medium] = courier
	}
	return all, nil
}

// hearTriage writes down whom to tell of what triage says.
func hearTriage(base *service.Base, commands *command.Commands, memberships *membership.Store) error {
	projection := &project.Projection{Memberships: memberships, Teller: commands, Board: commands.Board, Told: base.Wake.Committed}
	return base.Hear(feed.SubscriberConfig{
		Name: Name, Source: commands.Events, Handler: projection, Types: project.Types(),
		AfterCommit: projection.AfterCommit,
	})
}

// hearIntake writes down which mails are to be answered.
func hearIntake(base *service.Base, commands *command.Commands, intake grpc.ClientConnInterface) error {
	return base.Hear(feed.SubscriberConfig{
		Name: "answers", Source: feed.Remote("intake", eventv1.NewFeedClient(intake)), Handler: commands.Answers,
		Types: command.AnswerEventTypes, AfterCommit: commands.Answers.AfterCommit,
	})
}
