package command

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// UpdatePerson changes a person's contact data.
func (c *Commands) UpdatePerson(ctx context.Context, r *intakev1.UpdatePersonRequest) (*intakev1.Person, error) {
	name := r.GetPerson().GetName()
	desk := domain.Desk(name)
	call, err := c.call(ctx, desk, "UpdatePerson", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	if len(r.GetUpdateMask().GetPaths()) == 0 {
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("update_mask", "mask.empty")
	}
	err = pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.Lock(ctx, p, name); err != nil {
			return err
		}
		q := store.New(p)
		row, err := q.LockPerson(ctx, store.LockPersonParams{Desk: desk, Person: domain.ID(name)})
		if errors.Is(err, pgx.ErrNoRows) {
			return errUnknownPerson
		} else if err != nil {
			return err
		}
		if _, repeated, err := call.Lookup(ctx, p); err != nil || repeated {
			return err
		}
		person := AnswerPerson(row)
		if etag := r.GetPerson().GetEtag(); etag != "" && etag != person.GetEtag() {
			return fault.New(codes.Aborted, fault.StaleETag).Meta("etag", person.GetEtag())
		}
		if unknown := domain.Change(person, r.GetPerson(), r.GetUpdateMask().GetPaths()); unknown != "" {
			return fault.New(codes.InvalidArgument, fault.InvalidArgument).Fields(fault.FieldViolation{
				Path: "update_mask", Rule: "mask.unknown_path", Text: fmt.Sprintf("%q is not a field that can be changed.", unknown),
			})
		}
		if err := named(person, "person"); err != nil {
			return err
		}
		now := c.Clock.Now()
		events, head, err := feed.Prepare(feed.Head{Revision: row.Revision, Hash: row.ChainHash, Time: row.LastEventAt},
			[]feed.Draft{personEvent(ctx, call, name, "person.updated")}, now)
		if err != nil {
			return err
		}
		if err := q.UpdatePerson(ctx, store.UpdatePersonParams{
			Desk: desk, Person: domain.ID(name), DisplayName: person.GetDisplayName(), Email: person.GetEmail(),
			Phone: person.GetPhone(), LanguageCode: person.GetLanguageCode(), Office: person.GetOffice(),
			Username: person.GetUsername(), Department: person.GetDepartment(), OrganisationID: person.GetOrganisationId(),
			Revision: head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
		}); err != nil {
			return err
		}
		if err := call.Insert(ctx, p, request.Effect{Resource: name, Revision: head.Revision}, now); err != nil {
			return err
		}
		return feed.Append(ctx, p, events)
	})
	if err != nil {
		return nil, err
	}
	c.Wake.Committed()
	return ReadPerson(ctx, c.Pool, name)
}

var errUnknownPerson = fault.New(codes.NotFound, fault.NotFound)

// ReadPerson reads a person.
func ReadPerson(ctx context.Context, db store.DBTX, name string) (*intakev1.Person, error) {
	row, err := store.New(db).GetPerson(ctx, store.GetPersonParams{Desk: domain.Desk(name), Person: domain.ID(name)})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errUnknownPerson
	}
	if err != nil {
		return nil, pg.Translate(err)
	}
	return AnswerPerson(row), nil
}

// AnswerPerson is a person as the contract shows it.
func AnswerPerson(p store.Person) *intakev1.Person {
	return &intakev1.Person{
		Name: domain.PersonName(p.Desk, p.Person), Etag: base64.RawURLEncoding.EncodeToString(p.ChainHash[:12]),
		DisplayName: p.DisplayName, Email: p.Email, Phone: p.Phone, LanguageCode: p.LanguageCode, Office: p.Office,
		Username: p.Username, Department: p.Department, OrganisationId: p.OrganisationID,
	}
}
