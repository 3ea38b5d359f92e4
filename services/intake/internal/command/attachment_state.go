package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"google.golang.org/grpc/codes"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// attachmentEvent is an event of a file, with the facts alone.
func attachmentEvent(ctx context.Context, a store.Attachment, typ string, cause *eventv1.Cause) feed.Draft {
	return feed.Draft{
		Desk: a.Desk, Resource: a.Name(), Type: typ, Payload: &intakev1.AttachmentEvent{Attachment: a.Proto(store.Labels{})},
		Actor: &eventv1.Actor{Service: "intake"}, Cause: cause, Traceparent: feed.Traceparent(ctx), Audience: a.Audience(),
	}
}

// moveAttachment writes where a file stands now, and its next event.
func (c *Commands) moveAttachment(
	ctx context.Context, p *pg.Pipeline, a *store.Attachment, draft feed.Draft, now time.Time,
) ([]feed.Prepared, error) {
	events, head, err := feed.Prepare(
		feed.Head{Revision: a.Revision, Hash: a.ChainHash, Time: a.LastEventAt}, []feed.Draft{draft}, now)
	if err != nil {
		return nil, err
	}
	a.Revision, a.ChainHash, a.LastEventAt = head.Revision, head.Hash, head.Time
	return events, store.New(p).KeepAttachment(ctx, store.KeepAttachmentParams{
		Desk: a.Desk, Attachment: a.Attachment, State: a.State, MediaType: a.MediaType, SizeBytes: a.SizeBytes,
		Revision: a.Revision, ChainHash: a.ChainHash, LastEventAt: a.LastEventAt,
	})
}

// DiscardAttachmentArgs is the job that takes away what is left of a file that was never kept, or was erased.
type DiscardAttachmentArgs struct {
	Desk       string    `json:"desk"`
	Attachment uuid.UUID `json:"attachment"`
}

// Kind is the job's name in River.
func (DiscardAttachmentArgs) Kind() string { return "discard_attachment" }

func discardOf(a store.Attachment) DiscardAttachmentArgs {
	return DiscardAttachmentArgs{Desk: a.Desk, Attachment: a.Attachment}
}

// DiscardAttachmentWorker runs it.
type DiscardAttachmentWorker struct {
	river.WorkerDefaults[DiscardAttachmentArgs]
	Commands *Commands
}

// Work takes the blob away, however often it takes: without its store it waits and is never given up.
func (w *DiscardAttachmentWorker) Work(ctx context.Context, job *river.Job[DiscardAttachmentArgs]) error {
	if err := w.Commands.discard(ctx, job.Args); err != nil {
		w.Commands.Logger.WarnContext(ctx, "a blob that is not needed is still there", slog.Any("error", err),
			slog.String("attachment", domain.AttachmentName(job.Args.Desk, job.Args.Attachment.String())))
		return river.JobSnooze(discardAgain)
	}
	return nil
}

const discardAgain = time.Minute

// discard gives up a file that is still being received, so that it cannot be kept any more; then takes away the blob of one
// that was given up or erased; then forgets the first. It may be broken off anywhere and repeated.
func (c *Commands) discard(ctx context.Context, args DiscardAttachmentArgs) error {
	q := store.New(c.Pool)
	state, err := q.GiveUpAttachment(ctx, store.GiveUpAttachmentParams(args))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return pg.Translate(err)
	}
	if state != domain.GivenUp && state != domain.Erased {
		return nil // it was kept
	}
	a := store.Attachment{Desk: args.Desk, Attachment: args.Attachment}
	if err := c.Blobs.Delete(ctx, a.Blob()); err != nil {
		return err
	}
	if state == domain.Erased {
		return nil // the facts stay
	}
	return pg.Translate(q.DropAttachment(ctx, store.DropAttachmentParams(args)))
}

// Scanner looks for malware.
type Scanner interface {
	// Scan reads a content and returns what is in it, empty for nothing. An error says that it could not be told.
	Scan(ctx context.Context, content io.Reader) (threat string, err error)
}

// ScanAttachmentArgs is the job that looks for malware in a file.
type ScanAttachmentArgs struct {
	Desk       string    `json:"desk"`
	Attachment uuid.UUID `json:"attachment"`
}

// Kind is the job's name in River.
func (ScanAttachmentArgs) Kind() string { return "scan_attachment" }

// ScanAttachmentWorker runs it.
type ScanAttachmentWorker struct {
	river.WorkerDefaults[ScanAttachmentArgs]
	Commands *Commands
}

const (
	// scanTimeout is longer than other jobs have: a large archive takes its time.
	scanTimeout = 2 * time.Minute
	scanAgain   = 30 * time.Second
)

// Timeout bounds one attempt.
func (*ScanAttachmentWorker) Timeout(*river.Job[ScanAttachmentArgs]) time.Duration {
	return scanTimeout
}

// Work settles whether a file can be fetched. While the scanner is away, the file waits and nobody gets it.
func (w *ScanAttachmentWorker) Work(ctx context.Context, job *river.Job[ScanAttachmentArgs]) error {
	if err := w.Commands.scan(ctx, job.Args); err != nil {
		w.Commands.Logger.WarnContext(ctx, "an attachment waits to be scanned", slog.Any("error", err),
			slog.String("attachment", domain.AttachmentName(job.Args.Desk, job.Args.Attachment.String())))
		return river.JobSnooze(scanAgain)
	}
	return nil
}

func (c *Commands) scan(ctx context.Context, args ScanAttachmentArgs) error {
	if c.Scanner == nil {
		return errors.New("no scanner is configured any more")
	}
	a, err := store.New(c.Pool).GetAttachment(ctx, store.GetAttachmentParams(args))
	if err != nil {
		return fmt.Errorf("read attachment: %w", pg.Translate(err))
	}
	if a.State != domain.Unscanned {
		return nil
	}
	content, err := c.Blobs.Get(ctx, a.Blob())
	if err != nil {
		return err
	}
	threat, err := c.Scanner.Scan(ctx, content)
	if err = errors.Join(err, content.Close()); err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	if threat != "" {
		c.Logger.WarnContext(ctx, "malware in an attachment, which is quarantined", slog.String("attachment", a.Name()),
			slog.String("threat", threat))
	}
	return c.settleScan(ctx, a, threat)
}

func (c *Commands) settleScan(ctx context.Context, seen store.Attachment, threat string) error {
	err := pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.Lock(ctx, p, seen.Name()); err != nil {
			return err
		}
		a, err := store.New(p).LockAttachment(ctx, store.LockAttachmentParams{Desk: seen.Desk, Attachment: seen.Attachment})
		if err != nil || a.State != domain.Unscanned {
			return err // erased meanwhile, or settled by another
		}
		a.State = domain.Available
		typ := "attachment.cleared"
		if threat != "" {
			a.State, typ = domain.Quarantined, "attachment.quarantined"
		}
		events, err := c.moveAttachment(ctx, p, &a, attachmentEvent(ctx, a, typ, &eventv1.Cause{}), c.Clock.Now())
		if err != nil {
			return err
		}
		return feed.Append(ctx, p, events)
	})
	if err == nil {
		c.Wake.Committed()
	}
	return err
}

// eraseAttachments takes away the files of tickets whose texts go (R147), in the transaction in which they do. What is being
// received for them at this moment is not kept.
func (c *Commands) eraseAttachments(
	ctx context.Context, p *pg.Pipeline, desk string, cause *eventv1.Cause, tickets []string, now time.Time,
) ([]feed.Prepared, error) {
	rows, err := store.New(p).LockAttachmentsOfTickets(ctx, store.LockAttachmentsOfTicketsParams{Desk: desk, Tickets: tickets})
	if err != nil {
		return nil, err
	}
	return c.eraseFiles(ctx, p, desk, rows, func(a store.Attachment) feed.Draft {
		draft := attachmentEvent(ctx, a, "attachment.erased", cause)
		draft.Actor = actor(ctx, desk)
		return draft
	}, now)
}

// eraseFiles takes files away that are locked; event says why.
func (c *Commands) eraseFiles(
	ctx context.Context, p *pg.Pipeline, desk string, rows []store.Attachment, event func(store.Attachment) feed.Draft,
	now time.Time,
) ([]feed.Prepared, error) {
	var (
		q     = store.New(p)
		all   []feed.Prepared
		names []string
	)
	for _, a := range rows {
		if err := c.Jobs.Keep(ctx, p, discardOf(a), now); err != nil {
			return nil, err
		}
		if a.State == domain.Receiving { // the job gives it up
			if _, err := q.GiveUpAttachment(ctx, store.GiveUpAttachmentParams(discardOf(a))); err != nil {
				return nil, err
			}
			continue
		}
		a.State = domain.Erased
		events, err := c.moveAttachment(ctx, p, &a, event(a), now)
		if err != nil {
			return nil, err
		}
		all, names = append(all, events...), append(names, a.Name())
	}
	if len(names) == 0 {
		return nil, nil
	}
	_, err := feed.Erase(ctx, p, feed.Erasure{Desk: desk, Resources: names}, now)
	return all, err
}

var (
	// ErrQuarantined is the answer for a file in which malware was found.
	ErrQuarantined = fault.New(codes.FailedPrecondition, reasonAttachmentQuarantined)
	// ErrNotScanned is the answer for a file that nobody has looked at yet.
	ErrNotScanned = fault.New(codes.FailedPrecondition, reasonAttachmentNotScanned)
)
