package command

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/outbound"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
	"github.com/bavn/bavn/services/notify/internal/webhook"
)

// CreateWebhook subscribes a system of a party.
func (w *Webhooks) CreateWebhook(ctx context.Context, r *notifyv1.CreateWebhookRequest) (*notifyv1.Webhook, error) {
	desk := resourcename.Desk(r.GetParent())
	call, err := call(ctx, desk, "CreateWebhook", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	if err := w.mayCall(r.GetWebhook().GetUrl()); err != nil {
		return nil, err
	}
	name := domain.WebhookName(desk, r.GetWebhookId())
	row := store.Webhook{
		Desk: desk, Webhook: r.GetWebhookId(), DisplayName: r.GetWebhook().GetDisplayName(),
		Party: resourcename.ID(r.GetWebhook().GetParty()), Url: r.GetWebhook().GetUrl(),
		EventTypes: types(r.GetWebhook().GetEventTypes()), PersonalData: r.GetWebhook().GetPersonalData(),
		State: int16(notifyv1.WebhookState_WEBHOOK_STATE_ACTIVE), CreatedAt: w.Clock.Now(),
	}
	row.Secret = w.seal(row, newSecret())
	attempt := func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.Lock(ctx, p, name); err != nil {
			return err
		}
		before, err := lockWebhook(ctx, p, name)
		there := !errors.Is(err, errNoWebhook)
		if err != nil && there {
			return err
		}
		if _, repeated, err := call.Lookup(ctx, p); err != nil || repeated {
			row = before
			return err
		}
		if there {
			return fault.New(codes.AlreadyExists, fault.AlreadyExists).Field("webhook_id", "id.taken")
		}
		return w.insert(ctx, p, &row, call)
	}
	if err = pg.InPipeline(ctx, w.Pool, attempt); request.Taken(err) {
		err = pg.InPipeline(ctx, w.Pool, attempt)
	}
	if err != nil {
		return nil, err
	}
	w.Wake.Committed()
	return w.withSecret(row)
}

func (w *Webhooks) insert(ctx context.Context, p *pg.Pipeline, row *store.Webhook, call request.Request) error {
	events, err := webhookEvent(ctx, row, "webhook.created", by(ctx, row.Desk, call), row.CreatedAt)
	if err != nil {
		return err
	}
	if err := store.New(p).InsertWebhook(ctx, store.InsertWebhookParams{
		Desk: row.Desk, Webhook: row.Webhook, DisplayName: row.DisplayName, Party: row.Party, Url: row.Url, EventTypes: row.EventTypes,
		PersonalData: row.PersonalData, Secret: row.Secret, CreatedAt: row.CreatedAt,
		Revision: row.Revision, ChainHash: row.ChainHash, LastEventAt: row.LastEventAt,
	}); err != nil {
		return fmt.Errorf("write webhook: %w", err)
	}
	if err := feed.Append(ctx, p, events); err != nil {
		return err
	}
	return call.Insert(ctx, p, request.Effect{Resource: domain.WebhookName(row.Desk, row.Webhook), Revision: row.Revision},
		row.CreatedAt)
}

// mayCall refuses an address that must not be called; one that is a name is looked at again each time.
func (w *Webhooks) mayCall(url string) error {
	if err := w.Guard.CheckURL(url); errors.Is(err, outbound.ErrForbidden) {
		return fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("webhook.url", "webhook.forbidden_address")
	}
	return nil
}

func newSecret() []byte {
	secret := make([]byte, webhook.SecretBytes)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	return secret
}
