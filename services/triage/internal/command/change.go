package command

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// Tickets does what people and programs do with tickets.
type Tickets struct {
	Writer  *Writer
	Access  *access.Access
	Members *membership.Store
	Known   *store.Known
	// Submissions takes the parts that are split off tickets.
	Submissions Submitter
	// OfferLapse is how long a hand-over waits for an answer.
	OfferLapse time.Duration
}

// call is one mutating call about one ticket.
type call struct {
	// action is the RPC.
	action string
	// ticket is the full name.
	ticket string
	// etag is the one the caller last saw; empty to act on whatever is there.
	etag      string
	requestID string
	// payload is the whole request, for its fingerprint.
	payload proto.Message
	// internal is true for a note that only the parties may read.
	internal bool
	// importRow is the row of another tool's log behind the call.
	importRow string
	// told adds to the facts what the caller says with the call: that a solution is given, which status is asked for.
	told func(facts *profilev1.TicketFacts)
	// also are other steps that this one takes, as the ticket stands: whoever makes the call must be allowed each of them.
	also func(s scene) ([]call, error)
	// override is why a gate is to be passed that somebody with the caller's role may pass.
	override domain.Text
	// arm keeps the jobs that the change makes necessary.
	arm func(ctx context.Context, p *pg.Pipeline, changed *store.Ticket) error
}

// scene is what a decision is made from.
type scene struct {
	domain.Ticket
	// by is the person who acts, by full name.
	by string
	// at is the time of the step.
	at time.Time
	// caller is who makes the call, for what the desk's process gives to roles and parties.
	caller *access.Caller
	// overridden are the gates that the caller passes with a reason.
	overridden []string
}

// decision is a pure function of the scene.
type decision func(s scene) (domain.Outcome, error)

// change runs a command: lock and load, decide, write, emit. Whoever may not see the ticket is told that it does not exist. A
// request that was made before has its effect once and is answered again.
func (c *Tickets) change(ctx context.Context, made call, decide decision) (*triagev1.Ticket, error) {
	caller, err := c.Access.Caller(ctx, deskOf(made.ticket))
	if err != nil {
		return nil, err
	}
	req, err := requestOf(caller, made.action, made.requestID, made.payload)
	if err != nil {
		return nil, err
	}
	var answer *triagev1.Ticket
	var changed bool
	err = pg.InPipeline(ctx, c.Writer.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		loaded, err := store.Lock(ctx, p, req.Desk, resourcename.ID(made.ticket), req)
		if err != nil {
			return refusal(err)
		}
		if loaded.Earlier != nil {
			answer, err = c.again(ctx, p, caller, *loaded.Earlier)
			return err
		}
		changed = true
		answer, err = c.run(ctx, p, caller, req, made, loaded, decide)
		return err
	})
	if err != nil {
		return nil, err
	}
	if changed {
		c.Writer.Wake.Committed()
	}
	return answer, nil
}

// sceneOf is what a call is decided from, for who sees the ticket, has last seen it as it is, and is let take the step by the
// policies and by the desk's process.
func (c *Tickets) sceneOf(
	ctx context.Context, caller *access.Caller, made call, t *store.Ticket, at time.Time,
) (scene, error) {
	if err := c.Access.See(ctx, caller, &t.Ticket, t.Audience); err != nil {
		return scene{}, err
	}
	if err := c.Access.Ticket(ctx, caller, made.action, &t.Ticket, t.Audience, made.internal); err != nil {
		return scene{}, err
	}
	if current := domain.Etag(t.Head.Hash); made.etag != "" && made.etag != current {
		return scene{}, fault.New(codes.Aborted, fault.StaleETag).Meta("etag", current)
	}
	if err := c.Writer.bind(t); err != nil {
		return scene{}, err
	}
	s := scene{Ticket: t.Ticket, by: caller.PersonName(), at: at, caller: caller}
	var err error
	if s.overridden, err = permit(caller, made, s); err != nil {
		return scene{}, err
	}
	return s, c.permitAlso(ctx, caller, made, s, t.Audience)
}

// run is the core of every command on a ticket: who may, the decision, what the process makes of it, writes. Nothing is sent
// before the transaction's COMMIT.
func (c *Tickets) run(
	ctx context.Context, p *pg.Pipeline, caller *access.Caller, req request.Request, made call, loaded store.Loaded, decide decision,
) (*triagev1.Ticket, error) {
	t := &loaded.Ticket
	s, err := c.sceneOf(ctx, caller, made, t, c.Writer.timeOf(t))
	if err != nil {
		return nil, err
	}
	outcome, err := decide(s)
	if err != nil {
		return nil, refusal(err)
	}
	outcome.Pass(s.overridden, made.override)
	followed, err := outcome.Follow(t.Ticket, c.Writer.Clock.Now())
	if err != nil {
		return nil, err
	}
	done, err := c.Writer.chain(ctx, *t, followed, originOf(caller, made, &t.Ticket))
	if err != nil {
		return nil, err
	}
	effect := request.Effect{Resource: made.ticket, Revision: done.ticket.Head.Revision}
	if err := req.Insert(ctx, p, effect, c.Writer.Clock.Now()); err != nil {
		return nil, err
	}
	if err := c.Writer.write(ctx, p, &done); err != nil {
		return nil, err
	}
	if made.arm != nil {
		if err := made.arm(ctx, p, &done.ticket); err != nil {
			return nil, err
		}
	}
	return domain.Shown(done.ticket.Facts, done.ticket.Head.Hash, loaded.Texts.After(outcome.Events)), nil
}

// again answers a request that had its effect before: with the state that it left and the texts that still exist, if the caller
// may still see what it did.
func (c *Tickets) again(
	ctx context.Context, p *pg.Pipeline, caller *access.Caller, effect request.Effect,
) (*triagev1.Ticket, error) {
	state, err := store.At(ctx, p, resourcename.ID(caller.Desk), effect)
	if err != nil {
		return nil, refusal(err)
	}
	then := &domain.Ticket{Facts: state.Facts, Desk: domain.Desk{Name: caller.Desk}}
	if err := c.Access.See(ctx, caller, then, state.Audience); err != nil {
		return nil, err
	}
	return domain.Shown(state.Facts, state.ChainHash, state.Texts), nil
}

func requestOf(caller *access.Caller, method, requestID string, payload proto.Message) (request.Request, error) {
	parsed, err := uuid.Parse(requestID)
	if err != nil {
		return request.Request{}, invalid("request_id", "string.uuid")
	}
	return request.Request{
		Desk: resourcename.ID(caller.Desk), Principal: caller.ID(), Method: method, ID: parsed, Payload: request.Fingerprint(payload),
	}, nil
}

func originOf(caller *access.Caller, made call, t *domain.Ticket) origin {
	actor := actorOf(caller)
	actor.Party, actor.ActingAs = caller.ActsFor(access.StepOf(made.action, made.internal), t)
	return origin{actor: actor, cause: &eventv1.Cause{RequestId: made.requestID, ImportRow: made.importRow}}
}

func actorOf(caller *access.Caller) *eventv1.Actor {
	actor := &eventv1.Actor{Person: caller.PersonName(), Service: caller.Service}
	if caller.OnBehalfOf != "" {
		actor.OnBehalfOf = fmt.Sprintf("%s/persons/%s", caller.Desk, caller.OnBehalfOf)
	}
	return actor
}

// text reads a text of a request.
func text(name string, t *commonv1.LocalizedText) domain.Text {
	return domain.Text{Name: name, LanguageCode: t.GetLanguageCode(), Text: t.GetText()}
}
