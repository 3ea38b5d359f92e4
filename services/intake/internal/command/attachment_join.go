package command

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// waitsFor is how long a file waits for the report that names it: a form may be filled in over a working day.
const waitsFor = 24 * time.Hour

// UnfitFiles are the fields of a form that name a file which does not wait for a report of the caller's (R31): somebody else's,
// one that is used already, one that is no more. They are not told apart.
func UnfitFiles(ctx context.Context, db store.DBTX, desk string, files map[string][]uuid.UUID) ([]domain.Unfit, error) {
	if len(files) == 0 {
		return nil, nil
	}
	principal, _ := auth.FromContext(ctx)
	waiting, err := store.New(db).WaitingAttachments(ctx, store.WaitingAttachmentsParams{
		Desk: desk, Attachments: slices.Concat(slices.Collect(maps.Values(files))...), Uploader: principal.Person,
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	return domain.UnfitFiles(files, waiting), nil
}

// joinFiles makes the files that a report names files of its ticket, in the transaction that registers it. Of two reports that
// name the same one, the second is refused.
func (c *Commands) joinFiles(
	ctx context.Context, p *pg.Pipeline, call request.Request, s store.Submission, files map[string][]uuid.UUID, now time.Time,
) ([]feed.Prepared, error) {
	if len(files) == 0 {
		return nil, nil
	}
	q := store.New(p)
	rows, err := q.LockWaitingAttachments(ctx, store.LockWaitingAttachmentsParams{
		Desk: s.Desk, Attachments: slices.Concat(slices.Collect(maps.Values(files))...), Uploader: s.Submitter,
	})
	if err != nil {
		return nil, err
	}
	waiting := make(map[uuid.UUID]store.Attachment, len(rows))
	for _, row := range rows {
		waiting[row.Attachment] = row
	}
	if err := refuseAnswers(domain.UnfitFiles(files, slices.Collect(maps.Keys(waiting)))); err != nil {
		return nil, err
	}
	var all []feed.Prepared
	for _, field := range slices.Sorted(maps.Keys(files)) {
		for _, file := range files[field] {
			a := waiting[file]
			a.Ticket, a.Submission, a.FormField = s.Number, &s.Submission, field
			if err := q.JoinAttachment(ctx, store.JoinAttachmentParams{
				Desk: a.Desk, Attachment: a.Attachment, Ticket: a.Ticket, Submission: a.Submission, FormField: a.FormField,
			}); err != nil {
				return nil, err
			}
			draft := attachmentEvent(ctx, a, "attachment.joined", &eventv1.Cause{RequestId: call.ID.String()})
			draft.Actor = actor(ctx, a.Desk)
			events, err := c.moveAttachment(ctx, p, &a, draft, now)
			if err != nil {
				return nil, err
			}
			all = append(all, events...)
		}
	}
	return all, nil
}

// LapseAttachmentArgs is the job that ends the waiting of a file that no report has named.
type LapseAttachmentArgs struct {
	Desk       string    `json:"desk"`
	Attachment uuid.UUID `json:"attachment"`
}

// Kind is the job's name in River.
func (LapseAttachmentArgs) Kind() string { return "lapse_attachment" }

// LapseAttachmentWorker runs it.
type LapseAttachmentWorker struct {
	river.WorkerDefaults[LapseAttachmentArgs]
	Commands *Commands
}

// Work erases the file, however often it takes: what nobody reported is nobody's to keep (R148).
func (w *LapseAttachmentWorker) Work(ctx context.Context, job *river.Job[LapseAttachmentArgs]) error {
	if err := w.Commands.lapse(ctx, job.Args); err != nil {
		w.Commands.Logger.WarnContext(ctx, "a file that waits for no report is still there", slog.Any("error", err),
			slog.String("attachment", domain.AttachmentName(job.Args.Desk, job.Args.Attachment.String())))
		return river.JobSnooze(discardAgain)
	}
	return nil
}

func (c *Commands) lapse(ctx context.Context, args LapseAttachmentArgs) error {
	err := pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		a, err := store.New(p).LockAttachment(ctx, store.LockAttachmentParams(args))
		if err != nil || a.Ticket != "" || !a.Shown() {
			return err
		}
		events, err := c.eraseFiles(ctx, p, a.Desk, []store.Attachment{a}, func(a store.Attachment) feed.Draft {
			return attachmentEvent(ctx, a, "attachment.erased", &eventv1.Cause{})
		}, c.Clock.Now())
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
