package command

import (
	"context"
	"strings"

	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// AssignTicket gives the ticket to a group or person within the holding party (R54).
func (c *Tickets) AssignTicket(ctx context.Context, r *triagev1.AssignTicketRequest) (*triagev1.Ticket, error) {
	desk := deskOf(r.GetName())
	if err := sameDesk(desk, field{"group", r.GetGroup()}, field{"assignee", r.GetAssignee()}); err != nil {
		return nil, err
	}
	missing, err := c.missingPlace(ctx, field{"group", r.GetGroup()})
	if err != nil {
		return nil, err
	}
	assignee, err := c.membershipsOf(ctx, r.GetAssignee())
	if err != nil {
		return nil, err
	}
	return c.change(ctx, call{
		action: "AssignTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		party, group := s.Facts.GetHolderParty(), r.GetGroup()
		switch {
		case missing != nil:
			return domain.Outcome{}, missing
		case group != "" && !strings.HasPrefix(group, party+"/groups/"):
			return domain.Outcome{}, fault.Missing("group")
		}
		if group == "" {
			group = s.Facts.GetHolderGroup()
		}
		if r.GetAssignee() != "" && !domain.WorksIn(assignee, party, group) {
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
	return c.Members.Of(ctx, resourcename.Desk(person), resourcename.ID(person))
}

// missingPlace refuses the first of the fields that names a party or group which does not exist. It is asked before the
// transaction begins, for it may need a connection of its own; the refusal is given by the decision alone, after the caller was
// found to see the ticket: whoever may not see it hears NOT_FOUND whatever they name.
func (c *Tickets) missingPlace(ctx context.Context, places ...field) (refusal, err error) {
	for _, place := range places {
		if place.name == "" {
			continue
		}
		desk := domain.Desk{Name: deskOf(place.name)}
		exists, err := c.Known.Place(ctx, resourcename.ID(desk.Name), desk.Key(place.name))
		if err != nil {
			return nil, err
		}
		if !exists {
			return fault.Missing(place.path), nil
		}
	}
	return nil, nil
}

func notAMember(field string) error {
	return fault.New(codes.FailedPrecondition, NotAMember).
		Violation("MEMBERSHIP", "life-cycle/"+field, "name an agent of the party, or of the group, that the ticket goes to")
}
