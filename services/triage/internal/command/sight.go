package command

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// GrantSight lets a person or party see a restricted ticket (R149).
func (c *Assessments) GrantSight(ctx context.Context, r *triagev1.GrantSightRequest) (*triagev1.Ticket, error) {
	if err := sameDesk(deskOf(r.GetName()), field{"who", r.GetWho()}); err != nil {
		return nil, err
	}
	nobody, err := c.Tickets.somebody(ctx, field{"who", r.GetWho()})
	if err != nil {
		return nil, err
	}
	return c.Tickets.change(ctx, call{
		action: "GrantSight", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if err := cmp.Or(s.mayLetIn(), nobody); err != nil {
			return domain.Outcome{}, err
		}
		return s.GrantSight(r.GetWho(), text(domain.TextReason, r.GetReason()), s.at)
	})
}

// RevokeSight takes that away again, of what was before as well.
func (c *Assessments) RevokeSight(ctx context.Context, r *triagev1.RevokeSightRequest) (*triagev1.Ticket, error) {
	if err := sameDesk(deskOf(r.GetName()), field{"who", r.GetWho()}); err != nil {
		return nil, err
	}
	return c.Tickets.change(ctx, call{
		action: "RevokeSight", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if err := s.mayLetIn(); err != nil {
			return domain.Outcome{}, err
		}
		return s.RevokeSight(r.GetWho(), text(domain.TextReason, r.GetReason()), s.at)
	})
}

// mayLetIn lets those decide who else sees the ticket who see it by their role or work on it; not those who were let in.
func (s scene) mayLetIn() error {
	f := s.Facts
	if !f.GetRestricted() || s.holds(f.GetVisibleTo()) || s.by != "" && slices.Contains([]string{
		f.GetAssignee(),
		f.GetOwner(),
	}, s.by) {
		return nil
	}
	if err := s.byProfile(); err != nil {
		return err
	}
	return s.notFor("restrictions",
		"somebody who works on it, or with one of the roles "+strings.Join(f.GetVisibleTo(), ", ")+", lets others in")
}

// somebody finds a party that the desk does not have, or a person without a part in it: nobody would be let in by a misspelt
// name. Like missingPlace it is asked before the transaction begins, and what it refuses is said by the decision.
func (c *Tickets) somebody(ctx context.Context, who field) (refusal, err error) {
	if who.name == "" {
		return nil, nil
	}
	if strings.Contains(who.name, "/parties/") {
		return c.missingPlace(ctx, who)
	}
	set, err := c.Members.Of(ctx, resourcename.ID(deskOf(who.name)), resourcename.ID(who.name))
	if err != nil || set.Member() {
		return nil, err
	}
	return fault.New(codes.FailedPrecondition, NotAMember).
		Violation("MEMBERSHIP", "desk/member", "name a person with a part in the desk"), nil
}
