package command

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// Inbound is something that comes in without a caller who waits for an answer.
type Inbound struct {
	Desk    string
	Channel commonv1.Channel
	// Source is whose handler will settle it: "mail", "jira", "alertmanager".
	Source string
	// Key is what the source tells deliveries apart by, at most 300 bytes: a digest of the Message-ID, a delivery id. The same key
	// from the same source is the same thing, for ever.
	Key string
	// Route is where in the desk it was sent to, in the source's own words; empty for the desk.
	Route string
	// MediaType is what the original claims to be.
	MediaType string
	Original  []byte
}

// sharedOriginal is the largest original that shares its transaction with others.
const sharedOriginal = 256 << 10

// Receive keeps something that came in, with its original and the job that will settle it. When it returns without an error, the
// sender may be told that it is accepted: it will end in exactly one outcome, whatever happens to this process. What came before
// is kept as its duplicate.
func (c *Commands) Receive(ctx context.Context, in Inbound) (store.InboundItem, error) {
	item, err := c.keepInbound(ctx, in, nil)
	if pg.IsUniqueViolation(err, "inbound_comes_once") {
		item, err = c.keepDuplicate(ctx, in)
	}
	if err != nil {
		return store.InboundItem{}, fmt.Errorf("receive from %s: %w", in.Source, pg.Translate(err))
	}
	c.Wake.Committed()
	if item.Outcome == 0 {
		c.Inbox.soon(item)
	}
	return item, nil
}

func (c *Commands) keepDuplicate(ctx context.Context, in Inbound) (store.InboundItem, error) {
	first, err := store.New(c.Pool).FirstInboundItem(ctx, store.FirstInboundItemParams{
		Desk: in.Desk, Source: in.Source, SourceKey: in.Key,
	})
	if err != nil {
		return store.InboundItem{}, err
	}
	return c.keepInbound(ctx, in, &first)
}

func (c *Commands) keepInbound(ctx context.Context, in Inbound, first *store.FirstInboundItemRow) (store.InboundItem, error) {
	desk, err := store.New(c.Pool).GetDesk(ctx, in.Desk)
	if errors.Is(err, pgx.ErrNoRows) {
		return store.InboundItem{}, errUnknownDesk
	} else if err != nil {
		return store.InboundItem{}, err
	}
	item, events, err := newInbound(ctx, in, desk, first, c.Clock.Now())
	if err != nil {
		return store.InboundItem{}, err
	}
	keep := func(ctx context.Context, p *pg.Pipeline) error {
		if err := insertInbound(ctx, p, item); err != nil {
			return err
		}
		// The same bytes once more prove nothing; other bytes under the same key may be all there is of a message.
		if first == nil || string(first.OriginalSha256) != string(item.OriginalSha256) {
			if err := store.New(p).InsertInboundOriginal(ctx, store.InsertInboundOriginalParams{
				Desk: item.Desk, Inbound: item.Inbound, Content: in.Original,
			}); err != nil {
				return err
			}
		}
		if err := feed.Append(ctx, p, events); err != nil {
			return err
		}
		if first != nil {
			return nil
		}
		return c.Jobs.Keep(ctx, p, SettleInboundArgs{Desk: item.Desk, Inbound: item.Inbound}, item.ReceivedAt.Add(c.RetryAfter))
	}
	if len(in.Original) > sharedOriginal {
		return item, pg.InPipeline(ctx, c.Pool, keep)
	}
	return item, c.Writes.Do(ctx, func(p *pg.Pipeline) error { return keep(ctx, p) })
}

func newInbound(
	ctx context.Context, in Inbound, desk store.Desk, first *store.FirstInboundItemRow, now time.Time,
) (store.InboundItem, []feed.Prepared, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return store.InboundItem{}, nil, fmt.Errorf("make inbound id: %w", err)
	}
	digest := sha256.Sum256(in.Original)
	item := store.InboundItem{
		Desk: in.Desk, Inbound: id, Channel: int16(in.Channel), Source: in.Source, SourceKey: in.Key, Route: in.Route,
		MediaType: in.MediaType, OriginalSize: int64(len(in.Original)), OriginalSha256: digest[:], ReceivedAt: now,
		Traceparent: feed.Traceparent(ctx),
	}
	happened := []feed.Draft{inboundEvent(item, desk, "inbound.received")}
	if first != nil {
		item.Outcome, item.DuplicateOf, item.SettledAt = int16(intakev1.InboundOutcome_INBOUND_OUTCOME_DUPLICATE), &first.Inbound, &now
		happened = append(happened, inboundEvent(item, desk, "inbound.duplicated"))
	}
	events, head, err := feed.Prepare(feed.Head{}, happened, now)
	item.Revision, item.ChainHash, item.LastEventAt = head.Revision, head.Hash, head.Time
	return item, events, err
}

// inboundEvent is seen by those who answer for what comes in: the party that receives it, and the authority (R15, R132).
func inboundEvent(item store.InboundItem, desk store.Desk, eventType string) feed.Draft {
	audience := []string{"parties/" + desk.ContactParty}
	if desk.AuthorityParty != desk.ContactParty {
		audience = append(audience, "parties/"+desk.AuthorityParty)
	}
	return feed.Draft{
		Desk: item.Desk, Resource: item.Name(), Type: eventType, Payload: &intakev1.InboundEvent{InboundItem: item.Facts()},
		Actor:       &eventv1.Actor{Service: "intake"},
		Cause:       &eventv1.Cause{Rule: strings.Join([]string{"inbound", item.Source}, ".")},
		Traceparent: item.Traceparent, Audience: audience,
	}
}

func insertInbound(ctx context.Context, p *pg.Pipeline, i store.InboundItem) error {
	return store.New(p).InsertInboundItem(ctx, store.InsertInboundItemParams{
		Desk: i.Desk, Inbound: i.Inbound, Channel: i.Channel, Source: i.Source, SourceKey: i.SourceKey, MediaType: i.MediaType,
		OriginalSize: i.OriginalSize, OriginalSha256: i.OriginalSha256, Route: i.Route, ReceivedAt: i.ReceivedAt,
		Traceparent: i.Traceparent, Outcome: i.Outcome, DuplicateOf: i.DuplicateOf, SettledAt: i.SettledAt,
		Revision: i.Revision, ChainHash: i.ChainHash, LastEventAt: i.LastEventAt,
	})
}
