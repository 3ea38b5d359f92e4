package command

import (
	"context"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// categories are the fields of an assessment that CategoriseTicket says; the others have calls of their own.
var categories = []protoreflect.Name{
	"kind", "category", "contract_category", "customer_group", "reporter_group", "business_service", "found_by", "channel", "urgent",
	"affects_users", "large_business_impact", "security_suspected", "it_security_breach", "data_security_breach",
	"personal_data_breach", "significant_incident",
}

// CategoriseTicket says what a ticket is (R29, R37, R42, R44).
func (c *Assessments) CategoriseTicket(ctx context.Context, r *triagev1.CategoriseTicketRequest) (*triagev1.Ticket, error) {
	said := r.GetAssessment()
	if err := sameDesk(deskOf(r.GetName()), field{"assessment.found_by", said.GetFoundBy()}); err != nil {
		return nil, err
	}
	changed, err := categoriesIn(r)
	if err != nil {
		return nil, err
	}
	return c.Tickets.change(ctx, call{
		action: "CategoriseTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if err := s.byProfile(); err != nil {
			return domain.Outcome{}, err
		}
		if err := unfit("assessment.", s.Desk.Unfit(said)); err != nil {
			return domain.Outcome{}, err
		}
		outcome, err := s.Categorise(func(a *triagev1.Assessment) { copyFields(a, said, changed) }, s.at)
		if err != nil {
			return domain.Outcome{}, err
		}
		return outcome, s.mayLift(outcome.Ticket)
	})
}

// mayLift lets only those who see restricted tickets by their role say that one need not be restricted any more (R149).
func (s scene) mayLift(after domain.Ticket) error {
	lifted, err := s.Lifts(after, s.at)
	if err != nil {
		return err
	}
	for _, restriction := range lifted {
		if !s.holds(restriction.Setting.GetVisibleTo()) {
			return s.notFor(restriction.Why.Rule, "somebody with a role that sees restricted tickets takes the restriction away")
		}
	}
	return nil
}

// categoriesIn are the fields that change: those of the mask, or without one those that are given.
func categoriesIn(r *triagev1.CategoriseTicketRequest) ([]protoreflect.FieldDescriptor, error) {
	said := r.GetAssessment().ProtoReflect()
	fields := said.Descriptor().Fields()
	var changed []protoreflect.FieldDescriptor
	for _, path := range r.GetUpdateMask().GetPaths() {
		if !slices.Contains(categories, protoreflect.Name(path)) {
			return nil, invalid("update_mask", "update_mask.path")
		}
		changed = append(changed, fields.ByName(protoreflect.Name(path)))
	}
	if len(r.GetUpdateMask().GetPaths()) > 0 {
		return changed, nil
	}
	for i := range fields.Len() {
		if f := fields.Get(i); said.Has(f) {
			if !slices.Contains(categories, f.Name()) {
				return nil, invalid("assessment."+string(f.Name()), "assessment.elsewhere")
			}
			changed = append(changed, f)
		}
	}
	if len(changed) == 0 {
		return nil, invalid("assessment", "required")
	}
	return changed, nil
}

func copyFields(to, from proto.Message, fields []protoreflect.FieldDescriptor) {
	into, out := to.ProtoReflect(), from.ProtoReflect()
	for _, f := range fields {
		if out.Has(f) {
			into.Set(f, out.Get(f))
		} else {
			into.Clear(f)
		}
	}
}
