package command

import (
	"context"
	"slices"
	"strings"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// PrioritiseTicket says how much it hurts and how urgent it is, or sets the priority by hand (R45-R50).
func (c *Assessments) PrioritiseTicket(ctx context.Context, r *triagev1.PrioritiseTicketRequest) (*triagev1.Ticket, error) {
	reason := text(domain.TextReason, r.GetReason())
	if r.GetPriority() != "" && reason.Blank() {
		return nil, invalid("reason.text", "required")
	}
	judgement := domain.Judgement{
		Impact: r.GetImpact(), Urgency: r.GetUrgency(), Priority: r.GetPriority(), ByRules: r.GetByRules(),
	}
	return c.Tickets.change(ctx, call{
		action: "PrioritiseTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if err := s.byProfile(); err != nil {
			return domain.Outcome{}, err
		}
		if err := unfit("", s.unfitJudgement(judgement)); err != nil {
			return domain.Outcome{}, err
		}
		judged := judgement
		judged.Settles = s.decidesInDoubt()
		outcome, err := s.Prioritise(judged, reason, s.at)
		if err != nil {
			return domain.Outcome{}, err
		}
		return outcome, s.mayPrioritise(outcome.Ticket)
	})
}

func (s scene) unfitJudgement(j domain.Judgement) []domain.Unfit {
	unfit := s.Desk.Unfit(&triagev1.Assessment{Urgency: j.Urgency})
	if s.Desk.UnfitImpact(j.Impact) {
		unfit = append(unfit, domain.Unfit{Field: "impact", Rule: domain.UnknownToProfile})
	}
	if _, known := s.Desk.Process.Rank(j.Priority); j.Priority != "" && !known {
		unfit = append(unfit, domain.Unfit{Field: "priority", Rule: domain.UnknownToProfile})
	}
	return unfit
}

// decidesInDoubt reports whether the caller is one of those who are asked in doubt (R51): the authority has the last word.
func (s scene) decidesInDoubt() bool {
	return s.holds(s.Desk.Process.Settings().GetPriority().GetInDoubt())
}

// mayPrioritise asks the profile's rules on the change whether the caller may make it (R49).
func (s scene) mayPrioritise(after domain.Ticket) error {
	changes, _, err := s.ChangesOfPriority(after, s.at)
	if err != nil || s.decidesInDoubt() {
		return err
	}
	for _, change := range changes {
		if !s.mayChange(change.Setting) {
			return s.notFor(change.Why.Rule, "the priority is changed by "+whose(change.Setting))
		}
	}
	return nil
}

// mayChange reports whether the caller is of a party that may, while it has the ticket, and has a role that may.
func (s scene) mayChange(rule *profilev1.PriorityChange) bool {
	holder := strings.TrimPrefix(s.Desk.Key(s.Facts.GetHolderParty()), "parties/")
	acting := slices.Contains(s.caller.Parts(&s.Ticket), process.HolderAgent) && slices.Contains(rule.GetByParties(), holder)
	return (len(rule.GetByParties()) == 0 || acting) && (len(rule.GetByRoles()) == 0 || s.holds(rule.GetByRoles()))
}

func whose(rule *profilev1.PriorityChange) string {
	var parts []string
	if parties := rule.GetByParties(); len(parties) > 0 {
		parts = append(parts, strings.Join(parties, ", ")+" while they have the ticket")
	}
	if roles := rule.GetByRoles(); len(roles) > 0 {
		parts = append(parts, strings.Join(roles, ", "))
	}
	return strings.Join(parts, ", with the role ")
}

// DoubtPriority doubts the priority and asks those who decide in doubt (R51).
func (c *Assessments) DoubtPriority(ctx context.Context, r *triagev1.DoubtPriorityRequest) (*triagev1.Ticket, error) {
	return c.Tickets.change(ctx, call{
		action: "DoubtPriority", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if err := s.byProfile(); err != nil {
			return domain.Outcome{}, err
		}
		return s.DoubtPriority(text(domain.TextReason, r.GetReason()), s.at)
	})
}
