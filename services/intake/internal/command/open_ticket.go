package command

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
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

// Work opens the ticket of a submission that has no outcome yet. What the desk's process refuses for good is settled as that.
// Whatever else goes wrong, the job waits without using up its attempts: such a submission is never given up. What does not pass
// by itself is logged as an error, for somebody to look at.
func (w *OpenTicketWorker) Work(ctx context.Context, job *river.Job[OpenTicketArgs]) error {
	c, name := w.Commands, domain.SubmissionName(job.Args.Desk, job.Args.Submission.String())
	err := c.openLate(ctx, job.Args)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows): // it came with its submission, and can only go after it
		c.Logger.ErrorContext(ctx, "a backstop has no submission", slog.String("submission", name))
		return river.JobCancel(err)
	case refused[status.Code(err)]:
		c.Logger.ErrorContext(ctx, "a submission waits: triage refuses to open its ticket", notOpened(name, err)...)
		return river.JobSnooze(max(c.RetryAfter, retryRefused))
	}
	c.Logger.WarnContext(ctx, "a submission waits: its ticket could not be opened", notOpened(name, err)...)
	return river.JobSnooze(c.RetryAfter)
}

// retryRefused is how long a submission waits that was refused: until somebody changed something.
const retryRefused = 10 * time.Minute

// refused are the answers that stay the same until somebody changes something: the desk, a right, a release.
var refused = map[codes.Code]bool{
	codes.InvalidArgument: true, codes.NotFound: true, codes.AlreadyExists: true, codes.FailedPrecondition: true,
	codes.OutOfRange: true, codes.PermissionDenied: true, codes.Unauthenticated: true, codes.Unimplemented: true,
}

// forGood is the reason with which the desk's process refused the report itself, which waiting does not mend: what it says is
// not of the profile, or a gate of registration is shut (R37, R44). A release or a profile that is missing is mended, and so is
// an answer that is not triage's own.
func forGood(err error) (reason string, refused bool) {
	reason = fault.ReasonOf(err)
	switch status.Code(err) {
	case codes.InvalidArgument:
		return reason, reason == fault.InvalidArgument
	case codes.FailedPrecondition:
		return reason, reason != "" && reason != "PROFILE_NOT_INSTALLED"
	default:
		return "", false
	}
}

// notOpened tells of a submission without its words and people: the message of a refusal may quote them.
func notOpened(submission string, err error) []any {
	return []any{
		slog.String("submission", submission), slog.String("code", status.Code(err).String()),
		slog.String("reason", fault.ReasonOf(err)),
	}
}

func (c *Commands) openLate(ctx context.Context, args OpenTicketArgs) error {
	s, err := store.New(c.Pool).GetSubmission(ctx, store.GetSubmissionParams{Desk: args.Desk, Submission: args.Submission})
	if err != nil {
		return fmt.Errorf("read submission: %w", err)
	}
	if s.SettledAt != nil {
		return nil
	}
	words, err := store.WordsOf(ctx, c.Pool, s.Desk, s)
	if err != nil {
		return err
	}
	err = c.open(ctx, s, words[s.Name()])
	reason, refused := forGood(err)
	if err != nil && !refused {
		return fmt.Errorf("open ticket: %w", err)
	}
	if !refused {
		if err := c.solveLate(ctx, s, words[s.Name()]); err != nil {
			return err
		}
	}
	_, err = c.settle(ctx, s, settlement{refused: reason})
	return err
}

// openInline tries at once, for a reporter who waits. What the desk's process refuses for good is the answer, and the
// submission's one outcome. Whatever else goes wrong, the job remains: the answer then has the number and no outcome.
func (c *Commands) openInline(ctx context.Context, s store.Submission, job int64, words store.Words) (store.Submission, error) {
	ctx, cancel := context.WithTimeout(ctx, c.InlineTimeout)
	defer cancel()
	err := c.open(ctx, s, words)
	reason, refused := forGood(err)
	if err != nil && !refused {
		c.Logger.WarnContext(ctx, "a submission was not opened at once: its job will", notOpened(s.Name(), err)...)
		return s, nil
	}
	if err == nil {
		if err = c.solve(ctx, s, words); passes(err) {
			c.Logger.WarnContext(ctx, "a submission was not solved at once: its job will", notOpened(s.Name(), err)...)
			return s, nil
		}
	}
	settled, unsettled := c.settle(ctx, s, settlement{job: job, refused: reason})
	if unsettled != nil {
		c.Logger.WarnContext(ctx, "a submission was not settled at once: its job will", notOpened(s.Name(), unsettled)...)
		settled = s
	}
	return settled, err
}

// open asks triage as intake itself: whoever submitted needs no right to open tickets.
func (c *Commands) open(ctx context.Context, s store.Submission, words store.Words) error {
	ids, err := externalIDs(s.ExternalIds)
	if err != nil {
		return err
	}
	r := &triagev1.OpenTicketRequest{
		Name:       domain.TicketName(s.Desk, s.Number),
		Submission: s.Name(),
		Channel:    commonv1.Channel(s.Channel), Title: words.Title, Description: words.Description,
		Reporter: domain.PersonName(s.Desk, s.Reporter), AffectedUser: domain.PersonName(s.Desk, s.AffectedUser),
		SubmitTime: timestamppb.New(s.ReceivedAt), ExternalIds: ids, Importing: s.Importing,
		Traceparent: s.Traceparent, RequestId: s.RequestID.String(),
	}
	if s.Submitter != "" {
		r.Submitter = domain.PersonName(s.Desk, s.Submitter)
		ctx = auth.OnBehalfOf(ctx, s.Submitter)
	}
	said := new(triagev1.OpenTicketRequest)
	if err := proto.Unmarshal(s.Assessed, said); err != nil {
		return fmt.Errorf("read assessment: %w", err)
	}
	r.Assessment, r.Impact, r.AttestedCalls = said.GetAssessment(), said.GetImpact(), said.GetAttestedCalls()
	for _, question := range slices.Sorted(maps.Keys(words.Answers)) {
		r.WordedAnswers = append(r.WordedAnswers, &triagev1.WordedAnswer{Question: question, Words: words.Answers[question]})
	}
	_, err = c.Triage.OpenTicket(auth.NewContext(ctx, auth.Principal{Service: "intake"}), r)
	return err
}

// settlement is how a submission ends: with a ticket, or refused with a reason. job is the backstop, which is not needed any
// more; 0 where it is the backstop itself that settles.
type settlement struct {
	job     int64
	refused string
}

// settle writes the one outcome of a submission, and takes the job away that is not needed any more. It goes by what the
// caller last saw, which saves a round trip; the job and the reporter's own call may both come this far, and the chain of the
// submission then refuses the later one.
func (c *Commands) settle(ctx context.Context, s store.Submission, how settlement) (store.Submission, error) {
	for {
		settled, err := c.settleAsSeen(ctx, s, how)
		if !pg.IsUniqueViolation(err, "events_pkey") {
			return settled, err
		}
		s, err = store.New(c.Pool).GetSubmission(ctx, store.GetSubmissionParams{Desk: s.Desk, Submission: s.Submission})
		if err != nil || s.SettledAt != nil {
			return s, pg.Translate(err)
		}
	}
}

// settleAsSeen shares a transaction with others, and so takes no lock: it follows an event that was committed before, and whoever
// settles the same submission at the same time is refused by the chain.
func (c *Commands) settleAsSeen(ctx context.Context, seen store.Submission, how settlement) (store.Submission, error) {
	s, now := seen, c.Clock.Now()
	s.SettledAt, s.Assessed = &now, []byte{}
	s.Outcome = int16(intakev1.Outcome_OUTCOME_OPENED)
	eventType := "submission.opened"
	if how.refused != "" {
		s.Outcome, s.RefusalReason = int16(intakev1.Outcome_OUTCOME_REFUSED), how.refused
		eventType = "submission.refused"
	}
	events, head, err := feed.Prepare(feed.Head{Revision: s.Revision, Hash: s.ChainHash, Time: s.LastEventAt}, []feed.Draft{{
		Desk: s.Desk, Resource: s.Name(), Type: eventType,
		Payload: &intakev1.SubmissionEvent{Submission: s.Proto(store.Words{})},
		Actor:   &eventv1.Actor{Service: "intake"}, Cause: &eventv1.Cause{RequestId: s.RequestID.String()},
		Traceparent: feed.Traceparent(ctx), Audience: s.Audience(),
	}}, now)
	if err != nil {
		return seen, err
	}
	s.Revision, s.ChainHash, s.LastEventAt = head.Revision, head.Hash, head.Time
	err = c.Writes.Do(ctx, func(p *pg.Pipeline) error {
		if err := store.New(p).SettleSubmission(ctx, store.SettleSubmissionParams{
			Desk: s.Desk, Submission: s.Submission, Outcome: s.Outcome, SettledAt: s.SettledAt,
			RefusalReason: s.RefusalReason,
			Revision:      s.Revision, ChainHash: s.ChainHash, LastEventAt: s.LastEventAt,
		}); err != nil {
			return err
		}
		if err := feed.Append(ctx, p, events); err != nil {
			return err
		}
		if how.job == 0 {
			return nil // it is the job that settles
		}
		return jobs.Drop(ctx, p, how.job)
	})
	if err != nil {
		return seen, err
	}
	c.Wake.Committed()
	return s, nil
}

// externalIDs are in the order of their tools, whoever reads them.
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
		return cmp.Compare(a.GetSystem(), b.GetSystem())
	})
	return ids, nil
}
