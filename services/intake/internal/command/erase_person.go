package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// erasedAtOnce is how many submissions one transaction erases, and how many tickets one event names: a long transaction holds
// every feed back, and an event is bounded.
const erasedAtOnce = 500

// RefuseErased says whom a submission cannot be of, where the table refused it (R147).
func RefuseErased(err error) error {
	switch {
	case pg.IsCheckViolation(err, "person_is_not_erased"):
		return errErased.Cause(err)
	case pg.IsCheckViolation(err, "person_has_not_left"):
		return errLeft.Cause(err)
	}
	return err
}

var (
	errErased = fault.New(codes.FailedPrecondition, reasonPersonErased)
	errLeft   = fault.New(codes.FailedPrecondition, reasonPersonLeft)
)

// ErasePerson takes away who a person is and what was written for them (R147). First nobody reports for the person any more; then
// the submissions lose their texts, some at a time, and what came in its originals; then the person goes, and with that the
// request is done. Whatever breaks it off leaves a person who is closed, and the next call goes on from there.
func (c *Commands) ErasePerson(ctx context.Context, r *intakev1.ErasePersonRequest) (*intakev1.Person, error) {
	name := r.GetName()
	call, err := c.call(ctx, resourcename.Desk(name), "ErasePerson", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	erased, err := c.closePerson(ctx, call, name)
	if err != nil || erased {
		return c.erasedPerson(ctx, name, err)
	}
	of, err := store.New(c.Pool).SubmissionsOfPerson(ctx, store.SubmissionsOfPersonParams{
		Desk: call.Desk, Person: resourcename.ID(name),
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	if slices.ContainsFunc(of, func(s store.SubmissionsOfPersonRow) bool { return !s.Settled }) {
		return nil, fault.New(codes.FailedPrecondition, reasonSubmissionUnsettled)
	}
	var written []uuid.UUID
	tickets := make([]string, len(of))
	for i, s := range of {
		tickets[i] = domain.TicketName(call.Desk, s.Number)
		if s.Written {
			written = append(written, s.Submission)
		}
	}
	for some := range slices.Chunk(written, erasedAtOnce) {
		if err := c.eraseSubmissions(ctx, call, some); err != nil {
			return nil, err
		}
	}
	if err := c.eraseInbound(ctx, call, resourcename.ID(name)); err != nil {
		return nil, err
	}
	return c.erasedPerson(ctx, name, c.erasePerson(ctx, call, name, tickets))
}

// erasedPerson answers a call.
func (c *Commands) erasedPerson(ctx context.Context, name string, err error) (*intakev1.Person, error) {
	if err != nil {
		return nil, err
	}
	c.Wake.Committed()
	return store.ReadPerson(ctx, c.Pool, name)
}

// closePerson returns when no submission of the person can come any more, those included that were being written. erased is true
// where there is nothing left to do.
func (c *Commands) closePerson(ctx context.Context, call request.Request, name string) (erased bool, err error) {
	key := store.LockPersonParams{Desk: call.Desk, Person: resourcename.ID(name)}
	err = pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.Lock(ctx, p, name); err != nil {
			return err
		}
		row, err := store.New(p).LockPerson(ctx, key)
		if errors.Is(err, pgx.ErrNoRows) {
			return store.ErrUnknownPerson
		} else if err != nil {
			return err
		}
		if _, _, err := call.Lookup(ctx, p); err != nil { // an id that was used for something else
			return err
		}
		erased = row.ErasedAt != nil
		return store.New(p).ClosePerson(ctx, store.ClosePersonParams(key))
	})
	if err != nil || erased {
		return erased, err
	}
	return false, pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		return store.New(p).AwaitSubmissions(ctx)
	})
}

// eraseSubmissions erases the texts of submissions and says so in the feed of each.
func (c *Commands) eraseSubmissions(ctx context.Context, call request.Request, ids []uuid.UUID) error {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = domain.SubmissionName(call.Desk, id.String())
	}
	return pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		// In one order, because another's erasure may concern the same submissions.
		if err := feed.LockAll(ctx, p, names); err != nil {
			return err
		}
		rows, err := store.New(p).LockSubmissions(ctx, store.LockSubmissionsParams{Desk: call.Desk, Submissions: ids})
		if err != nil {
			return err
		}
		now := c.Clock.Now()
		var (
			all     []feed.Prepared
			tickets []string
		)
		for _, s := range rows {
			events, err := c.advance(ctx, p, call, s, now)
			if err != nil {
				return err
			}
			all = append(all, events...)
			tickets = append(tickets, s.Number)
		}
		erased, err := c.eraseAttachments(ctx, p, call.Desk, &eventv1.Cause{RequestId: call.ID.String()}, tickets, now)
		if err != nil {
			return err
		}
		all = append(all, erased...)
		if _, err := feed.Erase(ctx, p, feed.Erasure{Desk: call.Desk, Resources: names}, now); err != nil {
			return err
		}
		return feed.Append(ctx, p, all)
	})
}

// advance moves a submission on by the event that its texts are gone.
func (c *Commands) advance(
	ctx context.Context, p *pg.Pipeline, call request.Request, s store.Submission, now time.Time,
) ([]feed.Prepared, error) {
	events, head, err := feed.Prepare(feed.Head{Revision: s.Revision, Hash: s.ChainHash, Time: s.LastEventAt}, []feed.Draft{{
		Desk: s.Desk, Resource: s.Name(), Type: "submission.texts_erased",
		Payload: &intakev1.SubmissionEvent{Submission: s.Proto(store.Words{})},
		Actor:   actor(ctx, s.Desk), Cause: &eventv1.Cause{RequestId: call.ID.String()},
		Traceparent: feed.Traceparent(ctx), Audience: s.Audience(),
	}}, now)
	if err != nil {
		return nil, err
	}
	return events, store.New(p).AdvanceSubmission(ctx, store.AdvanceSubmissionParams{
		Desk: s.Desk, Submission: s.Submission, Revision: head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
	})
}

// erasePerson empties the person and says whose tickets are concerned.
func (c *Commands) erasePerson(ctx context.Context, call request.Request, name string, tickets []string) error {
	err := pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.Lock(ctx, p, name); err != nil {
			return err
		}
		q := store.New(p)
		row, err := q.LockPerson(ctx, store.LockPersonParams{Desk: call.Desk, Person: resourcename.ID(name)})
		if err != nil || row.ErasedAt != nil {
			return err
		}
		now := c.Clock.Now()
		events, head, err := feed.Prepare(feed.Head{Revision: row.Revision, Hash: row.ChainHash, Time: row.LastEventAt},
			personErased(ctx, call, name, tickets), now)
		if err != nil {
			return err
		}
		if err := q.ErasePerson(ctx, store.ErasePersonParams{
			Desk: call.Desk, Person: resourcename.ID(name), ErasedAt: &now,
			Revision: head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
		}); err != nil {
			return err
		}
		if err := call.Insert(ctx, p, request.Effect{Resource: name, Revision: head.Revision}, now); err != nil {
			return err
		}
		if _, err := feed.Erase(ctx, p, feed.Erasure{Desk: call.Desk, Resources: []string{name}}, now); err != nil {
			return err
		}
		return feed.Append(ctx, p, events)
	})
	if err != nil {
		return fmt.Errorf("erase person: %w", err)
	}
	return nil
}

// personErased is one event, or as many as it takes to name every ticket.
func personErased(ctx context.Context, call request.Request, name string, tickets []string) []feed.Draft {
	drafts := []feed.Draft{personEvent(ctx, call, name, "person.erased")}
	for i, some := range slices.Collect(slices.Chunk(tickets, erasedAtOnce)) {
		if i == len(drafts) {
			drafts = append(drafts, personEvent(ctx, call, name, "person.erased"))
		}
		drafts[i].Payload = &intakev1.PersonEvent{Name: name, Tickets: some}
	}
	return drafts
}
