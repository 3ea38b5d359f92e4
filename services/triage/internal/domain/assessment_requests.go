package domain

import (
	"slices"
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process/ticketevent"
)

// Message templates of the base profile for what the profile's own notifications do not name.
const (
	templatePriorityChanged   = "priority_changed"
	templatePriorityDoubted   = "priority_doubted"
	templateProcedureDeclared = "procedure_declared"
	templateProcedureUpdate   = "procedure_update"
	templateFixPlanned        = "fix_planned"
	templateReleaseAnnounced  = "release_announced"
)

// inWriting is how those are told who read; paged, those who are called (R50, R67).
var (
	inWriting = []string{"mail", "portal"}
	paged     = []string{"page"}
)

// assessmentRequests ask for the messages that follow from the rules on changes of priority, on doubt and on procedures, beside
// the profile's notifications. Who is asked to be told in the same words already is not asked again.
func (t Ticket) assessmentRequests(
	e *Event, facts *profilev1.TicketFacts, at time.Time,
) (more []*triagev1.NotificationRequest, err error) {
	switch e.Type {
	case ticketevent.Prioritised:
		more, err = t.priorityRequests(facts, at)
	case ticketevent.PriorityDoubted:
		more = []*triagev1.NotificationRequest{{
			Rule: "priority.in_doubt", Template: templatePriorityDoubted, Media: inWriting,
			Recipients: roleKeys(t.Desk.Process.Settings().GetPriority().GetInDoubt()),
		}}
	case ticketevent.DeclaredMajor, ticketevent.ProcedureDeclared:
		more = t.procedureRequests(templateProcedureDeclared, at)
	case ticketevent.ProcedureUpdated:
		more = t.procedureRequests(templateProcedureUpdate, at)
	}
	return asksMore(e.Payload.GetNotifications(), more), err
}

// priorityRequests tell whom the rules on the change name (R49, R50), by phone where they say so.
func (t Ticket) priorityRequests(facts *profilev1.TicketFacts, at time.Time) ([]*triagev1.NotificationRequest, error) {
	if facts.GetPriority() == facts.GetPreviousPriority() {
		return nil, nil
	}
	held, err := t.Desk.Process.PriorityChanges(facts)
	if err != nil {
		return nil, err
	}
	var requests []*triagev1.NotificationRequest
	for _, change := range held {
		told := roleKeys(change.Setting.GetToldRoles())
		for _, party := range change.Setting.GetToldParties() {
			told = append(told, "parties/"+party)
		}
		if len(told) > 0 {
			requests = append(requests, &triagev1.NotificationRequest{
				Rule: change.Why.Rule, Template: templatePriorityChanged, Media: inWriting, Recipients: sorted(told),
			})
		}
		if !change.Setting.GetByPhone() {
			continue
		}
		duty, found, err := t.Desk.Process.OnDuty(facts, at)
		if err != nil {
			return nil, err
		}
		if found {
			requests = append(requests, &triagev1.NotificationRequest{
				Rule: change.Why.Rule, Template: templatePriorityChanged, Media: paged, Chain: duty.Chain.GetId(),
			})
		}
	}
	return requests, nil
}

// procedureRequests tell those involved in the procedure that the step was about: the roles that declare, lead and end it, and
// the parties that have or answer for the ticket (R81, R113).
func (t Ticket) procedureRequests(template string, at time.Time) []*triagev1.NotificationRequest {
	run := lastRun(t.Facts, func(run *triagev1.ProcedureRun) bool { return run.GetUpdateTime().AsTime().Equal(at) })
	for _, procedure := range t.Desk.Process.Settings().GetProcedures() {
		if procedure.GetId() != run.GetProcedure() {
			continue
		}
		roles := append(slices.Clone(procedure.GetDeclaredBy()), procedure.GetStoodDownBy()...)
		if procedure.GetLedBy() != "" {
			roles = append(roles, procedure.GetLedBy())
		}
		told := append(roleKeys(roles), keysOf(t.Desk, t.Facts.GetHolderParty(), t.Facts.GetOwnerParty(), run.GetLead())...)
		return []*triagev1.NotificationRequest{{
			Rule: "procedures[" + procedure.GetId() + "]", Template: template, Media: inWriting, Recipients: sorted(told),
		}}
	}
	return nil
}

func roleKeys(roles []string) []string {
	keys := make([]string, len(roles))
	for i, role := range roles {
		keys[i] = "roles/" + role
	}
	return sorted(keys)
}

// asksMore leaves out whom other requests of the event tell the same, and the chain that another calls.
func asksMore(others, more []*triagev1.NotificationRequest) []*triagev1.NotificationRequest {
	var kept []*triagev1.NotificationRequest
	for _, request := range more {
		request.Recipients = slices.DeleteFunc(request.GetRecipients(), func(who string) bool {
			return slices.ContainsFunc(others, func(other *triagev1.NotificationRequest) bool {
				return other.GetTemplate() == request.GetTemplate() && slices.Contains(other.GetRecipients(), who)
			})
		})
		called := request.GetChain() != "" && slices.ContainsFunc(others, func(other *triagev1.NotificationRequest) bool {
			return other.GetChain() == request.GetChain()
		})
		if len(request.GetRecipients()) > 0 || request.GetChain() != "" && !called {
			kept = append(kept, request)
			others = append(slices.Clone(others), request)
		}
	}
	return kept
}

// toUsers leaves of what is asked only what goes to the ticket's own users.
func (t Ticket) toUsers(requests []*triagev1.NotificationRequest) []*triagev1.NotificationRequest {
	users := keysOf(t.Desk, t.Facts.GetReporter(), t.Facts.GetAffectedUser())
	return slices.DeleteFunc(requests, func(request *triagev1.NotificationRequest) bool {
		request.Recipients = slices.DeleteFunc(request.GetRecipients(), func(who string) bool { return !slices.Contains(users, who) })
		request.Chain = ""
		return len(request.GetRecipients()) == 0
	})
}

// withinSight leaves out of what is asked about a restricted ticket whoever does not see it: nobody is told what they may not
// read (R149). Who is on duty is called, and hears its number.
func (t Ticket) withinSight(requests []*triagev1.NotificationRequest) []*triagev1.NotificationRequest {
	if !t.Facts.GetRestricted() {
		return requests
	}
	seen := Audience(t.Desk, t.Facts)
	return slices.DeleteFunc(requests, func(request *triagev1.NotificationRequest) bool {
		request.Recipients = slices.DeleteFunc(request.GetRecipients(), func(who string) bool { return !slices.Contains(seen, who) })
		return len(request.GetRecipients()) == 0 && request.GetChain() == ""
	})
}
