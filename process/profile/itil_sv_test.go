package profile_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
)

func itilSV(t *testing.T) *profile.Profile {
	t.Helper()
	return load(t, os.DirFS("../../profiles"), "itil-sv.yaml")
}

func TestITILSVTakesInByWebAppMailPhoneAndWhatOperationsFinds(t *testing.T) { // R2, R3, §17.3, §17.5
	t.Parallel()
	p := itilSV(t)
	open := map[profilev1.Way]bool{}
	for _, channel := range p.Settings().GetChannels() {
		open[channel.GetWay()] = !channel.GetClosed()
	}
	for _, way := range []profilev1.Way{
		profilev1.Way_WAY_WEB, profilev1.Way_WAY_APP, profilev1.Way_WAY_MAIL, profilev1.Way_WAY_PHONE,
		profilev1.Way_WAY_INTERNAL, profilev1.Way_WAY_EVENT, profilev1.Way_WAY_API,
	} {
		if !open[way] {
			t.Errorf("there is no way in by %s", way)
		}
	}
	for _, group := range p.Settings().GetReporterGroups() {
		if group.GetRefused() {
			t.Errorf("%s are refused", group.GetId())
		}
	}
}

func TestITILSVsFormsAskWhatEveryCaseHolds(t *testing.T) { // R28, R31: number, category, priority and status are the ticket's own
	t.Parallel()
	for form, fields := range map[string][]string{
		"report": {"description", "end_user", "contact_name", "contact_email"},
		"found":  {"found_description", "found_end_user", "found_at"},
	} {
		required := map[string]bool{}
		for _, each := range itilSV(t).Settings().GetForms() {
			for _, field := range each.GetFields() {
				required[each.GetId()+"."+field.GetId()] = field.GetRequired()
			}
		}
		for _, field := range fields {
			if !required[form+"."+field] {
				t.Errorf("%s may be left without %s", form, field)
			}
		}
	}
}

func TestITILSVLogsWithACategoryAndAssignsByIt(t *testing.T) { // R31, R37, R41, R126
	t.Parallel()
	p := itilSV(t)
	for _, tc := range []struct {
		step   process.Step
		ticket *profilev1.TicketFacts
		want   string
	}{
		{process.Open, &profilev1.TicketFacts{}, "category"},
		{process.Open, &profilev1.TicketFacts{Category: "access"}, ""},
		{process.Take, &profilev1.TicketFacts{Category: "access"}, ""},
		{
			process.Assign, &profilev1.TicketFacts{Category: "access"},
			"answers.what_happens answers.configuration_item answers.how_many",
		},
		{process.Assign, &profilev1.TicketFacts{Category: "access", Answers: map[string]string{
			"what_happens": "cannot sign in", "configuration_item": "SE-1042", "how_many": "one",
		}}, ""},
	} {
		missing, err := p.Missing(tc.step, tc.ticket)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, demand := range missing {
			got = append(got, demand.Fact)
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s of %v misses %v, want %q", tc.step, tc.ticket, got, tc.want)
		}
	}
	for category, want := range map[string]string{
		"hardware-printer": "helpdesk/mottagning", "hardware-server": "drift/servrar", "software-office": "helpdesk/mottagning",
		"software-business": "system/verksamhetssystem", "network-wireless": "drift/natverk", "access": "helpdesk/mottagning",
	} {
		for _, foundBy := range []string{"", "drift"} { // whoever found it
			got, err := p.Route(&profilev1.TicketFacts{Category: category, FoundBy: foundBy})
			if err != nil || got.Route.GetGroup() != want {
				t.Errorf("%s found by %q goes to %v (%v), want %s", category, foundBy, got.Route, err, want)
			}
		}
	}
	var known []string
	for _, link := range p.Knowledge("network-wireless") {
		known = append(known, link.GetId())
	}
	if got := strings.Join(known, " "); got != "known_errors earlier knowledge_base" { // R70, R127
		t.Errorf("one looks it up in %q", got)
	}
}

func TestITILSVsPriorityIsImpactByUrgency(t *testing.T) { // R46
	t.Parallel()
	p := itilSV(t)
	for _, row := range []struct{ impact, low, medium, high string }{
		{"none", "P4", "P4", "P4"},
		{"low", "P4", "P3", "P3"},
		{"medium", "P3", "P3", "P2"},
		{"high", "P2", "P2", "P1"},
		{"major", "P2", "P1", "P1"},
	} {
		for urgency, want := range map[string]string{"low": row.low, "medium": row.medium, "high": row.high} {
			got, err := p.Priority(&profilev1.TicketFacts{Impact: row.impact, Urgency: urgency})
			if err != nil || got.Level.GetId() != want {
				t.Errorf("%s × %s is %s (%v), want %s", row.impact, urgency, got.Level.GetId(), err, want)
			}
		}
	}
}

func TestITILSVHasAnAgreementPerCustomerGroupAndWarnsBeforeItBreaks(t *testing.T) { // R68, R130
	t.Parallel()
	p := itilSV(t)
	for _, tc := range []struct{ priority, customer, solution string }{
		{"P1", "standard", "8h"},
		{"P1", "critical", "4h"},
		{"P2", "standard", "1wd"},
		{"P2", "critical", "8h"},
		{"P3", "", "3wd"},
		{"P3", "critical", "2wd"},
		{"P4", "standard", "10wd"},
		{"P4", "critical", "2wd"},
	} {
		ticket := &profilev1.TicketFacts{Priority: tc.priority, CustomerGroup: tc.customer}
		got, found := p.Limits(ticket, func(string) bool { return true })
		if !found || got.Solution.GetWithin() != tc.solution ||
			got.Solution.GetWarnBefore() == "" || got.Reaction.GetWarnBefore() == "" {
			t.Errorf("%s of %q: solved within %s, warned %s before; want %s", tc.priority, tc.customer,
				got.Solution.GetWithin(), got.Solution.GetWarnBefore(), tc.solution)
		}
	}
	for party, lead := range map[string]string{"helpdesk": "helpdesk_lead", "drift": "operations_lead", "system": "system_lead"} {
		for _, ticket := range []*profilev1.TicketFacts{
			{HolderParty: party, TargetAtRisk: true}, {HolderParty: party, TargetMissed: true}, {HolderParty: party},
		} {
			escalations, err := p.Escalations(ticket)
			if err != nil {
				t.Fatal(err)
			}
			escalated := slices.ContainsFunc(escalations, func(e profile.Held[*profilev1.Escalation]) bool {
				return e.Setting.GetAutomatic() && slices.Contains(e.Setting.GetRoles(), lead)
			})
			if escalated != (ticket.GetTargetAtRisk() || ticket.GetTargetMissed()) {
				t.Errorf("%v goes up to %s by itself: %v", ticket, lead, escalated)
			}
		}
	}
	told := notified(t, p, "ticket.target_at_risk", &profilev1.TicketFacts{})["target_at_risk"]
	if !slices.Contains(told.GetAudience(), profilev1.Audience_AUDIENCE_ASSIGNEE) {
		t.Errorf("who works on it hears of a target at risk by %v", told)
	}
}

func TestITILSVPassesOnFromOneselfToTheGroupToOtherDepartments(t *testing.T) { // R54
	t.Parallel()
	escalations, err := itilSV(t).Escalations(&profilev1.TicketFacts{HolderParty: "helpdesk", HolderGroup: "helpdesk/mottagning"})
	var to []string
	for _, escalation := range escalations {
		for _, route := range escalation.Setting.GetTo() {
			to = append(to, route.GetGroup())
		}
	}
	if got := strings.Join(to, " "); err != nil || got != "helpdesk/fordjupad drift/servrar drift/natverk system/verksamhetssystem" {
		t.Errorf("reception turns to %s (%v)", got, err)
	}
}

func TestITILSVTellsUserAndStaffOfEveryChangeByItself(t *testing.T) { // R89, §17.4
	t.Parallel()
	p := itilSV(t)
	if p.Settings().GetRegistrationMail() != profilev1.RegistrationMail_REGISTRATION_MAIL_ALLOWED {
		t.Error("no mail goes out at registration")
	}
	user, staff := profilev1.Audience_AUDIENCE_REPORTER, profilev1.Audience_AUDIENCE_ASSIGNEE
	for _, tc := range []struct {
		event  string
		ticket *profilev1.TicketFacts
		who    profilev1.Audience
	}{
		{"ticket.opened", &profilev1.TicketFacts{}, user},
		{"ticket.work_started", &profilev1.TicketFacts{}, user},
		{"ticket.handed_over", &profilev1.TicketFacts{}, user},
		{"ticket.held", &profilev1.TicketFacts{Status: "awaiting_user"}, user},
		{"ticket.held", &profilev1.TicketFacts{Status: "awaiting_supplier"}, user},
		{"ticket.held", &profilev1.TicketFacts{Status: "pending_release"}, user},
		{"ticket.held", &profilev1.TicketFacts{Status: "on_hold"}, user},
		{"ticket.resumed", &profilev1.TicketFacts{}, user},
		{"ticket.note_added", &profilev1.TicketFacts{}, user},
		{"ticket.prioritised", &profilev1.TicketFacts{PreviousPriority: "P3", Priority: "P2"}, user},
		{"ticket.resolved", &profilev1.TicketFacts{}, user},
		{"ticket.reopened", &profilev1.TicketFacts{}, user},
		{"ticket.closed", &profilev1.TicketFacts{}, user},
		{"ticket.cancelled", &profilev1.TicketFacts{}, user},
		{"ticket.assigned", &profilev1.TicketFacts{}, staff},
		{"ticket.reply_received", &profilev1.TicketFacts{}, staff},
		{"ticket.note_added", &profilev1.TicketFacts{}, staff},
		{"ticket.solution_rejected", &profilev1.TicketFacts{}, staff},
		{"ticket.reopened", &profilev1.TicketFacts{}, staff},
		{"ticket.breached", &profilev1.TicketFacts{}, staff},
	} {
		var mailed bool
		for _, told := range notified(t, p, tc.event, tc.ticket) {
			mailed = mailed || slices.Contains(told.GetAudience(), tc.who) && !told.GetByPerson() &&
				slices.Contains(told.GetMedia(), profilev1.Medium_MEDIUM_MAIL)
		}
		if !mailed {
			t.Errorf("of %s %v no mail goes to %s by itself", tc.event, tc.ticket, tc.who)
		}
	}
	receipt := notified(t, p, "ticket.opened", &profilev1.TicketFacts{FoundBy: "drift"})["receipt"]
	if receipt != nil {
		t.Errorf("operations gets a receipt of what it found: %v", receipt)
	}
}

func TestITILSVClosesWhatIsVerifiedAndAgreed(t *testing.T) { // R105, R109, R110, R111, R151, §17.10
	t.Parallel()
	p := itilSV(t)
	for name, tc := range map[string]struct {
		ticket  *profilev1.TicketFacts
		refused string
	}{
		"the user said yes, or nothing in time": {&profilev1.TicketFacts{HasSolution: true, SolutionAccepted: true}, ""},
		"the user has not answered":             {&profilev1.TicketFacts{HasSolution: true}, "gates[verified] gates[agreed]"},
		"tested, and the user has not answered": {&profilev1.TicketFacts{HasSolution: true, SolutionVerified: true}, "gates[agreed]"},
		"operations tested what it found": {
			&profilev1.TicketFacts{FoundBy: "drift", HasSolution: true, SolutionVerified: true}, "",
		},
		"operations has not tested": {
			&profilev1.TicketFacts{FoundBy: "drift", HasSolution: true, SolutionAccepted: true}, "gates[verified]",
		},
		"nobody wrote down what the solution is": {&profilev1.TicketFacts{SolutionAccepted: true}, "gates[solution_documented]"},
	} {
		tc.ticket.Status = "resolved"
		refusals, err := p.Permit(profile.Attempt{
			Step: process.Close, Parts: []process.Part{process.OwnerAgent}, Roles: []string{"agent"}, Ticket: tc.ticket,
		})
		var rules []string
		for _, refusal := range refusals {
			rules = append(rules, refusal.Why.Rule)
		}
		if got := strings.Join(rules, " "); err != nil || got != tc.refused {
			t.Errorf("%s: refused by %q (%v), want %q", name, got, err, tc.refused)
		}
	}
	closing := p.Settings().GetClosing()
	if !closing.GetReporterMayClose() || !closing.GetReporterMayWithdraw() || !closing.GetSurvey() { // R110; nobody is asked yet
		t.Errorf("users close, withdraw and are asked by %v", closing)
	}
}

func TestITILSVVerifiesByTestOrByAMailWith48Hours(t *testing.T) { // R106, R151, §17.1
	t.Parallel()
	p := itilSV(t)
	user, operations := &profilev1.TicketFacts{}, &profilev1.TicketFacts{FoundBy: "drift"}
	for ticket, want := range map[*profilev1.TicketFacts]profilev1.VerificationMethod{
		user:       profilev1.VerificationMethod_VERIFICATION_METHOD_REPORTER,
		operations: profilev1.VerificationMethod_VERIFICATION_METHOD_TEST,
	} {
		if how, found, err := p.Verification(ticket); err != nil || !found || how.Setting.GetMethod() != want {
			t.Errorf("%v is verified by %v (%v), want %s", ticket, how.Setting, err, want)
		}
	}
	silence, found, err := p.Silence(user)
	if err != nil || !found || silence.Setting.GetAfter() != "48h" || silence.Setting.GetCalendar() != "" ||
		!silence.Setting.GetCloses() {
		t.Errorf("a user's silence means %v (%v), want that it is closed after 48 hours of the clock", silence.Setting, err)
	}
	if theirs, found, _ := p.Silence(operations); found {
		t.Errorf("silence closes what operations found: %v", theirs.Setting)
	}
	mail := notified(t, p, "ticket.resolved", user)["resolved"].GetTemplate()
	for _, template := range p.Settings().GetMessageTemplates() {
		if template.GetId() == mail && !strings.Contains(template.GetBody().GetSv(), "48 timmar") {
			t.Errorf("the mail with the solution does not warn: %q", template.GetBody().GetSv())
		}
	}
	if mail == "" || mail != silence.Setting.GetTemplate() {
		t.Errorf("the mail with the solution is %q, want the one that warns of the end, %q", mail, silence.Setting.GetTemplate())
	}
}

func TestITILSVKeepsSwedishHolidaysAndEves(t *testing.T) { // R130: an SLA counts working time
	t.Parallel()
	office, ok := itilSV(t).Calendar("office")
	if !ok {
		t.Fatal("there is no calendar of the office")
	}
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	for day, open := range map[string]bool{
		"2026-01-06": false, // Epiphany, a holiday in Sweden and not in Denmark
		"2026-05-01": false, // First of May
		"2026-06-05": true,  // Denmark's Constitution Day is a usual Friday
		"2026-06-19": false, // Midsummer Eve
		"2026-12-24": false,
		"2026-04-02": true, // Maundy Thursday, a holiday in Denmark and not in Sweden
	} {
		noon, err := time.ParseInLocation("2006-01-02 15:04", day+" 12:00", stockholm)
		if err != nil || office.Open(noon) != open {
			t.Errorf("the office is open on %s: %v (%v), want %v", day, office.Open(noon), err, open)
		}
	}
}

func TestITILSVsPlanHoldsRolesProcessesAndSources(t *testing.T) { // R136, R144
	t.Parallel()
	p := itilSV(t)
	var documents []string
	for _, document := range p.Settings().GetDocuments() {
		documents = append(documents, document.GetId())
		if document.GetUrl() != "" {
			t.Errorf("%s stands at %s, which no source says", document.GetId(), document.GetUrl())
		}
	}
	for _, want := range []string{"incident_plan", "roles_and_responsibilities", "process_descriptions", "references", "iso_27000"} {
		if !slices.Contains(documents, want) {
			t.Errorf("the plan has no %s", want)
		}
	}
	steps := p.Settings().GetSteps()
	if len(steps) != 9 {
		t.Errorf("there are %d steps, want nine", len(steps))
	}
	for _, step := range steps {
		responsible := slices.ContainsFunc(step.GetRasci(), func(r *profilev1.Rasci) bool {
			return slices.Contains(r.GetInvolvement(), profilev1.Involvement_INVOLVEMENT_RESPONSIBLE)
		})
		if !responsible {
			t.Errorf("nobody does %s", step.GetId())
		}
	}
}
