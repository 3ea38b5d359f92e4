package command

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// Submitter registers reports: intake, where every ticket gets its number.
type Submitter interface {
	SubmitTicket(ctx context.Context, r *intakev1.SubmitTicketRequest, opts ...grpc.CallOption) (*intakev1.Submission, error)
}

// SplitTicket makes a ticket of its own of a part of a ticket. Every ticket starts as a submission, so the part is submitted to
// intake, by the caller and for the reporter; then both sides are linked. The request id goes along: a split that broke off
// half-way is made whole by the same request, and never makes two.
func (c *Tickets) SplitTicket(ctx context.Context, r *triagev1.SplitTicketRequest) (*triagev1.Ticket, error) {
	made := call{action: "SplitTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r}
	from, before, err := c.splittable(ctx, made)
	if err != nil || before != nil {
		return before, err
	}
	submission, err := c.Submissions.SubmitTicket(ctx, &intakev1.SubmitTicketRequest{
		Parent: deskOf(r.GetName()), RequestId: r.GetRequestId(), Title: r.GetTitle(), Description: r.GetDescription(),
		Channel: commonv1.Channel_CHANNEL_API, Reporter: from.Facts.GetReporter(), AffectedUser: from.Facts.GetAffectedUser(),
		Assessment: cameIn(from.Facts), ExternalIds: from.OwnNumbers(),
	})
	if err != nil {
		return nil, err
	}
	made.etag = "" // it was looked at before the part was submitted
	part, err := c.changeBoth(ctx, pair{
		call: made, other: submission.GetTicket(), answersOther: true, alone: linksOf(r.GetName()),
		keep: func(ctx context.Context, p *pg.Pipeline, this, other *store.Ticket) error {
			return c.follow(ctx, p, other, this, triagev1.LinkKind_LINK_KIND_SPLIT_FROM)
		},
	}, func(_ context.Context, _ *pg.Pipeline, s scene, part domain.Ticket) (this, split domain.Outcome, err error) {
		if part.SplitPart(s.Ticket) {
			return domain.Outcome{Ticket: s.Ticket}, domain.Outcome{Ticket: part}, nil
		}
		return s.SplitOff(part, s.at)
	})
	if fault.Is(err, fault.NotFound) { // it has its number, and is opened as soon as intake's job comes to it
		return nil, fault.New(codes.Unavailable, fault.Unavailable).Cause(err)
	}
	return part, err
}

// cameIn is how a ticket came in, and who reported it as what: its part is let in where it was (R11-R13).
func cameIn(from *triagev1.Ticket) *triagev1.Assessment {
	a := from.GetAssessment()
	if a.GetChannel() == "" && a.GetReporterGroup() == "" && a.GetFoundBy() == "" {
		return nil
	}
	return &triagev1.Assessment{Channel: a.GetChannel(), ReporterGroup: a.GetReporterGroup(), FoundBy: a.GetFoundBy()}
}

// splittable refuses a split before anything is submitted. It returns the answer of a split that was made before.
func (c *Tickets) splittable(ctx context.Context, made call) (from domain.Ticket, before *triagev1.Ticket, err error) {
	caller, err := c.Access.Caller(ctx, deskOf(made.ticket))
	if err != nil {
		return from, nil, err
	}
	req, err := requestOf(caller, made.action, made.requestID, made.payload)
	if err != nil {
		return from, nil, err
	}
	err = pg.InPipeline(ctx, c.Writer.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		effect, found, err := req.Lookup(ctx, p)
		if err != nil {
			return err
		}
		if found {
			before, err = c.again(ctx, p, caller, effect)
			return err
		}
		t, _, err := store.Read(ctx, p, req.Desk, resourcename.ID(made.ticket))
		if err != nil {
			return refusal(err)
		}
		if _, err := c.sceneOf(ctx, caller, made, &t, c.Writer.timeOf(&t)); err != nil {
			return err
		}
		from = t.Ticket
		return refusal(t.MaySplit())
	})
	return from, before, err
}
