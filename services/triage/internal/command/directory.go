package command

import (
	"context"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// Directory keeps who takes part: desks, parties, groups and memberships. Its changes are rare, so those of one desk take turns
// under the lock of the desk's row.
type Directory struct {
	Writer  *Writer
	Access  *access.Access
	Members *membership.Store
	Known   *store.Known
}

// directoryCall is one change of a desk's directory.
type directoryCall struct {
	action    string
	requestID string
	payload   proto.Message
	// creates is true for the call that makes the desk: there is no row to lock yet.
	creates bool
	// answer is filled with the payload of the first event, whether it is written now or was before. A call about many
	// resources has none: its answer is how they then are.
	answer proto.Message
}

// deskScene is what a change of the directory is made from.
type deskScene struct {
	*store.Queries
	desk   store.Desk
	caller *access.Caller
	now    time.Time
}

// entry is a change of one resource of the directory: its event, and how the row with the head of its chain is kept.
type entry struct {
	resource, eventType string
	head                feed.Head
	payload             proto.Message
	audience            []string
	keep                func(ctx context.Context, db *pg.Pipeline, head feed.Head) error
}

// plan reads what else it needs and says what to write. The first entry is the call's effect.
type plan func(ctx context.Context, s deskScene) ([]entry, error)

// change runs a change of a desk that the caller may make. Of two equal calls at once the later one meets the earlier one's
// request id, runs again, and finds its effect.
func (d *Directory) change(ctx context.Context, caller *access.Caller, call directoryCall, do plan) error {
	req, err := requestOf(caller, call.action, call.requestID, call.payload)
	if err != nil {
		return err
	}
	once := func(ctx context.Context, p *pg.Pipeline) error {
		s := deskScene{Queries: store.New(p), caller: caller, now: d.Writer.Clock.Now()}
		if !call.creates {
			if err := feed.Lock(ctx, p, caller.Desk); err != nil {
				return err
			}
			if s.desk, err = s.LockDesk(ctx, req.Desk); err != nil {
				return err
			}
		}
		effect, before, err := req.Lookup(ctx, p)
		if err != nil {
			return err
		}
		if before && call.answer == nil {
			return nil
		}
		if before {
			return store.Payload(ctx, p, req.Desk, effect, call.answer)
		}
		entries, err := do(ctx, s)
		if err != nil {
			return err
		}
		return d.write(ctx, p, s, req, entries, call.answer)
	}
	err = pg.InPipeline(ctx, d.Writer.Pool, once)
	if request.Taken(err) {
		if call.answer != nil {
			proto.Reset(call.answer)
		}
		err = pg.InPipeline(ctx, d.Writer.Pool, once)
	}
	if err != nil {
		return err
	}
	d.Members.Changed()
	d.Writer.Wake.Committed()
	return nil
}

func (d *Directory) write(
	ctx context.Context, p *pg.Pipeline, s deskScene, req request.Request, entries []entry, answer proto.Message,
) error {
	if answer == nil {
		if err := req.Insert(ctx, p, request.Effect{Resource: s.caller.Desk, Revision: s.desk.Revision}, s.now); err != nil {
			return err
		}
	}
	for i, e := range entries {
		events, head, err := feed.Prepare(e.head, []feed.Draft{{
			Desk: req.Desk, Resource: e.resource, Type: e.eventType, Payload: e.payload, Actor: actorOf(s.caller),
			Cause: &eventv1.Cause{RequestId: req.ID.String()}, Traceparent: feed.Traceparent(ctx), Audience: e.audience,
		}}, s.now)
		if err != nil {
			return err
		}
		if i == 0 && answer != nil {
			proto.Merge(answer, e.payload)
			effect := request.Effect{Resource: e.resource, Revision: head.Revision}
			if err := req.Insert(ctx, p, effect, s.now); err != nil {
				return err
			}
		}
		if err := e.keep(ctx, p, head); err != nil {
			return fmt.Errorf("keep %s: %w", e.resource, err)
		}
		if err := feed.Append(ctx, p, events); err != nil {
			return err
		}
	}
	return nil
}

// allowed finds the caller of a change of a desk, and refuses those who may not make it. in is the field of the request that
// names the desk.
func (d *Directory) allowed(ctx context.Context, desk, action, in string) (*access.Caller, error) {
	caller, err := d.Access.Caller(ctx, desk)
	if err != nil {
		return nil, err
	}
	return caller, d.Access.Desk(ctx, caller, action, in)
}

// hearers are those who see a change of the directory: the desk's authority and contact parties, and those concerned.
func hearers(desk store.Desk, concerned ...string) []string {
	keys := append([]string{desk.AuthorityParty, desk.ContactParty}, concerned...)
	slices.Sort(keys)
	return slices.Compact(keys)
}
