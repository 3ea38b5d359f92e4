package profile_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
)

func TestPriorityIsTheHighestThatMatrixContractAndFloorsPropose(t *testing.T) { // R46, R47, R114
	t.Parallel()
	desk := load(t, files(t), "desk.yaml")
	for name, tc := range map[string]struct {
		ticket *profilev1.TicketFacts
		want   string
		rules  []string
	}{
		"nobody has assessed it": {&profilev1.TicketFacts{}, "P3", []string{"priority.initial"}},
		"the matrix": {
			&profilev1.TicketFacts{Impact: "low", Urgency: "now"}, "P2", []string{"priority.matrix[1]"},
		},
		"the contract weighs more": {
			&profilev1.TicketFacts{Impact: "low", Urgency: "now", ContractCategory: "A"}, "P1",
			[]string{"priority.contract_categories[A]", "priority.matrix[1]"},
		},
		"a breach is never low": {
			&profilev1.TicketFacts{Impact: "low", Urgency: "can_wait", ItSecurityBreach: true}, "P2",
			[]string{"priority.floors[security]", "priority.matrix[0]"},
		},
		"a floor lowers nothing": {
			&profilev1.TicketFacts{Impact: "high", Urgency: "now", ItSecurityBreach: true}, "P1",
			[]string{"priority.matrix[3]", "priority.floors[security]"},
		},
	} {
		got, err := desk.Priority(tc.ticket)
		if err != nil {
			t.Fatal(err)
		}
		var rules []string
		for _, why := range got.Why {
			rules = append(rules, why.Rule)
		}
		if got.Level.GetId() != tc.want || !cmp.Equal(rules, tc.rules) {
			t.Errorf("%s: %s because of %v, want %s because of %v", name, got.Level.GetId(), rules, tc.want, tc.rules)
		}
	}
}

func TestAnAnswerSaysRuleInputsSourceAndVersion(t *testing.T) { // "Why P2?"
	t.Parallel()
	desk := load(t, files(t), "desk.yaml")
	got, err := desk.Priority(&profilev1.TicketFacts{ItSecurityBreach: true})
	if err != nil {
		t.Fatal(err)
	}
	want := profile.Why{
		Rule: "priority.floors[security]", Condition: "ticket.it_security_breach",
		Inputs: map[string]string{"it_security_breach": "true"}, Source: "[1] principle 7", Version: desk.Version(),
	}
	why := got.Why[0]
	if reason := why.Reason.GetSv(); reason != "Intrång" {
		t.Errorf("the reason reads %q", reason)
	}
	why.Reason = nil
	if diff := cmp.Diff(want, why); diff != "" {
		t.Error(diff)
	}
}

func TestATicketGoesByRuleThenCategoryThenContactPoint(t *testing.T) { // R41, R54, R64
	t.Parallel()
	desk := load(t, files(t), "desk.yaml")
	for name, tc := range map[string]struct {
		ticket      *profilev1.TicketFacts
		group, rule string
	}{
		"self-found and nobody feels it": {
			&profilev1.TicketFacts{FoundBy: "supplier", Category: "login"}, "supplier/app", "routing[self_found]",
		},
		"self-found and users feel it": {
			&profilev1.TicketFacts{FoundBy: "supplier", AffectsUsers: true, Category: "platform"},
			"supplier/drift", "categories[platform].route",
		},
		"as the category above": {&profilev1.TicketFacts{Category: "login"}, "supplier/drift", "categories[platform].route"},
		"not yet categorised":   {&profilev1.TicketFacts{}, "", "desk.contact"},
	} {
		got, err := desk.Route(tc.ticket)
		if err != nil {
			t.Fatal(err)
		}
		if got.Route.GetGroup() != tc.group || got.Why.Rule != tc.rule {
			t.Errorf("%s: to %q by %s, want %q by %s", name, got.Route.GetGroup(), got.Why.Rule, tc.group, tc.rule)
		}
	}
	if got, _ := desk.Route(&profilev1.TicketFacts{}); got.Route.GetParty() != "spoc" {
		t.Errorf("what nobody has categorised goes to %q, want the contact point", got.Route.GetParty())
	}
}

func TestAStepIsPermittedOrEveryRefusalIsNamed(t *testing.T) { // R99, R105
	t.Parallel()
	desk := load(t, files(t), "desk.yaml")
	owner, agent := []process.Part{process.OwnerAgent}, []string{"agent"}
	for name, tc := range map[string]struct {
		attempt profile.Attempt
		want    string
	}{
		"all gates open": {profile.Attempt{Step: process.Close, Parts: owner, Roles: agent, Ticket: &profilev1.TicketFacts{
			Status: "resolved", Nature: "incident", HasSolution: true, SolutionAccepted: true,
		}}, ""},
		"a gate that does not guard requests": {profile.Attempt{
			Step: process.Close, Parts: owner, Roles: agent,
			Ticket: &profilev1.TicketFacts{Status: "resolved", Nature: "service_request", HasSolution: true},
		}, ""},
		"both gates shut": {profile.Attempt{Step: process.Close, Parts: owner, Roles: agent, Ticket: &profilev1.TicketFacts{
			Status: "resolved", Nature: "incident",
		}}, "GATE_NOT_MET gates[documented], GATE_NOT_MET gates[accepted]"},
		"another's step, too early": {profile.Attempt{
			Step: process.Close, Parts: []process.Part{process.Reporter}, Roles: agent,
			Ticket: &profilev1.TicketFacts{Status: "resolved", HasSolution: true},
		}, "NOT_PERMITTED_BY_PROFILE transitions[close], NOT_PERMITTED_BY_PROFILE closing.reporter_may_close"},
		"not one of those who close": {profile.Attempt{Step: process.Close, Parts: owner, Ticket: &profilev1.TicketFacts{
			Status: "resolved", Nature: "service_request", HasSolution: true,
		}}, "NOT_PERMITTED_BY_PROFILE closing.closed_by"}, // R109
		"from elsewhere": {profile.Attempt{Step: process.Close, Parts: owner, Roles: agent, Ticket: &profilev1.TicketFacts{
			Status: "in_progress",
		}}, "WRONG_STATUS transitions"},
		"a step that the profile leaves to the life cycle": {profile.Attempt{Step: process.AddNote, Ticket: &profilev1.TicketFacts{
			Status: "closed",
		}}, ""},
	} {
		refusals, err := desk.Permit(tc.attempt)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, refusal := range refusals {
			got = append(got, refusal.Reason+" "+refusal.Why.Rule)
		}
		if strings.Join(got, ", ") != tc.want {
			t.Errorf("%s: refused by %v, want %q", name, got, tc.want)
		}
	}
}

func TestAShutGateSaysWhatWouldOpenItAndWhoMayPass(t *testing.T) {
	t.Parallel()
	desk := load(t, files(t), "desk.yaml")
	refusals, err := desk.Permit(profile.Attempt{
		Step: process.Close, Parts: []process.Part{process.OwnerAgent}, Roles: []string{"agent"},
		Ticket: &profilev1.TicketFacts{Status: "resolved", Nature: "incident", HasSolution: true},
	})
	if err != nil || len(refusals) != 1 {
		t.Fatal(refusals, err)
	}
	got := refusals[0]
	if got.Satisfy.GetEn() != "Wait for the reporter" || !cmp.Equal(got.Overrides, []string{"incident_manager"}) ||
		got.Why.Inputs["solution_accepted"] != "false" || got.Why.Source != "[1] principle 17" {
		t.Errorf("the refusal is %+v", got)
	}
}

func TestSilenceMeansWhatTheFirstRuleSays(t *testing.T) { // R106
	t.Parallel()
	desk := load(t, files(t), "desk.yaml")
	for nature, want := range map[string]string{"service_request": "48h", "incident": "10wd"} {
		held, found, err := desk.Silence(&profilev1.TicketFacts{Nature: nature})
		if err != nil || !found || held.Setting.GetAfter() != want {
			t.Errorf("silence about a %s: %v after %s (%v), want %s", nature, found, held.Setting.GetAfter(), err, want)
		}
	}
}

func TestLimitsAreThoseOfTheCustomerBeforeThoseOfAll(t *testing.T) { // R130
	t.Parallel()
	desk := load(t, files(t), "desk.yaml")
	inside, outside := func(string) bool { return true }, func(string) bool { return false }
	for name, tc := range map[string]struct {
		priority, customer string
		opened             func(string) bool
		reaction, solution string
	}{
		"inside working hours":  {"P1", "", inside, "15m", "2h"},
		"outside working hours": {"P1", "", outside, "30m", "2h"},
		"everybody":             {"P2", "", inside, "", "2wd"},
		"a hospital":            {"P2", "hospital", inside, "", "1h"},
		"a hospital's P3":       {"P3", "hospital", inside, "", "2wd"},
	} {
		got, found := desk.Limits(&profilev1.TicketFacts{Priority: tc.priority, CustomerGroup: tc.customer}, tc.opened)
		if !found || got.Reaction.GetWithin() != tc.reaction || got.Solution.GetWithin() != tc.solution {
			t.Errorf("%s: %q and %q by %s", name, got.Reaction.GetWithin(), got.Solution.GetWithin(), got.Why.Rule)
		}
	}
	if _, found := desk.Limits(&profilev1.TicketFacts{Priority: "P9"}, inside); found {
		t.Error("a priority that there is not has a target")
	}
}

func TestWhoIsOnDutyAtTheEdgesOfTheWeek(t *testing.T) { // R67
	t.Parallel()
	desk := load(t, files(t), "desk.yaml")
	for at, want := range map[string]string{
		"Mon 2026-03-02 07:59": "weekend",
		"Mon 2026-03-02 08:00": "day",
		"Thu 2026-03-05 17:59": "day",
		"Thu 2026-03-05 18:00": "night",
		"Fri 2026-03-06 07:59": "night",
		"Fri 2026-03-06 17:59": "day",
		"Fri 2026-03-06 18:00": "weekend",
		"Sun 2026-03-08 12:00": "weekend",
		"Thu 2026-04-02 12:00": "weekend", // Maundy Thursday
	} {
		duty, found, err := desk.OnDuty(&profilev1.TicketFacts{}, copenhagen(t, at))
		if err != nil || !found || duty.Window.GetId() != want || duty.Chain == nil || !duty.Until.After(copenhagen(t, at)) {
			t.Errorf("%s: %s until %s (%v, %v), want %s", at, duty.Window.GetId(), duty.Until, found, err, want)
		}
	}
}

// copenhagen reads a local time: "Mon 2026-03-02 07:59".
func copenhagen(t *testing.T, text string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("Mon 2006-01-02 15:04", text, zone)
	if err != nil || at.Format("Mon 2006-01-02 15:04") != text {
		t.Fatalf("%s is no such day: %v", text, err)
	}
	return at
}

func TestACalendarIsReadyToCount(t *testing.T) {
	t.Parallel()
	office, ok := load(t, files(t), "desk.yaml").Calendar("office")
	if !ok || !office.Open(copenhagen(t, "Fri 2026-03-06 15:29")) || office.Open(copenhagen(t, "Fri 2026-03-06 15:31")) {
		t.Error("the office closes on Friday at another time than 15:30")
	}
}

func TestQuestionsAreThoseOfTheCategoryAndThoseAboveWhoseConditionHolds(t *testing.T) { // R38
	t.Parallel()
	desk := load(t, files(t), "desk.yaml")
	for _, tc := range []struct {
		category, priority, want string
	}{
		{"platform", "P3", "symptoms"},
		{"platform", "P1", "symptoms since"},
		{"login", "P1", "symptoms since card"},
		{"data", "P1", ""},
		{"", "P1", ""},
	} {
		asked, err := desk.Questions(&profilev1.TicketFacts{Category: tc.category, Priority: tc.priority})
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, question := range asked {
			ids = append(ids, question.GetId())
		}
		if got := strings.Join(ids, " "); got != tc.want {
			t.Errorf("about %s at %s one asks %q, want %q", tc.category, tc.priority, got, tc.want)
		}
	}
	if links := desk.Knowledge("login"); len(links) != 1 || links[0].GetId() != "wiki" {
		t.Errorf("beside the guide of login stand %v", links)
	}
}

func TestACategoryIsDemandedFromItsStepOnAndNotBefore(t *testing.T) { // R37: after taking at [0], when logging at [2]
	t.Parallel()
	desk := load(t, files(t), "desk.yaml")
	for _, tc := range []struct {
		step   process.Step
		ticket *profilev1.TicketFacts
		want   string
	}{
		{process.Open, &profilev1.TicketFacts{}, ""},
		{process.Take, &profilev1.TicketFacts{}, ""},
		{process.StartWork, &profilev1.TicketFacts{}, "category kind"},
		{process.Resolve, &profilev1.TicketFacts{Kind: "incident"}, "category"},
		{process.StartWork, &profilev1.TicketFacts{Category: "platform", Kind: "incident"}, ""},
		{process.Resolve, &profilev1.TicketFacts{Category: "platform", Kind: "incident"}, "answers.symptoms"},
		{process.Resolve, &profilev1.TicketFacts{
			Category: "platform", Kind: "incident", Answers: map[string]string{"symptoms": "down"},
		}, ""},
		{process.AddNote, &profilev1.TicketFacts{}, ""},
	} {
		missing, err := desk.Missing(tc.step, tc.ticket)
		if err != nil {
			t.Fatal(err)
		}
		var facts []string
		for _, demand := range missing {
			facts = append(facts, demand.Fact)
		}
		if got := strings.Join(facts, " "); got != tc.want {
			t.Errorf("%s of %v misses %q, want %q", tc.step, tc.ticket, got, tc.want)
		}
	}
}

func TestAHandOverGoesByTheReceiversFirstRule(t *testing.T) {
	t.Parallel()
	desk := load(t, files(t), "desk.yaml")
	for _, tc := range []struct{ receiver, category, want string }{
		{"supplier", "login", "to_app"}, {"supplier", "data", "rest"}, {"authority", "login", "rest"},
	} {
		held, found, err := desk.HandOver(&profilev1.TicketFacts{ReceiverParty: tc.receiver, Category: tc.category})
		if err != nil || !found || held.Setting.GetId() != tc.want {
			t.Errorf("to %s about %s: %s (%v), want %s", tc.receiver, tc.category, held.Setting.GetId(), err, tc.want)
		}
	}
}

func TestNotificationsAreThoseOfTheEventThatHold(t *testing.T) { // R85
	t.Parallel()
	desk := load(t, files(t), "desk.yaml")
	for _, tc := range []struct{ event, priority, want string }{
		{"ticket.opened", "P1", "stakeholders"}, {"ticket.opened", "P2", ""}, {"ticket.resolved", "P2", "resolved"},
	} {
		told, err := desk.Notifications(tc.event, &profilev1.TicketFacts{Priority: tc.priority})
		var ids []string
		for _, held := range told {
			ids = append(ids, held.Setting.GetId())
		}
		if got := strings.Join(ids, " "); err != nil || got != tc.want {
			t.Errorf("%s of a %s tells %q (%v), want %q", tc.event, tc.priority, got, err, tc.want)
		}
	}
}

func TestAnOverlayAddsToTheDeskAndKeepsTheRest(t *testing.T) { // R134
	t.Parallel()
	desk, centre := load(t, files(t), "desk.yaml"), load(t, files(t), "centre.yaml")
	if got := len(centre.Knowledge("login")); got != 2 {
		t.Errorf("the centre sees %d knowledge links, want its own and the desk's", got)
	}
	got, err := centre.Route(&profilev1.TicketFacts{Category: "printer"})
	if err != nil || got.Route.GetGroup() != "supplier/drift" {
		t.Errorf("the centre's own category goes to %v (%v)", got.Route, err)
	}
	if got, want := len(centre.Settings().GetGates()), len(desk.Settings().GetGates()); got != want {
		t.Errorf("the centre has %d gates, the desk %d", got, want)
	}
	if centre.Version() == desk.Version() || centre.ID() != "centre" {
		t.Error("the centre passes for its desk")
	}
}

func TestADroppedStatusLeavesTheTransitionsThatNameIt(t *testing.T) {
	t.Parallel()
	all := files(t)
	all["common.yaml"].Data = []byte(strings.NewReplacer(
		"  - {id: resolved, label", "  - {id: on_hold, label: {da: I bero, sv: Vilande, en: On hold}, class: waiting, clock: paused}\n"+
			"  - {id: resolved, label",
		"to: [awaiting_user]", "to: [awaiting_user, on_hold]",
		"from: [in_progress, awaiting_user]", "from: [in_progress, awaiting_user, on_hold]",
	).Replace(string(all["common.yaml"].Data)))
	all["desk.yaml"].Data = append(all["desk.yaml"].Data, "drop: [{path: \"statuses[on_hold]\", reason: nobody uses it}]\n"...)
	named := 0
	for _, transition := range load(t, all, "desk.yaml").Settings().GetTransitions() {
		if slices.Contains(transition.GetFrom(), "on_hold") || slices.Contains(transition.GetTo(), "on_hold") {
			t.Errorf("%s still names the status that the desk dropped", transition.GetId())
		}
		if transition.GetId() == "hold" || transition.GetId() == "resolve" {
			named += len(transition.GetFrom()) + len(transition.GetTo())
		}
	}
	if named != 6 {
		t.Errorf("hold and resolve name %d statuses, want the 6 that are left", named)
	}
}

func TestManyMayAskAProfileAtOnce(t *testing.T) {
	t.Parallel()
	desk := load(t, files(t), "desk.yaml")
	for i := range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			ticket := &profilev1.TicketFacts{Category: "login", ItSecurityBreach: i%2 == 0}
			want := map[bool]string{true: "P2", false: "P3"}[ticket.GetItSecurityBreach()]
			for range 200 {
				if got, err := desk.Priority(ticket); err != nil || got.Level.GetId() != want {
					t.Fatalf("%s (%v), want %s", got.Level.GetId(), err, want)
				}
				if _, err := desk.Route(ticket); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
