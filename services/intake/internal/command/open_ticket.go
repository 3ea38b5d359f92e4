package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// OpenTicketArgs is the backstop of a submission: it opens the ticket if the submission itself could not.
type OpenTicketArgs struct {
	Desk       string    `json:"desk"`
	Submission uuid.UUID `json:"submission"`
}

// Kind is the job's name in River.
func (OpenTicketArgs) Kind() string { return "open_ticket" }

// OpenTicketWorker runs the backstop.
type OpenTicketWorker struct {
	river.WorkerDefaults[OpenTicketArgs]
	Commands *Commands
}

// Work opens the ticket of a submission that has no outcome yet. While triage is away the job waits without using up its
// attempts: a submission is never given up.
func (w *OpenTicketWorker) Work(ctx context.Context, job *river.Job[OpenTicketArgs]) error {
	c := w.Commands
	s, err := store.New(c.Pool).GetSubmission(ctx, store.GetSubmissionParams{Desk: job.Args.Desk, Submission: job.Args.Submission})
	if err != nil {
		return fmt.Errorf("read submission: %w", err)
	}
	if s.SettledAt != nil {
		return nil
	}
	title, description, err := c.Texts(ctx, s)
	if err != nil {
		return err
	}
	err = c.open(ctx, s, title, description)
	if code := status.Code(err); code == codes.Unavailable || code == codes.DeadlineExceeded {
		return river.JobSnooze(c.RetryAfter)
	}
	if err != nil {
		return fmt.Errorf("open ticket: %w", err)
	}
	_, err = c.settle(ctx, s, 0)
	return err
}

// openInline tries at once, for a reporter who waits. Whatever goes wrong, the job remains: the answer then has the number and
// no outcome.
func (c *Commands) openInline(
	ctx context.Context, s store.Submission, job int64, title, description *commonv1.LocalizedText,
) store.Submission {
	ctx, cancel := context.WithTimeout(ctx, c.InlineTimeout)
	defer cancel()
	if err := c.open(ctx, s, title, description); err != nil {
		return s
	}
	settled, err := c.settle(ctx, s, job)
	if err != nil {
		return s
	}
	return settled
}

// open asks triage as intake itself: whoever submitted needs no right to open tickets.
func (c *Commands) open(ctx context.Context, s store.Submission, title, description *commonv1.LocalizedText) error {
	ids, err := externalIDs(s.ExternalIds)
	if err != nil {
		return err
	}
	r := &triagev1.OpenTicketRequest{
		Name:       domain.TicketName(s.Desk, s.Number),
		Submission: domain.SubmissionName(s.Desk, s.Submission.String()),
		Channel:    commonv1.Channel(s.Channel), Title: title, Description: description,
		Reporter: domain.PersonName(s.Desk, s.Reporter), AffectedUser: domain.PersonName(s.Desk, s.AffectedUser),
		SubmitTime: timestamppb.New(s.ReceivedAt), ExternalIds: ids, Importing: s.Importing,
		Traceparent: s.Traceparent, RequestId: s.RequestID.String(),
	}
	if s.Submitter != "" {
		r.Submitter = domain.PersonName(s.Desk, s.Submitter)
		ctx = auth.OnBehalfOf(ctx, s.Submitter)
	}
	_, err = c.Triage.OpenTicket(auth.NewContext(ctx, auth.Principal{Service: "intake"}), r)
	return err
}

// settle writes the one outcome of a submission, and takes the job away that is not needed any more. It goes by what the
// caller last saw, which saves a round trip; the job and the reporter's own call may both come this far, and the chain of the
// submission then refuses the later one.
func (c *Commands) settle(ctx context.Context, s store.Submission, job int64) (store.Submission, error) {
	for {
		settled, err := c.settleAsSeen(ctx, s, job)
		if !pg.IsUniqueViolation(err, "events_pkey") {
			return settled, err
		}
		s, err = store.New(c.Pool).GetSubmission(ctx, store.GetSubmissionParams{Desk: s.Desk, Submission: s.Submission})
		if err != nil || s.SettledAt != nil {
			return s, pg.Translate(err)
		}
	}
}

// settleAsSeen is one round trip.
func (c *Commands) settleAsSeen(ctx context.Context, seen store.Submission, job int64) (store.Submission, error) {
	s, now := seen, c.Clock.Now()
	s.Outcome, s.SettledAt = int16(intakev1.Outcome_OUTCOME_OPENED), &now
	name := domain.SubmissionName(s.Desk, s.Submission.String())
	events, head, err := feed.Prepare(feed.Head{Revision: s.Revision, Hash: s.ChainHash, Time: s.LastEventAt}, []feed.Draft{{
		Desk: s.Desk, Resource: name, Type: "submission.opened",
		Payload: &intakev1.SubmissionEvent{Submission: Answer(s, nil, nil)},
		Actor:   &eventv1.Actor{Service: "intake"}, Cause: &eventv1.Cause{RequestId: s.RequestID.String()},
		Traceparent: feed.Traceparent(ctx), Audience: Audience(s),
	}}, now)
	if err != nil {
		return seen, err
	}
	s.Revision, s.ChainHash, s.LastEventAt = head.Revision, head.Hash, head.Time
	err = pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.Lock(ctx, p, name); err != nil {
			return err
		}
		if err := store.New(p).SettleSubmission(ctx, store.SettleSubmissionParams{
			Desk: s.Desk, Submission: s.Submission, Outcome: s.Outcome, SettledAt: s.SettledAt,
			Revision: s.Revision, ChainHash: s.ChainHash, LastEventAt: s.LastEventAt,
		}); err != nil {
			return err
		}
		if err := feed.Append(ctx, p, events); err != nil {
			return err
		}
		if job == 0 {
			return nil // it is the job that settles
		}
		return jobs.Drop(ctx, p, job)
	})
	if err != nil {
		return seen, err
	}
	c.Wake.Committed()
	return s, nil
}

// Texts are the words of a submission, from its first event.
func (c *Commands) Texts(ctx context.Context, s store.Submission) (title, description *commonv1.LocalizedText, err error) {
	history, err := feed.NewReader(c.Pool).History(ctx, s.Desk, domain.SubmissionName(s.Desk, s.Submission.String()), 0, 1)
	if err != nil || len(history) == 0 {
		return nil, nil, errors.Join(err, pgx.ErrNoRows)
	}
	of := func(name string) *commonv1.LocalizedText {
		for _, t := range history[0].Texts {
			if t.GetName() == name {
				return &commonv1.LocalizedText{Text: t.GetText(), LanguageCode: t.GetLanguageCode()}
			}
		}
		return nil
	}
	return of("title"), of("description"), nil
}

// externalIDs are in the order of their tools, so that the same submission is the same request.
func externalIDs(stored []byte) ([]*triagev1.ExternalId, error) {
	byTool := map[string]string{}
	if err := json.Unmarshal(stored, &byTool); err != nil {
		return nil, fmt.Errorf("read external ids: %w", err)
	}
	ids := make([]*triagev1.ExternalId, 0, len(byTool))
	for tool, id := range byTool {
		ids = append(ids, &triagev1.ExternalId{System: tool, Id: id})
	}
	slices.SortFunc(ids, func(a, b *triagev1.ExternalId) int {
		if a.GetSystem() < b.GetSystem() {
			return -1
		}
		return 1
	})
	return ids, nil
}
