// Package app is triage as a whole: what it is made of and how it runs.
package app

import (
	"context"
	_ "time/tzdata" // desks have time zones, and a small image has none

	"github.com/riverqueue/river"
	"google.golang.org/grpc"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/api"
	"github.com/bavn/bavn/services/triage/internal/command"
	"github.com/bavn/bavn/services/triage/internal/project"
	"github.com/bavn/bavn/services/triage/internal/store"
	"github.com/bavn/bavn/services/triage/migrations"
)

// Name of the service, as in its certificate and its telemetry.
const Name = "triage"

// App is triage, ready to run.
type App struct {
	*run.Group
	base *service.Base
}

// Addr is where triage listens, once it runs.
func (a *App) Addr() string { return a.base.Server.Addr() }

// New puts triage together. Nothing is connected before Run.
func New(ctx context.Context, cfg Config, deps service.Deps) (*App, error) {
	base, err := service.New(ctx, cfg.Config, spec(), deps)
	if err != nil {
		return nil, err
	}
	shelf, err := openProfiles(base, cfg.Profiles)
	if err != nil {
		return nil, err
	}
	writer := &command.Writer{Pool: base.Pool, Clock: base.Clock, Wake: base.Wake, Profiles: shelf}
	workers := river.NewWorkers()
	river.AddWorker(workers, &command.HandOverTimer{Writer: writer})
	river.AddWorker(workers, &command.TicketTimers{Writer: writer, OfferLapse: cfg.HandOver.Lapse})
	river.AddWorker(workers, &command.PageTimer{Writer: writer})
	river.AddWorker(workers, &command.MainFollower{Writer: writer, Reader: feed.NewReader(base.Pool)})
	if writer.Timers, err = base.Jobs(workers); err != nil {
		return nil, err
	}
	if err := indexWords(base); err != nil {
		return nil, err
	}
	if err := followMains(base, writer.Timers); err != nil {
		return nil, err
	}
	intake, err := base.Dial("intake", cfg.Intake, intakev1.SubmissionService_ServiceDesc.ServiceName)
	if err != nil {
		return nil, err
	}
	if err := hearIntake(base, intake, writer); err != nil {
		return nil, err
	}
	if err := base.DrawJourneys(step); err != nil {
		return nil, err
	}
	members := membership.NewStore(base.Pool, base.Clock)
	known := store.NewKnown(base.Pool, base.Clock)
	decisions := access.New(base.Authorizer, members, cfg.Admins,
		&access.Lending{Known: known, Profiles: shelf, Clock: base.Clock})
	reads := api.Reads{
		Pool: base.Pool, Clock: base.Clock, Access: decisions, Members: members, Known: known, PageTokens: base.PageTokens,
		Profiles: shelf,
	}
	tickets := &command.Tickets{
		Writer: writer, Access: decisions, Members: members, Known: known, OfferLapse: cfg.HandOver.Lapse,
		Submissions: intakev1.NewSubmissionServiceClient(intake),
	}
	directory := &command.Directory{Writer: writer, Access: decisions, Members: members, Known: known}
	triagev1.RegisterTicketServiceServer(base.Server, &api.Tickets{Reads: reads, Tickets: tickets})
	triagev1.RegisterReplyServiceServer(base.Server, &api.Replies{Tickets: tickets})
	triagev1.RegisterLegalServiceServer(base.Server, &api.Legal{Tickets: tickets})
	triagev1.RegisterExplanationServiceServer(base.Server, &api.Explanations{Reads: reads})
	triagev1.RegisterSightServiceServer(base.Server, &api.Sights{Reads: reads})
	triagev1.RegisterProfileServiceServer(base.Server, &api.Profiles{Reads: reads})
	triagev1.RegisterKnownSolutionServiceServer(base.Server, &api.KnownSolutions{
		Reads: reads, KnownSolutions: &command.KnownSolutions{Tickets: tickets},
	})
	triagev1.RegisterAssessmentServiceServer(base.Server, &api.Assessments{
		Reads: reads, Assessments: &command.Assessments{Tickets: tickets},
	})
	triagev1.RegisterDirectoryServiceServer(base.Server, &api.Directory{Reads: reads, Directory: directory})
	triagev1.RegisterEscalationServiceServer(base.Server, &api.Escalation{Reads: reads, Tickets: tickets})
	triagev1.RegisterAttestationServiceServer(base.Server, &api.Attestation{Reads: reads, Tickets: tickets})
	triagev1.RegisterOnCallServiceServer(base.Server, &api.OnCall{Reads: reads, OnCall: &command.OnCall{Directory: directory}})
	delegates := &command.Delegates{Tickets: tickets, OnCall: &command.OnCall{Directory: directory}}
	triagev1.RegisterDelegateServiceServer(base.Server, &api.Delegates{Delegates: delegates})
	triagev1.RegisterRegistrationServiceServer(base.Server,
		&api.Registrations{Registrations: &command.Registrations{Delegates: delegates}})
	triagev1.RegisterLinkServiceServer(base.Server, &api.Links{Reads: reads, Tickets: tickets})
	triagev1.RegisterReleaseServiceServer(base.Server, &api.Releases{Reads: reads, Tickets: tickets})
	triagev1.RegisterOrderServiceServer(base.Server, &api.Orders{Tickets: tickets})
	triagev1.RegisterClosingServiceServer(base.Server, &api.Closing{Tickets: tickets})
	triagev1.RegisterConfigurationItemServiceServer(base.Server, &api.ConfigurationItems{
		Reads: reads, Tickets: tickets, Directory: directory,
	})
	base.ServeFeed(&api.Visibility{Access: decisions, Known: known}, nil)
	return &App{Group: base.Group(), base: base}, nil
}

func spec() service.Spec {
	return service.Spec{
		SpeaksForTools: "intake", // ADR 0036
		Name:           Name, Migrations: migrations.Files, Texts: command.ErrorTexts(),
		Policies: access.Policies, PolicySchema: access.Schema,
	}
}

// hearIntake erases the texts of tickets whose submissions lost theirs: one at a time, because each locks its ticket.
func hearIntake(base *service.Base, conn grpc.ClientConnInterface, writer *command.Writer) error {
	return base.Hear(feed.SubscriberConfig{
		Name: Name, Source: feed.Remote("intake", eventv1.NewFeedClient(conn)), Types: []string{command.SubmissionTextsErased},
		Handler: &command.TextEraser{Writer: writer}, MaxBatch: 1,
		AfterCommit: func(context.Context, []*feed.Event) { base.Wake.Committed() },
	})
}

// followMains carries over to inquiries, and to what waits for a change, what happened to the ticket they are linked to (R19,
// R97).
func followMains(base *service.Base, timers *jobs.Client) error {
	return base.Hear(feed.SubscriberConfig{
		Name: "followers", Source: feed.Local(Name, feed.NewReader(base.Pool), base.Wake, feed.Unhurried()),
		Types: profile.Carried(), Handler: &command.Followed{Timers: timers},
	})
}

// indexWords keeps the texts of tickets and known solutions findable, in the background. Its name changed with what it keeps: the
// subscriber of a new name reads the whole feed and so fills a new index.
func indexWords(base *service.Base) error {
	return base.Hear(feed.SubscriberConfig{
		Name: "search", Source: feed.Local(Name, feed.NewReader(base.Pool), base.Wake, feed.Unhurried()), Handler: project.WordIndex{},
	})
}
