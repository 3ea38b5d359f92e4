package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// Linker links tickets: triage.
type Linker interface {
	LinkTicket(ctx context.Context, r *triagev1.LinkTicketRequest, opts ...grpc.CallOption) (*triagev1.Ticket, error)
}

// notifyService may say what a report is about: it knows what is announced, and tells nobody else's tickets.
const notifyService = "notify"

// aboutFits refuses an inquiry that somebody else than notify makes, or about another desk's ticket (R19).
func aboutFits(ctx context.Context, r *intakev1.SubmitTicketRequest) error {
	principal, _ := auth.FromContext(ctx)
	if about := r.GetInquiryAbout(); about != "" &&
		(principal.Service != notifyService || resourcename.Desk(about) != resourcename.Desk(r.GetParent())) {
		return fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("inquiry_about", "inquiry.announced")
	}
	return nil
}

// LinkInquiryArgs links the ticket of a submission to the one that it is an inquiry about.
type LinkInquiryArgs struct {
	Desk       string    `json:"desk"`
	Submission uuid.UUID `json:"submission"`
	About      string    `json:"about"` // number
}

// Kind is the job's name in River.
func (LinkInquiryArgs) Kind() string { return "link_inquiry" }

// LinkInquiryWorker links inquiries.
type LinkInquiryWorker struct {
	river.WorkerDefaults[LinkInquiryArgs]
	Commands *Commands
}

// inquiries is the name space of the request ids of links: the same submission is the same link, however often it is tried.
var inquiries = uuid.MustParse("6f0c3a52-58a4-4f0b-9d0e-0f6c7a1f5b19")

// Work opens the ticket if nobody has yet, and links it as intake itself, for whoever reported. What triage refuses for good (the
// announced ticket was restricted meanwhile, or is an inquiry itself) leaves a ticket like any other.
func (w *LinkInquiryWorker) Work(ctx context.Context, job *river.Job[LinkInquiryArgs]) error {
	c, args := w.Commands, job.Args
	err := c.openLate(ctx, OpenTicketArgs{Desk: args.Desk, Submission: args.Submission})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return river.JobCancel(err)
	case err != nil:
		return river.JobSnooze(c.RetryAfter) // the backstop says why
	}
	s, err := store.New(c.Pool).GetSubmission(ctx, store.GetSubmissionParams{Desk: args.Desk, Submission: args.Submission})
	switch {
	case err != nil:
		return fmt.Errorf("read submission: %w", err)
	case intakev1.Outcome(s.Outcome) != intakev1.Outcome_OUTCOME_OPENED:
		return nil
	}
	_, err = c.Links.LinkTicket(auth.OnBehalfOf(auth.NewContext(ctx, auth.Principal{Service: "intake"}), s.Reporter),
		&triagev1.LinkTicketRequest{
			Name: domain.TicketName(s.Desk, s.Number), Ticket: domain.TicketName(s.Desk, args.About),
			RequestId: uuid.NewSHA1(inquiries, args.Submission[:]).String(), Kind: triagev1.LinkKind_LINK_KIND_INQUIRY_ABOUT,
		})
	switch status.Code(err) {
	case codes.OK:
		return nil
	case codes.FailedPrecondition, codes.InvalidArgument, codes.NotFound:
		c.Logger.WarnContext(ctx, "an inquiry stays a ticket of its own", notOpened(s.Name(), err)...)
		return nil
	case codes.Unavailable, codes.DeadlineExceeded, codes.Aborted, codes.ResourceExhausted:
		return river.JobSnooze(c.RetryAfter)
	default:
		return fmt.Errorf("link inquiry %s: %w", s.Name(), err)
	}
}
