package command

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/blobstore"
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
	// Envelope is whom it came from and to, where the thing itself does not say so: header lines, each with its end.
	Envelope string
	// MediaType is what the original claims to be.
	MediaType string
	// Original is what came, or its beginning.
	Original []byte
	// Rest is what follows the beginning, where that is too much to be held; nil otherwise.
	Rest io.Reader
}

const (
	// rowOriginal is the largest original that is kept in a row; larger ones are blobs.
	rowOriginal = 256 << 10
	// largestOriginal is more than any of our doors lets in.
	largestOriginal = 128 << 20
)

// Receive keeps something that came in, with its original and the job that will settle it. When it returns without an error, the
// sender may be told that it is accepted: it will end in exactly one outcome, whatever happens to this process. What came before
// is kept as its duplicate. A source without a key is told apart by its bytes.
func (c *Commands) Receive(ctx context.Context, in Inbound) (store.InboundItem, error) {
	desk, err := store.New(c.Pool).GetDesk(ctx, in.Desk)
	if errors.Is(err, pgx.ErrNoRows) {
		return store.InboundItem{}, errUnknownDesk
	} else if err != nil {
		return store.InboundItem{}, pg.Translate(err)
	}
	item, err := c.newInbound(ctx, in)
	if err != nil {
		return store.InboundItem{}, fmt.Errorf("receive from %s: %w", in.Source, err)
	}
	kept, err := c.keepInbound(ctx, desk, item, in.Original, nil)
	if pg.IsUniqueViolation(err, "inbound_comes_once") {
		kept, err = c.keepDuplicate(ctx, desk, item, in.Original)
	}
	if item.InBlob && (err != nil || !kept.InBlob) {
		if err := c.Blobs.Delete(ctx, originalKey(item)); err != nil {
			c.Logger.WarnContext(ctx, "a blob that nobody needs stays", slog.String("inbound_item", item.Name()))
		}
	}
	if err != nil {
		return store.InboundItem{}, fmt.Errorf("receive from %s: %w", in.Source, pg.Translate(err))
	}
	c.Wake.Committed()
	if kept.Outcome == 0 {
		c.Inbox.soon(kept)
	}
	return kept, nil
}

// HasDesk reports whether a desk exists.
func (c *Commands) HasDesk(ctx context.Context, id string) (bool, error) {
	_, err := store.New(c.Pool).GetDesk(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return err == nil, pg.Translate(err)
}

// newInbound is the row of what came, whose original lies in the blob store already if it is too large for one.
func (c *Commands) newInbound(ctx context.Context, in Inbound) (store.InboundItem, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return store.InboundItem{}, fmt.Errorf("make inbound id: %w", err)
	}
	digest := sha256.Sum256(in.Original)
	item := store.InboundItem{
		Desk: in.Desk, Inbound: id, Channel: int16(in.Channel), Source: in.Source, SourceKey: in.Key,
		Route: in.Route, Envelope: in.Envelope,
		MediaType: in.MediaType, OriginalSize: int64(len(in.Original)), OriginalSha256: digest[:], ReceivedAt: c.Clock.Now(),
		Traceparent: feed.Traceparent(ctx),
	}
	if in.Rest != nil || len(in.Original) > rowOriginal {
		var whole io.Reader = bytes.NewReader(in.Original)
		if in.Rest != nil {
			whole = io.MultiReader(whole, in.Rest)
		}
		written, err := c.Blobs.Put(ctx, originalKey(item), whole, largestOriginal)
		if err != nil {
			return store.InboundItem{}, err
		}
		item.InBlob, item.OriginalSize, item.OriginalSha256 = true, written.Size, written.SHA256
	}
	if item.SourceKey == "" {
		item.SourceKey = "sha256:" + hex.EncodeToString(item.OriginalSha256)
	}
	return item, nil
}

func originalKey(i store.InboundItem) blobstore.Key {
	return blobstore.Key{Desk: i.Desk, Kind: "originals", ID: i.Inbound.String()}
}

func (c *Commands) keepDuplicate(
	ctx context.Context, desk store.Desk, item store.InboundItem, content []byte,
) (store.InboundItem, error) {
	first, err := store.New(c.Pool).FirstInboundItem(ctx, store.FirstInboundItemParams{
		Desk: item.Desk, Source: item.Source, SourceKey: item.SourceKey,
	})
	if err != nil {
		return store.InboundItem{}, err
	}
	return c.keepInbound(ctx, desk, item, content, &first)
}

// keepInbound writes all of it in one transaction, as the first of its key or as a duplicate of that.
func (c *Commands) keepInbound(
	ctx context.Context, desk store.Desk, item store.InboundItem, content []byte, first *store.FirstInboundItemRow,
) (store.InboundItem, error) {
	happened := []feed.Draft{inboundEvent(item, desk, "inbound.received")}
	// The same bytes once more prove nothing; other bytes under the same key may be all there is of a message.
	again := first != nil && bytes.Equal(first.OriginalSha256, item.OriginalSha256)
	if first != nil {
		item.Outcome, item.DuplicateOf = int16(intakev1.InboundOutcome_INBOUND_OUTCOME_DUPLICATE), &first.Inbound
		item.SettledAt, item.InBlob = &item.ReceivedAt, item.InBlob && !again
		happened = append(happened, inboundEvent(item, desk, "inbound.duplicated"))
	}
	events, head, err := feed.Prepare(feed.Head{}, happened, item.ReceivedAt)
	if err != nil {
		return store.InboundItem{}, err
	}
	item.Revision, item.ChainHash, item.LastEventAt = head.Revision, head.Hash, head.Time
	return item, c.Writes.Do(ctx, func(p *pg.Pipeline) error {
		if err := insertInbound(ctx, p, item); err != nil {
			return err
		}
		if !again && !item.InBlob {
			if err := store.New(p).InsertInboundOriginal(ctx, store.InsertInboundOriginalParams{
				Desk: item.Desk, Inbound: item.Inbound, Content: content,
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
	})
}

// inboundEvent is seen by those who answer for what comes in: the party that receives it, and the authority (R15, R132).
func inboundEvent(item store.InboundItem, desk store.Desk, eventType string) feed.Draft {
	audience := []string{"parties/" + desk.ContactParty}
	if desk.AuthorityParty != desk.ContactParty {
		audience = append(audience, "parties/"+desk.AuthorityParty)
	}
	return feed.Draft{
		Desk: item.Desk, Resource: item.Name(), Type: eventType, Payload: &intakev1.InboundEvent{
			InboundItem: item.Facts(), AnswerDue: answerTo(item) != intakev1.AnswerKind_ANSWER_KIND_UNSPECIFIED,
		},
		Actor:       &eventv1.Actor{Service: "intake"},
		Cause:       &eventv1.Cause{Rule: strings.Join([]string{"inbound", item.Source}, ".")},
		Traceparent: item.Traceparent, Audience: audience,
	}
}

func insertInbound(ctx context.Context, p *pg.Pipeline, i store.InboundItem) error {
	return store.New(p).InsertInboundItem(ctx, store.InsertInboundItemParams{
		Desk: i.Desk, Inbound: i.Inbound, Channel: i.Channel, Source: i.Source, SourceKey: i.SourceKey, MediaType: i.MediaType,
		OriginalSize: i.OriginalSize, OriginalSha256: i.OriginalSha256, InBlob: i.InBlob, Route: i.Route,
		Envelope: i.Envelope, ReceivedAt: i.ReceivedAt,
		Traceparent: i.Traceparent, Outcome: i.Outcome, DuplicateOf: i.DuplicateOf, SettledAt: i.SettledAt,
		Revision: i.Revision, ChainHash: i.ChainHash, LastEventAt: i.LastEventAt,
	})
}
