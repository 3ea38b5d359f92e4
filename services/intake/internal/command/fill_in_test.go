package command_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/services/intake/internal/command"
)

// ResolveTicket solves what is open, once for each request id.
func (t *triage) ResolveTicket(
	_ context.Context, r *triagev1.ResolveTicketRequest, _ ...grpc.CallOption,
) (*triagev1.Ticket, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.away {
		return nil, status.Error(codes.Unavailable, "away")
	}
	if t.unsolvable != nil {
		return nil, t.unsolvable
	}
	if t.solved == nil {
		t.solved = map[string]string{}
	}
	if with, before := t.solved[r.GetName()]; before && with != r.GetRequestId() {
		return nil, status.Error(codes.FailedPrecondition, "solved before")
	}
	t.solved[r.GetName()] = r.GetRequestId()
	return &triagev1.Ticket{Name: r.GetName()}, nil
}

// ResolveTicketFor is the same call, made by intake for somebody.
func (t *triage) ResolveTicketFor(
	ctx context.Context, r *triagev1.ResolveTicketForRequest, _ ...grpc.CallOption,
) (*triagev1.Ticket, error) {
	if by, _ := auth.FromContext(ctx); by.Person != "" || r.GetPerson() != "desks/nsp/persons/mette" {
		return nil, status.Errorf(codes.PermissionDenied, "%v resolves for %s", by, r.GetPerson())
	}
	return t.ResolveTicket(ctx, &triagev1.ResolveTicketRequest{
		Name: r.GetName(), RequestId: r.GetRequestId(), Solution: r.GetSolution(), SolutionKind: r.GetSolutionKind(),
	})
}

// asks has the desk follow a process with a form, a template and quick tickets.
func (f *fixture) asks(t *testing.T) {
	t.Helper()
	f.follows(t)
	line, personal := profilev1.FieldType_FIELD_TYPE_LINE, true
	s := f.profiles.settings
	s.Forms = []*profilev1.Form{{Id: "report", Label: said("Meld"), Fields: []*profilev1.FormField{
		{Id: "title", Label: said("Overskrift"), Type: line, Required: true, Fills: profilev1.Fills_FILLS_TITLE},
		{Id: "contact", Label: said("Navn"), Type: line, Required: true, Personal: personal},
		{Id: "urgent", Label: said("Haster"), Type: profilev1.FieldType_FIELD_TYPE_YES_NO, Fills: profilev1.Fills_FILLS_URGENT},
		{Id: "why", Label: said("Hvorfor"), Type: line, Required: true, ShownWhen: "ticket.urgent"},
	}}}
	s.Attestations = []*profilev1.Attestation{{
		Id: "urgent", Label: said("Ring"), When: "ticket.urgent", Contacts: []string{"desk"},
		Due: profilev1.CallTime_CALL_TIME_BESIDE_REGISTRATION,
	}}
	s.Contacts = []*profilev1.Contact{{Id: "desk", Label: said("Service Desk"), Phone: "+4533143900"}}
	s.Channels = append(s.Channels, &profilev1.IntakeChannel{Id: "counter", Label: said("Skranke"), Way: profilev1.Way_WAY_WALK_IN})
	s.ReporterGroups = s.ReporterGroups[:1] // nobody is refused, and only who says so is of a region
	s.Templates = []*profilev1.TicketTemplate{{
		Id: "printer", Label: said("Printer"), Category: "printer", Impact: "medium", Title: said("Printer virker ikke: "),
	}}
	s.Kinds = []*profilev1.Kind{{Id: "incident", Nature: profilev1.Nature_NATURE_INCIDENT}}
	s.Guides = []*profilev1.Guide{{Id: "g", Questions: []*profilev1.Question{
		{Id: "symptoms", Type: profilev1.FieldType_FIELD_TYPE_TEXT, Required: true},
	}}}
	s.Categories = []*profilev1.Category{{Id: "wifi", Guides: []string{"g"}}}
	s.QuickTickets = []*profilev1.QuickTicket{{
		Id: "eduroam", Label: said("Eduroam"), Category: "wifi", Anonymous: true, Solution: said("Hjulpet"),
	}}
}

func filledIn(answers map[string]string) *intakev1.SubmitTicketRequest {
	return &intakev1.SubmitTicketRequest{
		Parent: "desks/nsp", RequestId: uuid.NewString(), Channel: commonv1.Channel_CHANNEL_WEB, Form: "report", FormAnswers: answers,
	}
}

// R31, R148: what a form says in words reaches the ticket whenever it is opened, and lies among no facts on the way.
func TestR31AFormReachesItsTicketAlsoWhenTriageWasAway(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.asks(t)
	if _, err := f.commands.SubmitTicket(as(t.Context(), "ole"), report()); err != nil { // the profile is known from here on
		t.Fatal(err)
	}
	f.triage.set(true)
	submitted, err := f.commands.SubmitTicket(as(t.Context(), "ole"), filledIn(map[string]string{
		"title": "Recepter mangler", "contact": "Zebrafinch Hansen", "urgent": "yes", "why": "Alle er ramt",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if due := submitted.GetCallsDue(); len(due) != 1 || due[0].GetPhone() != "+4533143900" { // R7
		t.Errorf("urgent, and to be phoned are %v", due)
	}
	if n := f.count(t, "SELECT count(*) FROM submissions WHERE submissions::text LIKE '%Zebrafinch%'"); n != 0 {
		t.Error("R148: the name lies in the submission's row")
	}
	if n := f.count(t, "SELECT count(*) FROM events WHERE position('Zebrafinch'::bytea IN stored) > 0"); n != 0 {
		t.Error("R148: the name lies in an event")
	}
	f.triage.set(false)
	worker := &command.OpenTicketWorker{Commands: f.commands}
	if err := worker.Work(t.Context(), backstop(submitted.GetName())); err != nil {
		t.Fatal(err)
	}
	opened := f.triage.opened[submitted.GetName()]
	words := map[string]string{}
	for _, answer := range opened.GetWordedAnswers() {
		words[answer.GetQuestion()] = answer.GetWords().GetText() + "/" + answer.GetWords().GetLanguageCode()
	}
	if opened.GetTitle().GetText() != "Recepter mangler" || !opened.GetAssessment().GetUrgent() ||
		opened.GetAssessment().GetAnswers()["urgent"] != "yes" || len(words) != 2 ||
		words["contact"] != "Zebrafinch Hansen/da" || words["why"] != "Alle er ramt/da" {
		t.Errorf("triage was told %v", opened)
	}
}

// R31: a field is asked while its condition holds, and then it must be answered.
func TestR31AConditionAsksAndUnasks(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.asks(t)
	for _, tt := range []struct {
		urgent, why, refused string
	}{
		{"yes", "", `form_answers["why"]:form.required`},
		{"no", "Alle", `form_answers["why"]:form.not_asked`},
		{"no", "", ""},
	} {
		answers := map[string]string{"title": "Recepter mangler", "contact": "Ole", "urgent": tt.urgent}
		if tt.why != "" {
			answers["why"] = tt.why
		}
		_, err := f.commands.SubmitTicket(as(t.Context(), "ole"), filledIn(answers))
		if (err == nil) != (tt.refused == "") || err != nil && !strings.Contains(err.Error(), tt.refused) {
			t.Errorf("urgent %s because %q: %v, want %s", tt.urgent, tt.why, err, tt.refused)
		}
	}
}

// R5, R21: what was registered as solved while triage was away is opened and solved by the job, once, whatever broke off before;
// and what the process refuses to have solved is opened all the same.
func TestR21WhatWasSolvedAtOnceIsSolvedLaterWhereTriageWasAway(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	worker := &command.OpenTicketWorker{Commands: f.commands}
	r := report()
	r.Solution, r.SolutionKind = &commonv1.LocalizedText{Text: "Genstartet"}, triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND
	f.triage.set(true)
	first, err := f.commands.SubmitTicket(as(t.Context(), "mette"), r)
	if err != nil || first.GetOutcome() != intakev1.Outcome_OUTCOME_UNSPECIFIED {
		t.Fatalf("while triage is away it became %v, %v", first, err)
	}
	f.triage.set(false)
	f.triage.unsolvable = status.Error(codes.Unavailable, "away again") // opened, and then broken off
	_ = worker.Work(t.Context(), backstop(first.GetName()))
	const unsettled = `SELECT count(*) FROM submissions WHERE settled_at IS NULL`
	if f.count(t, unsettled) != 1 {
		t.Fatal("it is settled, and nobody will solve it")
	}
	f.triage.unsolvable = nil
	if err := worker.Work(t.Context(), backstop(first.GetName())); err != nil || len(f.triage.solved) != 1 {
		t.Fatalf("solved are %v, %v", f.triage.solved, err)
	}
	if again, err := f.commands.SubmitTicket(as(t.Context(), "mette"), r); err != nil ||
		again.GetOutcome() != intakev1.Outcome_OUTCOME_OPENED || len(f.triage.solved) != 1 {
		t.Errorf("the same call again: %v, %v; solved are %v", again, err, f.triage.solved)
	}

	f.triage.set(true)
	r.RequestId = uuid.NewString()
	gated, err := f.commands.SubmitTicket(as(t.Context(), "mette"), r)
	if err != nil {
		t.Fatal(err)
	}
	f.triage.set(false)
	f.triage.unsolvable = status.Error(codes.FailedPrecondition, "a gate is shut")
	if err := worker.Work(t.Context(), backstop(gated.GetName())); err != nil {
		t.Fatal(err)
	}
	if f.count(t, unsettled) != 0 || len(f.triage.solved) != 1 {
		t.Errorf("what the process does not let be solved is not settled, or solved: %v", f.triage.solved)
	}
}

// R25: a template says what the report leaves out, and begins its title.
func TestR25ATemplatePresetsWhatIsNotSaid(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.asks(t)
	r := report()
	r.Template, r.Title = "printer", &commonv1.LocalizedText{Text: "2. sal"}
	submitted, err := f.commands.SubmitTicket(as(t.Context(), "mette"), r)
	if err != nil {
		t.Fatal(err)
	}
	opened := f.triage.opened[submitted.GetName()]
	if opened.GetTitle().GetText() != "Printer virker ikke: 2. sal" || opened.GetAssessment().GetCategory() != "printer" ||
		opened.GetImpact() != triagev1.Impact_IMPACT_MEDIUM {
		t.Errorf("triage was told %v", opened)
	}
	r.RequestId, r.Assessment, r.Impact = uuid.NewString(), &triagev1.Assessment{Category: "wifi"}, triagev1.Impact_IMPACT_LOW
	if submitted, err = f.commands.SubmitTicket(as(t.Context(), "mette"), r); err != nil {
		t.Fatal(err)
	}
	opened = f.triage.opened[submitted.GetName()]
	if opened.GetAssessment().GetCategory() != "wifi" || opened.GetImpact() != triagev1.Impact_IMPACT_LOW {
		t.Errorf("what was said gave way to the template: %v", opened)
	}
}

// R24, R148: a quick ticket is solved as it is registered, answers by what it is called, and names nobody but the agent. What
// broke off is finished by the same call.
func TestR24AQuickTicketIsSolvedAndNamesNobody(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.asks(t)
	if _, err := f.commands.SubmitTicket(as(t.Context(), "ole"), report()); err != nil {
		t.Fatal(err)
	}
	f.triage.set(true)
	quick := &intakev1.RegisterQuickTicketRequest{Name: "desks/nsp/quickTickets/eduroam", RequestId: uuid.NewString()}
	first, err := f.commands.RegisterQuickTicket(as(t.Context(), "mette"), quick)
	if err != nil || first.GetOutcome() != intakev1.Outcome_OUTCOME_UNSPECIFIED || len(f.triage.solved) != 0 {
		t.Fatalf("while triage is away it became %v, %v", first, err)
	}
	f.triage.set(false)
	worker := &command.OpenTicketWorker{Commands: f.commands}
	for range 2 {
		if err := worker.Work(t.Context(), backstop(first.GetName())); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.triage.solved) != 1 {
		t.Errorf("the job that opened it left it unsolved: %v", f.triage.solved)
	}
	for range 2 {
		again, err := f.commands.RegisterQuickTicket(as(t.Context(), "mette"), quick)
		if err != nil || again.GetName() != first.GetName() {
			t.Fatalf("the same again became %v, %v", again, err)
		}
	}
	opened := f.triage.opened[first.GetName()]
	if len(f.triage.solved) != 1 || f.triage.solved[opened.GetName()] == "" {
		t.Errorf("solved are %v", f.triage.solved)
	}
	if opened.GetReporter() != "desks/nsp/persons/mette" || opened.GetAffectedUser() != "desks/nsp/persons/mette" ||
		opened.GetAssessment().GetKind() != "incident" || opened.GetAssessment().GetCategory() != "wifi" {
		t.Errorf("triage was told %v", opened)
	}
	if words := opened.GetWordedAnswers(); len(words) != 1 || words[0].GetQuestion() != "symptoms" ||
		words[0].GetWords().GetText() != "Eduroam" {
		t.Errorf("what must be answered is answered by %v", words)
	}
	named := &intakev1.RegisterQuickTicketRequest{
		Name: quick.GetName(), RequestId: uuid.NewString(), AffectedUser: "desks/nsp/persons/ole",
	}
	if _, err := f.commands.RegisterQuickTicket(as(t.Context(), "mette"), named); err == nil ||
		!strings.Contains(err.Error(), "affected_user:quick_ticket.anonymous") {
		t.Errorf("R148: somebody was named: %v", err)
	}
}
