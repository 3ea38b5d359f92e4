package api

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/grpc/codes"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/access"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// Persons serves bavn.intake.v1.PersonService.
type Persons struct {
	intakev1.UnimplementedPersonServiceServer
	Gate     *access.Gate
	Commands *command.Commands
	Pages    *Pages
}

// CreatePerson registers a person.
func (s *Persons) CreatePerson(ctx context.Context, r *intakev1.CreatePersonRequest) (*intakev1.Person, error) {
	if err := s.Gate.Desk(ctx, "CreatePerson", resourcename.Desk(r.GetParent()), nil); err != nil {
		return nil, err
	}
	return s.Commands.CreatePerson(ctx, r)
}

// GetPerson reads a person.
func (s *Persons) GetPerson(ctx context.Context, r *intakev1.GetPersonRequest) (*intakev1.Person, error) {
	if err := s.Gate.Contact(ctx, "GetPerson", resourcename.Desk(r.GetName()), resourcename.ID(r.GetName())); err != nil {
		return nil, err
	}
	return store.ReadPerson(ctx, s.Gate.Pool, r.GetName())
}

// BatchGetPersons reads several persons of one desk.
func (s *Persons) BatchGetPersons(
	ctx context.Context, r *intakev1.BatchGetPersonsRequest,
) (*intakev1.BatchGetPersonsResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	if err := s.Gate.Desk(ctx, "BatchGetPersons", desk, nil); err != nil {
		return nil, err
	}
	ids := make([]string, len(r.GetNames()))
	for i, name := range r.GetNames() {
		if resourcename.Desk(name) != desk {
			return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).
				Field(fmt.Sprintf("names[%d]", i), "person.other_desk")
		}
		ids[i] = resourcename.ID(name)
	}
	rows, err := store.New(s.Gate.Pool).GetPersons(ctx, store.GetPersonsParams{Desk: desk, Persons: ids})
	if err != nil {
		return nil, pg.Translate(err)
	}
	response := new(intakev1.BatchGetPersonsResponse)
	for _, row := range rows {
		response.Persons = append(response.Persons, row.Proto())
	}
	return response, nil
}

// UpdatePerson changes a person.
func (s *Persons) UpdatePerson(ctx context.Context, r *intakev1.UpdatePersonRequest) (*intakev1.Person, error) {
	name := r.GetPerson().GetName()
	if err := s.Gate.Contact(ctx, "UpdatePerson", resourcename.Desk(name), resourcename.ID(name)); err != nil {
		return nil, err
	}
	if slices.Contains(r.GetUpdateMask().GetPaths(), "reporter_group") { // R12: not for the person themself
		err := s.Gate.Desk(ctx, "CreatePerson", resourcename.Desk(name), nil)
		if fault.Is(err, fault.NotFound) { // who has no part in the desk and is this person
			return nil, fault.New(codes.PermissionDenied, fault.PermissionDenied)
		}
		if err != nil {
			return nil, err
		}
	}
	return s.Commands.UpdatePerson(ctx, r)
}

// ErasePerson erases a person and what was written for them.
func (s *Persons) ErasePerson(ctx context.Context, r *intakev1.ErasePersonRequest) (*intakev1.Person, error) {
	if err := s.Gate.Contact(ctx, "ErasePerson", resourcename.Desk(r.GetName()), resourcename.ID(r.GetName())); err != nil {
		return nil, err
	}
	return s.Commands.ErasePerson(ctx, r)
}

// ListPersons lists persons by id.
func (s *Persons) ListPersons(ctx context.Context, r *intakev1.ListPersonsRequest) (*intakev1.ListPersonsResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	if err := s.Gate.Desk(ctx, "ListPersons", desk, nil); err != nil {
		return nil, err
	}
	page, err := s.Pages.open(ctx, desk, "ListPersons", r.GetPageSize(), r.GetPageToken())
	if err != nil {
		return nil, err
	}
	rows, err := store.New(s.Gate.Pool).ListPersons(ctx, store.ListPersonsParams{Desk: desk, After: page.after, Size: page.size + 1})
	if err != nil {
		return nil, pg.Translate(err)
	}
	response := new(intakev1.ListPersonsResponse)
	for i, row := range rows {
		if int32(i) == page.size {
			response.NextPageToken = page.next(rows[i-1].Person)
			break
		}
		response.Persons = append(response.Persons, row.Proto())
	}
	return response, nil
}
