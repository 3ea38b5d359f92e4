package command

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

const (
	traceIDBytes = 16
	spanIDBytes  = 8
)

// OpenTicket opens the ticket of a submission. The same submission is the same ticket, for ever: so it needs no request id to
// be harmless when repeated, and it is one round trip.
func (c *Tickets) OpenTicket(ctx context.Context, r *triagev1.OpenTicketRequest) (*triagev1.Ticket, error) {
	submission, err := registrable(r)
	if err != nil {
		return nil, err
	}
	caller, err := c.Access.Caller(ctx, deskOf(r.GetName()))
	if err != nil {
		return nil, err
	}
	if err := c.Access.Desk(ctx, caller, "OpenTicket", "name"); err != nil {
		return nil, err
	}
	known, err := c.Known.Desk(ctx, resourcename.ID(deskOf(r.GetName())))
	if err != nil {
		return nil, refusal(err)
	}
	now := c.Writer.Clock.Now()
	from, journey := newTicket(known)
	outcome, err := c.register(ctx, known, journey, r, now)
	if err != nil {
		return nil, err
	}
	submitted := store.TicketOfSubmissionParams{Desk: known.Desk, Submission: submission}
	if err := mayBeRegistered(outcome.Ticket, r, now); err != nil {
		return c.openedBefore(ctx, submitted, err)
	}
	by := cmp.Or(r.GetSubmitter(), r.GetReporter())
	outcome.Sending, err = c.Writer.sendsAtOnce(ctx, c.Writer.Pool, outcome.Ticket, by, known.LanguageCode, c.OfferLapse)
	if err != nil {
		return nil, err
	}
	if outcome, err = outcome.Follow(from.Ticket, now); err != nil {
		return nil, err
	}
	done, err := c.Writer.chain(ctx, from, outcome, opener(caller, r))
	if err != nil {
		return nil, err
	}
	err = pg.InPipeline(ctx, c.Writer.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		if err := c.Writer.write(ctx, p, &done); err != nil {
			return err
		}
		return c.Writer.armIfOffered(ctx, p, &done.ticket)
	})
	if pg.IsUniqueViolation(err, "") {
		return c.openedBefore(ctx, submitted, fault.New(codes.AlreadyExists, TicketNumberTaken)) // or the number is taken
	}
	if err != nil {
		return nil, err
	}
	c.Writer.Wake.Committed()
	return domain.Shown(done.ticket.Facts, done.ticket.Head.Hash, domain.Texts{}.After(outcome.Events)), nil
}

// registrable refuses what cannot be a ticket of its desk, and returns the submission's id.
func registrable(r *triagev1.OpenTicketRequest) (uuid.UUID, error) {
	if err := sameDesk(deskOf(r.GetName()), field{"submission", r.GetSubmission()}, field{"reporter", r.GetReporter()},
		field{"affected_user", r.GetAffectedUser()}, field{"submitter", r.GetSubmitter()},
		field{"assessment.found_by", r.GetAssessment().GetFoundBy()}); err != nil {
		return uuid.UUID{}, err
	}
	submission, err := uuid.Parse(resourcename.ID(r.GetSubmission()))
	if err != nil {
		return uuid.UUID{}, invalid("submission", "string.uuid")
	}
	if text(domain.TextTitle, r.GetTitle()).Blank() {
		return uuid.UUID{}, invalid("title.text", "required")
	}
	return submission, nil
}

// newTicket is a ticket of a desk before anything happened to it, and the trace of the journey that it begins.
func newTicket(of store.Desk) (from store.Ticket, trace string) {
	journey := make([]byte, traceIDBytes+spanIDBytes)
	_, _ = rand.Read(journey) // never fails: it stops the process instead
	from = store.Ticket{JourneyRoot: journey[traceIDBytes:], LanguageCode: of.LanguageCode}
	return from, hex.EncodeToString(journey[:traceIDBytes])
}

// register is the ticket as it was reported, under the process of its desk, or of the support centre that it comes under.
func (c *Tickets) register(
	ctx context.Context, known store.Desk, journey string, r *triagev1.OpenTicketRequest, now time.Time,
) (domain.Outcome, error) {
	desk, err := c.ruleDesk(known)
	if err != nil {
		return domain.Outcome{}, err
	}
	group, err := c.reportsAs(ctx, desk, r)
	if err != nil {
		return domain.Outcome{}, err
	}
	outcome := domain.Open(desk, domain.Opening{
		Name: r.GetName(), Submission: r.GetSubmission(), Channel: r.GetChannel(),
		Title: text(domain.TextTitle, r.GetTitle()), Description: text(domain.TextDescription, r.GetDescription()),
		Reporter: r.GetReporter(), AffectedUser: r.GetAffectedUser(), Submitter: r.GetSubmitter(),
		SubmitTime: r.GetSubmitTime().AsTime().Truncate(time.Microsecond), ExternalIDs: r.GetExternalIds(),
		Importing: r.GetImporting(), Assessment: desk.AsReported(reportOf(r, group)),
		Impact: r.GetImpact(), Calls: attested(r, now), Answers: worded(r),
		JourneyTraceID: journey,
	}, now)
	return outcome, outcome.Ticket.Refine(now)
}

// mayBeRegistered asks the ticket's process: as what is said of it stands, and after the calls that come before (R16).
func mayBeRegistered(t domain.Ticket, r *triagev1.OpenTicketRequest, now time.Time) error {
	if err := opens(t, r, now); err != nil {
		return err
	}
	return mustHaveCalled(t)
}

// openedBefore is the ticket that the submission was opened as, whatever the process would say today; otherwise the refusal.
func (c *Tickets) openedBefore(ctx context.Context, of store.TicketOfSubmissionParams, refused error) (*triagev1.Ticket, error) {
	t, texts, err := store.OfSubmission(ctx, c.Writer.Pool, of)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, refused
	case err != nil:
		return nil, err
	}
	return domain.Shown(t.Facts, t.Head.Hash, texts), nil
}

// opener is who opened it: intake, for the person who submitted it.
func opener(caller *access.Caller, r *triagev1.OpenTicketRequest) origin {
	actor := actorOf(caller)
	if actor.GetPerson() == "" {
		actor.OnBehalfOf = r.GetReporter()
		if r.GetSubmitter() != "" {
			actor.OnBehalfOf = r.GetSubmitter()
		}
	}
	return origin{actor: actor, cause: &eventv1.Cause{RequestId: r.GetRequestId()}, traceparent: r.GetTraceparent()}
}

// ruleDesk is what the rules need to know of a desk.
func (c *Tickets) ruleDesk(d store.Desk) (domain.Desk, error) {
	name := "desks/" + d.Desk
	follows, err := c.Writer.process(d.Profile)
	return domain.Desk{
		Name: name, AuthorityParty: name + "/" + d.AuthorityParty, ContactParty: name + "/" + d.ContactParty, Process: follows,
	}, err
}
