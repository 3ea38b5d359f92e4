package command

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"

	"github.com/gabriel-vasile/mimetype"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/blobstore"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// UploadAttachment keeps a file of a ticket (R31). A row and the job that would clear up after it commit first; then the content
// becomes a blob, piece by piece; then the row is settled with what came. Whatever breaks that off leaves no file that nobody
// knows of. first is the call without content.
func (c *Commands) UploadAttachment(
	ctx context.Context, first *intakev1.UploadAttachmentRequest, content io.Reader,
) (*intakev1.Attachment, error) {
	desk := resourcename.Desk(first.GetParent())
	asked := proto.CloneOf(first)
	asked.Content = nil
	call, err := c.call(ctx, desk, "UploadAttachment", asked.GetRequestId(), asked)
	if err != nil {
		return nil, err
	}
	labels := store.Labels{FileName: domain.FileName(asked.GetFileName())}
	if labels.FileName == "" {
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("file_name", "attachment.name")
	}
	a, err := c.beginAttachment(ctx, call, asked)
	if err != nil {
		return nil, err
	}
	kept, err := c.receiveAttachment(ctx, call, a, &labels, content)
	if err != nil || kept.Attachment != a.Attachment {
		c.clearUp(ctx, a)
	}
	if err != nil {
		return nil, err
	}
	c.Wake.Committed()
	return kept.Proto(labels), nil
}

// beginAttachment writes the row of a file that is still to come.
func (c *Commands) beginAttachment(
	ctx context.Context, call request.Request, r *intakev1.UploadAttachmentRequest,
) (store.Attachment, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return store.Attachment{}, fmt.Errorf("make attachment id: %w", err)
	}
	principal, _ := auth.FromContext(ctx)
	now := c.Clock.Now()
	a := store.Attachment{
		Desk: call.Desk, Attachment: id, Uploader: principal.Person, Internal: r.GetInternal(), ReceivedAt: now, LastEventAt: now,
	}
	if err := c.placeAttachment(ctx, &a, r.GetParent()); err != nil {
		return store.Attachment{}, err
	}
	return a, pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		// One at a time for a ticket, or a person without one, so that those who send at once do not send too many.
		place, most := domain.TicketName(a.Desk, a.Ticket), domain.MostAttachments(a.Ticket)
		if a.Ticket == "" {
			place = domain.PersonName(a.Desk, a.Uploader)
		}
		if err := feed.Lock(ctx, p, place); err != nil {
			return err
		}
		q := store.New(p)
		there := store.CountAttachmentsParams{Desk: a.Desk, Ticket: a.Ticket, Uploader: a.Uploader}
		if n, err := q.CountAttachments(ctx, there); err != nil {
			return err
		} else if n >= most {
			return fault.New(codes.ResourceExhausted, reasonTooManyAttachments).Meta("limit", strconv.FormatInt(most, 10))
		}
		if err := q.InsertAttachment(ctx, store.InsertAttachmentParams{
			Desk: a.Desk, Attachment: a.Attachment, Ticket: a.Ticket, Submission: a.Submission, Uploader: a.Uploader,
			Internal: a.Internal, ReceivedAt: now,
		}); err != nil {
			return err
		}
		// Far beyond the time that an upload has, so that only what was left behind is found.
		return c.Jobs.Keep(ctx, p, discardOf(a), now.Add(2*c.UploadTimeout))
	})
}

// placeAttachment says of which ticket a file is. A submission has the number of its ticket, opened or not; what is sent to a
// desk has none yet.
func (c *Commands) placeAttachment(ctx context.Context, a *store.Attachment, parent string) error {
	if parent == "desks/"+a.Desk {
		return nil
	}
	a.Ticket = resourcename.ID(parent)
	id, err := uuid.Parse(a.Ticket)
	if err != nil {
		return nil //nolint:nilerr // the contract allows tickets and submissions, and a number is no UUID
	}
	s, err := store.New(c.Pool).GetSubmission(ctx, store.GetSubmissionParams{Desk: a.Desk, Submission: id})
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Missing("parent")
	}
	if err != nil {
		return pg.Translate(err)
	}
	a.Ticket, a.Submission = s.Number, &id
	return nil
}

// receiveAttachment makes a blob of the content, and settles the row. It answers with the file of an equal call where there was
// one.
func (c *Commands) receiveAttachment(
	ctx context.Context, call request.Request, a store.Attachment, labels *store.Labels, content io.Reader,
) (store.Attachment, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.UploadTimeout, errLapsed)
	defer cancel()
	head := beginning{from: content}
	written, err := c.Blobs.Put(ctx, a.Blob(), &head, domain.MaxAttachmentBytes)
	switch {
	case errors.Is(err, blobstore.ErrTooLarge):
		return a, fault.New(codes.ResourceExhausted, reasonAttachmentTooLarge).Meta("limit", strconv.Itoa(domain.MaxAttachmentBytes))
	case errors.Is(context.Cause(ctx), errLapsed):
		return a, errLapsed
	case err != nil:
		return a, fmt.Errorf("keep attachment: %w", err)
	case written.Size == 0:
		return a, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("content", "attachment.empty")
	}
	labels.SHA256 = hex.EncodeToString(written.SHA256)
	call.Payload = sha256.Sum256(append(call.Payload[:], written.SHA256...)) // the content belongs to what was asked
	a.State, a.MediaType, a.SizeBytes = domain.Available, mimetype.Detect(head.bytes).String(), written.Size
	if c.Scanner != nil {
		a.State = domain.Unscanned
	}
	kept, err := c.keepAttachment(ctx, call, a, *labels)
	if request.Taken(err) {
		kept, err = c.keepAttachment(ctx, call, a, *labels) // the same call won meanwhile: answer what it did
	}
	return kept, err
}

var errLapsed = fault.New(codes.Aborted, reasonUploadLapsed)

// keepAttachment settles the row of a file whose blob is whole.
func (c *Commands) keepAttachment(
	ctx context.Context, call request.Request, a store.Attachment, labels store.Labels,
) (kept store.Attachment, err error) {
	err = pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.Lock(ctx, p, a.Name()); err != nil {
			return err
		}
		q := store.New(p)
		row, err := q.LockAttachment(ctx, store.LockAttachmentParams{Desk: a.Desk, Attachment: a.Attachment})
		if errors.Is(err, pgx.ErrNoRows) || err == nil && row.State != domain.Receiving {
			return errLapsed // it was given up, or the ticket's texts were erased
		} else if err != nil {
			return err
		}
		if effect, repeated, err := call.Lookup(ctx, p); err != nil {
			return err
		} else if repeated {
			kept, err = store.ReadAttachment(ctx, p, effect.Resource)
			return err
		}
		now := c.Clock.Now()
		kept = a
		draft := attachmentEvent(ctx, kept, "attachment.received", &eventv1.Cause{RequestId: call.ID.String()})
		draft.Actor = actor(ctx, a.Desk)
		draft.Texts = []feed.Text{{Name: "file_name", Text: labels.FileName}, {Name: "sha256", Text: labels.SHA256}}
		events, err := c.moveAttachment(ctx, p, &kept, draft, now)
		if err != nil {
			return err
		}
		if err := call.Insert(ctx, p, request.Effect{Resource: a.Name(), Revision: kept.Revision}, now); err != nil {
			return err
		}
		if a.Ticket == "" {
			if err := c.Jobs.Keep(ctx, p, LapseAttachmentArgs{Desk: a.Desk, Attachment: a.Attachment}, now.Add(waitsFor)); err != nil {
				return err
			}
		}
		if a.State == domain.Unscanned {
			if err := c.Jobs.Keep(ctx, p, ScanAttachmentArgs{Desk: a.Desk, Attachment: a.Attachment}, now); err != nil {
				return err
			}
		}
		return feed.Append(ctx, p, events)
	})
	return kept, err
}

// clearUp takes away at once what the job would find later.
func (c *Commands) clearUp(ctx context.Context, a store.Attachment) {
	ctx = context.WithoutCancel(ctx)
	if err := c.discard(ctx, discardOf(a)); err != nil {
		c.Logger.WarnContext(ctx, "an attachment that was not kept is cleared up later", slog.String("attachment", a.Name()),
			slog.Any("error", err))
	}
}

// beginning remembers how a content begins: enough to say what it is.
type beginning struct {
	from  io.Reader
	bytes []byte
}

const beginningBytes = 3072 // what mimetype looks at

// Read reads on.
func (b *beginning) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	b.bytes = append(b.bytes, p[:min(n, beginningBytes-len(b.bytes))]...)
	return n, err
}
