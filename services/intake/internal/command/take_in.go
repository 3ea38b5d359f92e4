package command

import (
	"context"
	"time"

	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// takeIn writes a submission, with the job that opens its ticket.
func (c *Commands) takeIn(
	ctx context.Context, call request.Request, b basis, s store.Submission, r *intakev1.SubmitTicketRequest, now time.Time,
) (store.Submission, error) {
	events, head, err := feed.Prepare(feed.Head{}, []feed.Draft{received(ctx, call, b, s, r)}, now)
	if err != nil {
		return store.Submission{}, err
	}
	s.Revision, s.ChainHash, s.LastEventAt = head.Revision, head.Hash, head.Time
	effect := request.Effect{Resource: events[0].Record.GetResource(), Revision: head.Revision}
	return s, c.write(ctx, b, func(p *pg.Pipeline) error {
		// First, so that a call that was made before is told from everything else that would be there twice.
		if err := call.Insert(ctx, p, effect, now); err != nil {
			return err
		}
		if r.GetNewAffectedUser() != nil {
			person := proto.CloneOf(r.GetNewAffectedUser())
			person.ReporterGroup = "" // R12: agents alone say what somebody reports as
			if err := insertPerson(ctx, p, call, person, now); err != nil {
				return err
			}
		}
		if err := insertSubmission(ctx, p, s); err != nil {
			return err
		}
		joined, err := c.joinFiles(ctx, p, call, s, b.files, now)
		if err != nil {
			return err
		}
		if err := feed.Append(ctx, p, append(events, joined...)); err != nil {
			return err
		}
		backstop := OpenTicketArgs{Desk: call.Desk, Submission: s.Submission}
		if err := c.Jobs.KeepAs(ctx, p, b.job, backstop, now.Add(c.RetryAfter)); err != nil || r.GetInquiryAbout() == "" {
			return err
		}
		link := LinkInquiryArgs{Desk: call.Desk, Submission: s.Submission, About: resourcename.ID(r.GetInquiryAbout())}
		return c.Jobs.Keep(ctx, p, link, time.Time{})
	})
}

// write shares its transaction with others, unless it is about files: those are locked and looked at, which holds others up.
func (c *Commands) write(ctx context.Context, b basis, write pg.Write) error {
	if len(b.files) == 0 {
		return c.Writes.Do(ctx, write)
	}
	return pg.InPipeline(ctx, c.Pool, func(_ context.Context, p *pg.Pipeline) error { return write(p) })
}

// turnAway writes a submission that is not let in: with its words, its reason and its one outcome (R12).
func (c *Commands) turnAway(
	ctx context.Context, call request.Request, b basis, s store.Submission, r *intakev1.SubmitTicketRequest, ground string,
	now time.Time,
) (store.Submission, error) {
	came := received(ctx, call, b, s, r)
	s.Assessed, s.SettledAt = []byte{}, &now
	s.Outcome, s.RefusalReason = int16(intakev1.Outcome_OUTCOME_REFUSED), ground
	went := came
	went.Type, went.Payload, went.Texts = "submission.refused", &intakev1.SubmissionEvent{Submission: s.Proto(store.Words{})}, nil
	went.OccurredAt = now
	events, head, err := feed.Prepare(feed.Head{}, []feed.Draft{came, went}, now)
	if err != nil {
		return store.Submission{}, err
	}
	s.Revision, s.ChainHash, s.LastEventAt = head.Revision, head.Hash, head.Time
	effect := request.Effect{Resource: s.Name(), Revision: head.Revision}
	return s, c.Writes.Do(ctx, func(p *pg.Pipeline) error {
		if err := call.Insert(ctx, p, effect, now); err != nil {
			return err
		}
		if err := insertRefused(ctx, p, s); err != nil {
			return err
		}
		return feed.Append(ctx, p, events)
	})
}

// received is the event that a submission begins with, and the only one that has its words.
func received(
	ctx context.Context, call request.Request, b basis, s store.Submission, r *intakev1.SubmitTicketRequest,
) feed.Draft {
	return feed.Draft{
		Desk: call.Desk, Resource: s.Name(), Type: "submission.received",
		Payload: &intakev1.SubmissionEvent{Submission: s.Proto(store.Words{})},
		Actor:   actor(ctx, call.Desk), Cause: cause(call, r.GetImport()), Traceparent: s.Traceparent,
		Audience: s.Audience(), OccurredAt: s.ReceivedAt,
		Texts: b.words.Texts(),
	}
}

func insertSubmission(ctx context.Context, p *pg.Pipeline, s store.Submission) error {
	return store.New(p).InsertSubmission(ctx, store.InsertSubmissionParams{
		Desk: s.Desk, Submission: s.Submission, Number: s.Number, Channel: s.Channel, Reporter: s.Reporter,
		AffectedUser: s.AffectedUser, Submitter: s.Submitter, ExternalIds: s.ExternalIds, Importing: s.Importing,
		ReceivedAt: s.ReceivedAt, RequestID: s.RequestID, Traceparent: s.Traceparent,
		Revision: s.Revision, ChainHash: s.ChainHash, LastEventAt: s.LastEventAt, Assessed: s.Assessed,
	})
}

func insertRefused(ctx context.Context, p *pg.Pipeline, s store.Submission) error {
	return store.New(p).InsertRefused(ctx, store.InsertRefusedParams{
		Desk: s.Desk, Submission: s.Submission, Number: s.Number, Channel: s.Channel, Reporter: s.Reporter,
		AffectedUser: s.AffectedUser, Submitter: s.Submitter, ExternalIds: s.ExternalIds, Importing: s.Importing,
		ReceivedAt: s.ReceivedAt, RequestID: s.RequestID, Traceparent: s.Traceparent, Revision: s.Revision,
		ChainHash: s.ChainHash, LastEventAt: s.LastEventAt, Outcome: s.Outcome, SettledAt: s.SettledAt, RefusalReason: s.RefusalReason,
	})
}

func cause(call request.Request, source *intakev1.Import) *eventv1.Cause {
	return &eventv1.Cause{RequestId: call.ID.String(), ImportRow: source.GetSourceRow()}
}
