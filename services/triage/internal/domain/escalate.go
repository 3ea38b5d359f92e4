package domain

import (
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/process/ticketevent"
)

// MaxEscalations is how many escalations and complaints a ticket can have.
const MaxEscalations = 32

// TooManyEscalations refuses the next one.
type TooManyEscalations struct{}

// Error makes it an error.
func (TooManyEscalations) Error() string {
	return "the ticket has all the escalations that it can have"
}

// NoOpenEscalation refuses an answer that nobody waits for.
type NoOpenEscalation struct{}

// Error makes it an error.
func (NoOpenEscalation) Error() string { return "nobody waits for an answer to this escalation" }

// Escalate turns to those of the record (R57, R58) and has them told. It moves nothing: where the work goes on, SendOn was
// before.
func (t Ticket) Escalate(record *triagev1.EscalationRecord, reason Text, at time.Time) (Outcome, error) {
	return t.turnTo(process.Escalate, ticketevent.Escalated, record, reason, at)
}

// Complain turns to a manager because reporter or agent complains (R58).
func (t Ticket) Complain(record *triagev1.EscalationRecord, reason Text, at time.Time) (Outcome, error) {
	return t.turnTo(process.Complain, ticketevent.Complained, record, reason, at)
}

func (t Ticket) turnTo(
	step process.Step, eventType string, record *triagev1.EscalationRecord, reason Text, at time.Time,
) (Outcome, error) {
	facts := t.facts()
	facts.Reason = !reason.Blank()
	if _, rejection := process.Permit(step, facts); rejection != nil {
		return Outcome{}, rejection
	}
	if len(t.Facts.GetEscalations()) >= MaxEscalations {
		return Outcome{}, TooManyEscalations{}
	}
	c := t.change(at)
	c.event.Notifications = t.escalated(c.facts(), record, c.revision(), at)
	return c.done(eventType, reason), nil
}

// escalated keeps an escalation and says who is to be told of it.
func (t Ticket) escalated(
	facts *triagev1.Ticket, record *triagev1.EscalationRecord, revision int64, at time.Time,
) []*triagev1.NotificationRequest {
	record.Number, record.EscalateTime = revision, timestamppb.New(at)
	facts.Escalations = append(facts.Escalations, record)
	var told []string
	for _, role := range record.GetRoles() {
		told = append(told, "roles/"+role)
	}
	if record.GetPerson() != "" {
		told = append(told, record.GetPerson())
	}
	template := "escalated"
	switch {
	case record.GetComplaint():
		template = "complained"
		if len(told) == 0 {
			told = []string{t.Desk.AuthorityParty}
		}
	case len(told) == 0 && record.GetEscalatedBy() == "": // a rule by itself; of a person's the receiver hears as an offer
		told = []string{record.GetTo()}
	case len(told) == 0:
		return nil
	}
	return []*triagev1.NotificationRequest{t.toldByMail(record.GetRule(), template, told...)}
}

// toldByMail asks for a message that the process demands of every desk, whatever its profile says of other messages.
func (t Ticket) toldByMail(rule, template string, recipients ...string) *triagev1.NotificationRequest {
	request := &triagev1.NotificationRequest{Rule: rule, Template: template, Media: []string{"mail", "portal"}}
	for _, name := range recipients {
		if name != "" {
			request.Recipients = append(request.Recipients, t.Desk.Key(name))
		}
	}
	slices.Sort(request.Recipients)
	request.Recipients = slices.Compact(request.Recipients)
	return request
}

// waits reports whether an escalation waits for somebody to answer for it. A functional one does not: it is answered by taking
// the work.
func waits(record *triagev1.EscalationRecord) bool {
	return record.GetAnswerTime() == nil && (record.GetHierarchical() || record.GetComplaint())
}

// EscalationOpen reports whether somebody must still answer for an escalation or complaint.
func (t Ticket) EscalationOpen() bool { return slices.ContainsFunc(t.Facts.GetEscalations(), waits) }

// OpenEscalations are those that nobody has answered for.
func OpenEscalations(t *triagev1.Ticket) []*triagev1.EscalationRecord {
	return slices.DeleteFunc(slices.Clone(t.GetEscalations()), func(r *triagev1.EscalationRecord) bool { return !waits(r) })
}

// AnswerEscalation says that somebody has answered for an escalation, by its number; 0 is the oldest that is open (R58).
func (t Ticket) AnswerEscalation(number int64, note Text, by string, at time.Time) (Outcome, error) {
	facts := t.facts()
	facts.Reason = !note.Blank()
	if _, rejection := process.Permit(process.AnswerEscalation, facts); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	i := slices.IndexFunc(c.facts().GetEscalations(), func(r *triagev1.EscalationRecord) bool {
		return waits(r) && (number == 0 || r.GetNumber() == number)
	})
	if i < 0 {
		return Outcome{}, NoOpenEscalation{}
	}
	answered := proto.CloneOf(c.facts().GetEscalations()[i])
	answered.AnsweredBy, answered.AnswerTime = by, timestamppb.New(at)
	c.facts().Escalations[i] = answered
	return c.done(ticketevent.EscalationAnswered, note), nil
}

// Way is one way on from who has the ticket: an escalation of the profile that holds now, and where it leads.
type Way struct {
	profile.Held[*profilev1.Escalation]
	// To is where a functional one leads; nil for a hierarchical one.
	To *profilev1.Route
}

// Place is where a functional way leads, relative to the desk.
func (w Way) Place() string { return place(w.To) }

// String names the way as a person chooses it: "to_application: parties/applikation/groups/support".
func (w Way) String() string {
	if w.To == nil {
		return fmt.Sprintf("%s: roles %v", w.Setting.GetId(), w.Setting.GetRoles())
	}
	return w.Setting.GetId() + ": " + place(w.To)
}

// Ways are the escalations of one kind that the profile has from here (R56).
func (t Ticket) Ways(kind profilev1.EscalationKind, at time.Time) ([]Way, error) {
	facts := t.ProcessFacts(at)
	all, err := t.Desk.Process.Escalations(facts)
	if err != nil {
		return nil, err
	}
	var ways []Way
	for _, held := range all {
		if held.Setting.GetKind() != kind {
			continue
		}
		if kind == profilev1.EscalationKind_ESCALATION_KIND_HIERARCHICAL {
			ways = append(ways, Way{Held: held})
			continue
		}
		for _, to := range held.Setting.GetTo() {
			if to.GetGroup() != facts.GetHolderGroup() || to.GetGroup() == "" && to.GetParty() != facts.GetHolderParty() {
				ways = append(ways, Way{held, to})
			}
		}
	}
	return ways, nil
}

// Complaints says by which rule a complaint goes to whom: a hierarchical escalation that looks at complaints, else the manager of
// the group that has the ticket, else the first hierarchical escalation that holds (R58). Nobody is named where the profile has
// none.
func (t Ticket) Complaints(at time.Time) (rule string, roles []string, err error) {
	complained := t
	complained.Facts = proto.CloneOf(t.Facts)
	complained.Facts.Escalations = append(complained.Facts.Escalations, &triagev1.EscalationRecord{Complaint: true})
	ways, err := complained.Ways(profilev1.EscalationKind_ESCALATION_KIND_HIERARCHICAL, at)
	if err != nil {
		return "", nil, err
	}
	for _, way := range ways {
		if _, looks := way.Why.Inputs["complained"]; looks {
			return way.Setting.GetId(), way.Setting.GetRoles(), nil
		}
	}
	if manager := t.managerOf(t.group(t.Facts.GetHolderGroup())); manager != "" {
		return "", []string{manager}, nil
	}
	if len(ways) > 0 { // it is about something else, and no rule of complaints
		return "", ways[0].Setting.GetRoles(), nil
	}
	return "", nil, nil
}

// managerOf is the role that manages a group, "netic/drift"; empty where the profile names none.
func (t Ticket) managerOf(group string) string {
	for _, party := range t.Desk.Process.Settings().GetParties() {
		for _, g := range party.GetGroups() {
			if party.GetId()+"/"+g.GetId() == group {
				return g.GetManager()
			}
		}
	}
	return ""
}

// escalate turns by itself to those whom the profile names, once per rule, when a rule's condition comes to hold (R68). Nobody is
// moved by it: who is told decides.
func (f *follower) escalate(Ticket) error {
	if class := f.Ticket.Facts.GetStatusClass(); class != process.ClassOpen && class != process.ClassWaiting {
		return nil
	}
	all, err := f.process.Escalations(f.Ticket.ProcessFacts(f.at))
	if err != nil {
		return err
	}
	for _, held := range all {
		known := f.Ticket.Facts.GetEscalations()
		happened := slices.ContainsFunc(known, func(r *triagev1.EscalationRecord) bool { return r.GetRule() == held.Setting.GetId() })
		if !held.Setting.GetAutomatic() || happened || len(known) >= MaxEscalations {
			continue
		}
		record := &triagev1.EscalationRecord{
			Rule: held.Setting.GetId(), Roles: held.Setting.GetRoles(),
			Hierarchical: held.Setting.GetKind() == profilev1.EscalationKind_ESCALATION_KIND_HIERARCHICAL,
		}
		if len(held.Setting.GetTo()) > 0 {
			record.To = place(held.Setting.GetTo()[0])
		}
		payload := f.then(ticketevent.Escalated)
		payload.Notifications = f.Ticket.escalated(payload.GetTicket(), record, f.Ticket.Revision, f.at)
		f.decide("escalation/"+held.Setting.GetId(), "escalated", held.Why)
	}
	return nil
}
