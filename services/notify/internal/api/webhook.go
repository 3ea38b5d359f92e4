package api

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/access"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Webhooks serves bavn.notify.v1.WebhookService.
type Webhooks struct {
	notifyv1.UnsafeWebhookServiceServer
	Gate     *access.Gate
	Commands *command.Webhooks
	Pages    *Pages
}

var _ notifyv1.WebhookServiceServer = (*Webhooks)(nil)

// CreateWebhook subscribes a system of a party.
func (s *Webhooks) CreateWebhook(ctx context.Context, r *notifyv1.CreateWebhookRequest) (*notifyv1.Webhook, error) {
	desk := resourcename.Desk(r.GetParent())
	if resourcename.Desk(r.GetWebhook().GetParty()) != desk {
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("webhook.party", "party.other_desk")
	}
	set, err := s.Gate.Caller(ctx, desk)
	if err != nil {
		return nil, err
	}
	if !set.Member() {
		return nil, fault.Missing("parent")
	}
	if err := s.Gate.Webhook(ctx, "CreateWebhook", store.Webhook{
		Desk: desk, Webhook: r.GetWebhookId(), Party: resourcename.ID(r.GetWebhook().GetParty()),
		PersonalData: r.GetWebhook().GetPersonalData(),
	}, false); err != nil {
		return nil, err
	}
	return s.Commands.CreateWebhook(ctx, r)
}

// GetWebhook reads a webhook.
func (s *Webhooks) GetWebhook(ctx context.Context, r *notifyv1.GetWebhookRequest) (*notifyv1.Webhook, error) {
	row, err := s.read(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	return command.AnswerWebhook(row), nil
}

// read reads a webhook for somebody who may; to everybody else it does not exist.
func (s *Webhooks) read(ctx context.Context, name string) (store.Webhook, error) {
	row, err := store.New(s.Gate.Pool).GetWebhook(ctx, store.GetWebhookParams{
		Desk: resourcename.Desk(name), Webhook: resourcename.ID(name),
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return row, access.ErrNotFound
	case err != nil:
		return row, pg.Translate(err)
	case notifyv1.WebhookState(row.State) == notifyv1.WebhookState_WEBHOOK_STATE_DELETED:
		return row, access.ErrNotFound
	}
	return row, s.Gate.Webhook(ctx, "GetWebhook", row, true)
}

// keep asks whether the caller may change a webhook. A deleted one can be asked about by who deletes it again.
func (s *Webhooks) keep(ctx context.Context, action, name string) error {
	row, err := store.New(s.Gate.Pool).GetWebhook(ctx, store.GetWebhookParams{
		Desk: resourcename.Desk(name), Webhook: resourcename.ID(name),
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return access.ErrNotFound
	} else if err != nil {
		return pg.Translate(err)
	}
	if err := s.Gate.Webhook(ctx, "GetWebhook", row, true); err != nil {
		return err
	}
	return s.Gate.Webhook(ctx, action, row, false)
}

// ListWebhooks lists the webhooks of the caller's parties.
func (s *Webhooks) ListWebhooks(ctx context.Context, r *notifyv1.ListWebhooksRequest) (*notifyv1.ListWebhooksResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	set, err := s.Gate.Listing(ctx, "ListWebhooks", desk)
	if err != nil {
		return nil, err
	}
	if !set.Member() {
		return nil, fault.Missing("parent")
	}
	page, err := s.Pages.open(ctx, notifyv1.WebhookService_ListWebhooks_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	parties, all, err := s.Gate.WebhookParties(ctx, set, desk)
	if err != nil {
		return nil, err
	}
	rows, err := store.New(s.Gate.Pool).ListWebhooks(ctx, store.ListWebhooksParams{
		Desk: desk, Every: all, Parties: parties, After: string(page.after), Size: page.size + 1,
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	answer := new(notifyv1.ListWebhooksResponse)
	for i, row := range rows {
		if int32(i) == page.size {
			answer.NextPageToken = page.next([]byte(rows[i-1].Webhook))
			break
		}
		answer.Webhooks = append(answer.Webhooks, command.AnswerWebhook(row))
	}
	return answer, nil
}

// UpdateWebhook changes a webhook. Who may is asked of the webhook as it is and as it shall be.
func (s *Webhooks) UpdateWebhook(ctx context.Context, r *notifyv1.UpdateWebhookRequest) (*notifyv1.Webhook, error) {
	row, err := s.read(ctx, r.GetWebhook().GetName())
	if err != nil {
		return nil, err
	}
	shall := row
	command.ChangeWebhook(&shall, r.GetWebhook(), r.GetUpdateMask().GetPaths())
	shall.PersonalData = shall.PersonalData || row.PersonalData && slices.Contains(r.GetUpdateMask().GetPaths(), "url")
	if err := s.Gate.Webhook(ctx, "UpdateWebhook", shall, false); err != nil {
		return nil, err
	}
	return s.Commands.UpdateWebhook(ctx, r)
}

// DeleteWebhook ends a webhook.
func (s *Webhooks) DeleteWebhook(ctx context.Context, r *notifyv1.DeleteWebhookRequest) (*notifyv1.Webhook, error) {
	if err := s.keep(ctx, "DeleteWebhook", r.GetName()); err != nil {
		return nil, err
	}
	return s.Commands.DeleteWebhook(ctx, r)
}

// RotateWebhookSecret gives a new secret.
func (s *Webhooks) RotateWebhookSecret(ctx context.Context, r *notifyv1.RotateWebhookSecretRequest) (*notifyv1.Webhook, error) {
	if err := s.keep(ctx, "RotateWebhookSecret", r.GetName()); err != nil {
		return nil, err
	}
	return s.Commands.RotateWebhookSecret(ctx, r)
}

// EnableWebhook lets a disabled webhook work again.
func (s *Webhooks) EnableWebhook(ctx context.Context, r *notifyv1.EnableWebhookRequest) (*notifyv1.Webhook, error) {
	if err := s.keep(ctx, "EnableWebhook", r.GetName()); err != nil {
		return nil, err
	}
	return s.Commands.EnableWebhook(ctx, r)
}

// TestWebhook sends a test event.
func (s *Webhooks) TestWebhook(ctx context.Context, r *notifyv1.TestWebhookRequest) (*notifyv1.WebhookDelivery, error) {
	if err := s.keep(ctx, "TestWebhook", r.GetName()); err != nil {
		return nil, err
	}
	return s.Commands.TestWebhook(ctx, r)
}

// ReplayWebhookDelivery sends a delivery again.
func (s *Webhooks) ReplayWebhookDelivery(
	ctx context.Context, r *notifyv1.ReplayWebhookDeliveryRequest,
) (*notifyv1.WebhookDelivery, error) {
	hook, _, _ := strings.Cut(r.GetName(), "/deliveries/")
	if err := s.keep(ctx, "ReplayWebhookDelivery", hook); err != nil {
		return nil, err
	}
	return s.Commands.ReplayWebhookDelivery(ctx, r)
}

// ListWebhookDeliveries lists what was sent to a webhook, newest first.
func (s *Webhooks) ListWebhookDeliveries(
	ctx context.Context, r *notifyv1.ListWebhookDeliveriesRequest,
) (*notifyv1.ListWebhookDeliveriesResponse, error) {
	hook, err := s.read(ctx, r.GetParent())
	if err != nil {
		return nil, err
	}
	if err := s.Gate.Webhook(ctx, "ListWebhookDeliveries", hook, true); err != nil {
		return nil, err
	}
	page, err := s.Pages.open(ctx, notifyv1.WebhookService_ListWebhookDeliveries_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	rows, err := store.New(s.Gate.Pool).ListDeliveries(ctx, store.ListDeliveriesParams{
		Desk: hook.Desk, Webhook: hook.Webhook, Before: page.before(), State: int16(r.GetState()), Size: page.size + 1,
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	answer := new(notifyv1.ListWebhookDeliveriesResponse)
	for i, row := range rows {
		if int32(i) == page.size {
			answer.NextPageToken = page.next(rows[i-1].Delivery[:])
			break
		}
		answer.Deliveries = append(answer.Deliveries, command.AnswerDelivery(row))
	}
	return answer, nil
}
