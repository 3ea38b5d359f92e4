package resilience

import (
	"slices"
	"strings"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// rule says who is told of an event, written down here a second time: what notify should have done is not asked of notify.
type rule struct {
	name string
	to   func(t *triagev1.Ticket, actor string) string
}

var (
	toReporter = func(t *triagev1.Ticket, _ string) string { return t.GetReporter() }
	toAffected = func(t *triagev1.Ticket, _ string) string { return t.GetAffectedUser() }
	// Who works hears nothing of what they did themselves.
	toAssignee = func(t *triagev1.Ticket, actor string) string { return unless(actor, t.GetAssignee()) }
	toOwner    = func(t *triagev1.Ticket, actor string) string { return unless(actor, t.GetOwner()) }
	// The group that lives hand tickets over to has one member.
	toReceiver = func(*triagev1.Ticket, string) string { return house.Person(house.Lars) }
)

func unless(actor, person string) string {
	if person == actor {
		return ""
	}
	return person
}

// rules of the events that lives are made of, in the order in which they count; other events have none.
var rules = map[string][]rule{
	"ticket.work_started":       {{"work_started.reporter", toReporter}, {"work_started.affected_user", toAffected}},
	"ticket.hand_over_offered":  {{"hand_over_offered.receivers", toReceiver}},
	"ticket.handed_over":        {{"handed_over.owner", toOwner}, {"handed_over.assignee", toAssignee}},
	"ticket.hand_over_declined": {{"hand_over_declined.assignee", toAssignee}, {"hand_over_declined.owner", toOwner}},
	"ticket.held":               {{"held.reporter", toReporter}, {"held.affected_user", toAffected}},
	"ticket.resolved": {
		{"resolved.reporter", toReporter}, {"resolved.affected_user", toAffected}, {"solution_to_check.owner", toOwner},
	},
	"ticket.solution_rejected": {
		{"reopened.reporter", toReporter},
		{"reopened.affected_user", toAffected},
		{"solution_rejected.assignee", toAssignee},
		{"solution_rejected.owner", toOwner},
	},
	"ticket.closed":    {{"closed.reporter", toReporter}, {"closed.affected_user", toAffected}},
	"ticket.cancelled": {{"cancelled.reporter", toReporter}, {"cancelled.affected_user", toAffected}},
}

// message is one that the ledger must have.
type message struct {
	Ticket    string
	Revision  int64
	Rule      string
	Recipient string
}

// messagesOf are those that an event makes: each person is told once, by the first rule that names them.
func messagesOf(e *event) ([]message, error) {
	if len(rules[e.GetType()]) == 0 {
		return nil, nil
	}
	payload := new(triagev1.TicketEvent)
	if err := e.GetPayload().UnmarshalTo(payload); err != nil {
		return nil, err
	}
	var messages []message
	for _, r := range rules[e.GetType()] {
		recipient := lastPart(r.to(payload.GetTicket(), e.GetActor().GetPerson()))
		told := slices.ContainsFunc(messages, func(m message) bool { return m.Recipient == recipient })
		if recipient != "" && !told {
			messages = append(messages, message{lastPart(e.resource), e.revision, r.name, recipient})
		}
	}
	return messages, nil
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
