package acceptance_test

import (
	"errors"
	"regexp"
	"slices"
	"testing"
	"time"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/test/house"
)

// nspCast plays the parties of NSP (R138).
var nspCast = []house.Player{
	{Person: "lone", Party: "lokal", Roles: []string{"agent", "local_desk"}},
	{Person: "rikke", Party: "lokal", Roles: []string{"agent", "local_desk"}},
	{Person: "mette", Party: "sds", Roles: []string{"agent", "dispatcher", "national_desk"}},
	{Person: "lars", Party: "netic", Group: "drift", Roles: []string{"agent", "operations"}},
	{Person: "kim", Party: "trifork", Group: "fmk", Roles: []string{"agent", "fmk_supplier"}},
	{Person: "frank", Party: "fmk-drift", Group: "drift", Roles: []string{"agent"}},
	{Person: "astrid", Party: "applikation", Group: "support", Roles: []string{"agent", "application_supplier"}},
	{Person: "bent", Party: "komponent", Group: "komponenter", Roles: []string{"agent", "component_supplier"}},
	{Person: "nils", Party: "sundhedsdatastyrelsen", Roles: []string{"coordinator", "nsp_incident_manager"}},
	{Person: "fie", Party: "sundhedsdatastyrelsen", Roles: []string{"coordinator", "fmk_incident_manager"}},
	{Person: "sanne", Party: "sundhedsdatastyrelsen", Roles: []string{"coordinator", "nsp_system_owner"}},
}

// nspVisit is a walk at NSP's desk, with the services that its steps use.
type nspVisit struct {
	*visit
	assess   triagev1.AssessmentServiceClient
	escalate triagev1.EscalationServiceClient
	attest   triagev1.AttestationServiceClient
	duty     triagev1.OnCallServiceClient
	links    triagev1.LinkServiceClient
	releases triagev1.ReleaseServiceClient
	closing  triagev1.ClosingServiceClient
	known    triagev1.KnownSolutionServiceClient
}

// nspWalk is a walk of its own through the office that others walk through too.
type nspWalk struct {
	name string
	walk func(v *nspVisit)
}

// nspWalks opens NSP's office and walks through it, one walk after the other, each over both doors.
func nspWalks(t *testing.T, walks ...nspWalk) {
	t.Helper()
	o := atWork(t, "nsp", nspCast...)
	for _, w := range walks {
		t.Run(w.name, func(t *testing.T) {
			o.overBothDoors(t, func(v *visit) { w.walk(nspVisitOf(v)) })
		})
	}
}

func nspVisitOf(v *visit) *nspVisit {
	triage := v.Conn("bavn.triage.v1")
	return &nspVisit{
		visit:  v,
		assess: triagev1.NewAssessmentServiceClient(triage), escalate: triagev1.NewEscalationServiceClient(triage),
		attest: triagev1.NewAttestationServiceClient(triage), duty: triagev1.NewOnCallServiceClient(triage),
		links: triagev1.NewLinkServiceClient(triage), releases: triagev1.NewReleaseServiceClient(triage),
		closing: triagev1.NewClosingServiceClient(triage), known: triagev1.NewKnownSolutionServiceClient(triage),
	}
}

// inAnOrdinaryWeek moves the clock on to such a time of a week that, like the two after it, has no public holiday and no change
// of the clocks.
func (v *nspVisit) inAnOrdinaryWeek(weekdayAndTime string) {
	v.t.Helper()
	calendar, _ := v.Profile.Calendar("working_hours")
	for range 60 {
		v.at("Mon 00:00")
		monday, ordinary := v.clock.Now().In(v.zone), true
		_, winter := monday.Zone()
		for day := range 21 {
			noon := monday.AddDate(0, 0, day).Add(12 * time.Hour)
			_, offset := noon.Zone()
			ordinary = ordinary && offset == winter && (day%7 > 4 || calendar.Open(noon))
		}
		if ordinary {
			v.at(weekdayAndTime)
			return
		}
	}
	v.t.Fatal("every week has a holiday")
}

// nspReport is what a local desk's form says, with the number of its own ticket (R13).
func nspReport(title string) *intakev1.SubmitTicketRequest {
	return &intakev1.SubmitTicketRequest{
		Title: in("da", "%s", title), Description: in("da", "Siden klokken 9, hos alle på afdelingen"),
		Channel: commonv1.Channel_CHANNEL_WEB, ExternalIds: map[string]string{"lokal": "LSD-4711"},
		Assessment: &triagev1.Assessment{ReporterGroup: "region"},
	}
}

// registers: the local desk fills in the form, and has its case's number and receipt at once (R31).
func (v *nspVisit) registers(by, title string) {
	v.t.Helper()
	answers := nspForm("no")
	answers["title"] = title
	v.reported(by, &intakev1.SubmitTicketRequest{
		Channel: commonv1.Channel_CHANNEL_WEB, Form: "report", FormAnswers: answers,
		Assessment: &triagev1.Assessment{ReporterGroup: "region"},
	})
	if !regexp.MustCompile(`/tickets/ASCP[0-9]{8}$`).MatchString(v.ticket.GetName()) {
		v.t.Errorf("%s is no number of NSP", v.ticket.GetName())
	}
	v.tells(v.happened(), map[string]string{"receipt": "persons/" + by + " by mail portal"})
}

// triages: the national desk takes a case, says what it is, and answers the question tree.
func (v *nspVisit) triages(by, category string) {
	v.t.Helper()
	v.starts(by)
	v.categorises(by, category)
	fmk := "no"
	if category == "fmk" {
		fmk = "yes"
	}
	v.taken(v.assess.AnswerGuide(v.by(by), &triagev1.AnswerGuideRequest{
		Name: v.ticket.GetName(), RequestId: house.ID(), Answers: []*triagev1.GuideAnswer{
			{Question: "about_fmk", Value: fmk},
			{Question: "users_affected", Value: "some"},
			{Question: "what_symptoms", Words: in("da", "Siden loader, og så sker der ikke mere")},
		},
	}))
}

func (v *nspVisit) categorises(by, category string) {
	v.t.Helper()
	v.taken(v.assess.CategoriseTicket(v.by(by), &triagev1.CategoriseTicketRequest{
		Name: v.ticket.GetName(), RequestId: house.ID(), Assessment: &triagev1.Assessment{Kind: "incident", Category: category},
	}))
}

// nspGrades are an impact and an urgency that make each priority by NSP's matrix (§18).
var nspGrades = map[string]struct {
	impact  triagev1.Impact
	urgency string
}{
	"P1": {triagev1.Impact_IMPACT_MAJOR, "high"}, "P2": {triagev1.Impact_IMPACT_HIGH, "normal"},
	"P3": {triagev1.Impact_IMPACT_MEDIUM, "normal"}, "P4": {triagev1.Impact_IMPACT_LOW, "normal"},
	"P5": {triagev1.Impact_IMPACT_NONE, "low"},
}

// judges: somebody says how much it hurts and how urgent it is, and the priority follows.
func (v *nspVisit) judges(by, priority string) {
	v.t.Helper()
	v.taken(v.assess.PrioritiseTicket(v.by(by), &triagev1.PrioritiseTicketRequest{
		Name: v.ticket.GetName(), RequestId: house.ID(), Impact: nspGrades[priority].impact, Urgency: nspGrades[priority].urgency,
	}))
	if got := v.ticket.GetPriority(); got != priority {
		v.t.Errorf("it is %s, want %s", got, priority)
	}
}

// changes: a party sets another priority from its own knowledge (R49).
func (v *nspVisit) changes(by, priority, why string) error {
	v.t.Helper()
	changed, err := v.assess.PrioritiseTicket(v.by(by), &triagev1.PrioritiseTicketRequest{
		Name: v.ticket.GetName(), RequestId: house.ID(), Priority: priority, Reason: in("da", "%s", why),
	})
	if err == nil {
		v.ticket = changed
	}
	return err
}

func (v *nspVisit) starts(by string) {
	v.t.Helper()
	v.taken(v.Tickets.StartWork(v.by(by), &triagev1.StartWorkRequest{Name: v.ticket.GetName(), RequestId: house.ID()}))
}

// routes sends the case where the question tree says that it belongs, and fails unless that is there.
func (v *nspVisit) routes(by, party, group string) {
	v.t.Helper()
	routed, err := v.escalate.RouteTicket(v.by(by), &triagev1.RouteTicketRequest{Name: v.ticket.GetName(), RequestId: house.ID()})
	v.taken(routed.GetTicket(), err)
	if got, want := routed.GetDecision().GetAnswer(), "parties/"+party+"/groups/"+group; got != want {
		v.t.Errorf("it belongs to %s by %s, want %s", got, routed.GetDecision().GetRule(), want)
	}
	if got := v.ticket.GetHandOver().GetGroup(); got != v.Group(party, group) {
		v.t.Errorf("it is offered to %s, want %s", got, v.Group(party, group))
	}
}

// receives: a party takes the work that it was offered, and somebody there has it.
func (v *nspVisit) receives(by, party, group string) {
	v.t.Helper()
	v.taken(v.Tickets.AcceptHandOver(v.by(by), &triagev1.AcceptHandOverRequest{
		Name: v.ticket.GetName(), RequestId: house.ID(), Assignee: v.Person(by),
	}))
	v.lies(party, group, by)
}

// lies fails unless the case lies with a person of a group, and the national desk answers for it (R15).
func (v *nspVisit) lies(party, group, person string) {
	v.t.Helper()
	t := v.ticket
	if t.GetHolderParty() != v.Party(party) || t.GetHolderGroup() != v.Group(party, group) || t.GetAssignee() != v.Person(person) {
		v.t.Errorf("it lies with %s of %s, %s, want %s of %s/%s",
			t.GetAssignee(), t.GetHolderGroup(), t.GetHolderParty(), person, party, group)
	}
	if t.GetOwnerParty() != v.Party("sds") {
		v.t.Errorf("%s answers for it", t.GetOwnerParty())
	}
}

func (v *nspVisit) offers(by, party, group, why string) {
	v.t.Helper()
	v.taken(v.Tickets.HandOverTicket(v.by(by), &triagev1.HandOverTicketRequest{
		Name: v.ticket.GetName(), RequestId: house.ID(), Party: v.Party(party), Group: v.Group(party, group),
		Reason: in("da", "%s", why),
	}))
}

func (v *nspVisit) holds(by string, status triagev1.TicketStatus, why string) error {
	v.t.Helper()
	held, err := v.Tickets.HoldTicket(v.by(by), &triagev1.HoldTicketRequest{
		Name: v.ticket.GetName(), RequestId: house.ID(), Status: status, Reason: in("da", "%s", why),
	})
	if err == nil {
		v.ticket = held
	}
	return err
}

func (v *nspVisit) solves(by, solution string) {
	v.t.Helper()
	request := func() *triagev1.ResolveTicketRequest {
		return &triagev1.ResolveTicketRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(), Solution: in("da", "%s", solution),
			SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
		}
	}
	if v.ticket.GetPriority() != "P1" && v.ticket.GetPriority() != "P2" {
		v.taken(v.Tickets.ResolveTicket(v.by(by), request()))
		return
	}
	// R76, [3] step 10: of a grave one the event log and the root cause are documented.
	_, err := v.Tickets.ResolveTicket(v.by(by), request())
	v.refusedBy(err, "gates[cause_documented]", "gates[log_kept]")
	v.taken(v.Tickets.LogWork(v.by(by), &triagev1.LogWorkRequest{
		Name: v.ticket.GetName(), RequestId: house.ID(), Text: in("da", "Alarm set; årsagen fundet; genstartet"),
	}))
	v.happened()
	documented := request()
	documented.RootCause = in("da", "Hukommelsen slap op")
	v.taken(v.Tickets.ResolveTicket(v.by(by), documented))
	if got := v.ticket.GetRootCause(); got != "Hukommelsen slap op" {
		v.t.Errorf("R76: the root cause is documented as %q", got)
	}
}

func (v *nspVisit) closes(by string) error {
	v.t.Helper()
	ended, err := v.Tickets.CloseTicket(v.by(by), &triagev1.CloseTicketRequest{Name: v.ticket.GetName(), RequestId: house.ID()})
	if err == nil {
		v.ticket = ended
	}
	return err
}

// is fails unless the case stands in a status.
func (v *nspVisit) is(status triagev1.TicketStatus) {
	v.t.Helper()
	if got := v.ticket.GetStatus(); got != status {
		v.t.Errorf("it is %s, want %s", got, status)
	}
}

// deadline is what is due of a kind; an empty one where nothing is.
func (v *nspVisit) deadline(kind triagev1.DeadlineKind) *triagev1.Deadline {
	for _, d := range v.ticket.GetDeadlines() {
		if d.GetKind() == kind {
			return d
		}
	}
	return nil
}

// due fails unless something is due when the desk's clocks show this.
func (v *nspVisit) due(kind triagev1.DeadlineKind, want string) {
	v.t.Helper()
	if got := v.shown(v.deadline(kind).GetDueTime().AsTime()); got != want {
		v.t.Errorf("%s is due %s by %s, want %s", kind, got, v.deadline(kind).GetRule(), want)
	}
}

// stands fails unless what is due of a kind stands so.
func (v *nspVisit) stands(kind triagev1.DeadlineKind, want triagev1.DeadlineState) {
	v.t.Helper()
	if got := v.deadline(kind).GetState(); got != want {
		v.t.Errorf("%s is %s, want %s", kind, got, want)
	}
}

func (v *nspVisit) shown(at time.Time) string { return at.In(v.zone).Format("Mon 15:04") }

// another is a walk beside this one, about another case.
func (v *nspVisit) another() *nspVisit {
	beside, other := *v.visit, *v
	beside.ticket, beside.seen = nil, 0
	other.visit = &beside
	return &other
}

// hears fails unless a rule asks for these to be told, whatever else is news.
func (v *nspVisit) hears(n news, rule, want string) {
	v.t.Helper()
	request, asked := n.Notifications[rule]
	if !asked {
		v.t.Errorf("nobody is told by %s: it happened %v", rule, n.Types)
		return
	}
	v.tells(news{Notifications: map[string]*triagev1.NotificationRequest{rule: request}}, map[string]string{rule: want})
}

// errNSPNotYet is said of what is waited for.
var errNSPNotYet = errors.New("it has not happened yet")

// rings waits until a timer made such an event, and is the news until then.
func (v *nspVisit) rings(eventType string) news {
	v.t.Helper()
	all := news{Notifications: map[string]*triagev1.NotificationRequest{}}
	v.eventually(eventType, func() error {
		n := v.happened()
		all.Types, all.Payloads = append(all.Types, n.Types...), append(all.Payloads, n.Payloads...)
		for rule, request := range n.Notifications {
			all.Notifications[rule] = request
		}
		if !slices.Contains(all.Types, eventType) {
			return errNSPNotYet
		}
		return nil
	})
	v.now("mette")
	return all
}

// refusedFor fails unless something was refused for this reason.
func (v *nspVisit) refusedFor(err error, reason string) {
	v.t.Helper()
	if !fault.Is(err, reason) {
		v.t.Errorf("refused for %q, want %s: %v", fault.ReasonOf(err), reason, err)
	}
}
