package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/outbound"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
	"github.com/bavn/bavn/services/notify/internal/webhook"
)

// Webhooks keeps subscriptions of other systems, and tells them what happens.
type Webhooks struct {
	Pool  *pgxpool.Pool
	Clock clock.Clock
	Wake  *feed.Wake
	Jobs  *jobs.Client
	// Sealer keeps secrets from who reads the database.
	Sealer *pagetoken.Sealer
	Guard  *outbound.Guard
	Sender interface {
		Send(ctx context.Context, p webhook.Post) domain.Attempt
	}
	Patience domain.WebhookPatience
	// JobTimeout is how long one job may send.
	JobTimeout time.Duration
}

var errNoWebhook = fault.New(codes.NotFound, fault.NotFound)

// change runs a change of a webhook that has its effect once, and returns the webhook after it. do gets the row locked and
// returns the type of what happened; an empty type is a change of nothing.
func (w *Webhooks) change(
	ctx context.Context, name string, call request.Request, do func(p *pg.Pipeline, row *store.Webhook, now time.Time) (string,
		error),
) (store.Webhook, error) {
	var row store.Webhook
	attempt := func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.Lock(ctx, p, name); err != nil {
			return err
		}
		var err error
		if row, err = lockWebhook(ctx, p, name); err != nil {
			return err
		}
		if _, repeated, err := call.Lookup(ctx, p); err != nil || repeated {
			return err
		}
		if notifyv1.WebhookState(row.State) == notifyv1.WebhookState_WEBHOOK_STATE_DELETED {
			return errNoWebhook
		}
		now := w.Clock.Now()
		happened, err := do(p, &row, now)
		if err != nil {
			return err
		}
		if happened != "" {
			by := by(ctx, row.Desk, call)
			if err := writeWebhook(ctx, p, &row, happened, by, now); err != nil {
				return err
			}
		}
		return call.Insert(ctx, p, request.Effect{Resource: name, Revision: row.Revision}, now)
	}
	err := pg.InPipeline(ctx, w.Pool, attempt)
	if request.Taken(err) {
		err = pg.InPipeline(ctx, w.Pool, attempt)
	}
	if err != nil {
		return row, err
	}
	w.Wake.Committed()
	return row, nil
}

func lockWebhook(ctx context.Context, p *pg.Pipeline, name string) (store.Webhook, error) {
	row, err := store.New(p).LockWebhook(ctx, store.LockWebhookParams{Desk: resourcename.Desk(name), Webhook: resourcename.ID(name)})
	if errors.Is(err, pgx.ErrNoRows) {
		return row, errNoWebhook
	}
	return row, err
}

// origin is who did something, and by what.
type origin struct {
	actor *eventv1.Actor
	cause *eventv1.Cause
}

func by(ctx context.Context, desk string, call request.Request) origin {
	return origin{actor: actor(ctx, desk), cause: &eventv1.Cause{RequestId: call.ID.String()}}
}

// writeWebhook writes the row, with what happened to it.
func writeWebhook(ctx context.Context, p *pg.Pipeline, row *store.Webhook, happened string, by origin, now time.Time) error {
	event, err := webhookEvent(ctx, row, happened, by, now)
	if err != nil {
		return err
	}
	if err := store.New(p).ChangeWebhook(ctx, store.ChangeWebhookParams{
		DisplayName: row.DisplayName, Url: row.Url, EventTypes: row.EventTypes, PersonalData: row.PersonalData, State: row.State,
		DisableReason: row.DisableReason, Secret: row.Secret, PreviousSecret: row.PreviousSecret, OverlapEndsAt: row.OverlapEndsAt,
		Failures: row.Failures, FailingSince: row.FailingSince, OpenUntil: row.OpenUntil,
		Revision: row.Revision, ChainHash: row.ChainHash, LastEventAt: row.LastEventAt, Desk: row.Desk, Webhook: row.Webhook,
	}); err != nil {
		return err
	}
	return feed.Append(ctx, p, event)
}

// webhookEvent gives what happened its place in the webhook's chain. The party's own, and nobody else, hear of it.
func webhookEvent(ctx context.Context, row *store.Webhook, happened string, by origin, now time.Time) ([]feed.Prepared, error) {
	draft := feed.Draft{
		Desk: row.Desk, Resource: domain.WebhookName(row.Desk, row.Webhook), Type: happened, Actor: by.actor, Cause: by.cause,
		Payload: &notifyv1.WebhookEvent{Webhook: AnswerWebhook(*row)}, Traceparent: feed.Traceparent(ctx),
		Audience: []string{"parties/" + row.Party},
	}
	head := feed.Head{Revision: row.Revision, Hash: row.ChainHash, Time: row.LastEventAt}
	events, head, err := feed.Prepare(head, []feed.Draft{draft}, now)
	if err != nil {
		return nil, err
	}
	row.Revision, row.ChainHash, row.LastEventAt = head.Revision, head.Hash, head.Time
	return events, nil
}

// AnswerWebhook is a webhook as the contract shows it, without its secret.
func AnswerWebhook(row store.Webhook) *notifyv1.Webhook {
	w := &notifyv1.Webhook{
		Name: domain.WebhookName(row.Desk, row.Webhook), DisplayName: row.DisplayName,
		Party: domain.DeskName(row.Desk) + "/parties/" + row.Party, Url: row.Url, EventTypes: row.EventTypes,
		PersonalData: row.PersonalData, State: notifyv1.WebhookState(row.State), DisableReason: row.DisableReason,
		CreateTime: timestamppb.New(row.CreatedAt), Etag: strconv.FormatInt(row.Revision, 10),
	}
	if row.FailingSince != nil {
		w.FailTime = timestamppb.New(*row.FailingSince)
	}
	if row.OverlapEndsAt != nil {
		w.OverlapEndTime = timestamppb.New(*row.OverlapEndsAt)
	}
	return w
}

// withSecret is the answer to who made the secret.
func (w *Webhooks) withSecret(row store.Webhook) (*notifyv1.Webhook, error) {
	answer := AnswerWebhook(row)
	raw, err := w.open(row, row.Secret)
	if err != nil {
		return nil, err
	}
	answer.Secret = webhook.Secret(raw)
	return answer, nil
}

// seal and open keep a secret of one webhook.
func (w *Webhooks) seal(row store.Webhook, secret []byte) []byte {
	return []byte(w.Sealer.Seal(secretOf(row), secret))
}

func (w *Webhooks) open(row store.Webhook, sealed []byte) ([]byte, error) {
	secret, err := w.Sealer.Open(secretOf(row), string(sealed))
	if err != nil {
		return nil, fmt.Errorf("open the secret of %s: %w", domain.WebhookName(row.Desk, row.Webhook), err)
	}
	return secret, nil
}

func secretOf(row store.Webhook) pagetoken.Query {
	return pagetoken.Query{Desk: row.Desk, Method: "webhook secret", Hash: []byte(row.Webhook)}
}

// AnswerDelivery is a delivery as the contract shows it.
func AnswerDelivery(row store.WebhookDelivery) *notifyv1.WebhookDelivery {
	d := &notifyv1.WebhookDelivery{
		Name: domain.DeliveryName(row.Desk, row.Webhook, row.Delivery.String()), EventType: row.EventType,
		Subject: domain.DeskName(row.Desk) + "/" + row.Resource, State: notifyv1.WebhookDeliveryState(row.State),
		Attempts: row.Attempts, Reason: row.Reason, CreateTime: timestamppb.New(row.CreatedAt),
	}
	if row.SettledAt != nil {
		d.SettleTime = timestamppb.New(*row.SettledAt)
	} else {
		d.DueTime = timestamppb.New(row.DueAt)
	}
	return d
}

// uuidOf reads the last part of a name that the contract has held to the form of a UUID.
func uuidOf(name string) (uuid.UUID, error) {
	id, err := uuid.Parse(resourcename.ID(name))
	if err != nil {
		return uuid.UUID{}, errUnknown
	}
	return id, nil
}

// types are those that a webhook asks for, once each.
func types(asked []string) []string {
	sorted := slices.Sorted(slices.Values(asked))
	return slices.Compact(sorted)
}
