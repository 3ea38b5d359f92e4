package command

import (
	"context"
	"strings"

	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// AssignTicket gives the ticket to a group or person within the holding party (R54).
func (c *Tickets) AssignTicket(ctx context.Context, r *triagev1.AssignTicketRequest) (*triagev1.Ticket, error) {
	desk := deskOf(r.GetName())
	if err := sameDesk(desk, field{"group", r.GetGroup()}, field{"assignee", r.GetAssignee()}); err != nil {
		return nil, err
	}
	groupExists := true
	if r.GetGroup() != "" {
		var err error
		if groupExists, err = c.placeExists(ctx, desk, r.GetGroup()); err != nil {
			return nil, err
		}
	}
	assignee, err := c.membershipsOf(ctx, r.GetAssignee())
	if err != nil {
		return nil, err
	}
	return c.change(ctx, call{
		action: "AssignTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		party, group := s.Facts.GetHolderParty(), r.GetGroup()
		if group != "" && (!groupExists || !strings.HasPrefix(group, party+"/groups/")) {
			return domain.Outcome{}, notFound
		}
		if group == "" {
			group = s.Facts.GetHolderGroup()
		}
		if r.GetAssignee() != "" && !access.WorksIn(assignee, party, group) {
			return domain.Outcome{}, notAMember("assignee")
		}
		return s.Assign(r.GetGroup(), r.GetAssignee(), s.at)
	})
}

// membershipsOf reads what a person is, before the transaction begins: it may need a connection of its own.
func (c *Tickets) membershipsOf(ctx context.Context, person string) (membership.Set, error) {
	if person == "" {
		return membership.Set{}, nil
	}
	return c.Members.Of(ctx, id(deskOf(person)), id(person))
}

// placeExists reports whether a party, or a group where one is named, exists. Nothing is asked of no place.
func (c *Tickets) placeExists(ctx context.Context, party, group string) (bool, error) {
	desk := domain.Desk{Name: deskOf(party)}
	return c.Known.Place(ctx, id(desk.Name), desk.Key(party), desk.Key(group))
}

func notAMember(field string) error {
	return fault.New(codes.FailedPrecondition, NotAMember).
		Violation("MEMBERSHIP", "life-cycle/"+field, "name an agent of the party, or of the group, that the ticket goes to")
}
