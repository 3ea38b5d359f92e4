package api

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// reader finds who reads a desk's directory, and refuses those whom it does not concern. in is the field of the request that
// names the desk.
func (r *Reads) reader(ctx context.Context, desk, action, in string) (*access.Caller, error) {
	caller, err := r.Access.Caller(ctx, desk)
	if err != nil {
		return nil, err
	}
	if caller.Person != "" && !caller.Set.Member() {
		caller.Concerned, err = store.New(r.Pool).IsConcerned(ctx, store.IsConcernedParams{
			Desk: resourcename.Desk(desk), Key: "persons/" + caller.Person,
		})
		if err != nil {
			return nil, err
		}
	}
	return caller, r.Access.Desk(ctx, caller, action, in)
}

// GetDesk reads a desk.
func (d *Directory) GetDesk(ctx context.Context, r *triagev1.GetDeskRequest) (*triagev1.Desk, error) {
	if _, err := d.Reads.reader(ctx, r.GetName(), "GetDesk", "name"); err != nil {
		return nil, err
	}
	row, err := store.New(d.Reads.Pool).ReadDesk(ctx, strings.TrimPrefix(r.GetName(), "desks/"))
	if errors.Is(err, pgx.ErrNoRows) { // only a service comes this far
		return nil, fault.Missing("name")
	}
	if err != nil {
		return nil, err
	}
	return d.Reads.desk(row), nil
}

// desk is a desk as it is shown: with the version of its profile that is in force here.
func (r *Reads) desk(row store.Desk) *triagev1.Desk {
	desk := row.Proto()
	if p, found := r.Profiles.Of(row.Profile); found {
		desk.ProfileVersion = p.Version()
	}
	return desk
}

// ListDesks lists the desks that the caller has a part or a ticket in; a service sees all.
func (d *Directory) ListDesks(ctx context.Context, r *triagev1.ListDesksRequest) (*triagev1.ListDesksResponse, error) {
	caller, err := d.Reads.Access.Caller(ctx, "")
	if err != nil {
		return nil, err
	}
	if err := d.Reads.Access.Installation(ctx, caller, "ListDesks"); err != nil {
		return nil, err
	}
	var visible []string
	if caller.Person != "" {
		if visible, err = d.Reads.desksOf(ctx, caller.Person); err != nil {
			return nil, err
		}
	}
	page, err := d.Reads.openPage(caller, triagev1.DirectoryService_ListDesks_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	rows, err := store.New(d.Reads.Pool).ListDesks(ctx, store.ListDesksParams{
		Visible: visible, AllOfThem: caller.Person == "", After: page.after, Limit: page.limit(),
	})
	if err != nil {
		return nil, err
	}
	answer := &triagev1.ListDesksResponse{}
	rows, answer.NextPageToken = closePage(&page, rows, func(row store.Desk) string { return row.Desk })
	for _, row := range rows {
		answer.Desks = append(answer.Desks, d.Reads.desk(row))
	}
	return answer, nil
}

// desksOf are the desks that somebody has a part in, and those where a ticket shows itself to them.
func (r *Reads) desksOf(ctx context.Context, person string) ([]string, error) {
	as, err := r.Members.Desks(ctx, person)
	if err != nil {
		return nil, err
	}
	reported, err := store.New(r.Pool).DesksOf(ctx, "persons/"+person)
	return append(as, reported...), err
}

// ListParties lists the parties of a desk.
func (d *Directory) ListParties(ctx context.Context, r *triagev1.ListPartiesRequest) (*triagev1.ListPartiesResponse, error) {
	caller, err := d.Reads.reader(ctx, r.GetParent(), "ListParties", "parent")
	if err != nil {
		return nil, err
	}
	page, err := d.Reads.openPage(caller, triagev1.DirectoryService_ListParties_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	rows, err := store.New(d.Reads.Pool).ListParties(ctx, store.ListPartiesParams{
		Desk: strings.TrimPrefix(r.GetParent(), "desks/"), After: page.after, Limit: page.limit(),
	})
	if err != nil {
		return nil, err
	}
	answer := &triagev1.ListPartiesResponse{}
	rows, answer.NextPageToken = closePage(&page, rows, func(row store.Party) string { return row.Party })
	for _, row := range rows {
		answer.Parties = append(answer.Parties, row.Proto())
	}
	return answer, nil
}

// ListGroups lists the groups of a party, or with "-" those of all parties.
func (d *Directory) ListGroups(ctx context.Context, r *triagev1.ListGroupsRequest) (*triagev1.ListGroupsResponse, error) {
	desk, party, _ := strings.Cut(r.GetParent(), "/parties/")
	caller, err := d.Reads.reader(ctx, desk, "ListGroups", "parent")
	if err != nil {
		return nil, err
	}
	page, err := d.Reads.openPage(caller, triagev1.DirectoryService_ListGroups_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	of := "parties/" + party
	if party == "-" {
		of = ""
	} else if exists, err := d.Reads.Known.Place(ctx, strings.TrimPrefix(desk, "desks/"), of); err != nil {
		return nil, err
	} else if !exists {
		return nil, fault.Missing("parent")
	}
	rows, err := store.New(d.Reads.Pool).ListGroups(ctx, store.ListGroupsParams{
		Desk: strings.TrimPrefix(desk, "desks/"), Party: of, After: page.after, Limit: page.limit(),
	})
	if err != nil {
		return nil, err
	}
	answer := &triagev1.ListGroupsResponse{}
	rows, answer.NextPageToken = closePage(&page, rows, func(row store.Group) string { return row.Group })
	for _, row := range rows {
		answer.Groups = append(answer.Groups, row.Proto())
	}
	return answer, nil
}

// ListMemberships lists memberships, of one person or party where one is named.
func (d *Directory) ListMemberships(
	ctx context.Context, r *triagev1.ListMembershipsRequest,
) (*triagev1.ListMembershipsResponse, error) {
	caller, err := d.Reads.reader(ctx, r.GetParent(), "ListMemberships", "parent")
	if err != nil {
		return nil, err
	}
	page, err := d.Reads.openPage(caller, triagev1.DirectoryService_ListMemberships_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	rows, err := store.New(d.Reads.Pool).ListMemberships(ctx, store.ListMembershipsParams{
		Desk:   strings.TrimPrefix(r.GetParent(), "desks/"),
		Person: strings.TrimPrefix(r.GetPerson(), r.GetParent()+"/persons/"),
		Party:  strings.TrimPrefix(r.GetParty(), r.GetParent()+"/parties/"),
		After:  page.after, Limit: page.limit(),
	})
	if err != nil {
		return nil, err
	}
	answer := &triagev1.ListMembershipsResponse{Memberships: make([]*commonv1.Membership, 0, len(rows))}
	rows, answer.NextPageToken = closePage(&page, rows, func(row store.Membership) string { return row.Membership })
	for _, row := range rows {
		answer.Memberships = append(answer.Memberships, row.Proto())
	}
	return answer, nil
}
