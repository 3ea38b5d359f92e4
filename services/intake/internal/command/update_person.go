package command

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// UpdatePerson changes a person's contact data.
func (c *Commands) UpdatePerson(ctx context.Context, r *intakev1.UpdatePersonRequest) (*intakev1.Person, error) {
	name := r.GetPerson().GetName()
	desk := resourcename.Desk(name)
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
		row, err := q.LockPerson(ctx, store.LockPersonParams{Desk: desk, Person: resourcename.ID(name)})
		if errors.Is(err, pgx.ErrNoRows) {
			return store.ErrUnknownPerson
		} else if err != nil {
			return err
		}
		if _, repeated, err := call.Lookup(ctx, p); err != nil || repeated {
			return err
		}
		if row.ErasedAt != nil {
			return errErased
		}
		person := row.Proto()
		if etag := r.GetPerson().GetEtag(); etag != "" && etag != person.GetEtag() {
			return fault.New(codes.Aborted, fault.StaleETag).Meta("etag", person.GetEtag())
		}
		if unknown := domain.Change(person, r.GetPerson(), r.GetUpdateMask().GetPaths()); unknown != "" {
			return fault.New(codes.InvalidArgument, fault.InvalidArgument).Fields(fault.FieldViolation{
				Path: "update_mask", Rule: "mask.unknown_path", Limit: unknown,
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
			Desk: desk, Person: resourcename.ID(name), DisplayName: person.GetDisplayName(), Email: person.GetEmail(),
			Phone: person.GetPhone(), LanguageCode: person.GetLanguageCode(), Office: person.GetOffice(),
			Username: person.GetUsername(), Department: person.GetDepartment(), OrganisationID: person.GetOrganisationId(),
			ReporterGroup: person.GetReporterGroup(),
			Revision:      head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
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
	return store.ReadPerson(ctx, c.Pool, name)
}
