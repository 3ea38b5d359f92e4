package app

import (
	"fmt"

	"github.com/riverqueue/river"
	"google.golang.org/grpc"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/outbound"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/project"
)

// withQueues gives what must not wait for mails workers of its own: webhooks, calls to those on duty, the parties' tools.
func withQueues(cfg Config) service.Config {
	cfg.Jobs.Queues = map[string]int{
		river.QueueDefault: cfg.Jobs.MaxWorkers, command.WebhookQueue: cfg.Webhooks.Workers, command.PageQueue: pageWorkers,
		command.ToolQueue: cfg.Tools.Workers,
	}
	return cfg.Config
}

// newTools are what the parties' own tools are told by. The commands are filled in by whoever makes them.
func newTools(base *service.Base, cfg ToolsConfig, intake grpc.ClientConnInterface) (*command.Tools, error) {
	guard, err := outbound.New(cfg.Config)
	if err != nil {
		return nil, fmt.Errorf("set up %s: %w", Name, err)
	}
	return &command.Tools{
		Issues: intakev1.NewToolServiceClient(intake), Guard: guard, HTTP: guard.Client(), Secrets: cfg.Secrets,
		Logger: base.Telemetry.Logger,
	}, nil
}

// hearForTools follows intake, which knows the tools, and triage, of which they are told: apart from the mails, so that neither
// waits for the other.
func hearForTools(base *service.Base, tools *command.Tools, intake grpc.ClientConnInterface) error {
	if err := base.Hear(feed.SubscriberConfig{
		Name: "connections", Source: feed.Remote("intake", eventv1.NewFeedClient(intake)), Handler: project.Connections{},
		Types: project.ConnectionTypes,
	}); err != nil {
		return err
	}
	return base.Hear(feed.SubscriberConfig{
		Name: "tools", Source: tools.Events, Handler: tools, Types: domain.ToolEventTypes(), Desks: tools.Desks,
	})
}
