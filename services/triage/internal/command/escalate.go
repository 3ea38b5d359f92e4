package command

import (
	"context"
	"slices"

	"google.golang.org/grpc/codes"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// EscalateTicket turns to those who know more (R57) or to a manager (R58), by the ways that the profile has from here (R56).
func (c *Tickets) EscalateTicket(ctx context.Context, r *triagev1.EscalateTicketRequest) (*triagev1.Ticket, error) {
	desk := deskOf(r.GetName())
	if err := sameDesk(desk, field{"to", r.GetTo()}); err != nil {
		return nil, err
	}
	people, err := c.peopleOf(ctx, desk)
	if err != nil {
		return nil, err
	}
	chosen := func(s scene) (domain.Way, domain.Destination, error) {
		way, err := wayOf(s, r)
		if err != nil || way.To == nil {
			return way, domain.Destination{}, err
		}
		d, err := people.Destination(s.Ticket, way.To, s.at)
		return way, d, err
	}
	return c.change(ctx, call{
		action: "EscalateTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
		arm: c.Writer.armIfOffered,
		also: func(s scene) ([]call, error) {
			way, d, err := chosen(s)
			if err != nil || way.To == nil {
				return nil, err
			}
			return sends(s, d), nil
		},
	}, func(s scene) (domain.Outcome, error) {
		way, d, err := chosen(s)
		if err != nil {
			return domain.Outcome{}, err
		}
		reason := text(domain.TextReason, r.GetReason())
		record := &triagev1.EscalationRecord{Rule: way.Setting.GetId(), EscalatedBy: s.by, Roles: way.Setting.GetRoles()}
		if way.To == nil {
			record.Hierarchical, record.Person = true, people.Manager(s.Desk, record.GetRoles())
			return s.Escalate(record, reason, s.at)
		}
		record.To = d.Name(s.Desk)
		sent, err := s.SendBy(way.Why, d, reason, s.by, s.at, c.OfferLapse)
		if err != nil {
			return domain.Outcome{}, err
		}
		return sent.Then(func(t domain.Ticket) (domain.Outcome, error) { return t.Escalate(record, reason, s.at) })
	})
}

// wayOf is the one way that the caller means. Where there is none, or more than one, the refusal names those that exist.
func wayOf(s scene, r *triagev1.EscalateTicketRequest) (domain.Way, error) {
	if err := s.byProfile(); err != nil {
		return domain.Way{}, err
	}
	kind := profilev1.EscalationKind_ESCALATION_KIND_FUNCTIONAL
	if r.GetHierarchical() {
		kind = profilev1.EscalationKind_ESCALATION_KIND_HIERARCHICAL
	}
	ways, err := s.Ways(kind, s.at)
	if err != nil {
		return domain.Way{}, err
	}
	meant := slices.DeleteFunc(slices.Clone(ways), func(w domain.Way) bool {
		return r.GetRule() != "" && w.Setting.GetId() != r.GetRule() ||
			r.GetTo() != "" && (w.To == nil || w.Place() != s.Desk.Key(r.GetTo()))
	})
	if len(meant) == 1 {
		return meant[0], nil
	}
	f := fault.New(codes.FailedPrecondition, NoSuchEscalation).Meta("profile_version", s.Desk.Process.Version())
	if len(ways) == 0 {
		return domain.Way{}, f.Violation("PROFILE", "escalations", "the process has no such way on from who has the ticket now")
	}
	for _, way := range ways {
		f = f.Violation("PROFILE", way.Why.Rule, "choose "+way.String())
	}
	return domain.Way{}, f
}

// Complain has a named manager told, who answers for it (R58).
func (c *Tickets) Complain(ctx context.Context, r *triagev1.ComplainRequest) (*triagev1.Ticket, error) {
	people, err := c.peopleOf(ctx, deskOf(r.GetName()))
	if err != nil {
		return nil, err
	}
	return c.change(ctx, call{
		action: "Complain", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if err := s.byProfile(); err != nil {
			return domain.Outcome{}, err
		}
		rule, roles, err := s.Complaints(s.at)
		if err != nil {
			return domain.Outcome{}, err
		}
		return s.Complain(&triagev1.EscalationRecord{
			Rule: rule, Hierarchical: true, Complaint: true, Roles: roles, Person: people.Manager(s.Desk, roles), EscalatedBy: s.by,
		}, text(domain.TextReason, r.GetReason()), s.at)
	})
}

// AnswerEscalation says what was done about an escalation or complaint (R58).
func (c *Tickets) AnswerEscalation(ctx context.Context, r *triagev1.AnswerEscalationRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "AnswerEscalation", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.AnswerEscalation(r.GetNumber(), text(domain.TextReason, r.GetNote()), s.by, s.at)
	})
}
