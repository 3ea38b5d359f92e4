package acceptance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// Its parties, as they are told.
const (
	supplier = "parties/supportleverandoer"
	mandated = "parties/datafordelermyndigheden"
	datasets = "parties/registermyndighed"
)

// datafordelerCast plays them (R137, R139-R142). Inge is process manager and process owner: one person may hold several roles.
var datafordelerCast = []house.Player{
	{Person: "anders"}, // data consumers
	{Person: "asta"},
	{Person: "sofie", Party: "supportleverandoer", Group: "spoc", Roles: []string{"agent", "spoc"}},
	{Person: "sune", Party: "supportleverandoer", Group: "second-line", Roles: []string{"agent", "supplier_support"}},
	{Person: "inge", Party: "datafordelermyndigheden", Roles: []string{"coordinator", "incident_manager", "process_owner"}},
	{Person: "pia", Party: "datafordelermyndigheden", Roles: []string{"coordinator", "process_practitioner"}},
	{Person: "rune", Party: "registermyndighed", Group: "procespraktiker", Roles: []string{"agent", "register_practitioner"}},
	{Person: "rita", Party: "registermyndighed", Group: "second-line", Roles: []string{"agent", "register_support"}},
	{Person: "ulf", Party: "underleverandoer", Group: "support", Roles: []string{"agent"}},
}

// datafordeler is a walk at Datafordeleren.
type datafordeler struct {
	*visit
	word    string // that a search finds the ticket by
	assess  triagev1.AssessmentServiceClient
	release triagev1.ReleaseServiceClient
	closing triagev1.ClosingServiceClient
	links   triagev1.LinkServiceClient
	legal   triagev1.LegalServiceClient
	profile triagev1.ProfileServiceClient
}

// atDatafordeler walks over both doors, in a suite of the test's own.
func atDatafordeler(t *testing.T, walk func(d *datafordeler)) {
	t.Helper()
	atWork(t, "datafordeler", datafordelerCast...).atDatafordeler(t, walk)
}

func (o *office) atDatafordeler(t *testing.T, walk func(d *datafordeler)) {
	t.Helper()
	o.overBothDoors(t, func(v *visit) {
		triage := v.Conn(triagev1.TicketService_GetTicket_FullMethodName)
		walk(&datafordeler{
			visit: v, assess: triagev1.NewAssessmentServiceClient(triage), release: triagev1.NewReleaseServiceClient(triage),
			closing: triagev1.NewClosingServiceClient(triage), links: triagev1.NewLinkServiceClient(triage),
			legal: triagev1.NewLegalServiceClient(triage), profile: triagev1.NewProfileServiceClient(triage),
		})
	})
}

// incidentIn is a report in Danish by a way, with what is said about it.
func incidentIn(way commonv1.Channel, title, description string, said *triagev1.Assessment) *intakev1.SubmitTicketRequest {
	said.Kind = "incident"
	return &intakev1.SubmitTicketRequest{
		Title: in("da", "%s", title), Description: in("da", "%s", description), Channel: way, Assessment: said,
	}
}

// name is the ticket of the walk.
func (d *datafordeler) name() string { return d.ticket.GetName() }

func (d *datafordeler) starts(person string) {
	d.t.Helper()
	d.taken(d.Tickets.StartWork(d.by(person), &triagev1.StartWorkRequest{Name: d.name(), RequestId: house.ID()}))
}

func (d *datafordeler) categorises(person string, said *triagev1.Assessment) {
	d.t.Helper()
	d.taken(d.assess.CategoriseTicket(d.by(person), &triagev1.CategoriseTicketRequest{
		Name: d.name(), RequestId: house.ID(), Assessment: said,
	}))
}

func (d *datafordeler) answers(person string, answers ...*triagev1.GuideAnswer) {
	d.t.Helper()
	d.taken(d.assess.AnswerGuide(d.by(person), &triagev1.AnswerGuideRequest{
		Name: d.name(), RequestId: house.ID(), Answers: answers,
	}))
}

func (d *datafordeler) escalates(person, rule, reason string) {
	d.t.Helper()
	d.taken(d.Escalation.EscalateTicket(d.by(person), &triagev1.EscalateTicketRequest{
		Name: d.name(), RequestId: house.ID(), Rule: rule, Reason: in("da", "%s", reason),
	}))
}

func (d *datafordeler) plans(person string, after time.Duration, how string) {
	d.t.Helper()
	d.taken(d.release.PlanFix(d.by(person), &triagev1.PlanFixRequest{
		Name: d.name(), RequestId: house.ID(), ReleaseTime: timestamppb.New(d.clock.Now().Add(after)), Plan: in("da", "%s", how),
	}))
}

func (d *datafordeler) releases(person, nevertheless string) (*triagev1.Ticket, error) {
	r := &triagev1.MarkReleasedRequest{Name: d.name(), RequestId: house.ID()}
	if nevertheless != "" {
		r.OverrideReason = in("da", "%s", nevertheless)
	}
	return d.release.MarkReleased(d.by(person), r)
}

func (d *datafordeler) waits(person string, status triagev1.TicketStatus, why string) (*triagev1.Ticket, error) {
	return d.Tickets.HoldTicket(d.by(person), &triagev1.HoldTicketRequest{
		Name: d.name(), RequestId: house.ID(), Status: status, Reason: in("da", "%s", why),
	})
}

func (d *datafordeler) solves(person string, kind triagev1.SolutionKind, solution string) {
	d.t.Helper()
	d.taken(d.Tickets.ResolveTicket(d.by(person), &triagev1.ResolveTicketRequest{
		Name: d.name(), RequestId: house.ID(), Solution: in("da", "%s", solution), SolutionKind: kind,
	}))
}

func (d *datafordeler) checks(person string) (*triagev1.Ticket, error) {
	return d.closing.PassQualityCheck(d.by(person), &triagev1.PassQualityCheckRequest{Name: d.name(), RequestId: house.ID()})
}

func (d *datafordeler) closes(person string) (*triagev1.Ticket, error) {
	return d.Tickets.CloseTicket(d.by(person), &triagev1.CloseTicketRequest{Name: d.name(), RequestId: house.ID()})
}

// isAt fails unless the ticket is there.
func (d *datafordeler) isAt(party, group, assignee string, status triagev1.TicketStatus) {
	d.t.Helper()
	want := place{Party: d.Party(party), Status: status}
	if group != "" {
		want.Group = d.Group(party, group)
	}
	if assignee != "" {
		want.Assignee = d.Person(assignee)
	}
	if now := placeOf(d.ticket); now != want {
		d.t.Errorf("it is at %v, want %v", now, want)
	}
}

// hasPriority fails unless the ticket has it, by this rule of the profile.
func (d *datafordeler) hasPriority(want, rule string) {
	d.t.Helper()
	if got := d.ticket.GetPriority(); got != want {
		d.t.Errorf("it is %s, want %s", got, want)
	}
	if decided := d.decision("priority"); decided.GetAnswer() != want || decided.GetRule() != rule {
		d.t.Errorf("it is %s by %s, want %s by %s", decided.GetAnswer(), decided.GetRule(), want, rule)
	}
}

// decision is what the profile decided last on a subject, as the process manager is told.
func (d *datafordeler) decision(subject string) *triagev1.Decision {
	d.t.Helper()
	return decided(d.explained(), subject)
}

// due is the deadline of a kind, by its rule where there are several.
func (d *datafordeler) due(kind triagev1.DeadlineKind, rule ...string) *triagev1.Deadline {
	for _, deadline := range d.ticket.GetDeadlines() {
		if deadline.GetKind() == kind && (len(rule) == 0 || slices.Contains(rule, deadline.GetRule())) {
			return deadline
		}
	}
	return nil
}

// rings moves the clock and waits until an event of that time has happened; it returns all that is new.
func (d *datafordeler) rings(at time.Time, eventType string) news {
	d.t.Helper()
	d.on(at)
	from := d.seen
	var n news
	d.eventually(eventType+" of "+d.name(), func() error {
		d.seen = from
		if n = d.happened(); !slices.Contains(n.Types, eventType) {
			return fmt.Errorf("only %v has happened", n.Types)
		}
		return nil
	})
	return n
}

// asks are all the requests of a rule, which may be several: by mail and by a call.
func (n news) asks(rule string) (all []string) {
	for _, payload := range n.Payloads {
		for _, request := range payload.GetNotifications() {
			if request.GetRule() == rule {
				all = append(all, strings.Join(append(request.GetRecipients(), request.GetChain()), " "))
			}
		}
	}
	return all
}
