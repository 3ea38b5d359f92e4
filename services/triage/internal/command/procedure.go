package command

import (
	"cmp"
	"context"
	"strings"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// DeclareProcedure declares a process of its own for a grave ticket (R113-R115).
func (c *Assessments) DeclareProcedure(ctx context.Context, r *triagev1.DeclareProcedureRequest) (*triagev1.Ticket, error) {
	if err := sameDesk(deskOf(r.GetName()), field{"lead", r.GetLead()}); err != nil {
		return nil, err
	}
	nobody, err := c.Tickets.somebody(ctx, field{"lead", r.GetLead()})
	if err != nil {
		return nil, err
	}
	return c.Tickets.change(ctx, call{
		action: "DeclareProcedure", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if err := cmp.Or(s.mayRun(process.DeclareProcedure, r.GetProcedure(), "declared_by"), nobody); err != nil {
			return domain.Outcome{}, err
		}
		return s.DeclareProcedure(r.GetProcedure(), r.GetLead(), text(domain.TextReason, r.GetReason()), s.at)
	})
}

// InformProcedure tells those involved how it stands.
func (c *Assessments) InformProcedure(ctx context.Context, r *triagev1.InformProcedureRequest) (*triagev1.Ticket, error) {
	if err := sameDesk(deskOf(r.GetName()), field{"lead", r.GetLead()}); err != nil {
		return nil, err
	}
	nobody, err := c.Tickets.somebody(ctx, field{"lead", r.GetLead()})
	if err != nil {
		return nil, err
	}
	return c.Tickets.change(ctx, call{
		action: "InformProcedure", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if err := cmp.Or(s.mayRun(process.InformProcedure, r.GetProcedure(), "led_by"), nobody); err != nil {
			return domain.Outcome{}, err
		}
		return s.InformProcedure(r.GetProcedure(), r.GetLead(), text(domain.TextUpdate, r.GetUpdate()), s.at)
	})
}

// StandDownProcedure ends a procedure.
func (c *Assessments) StandDownProcedure(ctx context.Context, r *triagev1.StandDownProcedureRequest) (*triagev1.Ticket, error) {
	return c.Tickets.change(ctx, call{
		action: "StandDownProcedure", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if err := s.mayRun(process.StandDownProcedure, r.GetProcedure(), "stood_down_by"); err != nil {
			return domain.Outcome{}, err
		}
		return s.StandDownProcedure(r.GetProcedure(), text(domain.TextReason, r.GetReason()), s.at)
	})
}

// ReviewProcedure records the review that follows.
func (c *Assessments) ReviewProcedure(ctx context.Context, r *triagev1.ReviewProcedureRequest) (*triagev1.Ticket, error) {
	return c.Tickets.change(ctx, call{
		action: "ReviewProcedure", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if err := s.mayRun(process.ReviewProcedure, r.GetProcedure(), "stood_down_by"); err != nil {
			return domain.Outcome{}, err
		}
		return s.ReviewProcedure(r.GetProcedure(), text(domain.TextReview, r.GetReview()), s.at)
	})
}

// mayRun refuses a procedure that the profile does not have, and whoever has none of the roles that it names for the step.
func (s scene) mayRun(step process.Step, id, setting string) error {
	if err := s.byProfile(); err != nil {
		return err
	}
	for _, procedure := range s.Desk.Process.Settings().GetProcedures() {
		if procedure.GetId() != id {
			continue
		}
		roles := domain.RunBy(step, procedure)
		if s.holds(roles) {
			return nil
		}
		return s.notFor("procedures["+id+"]."+setting, "somebody with one of the roles "+strings.Join(roles, ", ")+" does this")
	}
	return invalid("procedure", domain.UnknownToProfile)
}
