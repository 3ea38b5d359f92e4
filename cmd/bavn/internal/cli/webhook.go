package cli

import (
	"context"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// Webhook is everything about systems that are told what happens.
type Webhook struct {
	List       WebhookList       `cmd:"" help:"List the webhooks of your parties."`
	Create     WebhookCreate     `cmd:"" help:"Subscribe a system; prints the secret, once."`
	Update     WebhookUpdate     `cmd:"" help:"Change what a webhook is called, where it is, or what it hears."`
	Rotate     WebhookRotate     `cmd:"" help:"Give a new secret; the old one is used beside it for a while."`
	Enable     WebhookEnable     `cmd:"" help:"Let a disabled webhook work again."`
	Delete     WebhookDelete     `cmd:"" help:"End a webhook."`
	Test       WebhookTest       `cmd:"" help:"Send a test event."`
	Deliveries WebhookDeliveries `cmd:"" help:"List what was sent, newest first."`
	Replay     WebhookReplay     `cmd:"" help:"Send a delivery again."`
}

// Hook names one of them.
type Hook struct {
	Webhook string `arg:"" help:"Id or full name of the webhook."`
}

func (h Hook) name(s *session) string { return s.desk() + "/webhooks/" + resource.ID(h.Webhook) }

// WebhookList lists them.
type WebhookList struct {
	Limit int `short:"n" default:"50" help:"At most this many; 0 lists all (${default})."`
}

// Run prints a table.
func (c *WebhookList) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	list, err := pages(c.Limit, func(size int32, token string) ([]*notifyv1.Webhook, string, error) {
		page, err := connected.Webhooks.ListWebhooks(ctx, &notifyv1.ListWebhooksRequest{
			Parent: s.desk(), PageSize: size, PageToken: token,
		})
		return page.GetWebhooks(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&notifyv1.ListWebhooksResponse{Webhooks: list})
	}
	table := s.Table("WEBHOOK", "PARTY", "STATE", "FAILING SINCE", "URL")
	for _, w := range list {
		since := ""
		if w.GetFailTime() != nil {
			since = s.Time(w.GetFailTime().AsTime())
		}
		table.Row(resource.ID(w.GetName()), resource.ID(w.GetParty()), word(w.GetState().String(), "WEBHOOK_STATE_"), since, w.GetUrl())
	}
	return table.Print(s.Out)
}

// WebhookCreate subscribes a system.
type WebhookCreate struct {
	ID           string   `arg:"" help:"What it shall be called in names and commands."`
	URL          string   `arg:"" help:"Where it is: https, and nothing internal."`
	Party        string   `required:"" help:"The party whose it is."`
	Events       []string `default:"ticket.*" help:"Types of events that it hears (${default})."`
	PersonalData bool     `help:"Name persons by their ids; the authority's administrators and coordinators permit it."`
	Request
}

// Run makes it and prints its name and secret.
func (c *WebhookCreate) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	made, err := connected.Webhooks.CreateWebhook(ctx, &notifyv1.CreateWebhookRequest{
		Parent: s.desk(), WebhookId: c.ID, RequestId: c.id(), Webhook: &notifyv1.Webhook{
			Party: resource.Party(s.Desk, c.Party), Url: c.URL, EventTypes: c.Events, PersonalData: c.PersonalData,
		},
	})
	return s.made(made, made.GetName()+" "+made.GetSecret(), err)
}

// WebhookUpdate changes one.
type WebhookUpdate struct {
	Hook
	URL          *string  `help:"Where it is."`
	Label        *string  `help:"What people call it."`
	Events       []string `help:"Types of events that it hears, all of them anew."`
	PersonalData *bool    `negatable:"" help:"Name persons by their ids."`
	Request
}

// Run changes what is given.
func (c *WebhookUpdate) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	// What the mask does not name stays as it is; the contract wants these all the same.
	wanted, err := connected.Webhooks.GetWebhook(ctx, &notifyv1.GetWebhookRequest{Name: c.name(s)})
	if err != nil {
		return err
	}
	mask := new(fieldmaskpb.FieldMask)
	if c.URL != nil {
		wanted.Url, mask.Paths = *c.URL, append(mask.Paths, "url")
	}
	if c.Label != nil {
		wanted.DisplayName, mask.Paths = *c.Label, append(mask.Paths, "display_name")
	}
	if len(c.Events) > 0 {
		wanted.EventTypes, mask.Paths = c.Events, append(mask.Paths, "event_types")
	}
	if c.PersonalData != nil {
		wanted.PersonalData, mask.Paths = *c.PersonalData, append(mask.Paths, "personal_data")
	}
	changed, err := connected.Webhooks.UpdateWebhook(ctx, &notifyv1.UpdateWebhookRequest{
		Webhook: wanted, UpdateMask: mask, RequestId: c.id(),
	})
	return s.made(changed, changed.GetName(), err)
}

// WebhookRotate gives a new secret.
type WebhookRotate struct {
	Hook
	Overlap time.Duration `default:"24h" help:"How long the old secret is used too; 0s where it has leaked (${default})."`
	Request
}

// Run prints the new secret.
func (c *WebhookRotate) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	rotated, err := connected.Webhooks.RotateWebhookSecret(ctx, &notifyv1.RotateWebhookSecretRequest{
		Name: c.name(s), RequestId: c.id(), Overlap: durationpb.New(c.Overlap),
	})
	return s.made(rotated, rotated.GetName()+" "+rotated.GetSecret(), err)
}

// WebhookEnable lets one work again.
type WebhookEnable struct {
	Hook
	Request
}

// Run enables it.
func (c *WebhookEnable) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	enabled, err := connected.Webhooks.EnableWebhook(ctx, &notifyv1.EnableWebhookRequest{Name: c.name(s), RequestId: c.id()})
	return s.made(enabled, enabled.GetName(), err)
}

// WebhookDelete ends one.
type WebhookDelete struct {
	Hook
	Request
}

// Run ends it.
func (c *WebhookDelete) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	ended, err := connected.Webhooks.DeleteWebhook(ctx, &notifyv1.DeleteWebhookRequest{Name: c.name(s), RequestId: c.id()})
	return s.made(ended, ended.GetName(), err)
}

// WebhookTest sends a test event.
type WebhookTest struct {
	Hook
	Request
}

// Run queues it and prints the delivery's name.
func (c *WebhookTest) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	sent, err := connected.Webhooks.TestWebhook(ctx, &notifyv1.TestWebhookRequest{Name: c.name(s), RequestId: c.id()})
	return s.made(sent, sent.GetName(), err)
}

// WebhookDeliveries lists what was sent.
type WebhookDeliveries struct {
	Hook
	Dead  bool `help:"Only what was given up."`
	Limit int  `short:"n" default:"50" help:"At most this many; 0 lists all (${default})."`
}

// Run prints a table, newest first.
func (c *WebhookDeliveries) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	state := notifyv1.WebhookDeliveryState_WEBHOOK_DELIVERY_STATE_UNSPECIFIED
	if c.Dead {
		state = notifyv1.WebhookDeliveryState_WEBHOOK_DELIVERY_STATE_DEAD
	}
	list, err := pages(c.Limit, func(size int32, token string) ([]*notifyv1.WebhookDelivery, string, error) {
		page, err := connected.Webhooks.ListWebhookDeliveries(ctx, &notifyv1.ListWebhookDeliveriesRequest{
			Parent: c.name(s), PageSize: size, PageToken: token, State: state,
		})
		return page.GetDeliveries(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&notifyv1.ListWebhookDeliveriesResponse{Deliveries: list})
	}
	table := s.Table("DELIVERY", "EVENT", "ABOUT", "STATE", "ATTEMPTS", "WHY", "QUEUED")
	for _, d := range list {
		table.Row(resource.ID(d.GetName()), d.GetEventType(), resource.ID(d.GetSubject()),
			word(d.GetState().String(), "WEBHOOK_DELIVERY_STATE_"), strconv.Itoa(int(d.GetAttempts())), d.GetReason(),
			s.Time(d.GetCreateTime().AsTime()))
	}
	return table.Print(s.Out)
}

// WebhookReplay sends a delivery again.
type WebhookReplay struct {
	Hook
	Delivery string `arg:"" help:"Id or full name of the delivery."`
	Request
}

// Run queues it again.
func (c *WebhookReplay) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	again, err := connected.Webhooks.ReplayWebhookDelivery(ctx, &notifyv1.ReplayWebhookDeliveryRequest{
		Name: c.name(s) + "/deliveries/" + resource.ID(c.Delivery), RequestId: c.id(),
	})
	return s.made(again, again.GetName(), err)
}
