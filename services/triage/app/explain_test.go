package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/triage/app"
)

func (w *world) explain(person, name string) (*triagev1.ExplainTicketResponse, error) {
	return triagev1.NewExplanationServiceClient(w.gateway).ExplainTicket(w.as(person), &triagev1.ExplainTicketRequest{Name: name})
}

func stepOf(explained *triagev1.ExplainTicketResponse, step string) *triagev1.StepExplanation {
	for _, s := range explained.GetSteps() {
		if s.GetStep() == step {
			return s
		}
	}
	return nil
}

// R46-R49, R131: why P1, by when and by which rule, what may be done now and what stands in the way, who was told.
func TestATicketIsExplained(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.grant("lars", sds, "", "agent") // of the party, without the role
	w.on(time.Monday, 10, 0)
	name := w.incident("P1").GetName()
	w.start(name)
	w.solve(name)
	explained := must(w.explain("mette", name))(t)
	for subject, want := range map[string]string{
		"priority": "priority.matrix", "route": "", "deadline/reaction": "targets[p1].reaction",
		"deadline/solution": "targets[p1].solution", "deadline/silence": "silence[five_days]",
	} {
		i := slices.IndexFunc(explained.GetDecisions(), func(d *triagev1.Decision) bool { return d.GetSubject() == subject })
		if i < 0 {
			t.Errorf("nothing says why %s is as it is", subject)
			continue
		}
		d := explained.GetDecisions()[i]
		if !strings.HasPrefix(d.GetRule(), want) || d.GetProfileVersion() != explained.GetProfileVersion() || len(d.GetInputs()) == 0 {
			t.Errorf("%s: %v", subject, d)
		}
	}
	closing := stepOf(explained, "close")
	i := slices.IndexFunc(closing.GetGates(), func(g *triagev1.GateExplanation) bool { return g.GetGate() == "report_approved" })
	if i < 0 || closing.GetGates()[i].GetOpen() || closing.GetGates()[i].GetSatisfy().GetEn() == "" ||
		closing.GetGates()[i].GetInputs()["report_approved"] != "false" {
		t.Errorf("the gates of closing: %v", closing.GetGates())
	}
	if closing.GetPossible() || len(closing.GetObstacles()) != 1 {
		t.Errorf("closing: %v", closing.GetObstacles())
	}
	if reopen := stepOf(explained, "reopen"); !reopen.GetPossible() {
		t.Errorf("reopening: %v", reopen.GetObstacles())
	}
	if resume := stepOf(explained, "resume"); resume.GetPossible() || resume.GetObstacles()[0].GetReason() != "WRONG_STATUS" {
		t.Errorf("resuming: %v", resume)
	}
	if told := explained.GetTold(); len(told) == 0 || told[len(told)-1].GetEvent() != "ticket.opened" {
		t.Errorf("told: %v", told)
	}
	reasons := func(person string) (all []string) {
		for _, o := range stepOf(must(w.explain(person, name))(t), "close").GetObstacles() {
			all = append(all, o.GetReason())
		}
		return all
	}
	if got := reasons("lars"); !slices.Contains(got, "NOT_PERMITTED_BY_PROFILE") {
		t.Errorf("closing, for who has not the role: %v", got)
	}
	if _, err := w.explain("karen", name); !fault.Is(err, fault.PermissionDenied) {
		t.Errorf("to the reporter: %v", err)
	}
}

// What is possible by the explanation is possible, and what is not is refused.
func TestTheExplanationAgreesWithTheSteps(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	w.on(time.Monday, 10, 0)
	name := w.incident("P4").GetName()
	explained := must(w.explain("mette", name))(t)
	if !stepOf(explained, "start_work").GetPossible() || stepOf(explained, "close").GetPossible() {
		t.Errorf("steps of a new ticket: %v", explained.GetSteps())
	}
	w.start(name)
	if _, err := w.tickets.TakeTicket(w.as("mette"), &triagev1.TakeTicketRequest{Name: name, RequestId: requestID()}); err == nil {
		t.Error("a ticket that is begun was taken")
	}
	if stepOf(must(w.explain("mette", name))(t), "take").GetPossible() {
		t.Error("taking is explained as possible")
	}
}

// R134: the process is read as it is, and as it was when it decided.
func TestTheProfileIsReadInForceAndAsItWas(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	shelve(t, dir, "", "")
	w := newNSPWith(t, func(cfg *app.Config) { cfg.Profiles.Dir, cfg.Profiles.Every = dir, time.Second })
	service := triagev1.NewProfileServiceClient(w.gateway)
	read := func(version string) (*triagev1.ProcessProfile, error) {
		return service.GetProfile(w.as("mette"), &triagev1.GetProfileRequest{Name: desk + "/profile" + version})
	}
	first := must(read(""))(t)
	if !first.GetInForce() || first.GetSettings().GetId() != "nsp" || len(first.GetVersion()) != 64 {
		t.Errorf("in force: %v %s", first.GetInForce(), first.GetVersion())
	}
	opened := w.incident("P4")
	shelve(t, dir, "\nclosing:\n", "\nclosing:\n  reopen_within: 10d\n")
	eventually(t, "another version is in force", func() bool { return must(read(""))(t).GetVersion() != first.GetVersion() })
	earlier := must(read("/versions/" + first.GetVersion()))(t)
	if earlier.GetInForce() || earlier.GetSettings().GetClosing().GetReopenWithin() != "" {
		t.Errorf("as it was: %v", earlier.GetSettings().GetClosing())
	}
	explained := must(w.explain("mette", opened.GetName()))(t)
	if explained.GetDecisions()[0].GetProfileVersion() != first.GetVersion() || explained.GetProfileVersion() == first.GetVersion() {
		t.Error("a decision is not explained by the version that made it")
	}
	if _, err := read("/versions/" + strings.Repeat("0", 64)); !fault.Is(err, fault.NotFound) {
		t.Errorf("a version that never was: %v", err)
	}
}
