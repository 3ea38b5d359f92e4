package command

import (
	"context"
	"errors"
	"time"

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

// CreatePerson registers a person (R5, R35).
func (c *Commands) CreatePerson(ctx context.Context, r *intakev1.CreatePersonRequest) (*intakev1.Person, error) {
	desk := resourcename.Desk(r.GetParent())
	call, err := c.call(ctx, desk, "CreatePerson", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	person := r.GetPerson()
	if err := named(person, "person"); err != nil {
		return nil, err
	}
	person.Name = domain.PersonName(desk, r.GetPersonId())
	create := func() error {
		return pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
			if _, repeated, err := call.Lookup(ctx, p); err != nil || repeated {
				return err
			}
			if _, err := store.New(p).GetDesk(ctx, desk); errors.Is(err, pgx.ErrNoRows) {
				return errUnknownDesk
			} else if err != nil {
				return err
			}
			now := c.Clock.Now()
			if err := call.Insert(ctx, p, request.Effect{Resource: person.GetName(), Revision: 1}, now); err != nil {
				return err
			}
			return insertPerson(ctx, p, call, person, now)
		})
	}
	if err = create(); request.Taken(err) {
		err = create()
	}
	if pg.IsUniqueViolation(err, "persons_pkey") {
		err = fault.New(codes.AlreadyExists, reasonPersonExists).Field("person_id", "person.exists")
	}
	if err != nil {
		return nil, err
	}
	c.Wake.Committed()
	return store.ReadPerson(ctx, c.Pool, person.GetName())
}

// insertPerson writes a person and the event that there is one; contact data is in the row alone, never in the event.
func insertPerson(ctx context.Context, p *pg.Pipeline, call request.Request, person *intakev1.Person, now time.Time) error {
	events, head, err := feed.Prepare(feed.Head{}, []feed.Draft{personEvent(ctx, call, person.GetName(), "person.created")}, now)
	if err != nil {
		return err
	}
	err = store.New(p).InsertPerson(ctx, store.InsertPersonParams{
		Desk: call.Desk, Person: resourcename.ID(person.GetName()), DisplayName: person.GetDisplayName(), Email: person.GetEmail(),
		Phone: person.GetPhone(), LanguageCode: person.GetLanguageCode(), Office: person.GetOffice(),
		Username: person.GetUsername(), Department: person.GetDepartment(), OrganisationID: person.GetOrganisationId(),
		ReporterGroup: person.GetReporterGroup(),
		Revision:      head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
	})
	if err != nil {
		return err
	}
	return feed.Append(ctx, p, events)
}

func personEvent(ctx context.Context, call request.Request, name, typ string) feed.Draft {
	return feed.Draft{
		Desk: call.Desk, Resource: name, Type: typ, Payload: &intakev1.PersonEvent{Name: name},
		Actor: actor(ctx, call.Desk), Cause: &eventv1.Cause{RequestId: call.ID.String()},
		Traceparent: feed.Traceparent(ctx), Audience: []string{"persons/" + resourcename.ID(name)},
	}
}

// named refuses a person without a name; field is where the request holds the person.
func named(person *intakev1.Person, field string) error {
	if !domain.Named(person) {
		return fault.New(codes.InvalidArgument, fault.InvalidArgument).Field(field+".display_name", "required")
	}
	return nil
}
