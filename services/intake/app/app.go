// Package app is intake as a whole: what it is made of and how it runs.
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
	"github.com/bavn/bavn/platform/blobstore"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/intake/internal/access"
	"github.com/bavn/bavn/services/intake/internal/api"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/ldapsource"
	"github.com/bavn/bavn/services/intake/internal/mail/door"
	"github.com/bavn/bavn/services/intake/internal/malware"
	"github.com/bavn/bavn/services/intake/internal/project"
	"github.com/bavn/bavn/services/intake/internal/reception"
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
		triagev1.ReplyService_ServiceDesc.ServiceName, triagev1.SightService_ServiceDesc.ServiceName,
		triagev1.LinkService_ServiceDesc.ServiceName, triagev1.DirectoryService_ServiceDesc.ServiceName,
		triagev1.ProfileService_ServiceDesc.ServiceName, triagev1.RegistrationService_ServiceDesc.ServiceName)
	if err != nil {
		return nil, err
	}
	blobs := blobstore.New(cfg.Blobs)
	base.Add(blobs.Part())
	commands := &command.Commands{
		Pool: base.Pool, Writes: pg.NewShared(base.Pool), Clock: base.Clock, Wake: base.Wake, Logger: base.Telemetry.Logger,
		Triage: triagev1.NewTicketServiceClient(triage), InlineTimeout: cfg.Open.InlineTimeout, RetryAfter: cfg.Open.RetryAfter,
		Inbox: command.NewInbox(),
		Blobs: blobs, Sights: triagev1.NewSightServiceClient(triage), UploadTimeout: cfg.Attachments.UploadTimeout,
		Links: triagev1.NewLinkServiceClient(triage), Registrations: triagev1.NewRegistrationServiceClient(triage),
	}
	if cfg.Attachments.Scanner != "" {
		commands.Scanner = &malware.Clamd{Address: cfg.Attachments.Scanner}
	}
	memberships := membership.NewStore(base.Pool, base.Clock)
	desks := reception.NewDesks(base.Pool, triagev1.NewDirectoryServiceClient(triage), triagev1.NewProfileServiceClient(triage),
		base.Telemetry.Logger)
	base.Add(run.Part{Name: "profiles", Stage: run.Workers, Serve: desks.Keep})
	commands.Reception, commands.Memberships = desks, memberships
	workers := river.NewWorkers()
	river.AddWorker(workers, &command.OpenTicketWorker{Commands: commands})
	river.AddWorker(workers, &command.SettleInboundWorker{Commands: commands})
	river.AddWorker(workers, &command.DiscardAttachmentWorker{Commands: commands})
	river.AddWorker(workers, &command.LapseAttachmentWorker{Commands: commands})
	river.AddWorker(workers, &command.ScanAttachmentWorker{Commands: commands})
	if cfg.LDAP.URL != "" {
		river.AddWorker(workers, syncPersons(commands, cfg.LDAP))
	}
	river.AddWorker(workers, &command.LinkInquiryWorker{Commands: commands})
	if commands.Jobs, err = base.Jobs(workers); err != nil {
		return nil, err
	}
	if cfg.LDAP.URL != "" {
		commands.Jobs.PeriodicJobs().Add(river.NewPeriodicJob(river.PeriodicInterval(cfg.LDAP.Every),
			func() (river.JobArgs, *river.InsertOpts) { return command.SyncPersonsArgs{}, nil },
			&river.PeriodicJobOpts{RunOnStart: true}))
	}
	if err := hearTriage(base, eventv1.NewFeedClient(triage), memberships, desks); err != nil {
		return nil, err
	}
	gate := &access.Gate{Pool: base.Pool, Memberships: memberships, Authorizer: base.Authorizer}
	pages := &api.Pages{Sealer: base.PageTokens}
	intakev1.RegisterSubmissionServiceServer(base.Server, &api.Submissions{Gate: gate, Commands: commands, Pages: pages})
	intakev1.RegisterPersonServiceServer(base.Server, &api.Persons{Gate: gate, Commands: commands, Pages: pages})
	intakev1.RegisterInboundServiceServer(base.Server, &api.Inbound{Gate: gate, Commands: commands, Pages: pages})
	if err := receive(base, cfg, commands, triage); err != nil {
		return nil, err
	}
	intakev1.RegisterAttachmentServiceServer(base.Server, &api.Attachments{
		Gate: gate, Commands: commands, Pages: pages, DownloadURL: cfg.Attachments.DownloadURL,
	})
	words, err := fault.NewCatalog(command.ErrorTexts())
	if err != nil {
		return nil, err
	}
	intakev1.RegisterAnswerServiceServer(base.Server,
		&api.Answers{Gate: gate, Answers: &command.Answers{Commands: commands, Texts: words}})
	intakev1.RegisterPersonImportServiceServer(base.Server, &api.PersonImports{Gate: gate, Commands: commands, Texts: words})
	intakev1.RegisterFormServiceServer(base.Server, &api.Forms{Gate: gate, Reception: desks, Pages: pages, Words: words})
	intakev1.RegisterQuickTicketServiceServer(base.Server,
		&api.QuickTickets{Gate: gate, Reception: desks, Commands: commands, Pages: pages})
	intakev1.RegisterCallServiceServer(base.Server,
		&api.Calls{Gate: gate, Triage: commands.Triage, Logger: base.Telemetry.Logger})
	if err := serveTools(base, cfg.Connections, triage, commands, gate, pages); err != nil {
		return nil, err
	}
	base.ServeFeed(gate, nil)
	return &App{Group: base.Group(), base: base}, nil
}

// receive opens the ways in without a caller, and settles what comes by them.
func receive(base *service.Base, cfg Config, commands *command.Commands, triage grpc.ClientConnInterface) error {
	notify, err := base.Dial("notify", cfg.Notify, notifyv1.PagingService_ServiceDesc.ServiceName)
	if err != nil {
		return err
	}
	references, err := mailref.New(cfg.References)
	if err != nil {
		return err
	}
	commands.Inbox.Handlers[command.MailSource] = &command.MailHandler{
		Commands: commands, References: references, Replies: triagev1.NewReplyServiceClient(triage),
		Pages: notifyv1.NewPagingServiceClient(notify),
	}
	base.Add(run.Part{Name: "inbox", Stage: run.Workers, Serve: commands.ServeInbox})
	mails, err := door.New(cfg.Mail, door.Deps{
		Commands: commands, Clock: base.Clock, Tracer: base.Telemetry.TracerProvider, Logger: base.Telemetry.Logger,
	})
	if err != nil {
		return err
	}
	parts, err := mails.Parts()
	base.Add(parts...)
	return err
}

// syncPersons imports the directory that is configured, as often as is configured.
func syncPersons(commands *command.Commands, cfg ldapsource.Config) *command.SyncPersonsWorker {
	return &command.SyncPersonsWorker{Commands: commands, Directory: cfg, Request: &intakev1.ImportPersonsRequest{
		Parent: "desks/" + cfg.Desk, Source: cfg.Source, CloseAbsent: cfg.CloseAbsent, PhoneRegion: cfg.PhoneRegion,
	}}
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
func hearTriage(base *service.Base, triage eventv1.FeedClient, memberships *membership.Store, desks *reception.Desks) error {
	projection := &project.Projection{Memberships: memberships, Adopted: desks.Adopted}
	return base.Hear(feed.SubscriberConfig{
		Name: Name, Source: feed.Remote("triage", triage), Handler: projection, Types: project.Types,
		AfterCommit: projection.AfterCommit,
	})
}
