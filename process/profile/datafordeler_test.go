package profile_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
)

func datafordeler(t *testing.T) *profile.Profile {
	t.Helper()
	return load(t, os.DirFS("../../profiles"), "datafordeler.yaml")
}

// idsOf names the settings that hold.
func idsOf[T interface{ GetId() string }](held []profile.Held[T]) string {
	ids := make([]string, len(held))
	for i, h := range held {
		ids[i] = h.Setting.GetId()
	}
	return strings.Join(ids, " ")
}

func TestDatafordelerTakesReportsByTheWayOfWhoReports(t *testing.T) { // R11, R12
	t.Parallel()
	ways := map[string][]string{}
	for _, channel := range datafordeler(t).Settings().GetChannels() {
		for _, reporter := range channel.GetReporters() {
			ways[reporter] = append(ways[reporter], channel.GetId())
		}
	}
	for reporter, want := range map[string]string{
		"data_consumer":      "site",
		"authority":          "itsm phone",
		"register_authority": "itsm phone",
		"sub_supplier":       "itsm",
	} {
		if got := strings.Join(ways[reporter], " "); got != want {
			t.Errorf("%s reports by %q, want %q", reporter, got, want)
		}
	}
}

func TestDatafordelerKnowsAReporterByTheirParty(t *testing.T) { // R11, R16
	t.Parallel()
	p := datafordeler(t)
	for _, tc := range []struct {
		parties    []string
		said, want string
	}{
		{[]string{"registermyndighed"}, "", "register_authority"},
		{[]string{"registermyndighed"}, "data_consumer", "register_authority"}, // nobody talks themselves out of phoning
		{[]string{"datafordelermyndigheden"}, "data_consumer", "authority"},
		{[]string{"underleverandoer"}, "", "sub_supplier"},
		{nil, "data_consumer", "data_consumer"},
		{[]string{"anvender"}, "data_consumer", "data_consumer"},
		{nil, "", ""},
	} {
		if got := p.ReporterGroup(tc.parties, tc.said); got != tc.want {
			t.Errorf("of %v, saying %q: reports as %q, want %q", tc.parties, tc.said, got, tc.want)
		}
	}
}

func TestDatafordelerWantsAAndBPhonedToBothBeforeTheyAreRegistered(t *testing.T) { // R16, R17
	t.Parallel()
	p := datafordeler(t)
	const before, beside = profilev1.CallTime_CALL_TIME_BEFORE_REGISTRATION, profilev1.CallTime_CALL_TIME_BESIDE_REGISTRATION
	for _, tc := range []struct {
		ticket *profilev1.TicketFacts
		want   string
		due    profilev1.CallTime
	}{
		{&profilev1.TicketFacts{ContractCategory: "A", ReporterGroup: "register_authority"}, "a_and_b_phoned", before},
		{&profilev1.TicketFacts{ContractCategory: "B", ReporterGroup: "authority"}, "a_and_b_phoned", before},
		{&profilev1.TicketFacts{ContractCategory: "A", ReporterGroup: "data_consumer"}, "", 0},
		{&profilev1.TicketFacts{ReporterGroup: "register_authority"}, "", 0},
		{&profilev1.TicketFacts{SecuritySuspected: true, ReporterGroup: "register_authority"}, "suspicion_phoned", beside},
		{&profilev1.TicketFacts{SecuritySuspected: true, ReporterGroup: "data_consumer"}, "", 0},
	} {
		calls, err := p.Attestations(tc.ticket)
		if got := idsOf(calls); err != nil || got != tc.want {
			t.Errorf("%v must be phoned by %q (%v), want %q", tc.ticket, got, err, tc.want)
		}
		for _, call := range calls {
			if !slices.Equal(call.Setting.GetContacts(), []string{"spoc", "authority"}) || call.Setting.GetDue() != tc.due {
				t.Errorf("%v: %v are phoned %v, want the SPOC and the authority %v",
					tc.ticket, call.Setting.GetContacts(), call.Setting.GetDue(), tc.due)
			}
		}
	}
}

func TestDatafordelerPrioritisesByContractAndFasterForALargeBusinessImpact(t *testing.T) { // R45, R47, R114
	t.Parallel()
	p := datafordeler(t)
	for _, tc := range []struct {
		ticket *profilev1.TicketFacts
		want   string
	}{
		{&profilev1.TicketFacts{ContractCategory: "A"}, "P1"},
		{&profilev1.TicketFacts{ContractCategory: "B"}, "P2"},
		{&profilev1.TicketFacts{ContractCategory: "B", Impact: "low", Urgency: "low"}, "P2"}, // the contract, not the matrix
		{&profilev1.TicketFacts{ContractCategory: "B", LargeBusinessImpact: true}, "P1"},
		{&profilev1.TicketFacts{Impact: "low", Urgency: "normal", LargeBusinessImpact: true}, "P2"},
		{&profilev1.TicketFacts{Impact: "low", Urgency: "normal"}, "P4"},
		{&profilev1.TicketFacts{Impact: "low", Urgency: "low", ItSecurityBreach: true}, "P1"},
		{&profilev1.TicketFacts{Impact: "high", Urgency: "normal"}, "P2"},
		{&profilev1.TicketFacts{Impact: "major", Urgency: "low"}, "P1"},
		{&profilev1.TicketFacts{}, "P4"},
	} {
		got, err := p.Priority(tc.ticket)
		if err != nil || got.Level.GetId() != tc.want {
			t.Errorf("%v is %s (%v), want %s", tc.ticket, got.Level.GetId(), err, tc.want)
		}
	}
}

func TestDatafordelerTellsWhoThePolicyNames(t *testing.T) { // R47, R62, R82-R84, R101, R122
	t.Parallel()
	p := datafordeler(t)
	for _, tc := range []struct {
		event  string
		ticket *profilev1.TicketFacts
		id     string
		told   bool
	}{
		{"ticket.opened", &profilev1.TicketFacts{LargeBusinessImpact: true}, "large_impact_reported", true},
		{"ticket.opened", &profilev1.TicketFacts{}, "large_impact_reported", false},
		{
			"ticket.prioritised", &profilev1.TicketFacts{LargeBusinessImpact: true, Priority: "P1", PreviousPriority: "P2"},
			"large_impact_found", true,
		},
		{"ticket.prioritised", &profilev1.TicketFacts{Priority: "P1", PreviousPriority: "P2"}, "large_impact_found", false},
		{"ticket.categorised", &profilev1.TicketFacts{LargeBusinessImpact: true, Priority: "P1"}, "large_impact_said", true},
		{
			"ticket.categorised", &profilev1.TicketFacts{LargeBusinessImpact: true, Priority: "P3"},
			"large_impact_said", false,
		}, // found, then
		{"ticket.categorised", &profilev1.TicketFacts{Priority: "P1"}, "large_impact_said", false},
		{"ticket.fix_planned", &profilev1.TicketFacts{Area: "data"}, "fix_planned", true},
		{"ticket.resolved", &profilev1.TicketFacts{}, "quality_check", true},
		{"ticket.resolved", &profilev1.TicketFacts{SolutionKind: "workaround"}, "problem_candidate", true},
		{"ticket.resolved", &profilev1.TicketFacts{SolutionKind: "permanent"}, "problem_candidate", false},
		{"ticket.update_due", &profilev1.TicketFacts{}, "status_due", true},
		{"ticket.hand_over_offered", &profilev1.TicketFacts{}, "work_offered", true},
	} {
		held, err := p.Notifications(tc.event, tc.ticket)
		told := slices.Contains(strings.Fields(idsOf(held)), tc.id)
		if err != nil || told != tc.told {
			t.Errorf("%s of %v: %s told %v (%v), want %v", tc.event, tc.ticket, tc.id, told, err, tc.told)
		}
	}
}

func TestDatafordelerGivesDataIncidentsToTheNamedReceiver(t *testing.T) { // R61, R62, R63
	t.Parallel()
	p := datafordeler(t)
	for _, tc := range []struct {
		ticket         *profilev1.TicketFacts
		group, role    string
		responsibility bool
	}{
		{&profilev1.TicketFacts{Category: "data", Area: "data"}, "registermyndighed/procespraktiker", "register_practitioner", false},
		{
			&profilev1.TicketFacts{Category: "data", Area: "data", Answers: map[string]string{"register_takes_over": "yes"}},
			"registermyndighed/procespraktiker", "register_practitioner", true,
		},
		{&profilev1.TicketFacts{Category: "platform-outage", Area: "platform"}, "supportleverandoer/spoc", "", false},
		{&profilev1.TicketFacts{Category: "application", Area: "application"}, "supportleverandoer/spoc", "", false},
		{&profilev1.TicketFacts{Category: "outside", Area: "outside"}, "supportleverandoer/spoc", "", false}, // R18
		{&profilev1.TicketFacts{Category: "data", Area: "data", Nature: "linked_inquiry"}, "supportleverandoer/spoc", "", false},
	} {
		got, err := p.Route(tc.ticket)
		if err != nil || got.Route.GetGroup() != tc.group || got.Route.GetRole() != tc.role ||
			got.Route.GetWithResponsibility() != tc.responsibility {
			t.Errorf("%v goes to %v (%v)", tc.ticket, got.Route, err)
		}
	}
}

func TestDatafordelerEscalatesToSecondLineAtSupplierOrRegister(t *testing.T) { // R61, R62, R141
	t.Parallel()
	p := datafordeler(t)
	for _, tc := range []struct{ group, area, want string }{
		{"supportleverandoer/spoc", "platform", "to_second_line"},
		{"supportleverandoer/second-line", "application", "to_third_line"},
		{"supportleverandoer/spoc", "data", "to_register"},
		{"registermyndighed/procespraktiker", "data", "register_second_line to_platform"},
		{"registermyndighed/second-line", "data", "register_third_line to_platform"},
	} {
		party, _, _ := strings.Cut(tc.group, "/")
		ways, err := p.Escalations(&profilev1.TicketFacts{HolderGroup: tc.group, HolderParty: party, Area: tc.area})
		if got := strings.TrimSuffix(idsOf(ways), " priority_in_doubt"); err != nil || got != tc.want {
			t.Errorf("from %s about %s to %q (%v), want %q", tc.group, tc.area, got, err, tc.want)
		}
	}
}

func TestDatafordelerAsksForTheDataOfADataIncident(t *testing.T) { // R31, R42
	t.Parallel()
	settings := datafordeler(t).Settings()
	for _, area := range settings.GetAreas() {
		if asks := slices.Contains(area.GetForms(), "data_incident"); asks != (area.GetId() == "data") {
			t.Errorf("an incident of %s asks for the data: %v", area.GetId(), asks)
		}
	}
	for _, form := range settings.GetForms() {
		var required []string
		for _, field := range form.GetFields() {
			if field.GetRequired() {
				required = append(required, field.GetId())
			}
		}
		want := []string{"dataset", "service", "object_id", "example"}
		if form.GetId() == "data_incident" && !slices.Equal(required, want) {
			t.Errorf("required are %v, want %v", required, want)
		}
	}
}

func TestDatafordelerPlansAFixAndTellsBeforeItsRelease(t *testing.T) { // R82, R83
	t.Parallel()
	p := datafordeler(t)
	for _, tc := range []struct {
		ticket        *profilev1.TicketFacts
		want          string
		planned, told bool
	}{
		{&profilev1.TicketFacts{Area: "data"}, "data", true, true},
		{&profilev1.TicketFacts{OwnerParty: "registermyndighed"}, "data", true, true},
		{&profilev1.TicketFacts{Area: "platform"}, "technical", false, true},
	} {
		plans, err := p.FixPlans(tc.ticket)
		if got := idsOf(plans); err != nil || got != tc.want {
			t.Fatalf("%v: %q (%v), want %q", tc.ticket, got, err, tc.want)
		}
		plan := plans[0].Setting
		if plan.GetPlanRequired() != tc.planned || plan.GetTellBeforeRelease() != tc.told {
			t.Errorf("%v: %v", tc.ticket, plan)
		}
		if tc.planned && !slices.Contains(plan.GetToldParties(), "datafordelermyndigheden") {
			t.Errorf("%v: the authority does not hear of the plan", tc.ticket)
		}
	}
}

func TestDatafordelersGatesSayWhatMustBeSoFirst(t *testing.T) { // R82, R83, R101, R105
	t.Parallel()
	p := datafordeler(t)
	paused := func(area string, planned bool) *profilev1.TicketFacts {
		return &profilev1.TicketFacts{Status: "in_progress", Area: area, AskedStatus: "pending_release", FixPlanned: planned}
	}
	solved := func(checked, accepted bool) *profilev1.TicketFacts {
		return &profilev1.TicketFacts{Status: "resolved", HasSolution: true, QualityChecked: checked, SolutionAccepted: accepted}
	}
	for _, tc := range []struct {
		step   process.Step
		ticket *profilev1.TicketFacts
		want   string
	}{
		{process.Close, solved(true, true), ""},
		{process.Close, solved(false, true), "gates[quality_checked]"},
		{process.Close, solved(true, false), "gates[accepted]"},
		{
			process.Close, &profilev1.TicketFacts{Status: "resolved"},
			"gates[solution_documented] gates[quality_checked] gates[accepted]",
		},
		{process.Hold, paused("data", false), "gates[fix_planned] fix_plans[data]"},
		{process.Hold, paused("data", true), ""},
		{process.Hold, paused("platform", false), ""},
		{process.Resolve, &profilev1.TicketFacts{Status: "pending_release"}, "gates[reporters_told]"},
		{process.Resolve, &profilev1.TicketFacts{Status: "pending_release", ReportersTold: true}, ""},
		{process.Resolve, &profilev1.TicketFacts{Status: "in_progress"}, ""},
	} {
		parts := []process.Part{process.HolderAgent, process.OwnerAgent}
		refusals, err := p.Permit(profile.Attempt{Step: tc.step, Parts: parts, Roles: []string{"spoc"}, Ticket: tc.ticket})
		var shut []string
		for _, refusal := range refusals {
			shut = append(shut, refusal.Why.Rule)
		}
		if got := strings.Join(shut, " "); err != nil || got != tc.want {
			t.Errorf("%s of %v is refused by %q (%v), want %q", tc.step, tc.ticket, got, err, tc.want)
		}
	}
}

func TestDatafordelersSilenceOfTenDaysClosesOnlyWhatWasChecked(t *testing.T) { // R101, R106
	t.Parallel()
	p := datafordeler(t)
	for _, checked := range []bool{true, false} {
		got, found, err := p.Silence(&profilev1.TicketFacts{QualityChecked: checked})
		if err != nil || !found || got.Setting.GetAfter() != "10d" || got.Setting.GetCloses() != checked {
			t.Errorf("checked %v: %v (%v)", checked, got.Setting, err)
		}
	}
	if by := p.Settings().GetClosing().GetQualityCheckedBy(); !slices.Equal(by, []string{"process_practitioner"}) {
		t.Errorf("the solution is checked by %v, want the authority's practitioners", by)
	}
}

func TestDatafordelerIsClosedByTheContactOrTheRegisterThatAnswersForIt(t *testing.T) { // R63, §17.10
	t.Parallel()
	p := datafordeler(t)
	for role, closes := range map[string]bool{"spoc": true, "register_practitioner": true, "supplier_support": false} {
		refusals, err := p.Permit(profile.Attempt{
			Step: process.Close, Parts: []process.Part{process.OwnerAgent}, Roles: []string{role},
			Ticket: &profilev1.TicketFacts{Status: "resolved", HasSolution: true, QualityChecked: true, SolutionAccepted: true},
		})
		if err != nil || closes != (len(refusals) == 0) {
			t.Errorf("%s closes: refused %v (%v)", role, refusals, err)
		}
	}
}

func TestDatafordelersBreachesRunTheirOwnProcedureAndAreRestricted(t *testing.T) { // R17, R114, R115, R116, R149
	t.Parallel()
	p := datafordeler(t)
	for _, tc := range []struct {
		ticket     *profilev1.TicketFacts
		procedure  string
		restricted bool
	}{
		{&profilev1.TicketFacts{ItSecurityBreach: true, Priority: "P4"}, "major", true}, // always
		{&profilev1.TicketFacts{DataSecurityBreach: true}, "data_security", true},
		{&profilev1.TicketFacts{SecuritySuspected: true}, "", true},
		{&profilev1.TicketFacts{Priority: "P1", Area: "platform"}, "major", false},
		{&profilev1.TicketFacts{Priority: "P1", Area: "data"}, "", false},
	} {
		procedures, err := p.Procedures(tc.ticket)
		if got := idsOf(procedures); err != nil || got != tc.procedure {
			t.Errorf("%v runs %q (%v), want %q", tc.ticket, got, err, tc.procedure)
		}
		if held, err := p.Restrictions(tc.ticket); err != nil || (len(held) > 0) != tc.restricted {
			t.Errorf("%v is restricted: %v (%v), want %v", tc.ticket, len(held) > 0, err, tc.restricted)
		}
	}
}

func TestDatafordelerCallsTheAuthorityFirstAboutSecurity(t *testing.T) { // R17, R117
	t.Parallel()
	p := datafordeler(t)
	for want, ticket := range map[string]*profilev1.TicketFacts{"authority": {SecuritySuspected: true}, "spoc": {Priority: "P1"}} {
		duty, found, err := p.OnDuty(ticket, copenhagen(t, "Sun 2026-03-29 03:30"))
		if err != nil || !found || duty.Chain.GetId() != want {
			t.Errorf("about %v one calls %s (%v), want %s", ticket, duty.Chain.GetId(), err, want)
		}
	}
}

func TestDatafordelerHasTheRolesServicesAndStepsOfItsPolicy(t *testing.T) { // R93, R128, R139-R142, R144
	t.Parallel()
	settings := datafordeler(t).Settings()
	parties := map[string]string{}
	for _, role := range settings.GetRoles() {
		parties[role.GetId()] = strings.Join(role.GetParties(), " ")
	}
	for role, party := range map[string]string{
		"business_service_owner": "datafordelermyndigheden", "process_owner": "datafordelermyndigheden",
		"process_designer": "datafordelermyndigheden", "incident_manager": "datafordelermyndigheden",
		"process_practitioner": "datafordelermyndigheden", "service_delivery_manager": "supportleverandoer",
		"spoc": "supportleverandoer", "supplier_support": "supportleverandoer",
		"register_practitioner": "registermyndighed", "register_support": "registermyndighed",
	} {
		if parties[role] != party {
			t.Errorf("%s is a role of %q, want %s", role, parties[role], party)
		}
	}
	for _, service := range settings.GetBusinessServices() {
		if service.GetExternal() && service.GetFormCode() != "06.38.10.20" {
			t.Errorf("%s has the FORM code %q", service.GetId(), service.GetFormCode())
		}
	}
	for _, step := range settings.GetSteps() {
		if !slices.ContainsFunc(step.GetRasci(), func(r *profilev1.Rasci) bool {
			return slices.Contains(r.GetInvolvement(), profilev1.Involvement_INVOLVEMENT_RESPONSIBLE)
		}) {
			t.Errorf("nobody does step %s", step.GetId())
		}
	}
}
