package acceptance_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

var errNotYet = errors.New("it has not happened yet")

// hands are what people do in a walk, in the words of the steps. Who does it comes first; each answers what the call answers.
type hands struct{ *visit }

// byHand walks over both doors.
func (o *office) byHand(t *testing.T, walk func(h hands)) {
	t.Helper()
	o.overBothDoors(t, func(v *visit) { walk(hands{v}) })
}

// says is a text in the language of the desk.
func (h hands) says(text string) *commonv1.LocalizedText {
	return in(h.Profile.Settings().GetDesk().GetLanguage(), "%s", text)
}

// report is what somebody reports by a channel of the profile.
func (h hands) report(channel, title string, a *triagev1.Assessment) *intakev1.SubmitTicketRequest {
	if a == nil {
		a = &triagev1.Assessment{}
	}
	a.Channel = channel
	return &intakev1.SubmitTicketRequest{
		Title: h.says(title), Description: h.says(title + "."), Channel: wayOf(channel), Assessment: a,
	}
}

// wayOf is how a contact came by a channel of the profile: by what it is, where the contract has a word for it.
func wayOf(channel string) commonv1.Channel {
	if way, known := map[string]commonv1.Channel{
		"mail": commonv1.Channel_CHANNEL_MAIL, "phone": commonv1.Channel_CHANNEL_PHONE, "walk_in": commonv1.Channel_CHANNEL_WALK_IN,
		"visit": commonv1.Channel_CHANNEL_VISIT, "monitoring": commonv1.Channel_CHANNEL_EVENT,
	}[channel]; known {
		return way
	}
	return commonv1.Channel_CHANNEL_WEB
}

// registers is a report that somebody makes for another who phoned, wrote or came.
func (h hands) registers(by, of, channel, title string, a *triagev1.Assessment) {
	h.t.Helper()
	request := h.report(channel, title, a)
	request.Reporter = h.Person(of)
	h.reported(by, request)
}

func (h hands) take(by string) (*triagev1.Ticket, error) {
	return h.Tickets.TakeTicket(h.by(by), &triagev1.TakeTicketRequest{Name: h.ticket.GetName(), RequestId: house.ID()})
}

func (h hands) startWork(by string) (*triagev1.Ticket, error) {
	return h.Tickets.StartWork(h.by(by), &triagev1.StartWorkRequest{Name: h.ticket.GetName(), RequestId: house.ID()})
}

// assign gives it to a group of the party that has it, "bss", or to somebody there.
func (h hands) assign(by, group, assignee string) (*triagev1.Ticket, error) {
	request := &triagev1.AssignTicketRequest{Name: h.ticket.GetName(), RequestId: house.ID()}
	if group != "" {
		request.Group = h.ticket.GetHolderParty() + "/groups/" + group
	}
	if assignee != "" {
		request.Assignee = h.Person(assignee)
	}
	return h.Tickets.AssignTicket(h.by(by), request)
}

func (h hands) hold(by string, status triagev1.TicketStatus, why string) (*triagev1.Ticket, error) {
	return h.Tickets.HoldTicket(h.by(by), &triagev1.HoldTicketRequest{
		Name: h.ticket.GetName(), RequestId: house.ID(), Status: status, Reason: h.says(why),
	})
}

func (h hands) resume(by string) (*triagev1.Ticket, error) {
	return h.Tickets.ResumeTicket(h.by(by), &triagev1.ResumeTicketRequest{Name: h.ticket.GetName(), RequestId: house.ID()})
}

func (h hands) note(by, text string) (*triagev1.Ticket, error) {
	return h.Tickets.AddNote(h.by(by), &triagev1.AddNoteRequest{
		Name: h.ticket.GetName(), RequestId: house.ID(), Note: h.says(text),
	})
}

func (h hands) logWork(by, text string) (*triagev1.Ticket, error) {
	return h.Tickets.LogWork(h.by(by), &triagev1.LogWorkRequest{
		Name: h.ticket.GetName(), RequestId: house.ID(), Text: h.says(text), Minutes: 10,
	})
}

func (h hands) solve(by, solution string) (*triagev1.Ticket, error) {
	return h.Tickets.ResolveTicket(h.by(by), &triagev1.ResolveTicketRequest{
		Name: h.ticket.GetName(), RequestId: house.ID(), Solution: h.says(solution),
		SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
	})
}

func (h hands) accept(by string) (*triagev1.Ticket, error) {
	return h.Tickets.AcceptSolution(h.by(by), &triagev1.AcceptSolutionRequest{Name: h.ticket.GetName(), RequestId: house.ID()})
}

func (h hands) returnIt(by, why string) (*triagev1.Ticket, error) {
	return h.Tickets.ReturnToTechnician(h.by(by), &triagev1.ReturnToTechnicianRequest{
		Name: h.ticket.GetName(), RequestId: house.ID(), Reason: h.says(why),
	})
}

func (h hands) close(by string) (*triagev1.Ticket, error) {
	return h.Tickets.CloseTicket(h.by(by), &triagev1.CloseTicketRequest{Name: h.ticket.GetName(), RequestId: house.ID()})
}

func (h hands) reopen(by, why string) (*triagev1.Ticket, error) {
	return h.Tickets.ReopenTicket(h.by(by), &triagev1.ReopenTicketRequest{
		Name: h.ticket.GetName(), RequestId: house.ID(), Reason: h.says(why),
	})
}

func (h hands) assessment() triagev1.AssessmentServiceClient {
	return triagev1.NewAssessmentServiceClient(h.Conn(triagev1.AssessmentService_CategoriseTicket_FullMethodName))
}

func (h hands) categorise(by, kind, category string) (*triagev1.Ticket, error) {
	return h.assessment().CategoriseTicket(h.by(by), &triagev1.CategoriseTicketRequest{
		Name: h.ticket.GetName(), RequestId: house.ID(), Assessment: &triagev1.Assessment{Kind: kind, Category: category},
	})
}

// answer answers questions: with the id of an option, or "yes" or "no", else in words.
func (h hands) answer(by string, answers map[string]string) (*triagev1.Ticket, error) {
	request := &triagev1.AnswerGuideRequest{Name: h.ticket.GetName(), RequestId: house.ID()}
	for _, question := range slices.Sorted(maps.Keys(answers)) {
		answer := &triagev1.GuideAnswer{Question: question, Value: answers[question]}
		if strings.ToLower(answer.Value) != answer.Value { // words begin with a capital letter, ids do not
			answer.Value, answer.Words = "", h.says(answer.Value)
		}
		request.Answers = append(request.Answers, answer)
	}
	return h.assessment().AnswerGuide(h.by(by), request)
}

func (h hands) guide(by string) *triagev1.Guide {
	h.t.Helper()
	guide, err := h.assessment().GetGuide(h.by(by), &triagev1.GetGuideRequest{Name: h.ticket.GetName()})
	if err != nil {
		h.t.Fatal(err)
	}
	return guide
}

func (h hands) prioritise(by string, impact triagev1.Impact, urgency string) (*triagev1.Ticket, error) {
	return h.assessment().PrioritiseTicket(h.by(by), &triagev1.PrioritiseTicketRequest{
		Name: h.ticket.GetName(), RequestId: house.ID(), Impact: impact, Urgency: urgency,
	})
}

func (h hands) escalation() triagev1.EscalationServiceClient {
	return triagev1.NewEscalationServiceClient(h.Conn(triagev1.EscalationService_RouteTicket_FullMethodName))
}

// route sends it where the profile says; the decision says why.
func (h hands) route(by string) (*triagev1.Ticket, error) {
	routed, err := h.escalation().RouteTicket(h.by(by), &triagev1.RouteTicketRequest{
		Name: h.ticket.GetName(), RequestId: house.ID(),
	})
	return routed.GetTicket(), err
}

// escalate turns to those who know more by a rule of the profile; to says which, where the rule leads to several.
func (h hands) escalate(by, rule, to, why string) (*triagev1.Ticket, error) {
	return h.escalation().EscalateTicket(h.by(by), &triagev1.EscalateTicketRequest{
		Name: h.ticket.GetName(), RequestId: house.ID(), Rule: rule, To: to, Reason: h.says(why),
	})
}

// turnTo turns to a manager.
func (h hands) turnTo(by, rule, why string) (*triagev1.Ticket, error) {
	return h.escalation().EscalateTicket(h.by(by), &triagev1.EscalateTicketRequest{
		Name: h.ticket.GetName(), RequestId: house.ID(), Rule: rule, Hierarchical: true, Reason: h.says(why),
	})
}

func (h hands) closing() triagev1.ClosingServiceClient {
	return triagev1.NewClosingServiceClient(h.Conn(triagev1.ClosingService_PassQualityCheck_FullMethodName))
}

func (h hands) check(by string) (*triagev1.Ticket, error) {
	return h.closing().PassQualityCheck(h.by(by), &triagev1.PassQualityCheckRequest{Name: h.ticket.GetName(), RequestId: house.ID()})
}

func (h hands) verify(by string, method triagev1.VerificationMethod) (*triagev1.Ticket, error) {
	return h.closing().VerifySolution(h.by(by), &triagev1.VerifySolutionRequest{
		Name: h.ticket.GetName(), RequestId: house.ID(), Method: method,
	})
}

// why is the decision on a subject, as the desk explains it.
func (h hands) why(as, subject string) *triagev1.Decision {
	h.t.Helper()
	service := triagev1.NewExplanationServiceClient(h.Conn(triagev1.ExplanationService_ExplainTicket_FullMethodName))
	explained, err := service.ExplainTicket(h.by(as), &triagev1.ExplainTicketRequest{Name: h.ticket.GetName()})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, decision := range explained.GetDecisions() {
		if decision.GetSubject() == subject {
			return decision
		}
	}
	return nil
}

// stands fails unless the ticket is with a party and group, "support/arts", in a status.
func (h hands) stands(with, assignee string, status triagev1.TicketStatus) {
	h.t.Helper()
	party, group, _ := strings.Cut(with, "/")
	want := place{Party: h.Party(party), Status: status}
	if group != "" {
		want.Group = h.Group(party, group)
	}
	if assignee != "" {
		want.Assignee = h.Person(assignee)
	}
	got := place{h.ticket.GetHolderParty(), h.ticket.GetHolderGroup(), h.ticket.GetAssignee(), h.ticket.GetStatus()}
	if got != want {
		h.t.Errorf("the ticket is at %v, want %v", got, want)
	}
}

// due fails unless the deadlines of these rules stand so, "running Tue 10:00" or "paused", and there is no other.
func (h hands) due(want map[string]string) {
	h.t.Helper()
	got := map[string]string{}
	for _, d := range h.ticket.GetDeadlines() {
		stands := strings.ToLower(strings.TrimPrefix(d.GetState().String(), "DEADLINE_STATE_"))
		if d.GetDueTime() != nil {
			stands += " " + d.GetDueTime().AsTime().In(h.zone).Format("Mon 15:04")
		}
		got[d.GetRule()] = stands
	}
	if !maps.Equal(got, want) {
		h.t.Errorf("due are %v, want %v", got, want)
	}
}

// inPerson fails unless a person sends what these rules ask for (R78), and the system what the others ask for.
func (h hands) inPerson(n news, rules ...string) {
	h.t.Helper()
	for rule, request := range n.Notifications {
		if request.GetByPerson() != slices.Contains(rules, rule) {
			h.t.Errorf("rule %s is told by a person: %v", rule, request.GetByPerson())
		}
	}
}

// rings lets time pass until an event comes about by itself, and says what it asks for.
func (h hands) rings(at time.Time, event string) news {
	h.t.Helper()
	h.on(at)
	all := news{Notifications: map[string]*triagev1.NotificationRequest{}}
	h.eventually(event, func() error {
		n := h.happened()
		all.Types, all.Payloads = append(all.Types, n.Types...), append(all.Payloads, n.Payloads...)
		maps.Copy(all.Notifications, n.Notifications)
		if !slices.Contains(all.Types, event) {
			return errNotYet
		}
		return nil
	})
	return all
}

// of is the time of a deadline, and when somebody is warned of it.
func (h hands) of(rule string) (due, warn time.Time) {
	h.t.Helper()
	for _, d := range h.ticket.GetDeadlines() {
		if d.GetRule() == rule {
			return d.GetDueTime().AsTime(), d.GetWarnTime().AsTime()
		}
	}
	h.t.Fatalf("nothing is due by %s: %v", rule, h.ticket.GetDeadlines())
	return time.Time{}, time.Time{}
}

// ordinary moves the clock on to the next such time of a week that has no holiday in a calendar, nor has the one after it.
func (h hands) ordinary(weekdayAndTime, calendar string) {
	h.t.Helper()
	c, known := h.Profile.Calendar(calendar)
	if !known {
		h.t.Fatalf("the profile has no calendar %s", calendar)
	}
	for {
		h.at(weekdayAndTime)
		now, plain := h.clock.Now().In(h.zone), true
		for n := range 14 {
			noon := time.Date(now.Year(), now.Month(), now.Day()+n, 12, 0, 0, 0, h.zone)
			weekend := noon.Weekday() == time.Saturday || noon.Weekday() == time.Sunday
			plain = plain && (weekend || c.Open(noon))
		}
		if plain {
			return
		}
	}
}
