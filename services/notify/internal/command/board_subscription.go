package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"google.golang.org/grpc/codes"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

const (
	// askAgainAfter keeps a stranger from having somebody written to over and over.
	askAgainAfter = time.Hour
	// subscribersAtOnce is how many are written to in one transaction.
	subscribersAtOnce = 500
)

// Subscribe writes to an address that somebody says is theirs, and asks whether it is (double opt-in).
func (b *Board) Subscribe(ctx context.Context, r *notifyv1.SubscribeRequest) error {
	desk := resourcename.Desk(r.GetParent())
	p, err := b.Profiles.InForce(ctx, desk)
	if err != nil {
		return fault.New(codes.Unavailable, fault.Unavailable).Cause(err)
	}
	if !p.Settings().GetAnnouncements().GetPublic() || b.URL == "" {
		return fault.Missing("parent")
	}
	for _, id := range r.GetServices() {
		known := func(s *profilev1.BusinessService) bool { return s.GetId() == id }
		if !slices.ContainsFunc(p.Settings().GetBusinessServices(), known) {
			return fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("services", "profile.unknown")
		}
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make subscription id: %w", err)
	}
	services := r.GetServices()
	if services == nil {
		services = []string{}
	}
	err = pg.InPipeline(ctx, b.Pool, func(ctx context.Context, tx *pg.Pipeline) error {
		now := b.Clock.Now()
		row, err := store.New(tx).AskForSubscription(ctx, store.AskForSubscriptionParams{
			Desk: desk, Subscription: id, Email: strings.ToLower(r.GetEmail()), Services: services,
			LanguageCode: r.GetLanguageCode(), Now: now, AgainBefore: now.Add(-askAgainAfter),
		})
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // asked within the hour
		}
		if err != nil {
			return err
		}
		return b.tellAbout(ctx, tx, about{
			desk: desk, what: "boardSubscriptions/" + row.Subscription.String(), ref: subscriptionName(row), revision: row.Asked,
			event: "board.subscription_asked", rule: "board_subscription", template: templateConfirm,
			recipients: []string{subscriber(row.Subscription)}, party: "parties/" + p.Settings().GetDesk().GetContact(),
			audience: []string{"parties/" + p.Settings().GetDesk().GetContact()}, traceparent: feed.Traceparent(ctx),
		})
	})
	if err == nil {
		b.Wake.Committed()
	}
	return err
}

func subscriptionName(row store.BoardSubscription) string {
	return domain.DeskName(row.Desk) + "/boardSubscriptions/" + row.Subscription.String()
}

// subscriber is how the ledger calls somebody of whom only an address is known.
func subscriber(id uuid.UUID) string { return domain.SubscriberPrefix + id.String() }

// secret is what a subscriber's links carry: sealed, so that nobody makes one up, and good for its purpose alone.
func (b *Board) secret(desk string, subscription uuid.UUID, purpose string) string {
	return b.Secrets.Seal(pagetoken.Query{Desk: desk, Method: "board." + purpose}, subscription[:])
}

func (b *Board) opened(desk, token, purpose string) (uuid.UUID, error) {
	raw, err := b.Secrets.Open(pagetoken.Query{Desk: desk, Method: "board." + purpose}, token)
	if err != nil || len(raw) != len(uuid.UUID{}) {
		return uuid.UUID{}, fault.Missing("token")
	}
	return uuid.UUID(raw), nil
}

// ConfirmSubscription makes a subscription of what was asked for.
func (b *Board) ConfirmSubscription(ctx context.Context, r *notifyv1.ConfirmSubscriptionRequest) error {
	desk := resourcename.Desk(r.GetParent())
	id, err := b.opened(desk, r.GetToken(), "confirm")
	if err != nil {
		return err
	}
	found, err := store.New(b.Pool).ConfirmSubscription(ctx, store.ConfirmSubscriptionParams{
		Desk: desk, Subscription: id, Now: b.Clock.Now(),
	})
	if err == nil && found == 0 {
		return fault.Missing("token")
	}
	return pg.Translate(err)
}

// Unsubscribe ends a subscription and forgets the address (RFC 8058: at once, without asking back).
func (b *Board) Unsubscribe(ctx context.Context, r *notifyv1.UnsubscribeRequest) error {
	desk := resourcename.Desk(r.GetParent())
	id, err := b.opened(desk, r.GetToken(), "unsubscribe")
	if err != nil {
		return err
	}
	return pg.Translate(store.New(b.Pool).EndSubscription(ctx, store.EndSubscriptionParams{Desk: desk, Subscription: id}))
}

// TellSubscribersArgs is a page of those who asked to hear of an announcement.
type TellSubscribersArgs struct {
	Desk         string    `json:"desk"`
	Announcement string    `json:"announcement"`
	Revision     int64     `json:"revision"`
	Event        string    `json:"event"`
	After        uuid.UUID `json:"after"`
}

// Kind is the job's name in River.
func (TellSubscribersArgs) Kind() string { return "tell_subscribers" }

// TellSubscribersWorker writes down whom to tell of an announcement.
type TellSubscribersWorker struct {
	river.WorkerDefaults[TellSubscribersArgs]
	Board *Board
}

// Work writes one page, and the job of the next with it. What has been withdrawn or said anew meanwhile is not told.
func (w *TellSubscribersWorker) Work(ctx context.Context, job *river.Job[TellSubscribersArgs]) error {
	b, args := w.Board, job.Args
	err := pg.InPipeline(ctx, b.Pool, func(ctx context.Context, tx *pg.Pipeline) error {
		q := store.New(tx)
		row, err := q.GetAnnouncement(ctx, store.GetAnnouncementParams{Desk: args.Desk, Announcement: args.Announcement})
		if errors.Is(err, pgx.ErrNoRows) || err == nil && row.Revision != args.Revision {
			return nil
		}
		if err != nil {
			return err
		}
		a, err := facts(row)
		if err != nil {
			return err
		}
		services := a.GetServices()
		if services == nil {
			services = []string{}
		}
		page, err := q.SubscribersOf(ctx, store.SubscribersOfParams{
			Desk: args.Desk, After: args.After, Services: services, Size: subscribersAtOnce,
		})
		if err != nil || len(page) == 0 {
			return err
		}
		recipients := make([]string, len(page))
		for i, s := range page {
			recipients[i] = subscriber(s.Subscription)
		}
		if err := b.tellAbout(ctx, tx, about{
			desk: args.Desk, what: "announcements/" + args.Announcement, ref: a.GetName(), revision: args.Revision, event: args.Event,
			rule: "board_subscription", template: templateAnnounced, recipients: recipients, party: domain.Key(a.GetParty()),
			audience: row.Audience,
		}); err != nil || len(page) < subscribersAtOnce {
			return err
		}
		next := args
		next.After = page[len(page)-1].Subscription
		return b.Jobs.Keep(ctx, tx, next, time.Time{})
	})
	if err != nil {
		return fmt.Errorf("tell subscribers: %w", err)
	}
	b.Wake.Committed()
	return nil
}
