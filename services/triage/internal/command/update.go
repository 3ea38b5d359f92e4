package command

import (
	"context"
	"slices"

	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// UpdateTicket changes title, impact, priority, labels, or who of the owner's party follows the ticket (R59).
func (c *Tickets) UpdateTicket(ctx context.Context, r *triagev1.UpdateTicketRequest) (*triagev1.Ticket, error) {
	name := r.GetTicket().GetName()
	if !ticketName.MatchString(name) {
		return nil, invalid("ticket.name", "string.pattern")
	}
	update, err := updateOf(r)
	if err != nil {
		return nil, err
	}
	owner, err := c.ownerNamed(ctx, name, update)
	if err != nil {
		return nil, err
	}
	return c.change(ctx, call{
		action: "UpdateTicket", ticket: name, etag: r.GetTicket().GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if s.Desk.Process != nil {
			if err := unfit("", besideTheRules(update)); err != nil {
				return domain.Outcome{}, err
			}
		}
		if err := s.mayName(update, owner); err != nil {
			return domain.Outcome{}, err
		}
		return s.Update(update, s.at)
	})
}

// besideTheRules are the fields that follow from the rules of a desk's profile: there is no way around PrioritiseTicket
// (R45-R50).
func besideTheRules(u domain.Update) []domain.Unfit {
	var fields []domain.Unfit
	if u.Impact != nil {
		fields = append(fields, domain.Unfit{Field: "ticket.impact", Rule: "profile.prioritise"})
	}
	if u.Priority != nil {
		fields = append(fields, domain.Unfit{Field: "ticket.priority", Rule: "profile.prioritise"})
	}
	return fields
}

// ownerNamed reads what the person does whom the change names as the one who follows the ticket.
func (c *Tickets) ownerNamed(ctx context.Context, ticket string, u domain.Update) (membership.Set, error) {
	if u.Owner == nil {
		return membership.Set{}, nil
	}
	if err := sameDesk(deskOf(ticket), field{"ticket.owner", *u.Owner}); err != nil {
		return membership.Set{}, err
	}
	return c.membershipsOf(ctx, *u.Owner)
}

// mayName: the party that answers for the ticket says who of its own follows it (R59).
func (s scene) mayName(u domain.Update, owner membership.Set) error {
	switch {
	case u.Owner == nil:
		return nil
	case !slices.Contains(s.caller.Parts(&s.Ticket), process.OwnerAgent):
		return fault.New(codes.PermissionDenied, fault.PermissionDenied)
	case *u.Owner != "" && !access.AnswersFor(owner, s.Facts.GetOwnerParty()):
		return notAMember("owner")
	}
	return nil
}

// updateOf reads the fields that the mask names. A field outside the contract's list is refused, and so is an empty mask: it
// would mean "everything", which nobody may change.
func updateOf(r *triagev1.UpdateTicketRequest) (domain.Update, error) {
	t, paths := r.GetTicket(), r.GetUpdateMask().GetPaths()
	if len(paths) == 0 {
		return domain.Update{}, invalid("update_mask", "required")
	}
	var u domain.Update
	for _, path := range slices.Compact(slices.Sorted(slices.Values(paths))) {
		switch path {
		case "title":
			u.Title = &domain.Text{Name: domain.TextTitle, Text: t.GetTitle()}
			if u.Title.Blank() {
				return domain.Update{}, invalid("ticket.title", "required")
			}
		case "impact":
			impact := t.GetImpact()
			u.Impact = &impact
		case "priority":
			priority := t.GetPriority()
			u.Priority = &priority
		case "owner":
			owner := t.GetOwner()
			u.Owner = &owner
		case "labels":
			labels := t.GetLabels()
			u.Labels = &labels
		default:
			return domain.Update{}, invalid("update_mask", "update_mask.path")
		}
	}
	return u, nil
}
