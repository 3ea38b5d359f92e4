package app_test

import (
	"slices"
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
)

// payload is what an event says.
func payload(t *testing.T, e *feed.Event) *triagev1.TicketEvent {
	t.Helper()
	p := new(triagev1.TicketEvent)
	if err := e.Record.GetPayload().UnmarshalTo(p); err != nil {
		t.Fatal(err)
	}
	return p
}

// lastOf is the last event of a type, and what it asks to be told, by rule.
func (w *world) lastOf(t *testing.T, ticket, eventType string) (*triagev1.TicketEvent, map[string]*triagev1.NotificationRequest) {
	t.Helper()
	for _, e := range slices.Backward(w.events(ticket)) {
		if e.Record.GetType() != eventType {
			continue
		}
		said := payload(t, e)
		told := map[string]*triagev1.NotificationRequest{}
		for _, n := range said.GetNotifications() {
			told[n.GetRule()+n.GetChain()] = n
		}
		return said, told
	}
	t.Fatalf("%s never happened to %s: %v", eventType, ticket, eventTypes(w.events(ticket)))
	return nil, nil
}

func (w *world) categorise(person, ticket string, a *triagev1.Assessment) (*triagev1.Ticket, error) {
	return w.assess.CategoriseTicket(w.as(person), &triagev1.CategoriseTicketRequest{
		Name: ticket, RequestId: requestID(), Assessment: a,
	})
}

// triagedAtOperations is a ticket about NSP's operations that jonas at the operations supplier has.
func (w *world) triagedAtOperations(t *testing.T) string {
	t.Helper()
	opening := w.opening()
	opening.Assessment = &triagev1.Assessment{
		Kind: "incident", Category: "nsp-operations", Answers: map[string]string{"about_fmk": "no", "users_affected": "some"},
	}
	name := must(w.intake.OpenTicket(t.Context(), opening))(t).GetName()
	must(w.assess.AnswerGuide(w.as("mette"), &triagev1.AnswerGuideRequest{
		Name: name, RequestId: requestID(), Answers: []*triagev1.GuideAnswer{{Question: "what_symptoms", Words: danish("Langsom")}},
	}))(t)
	must(w.tickets.HandOverTicket(w.as("mette"), &triagev1.HandOverTicketRequest{
		Name: name, RequestId: requestID(), Party: netic, Group: drift, Reason: danish("Drift"),
	}))(t)
	must(w.tickets.AcceptHandOver(w.as("jonas"), &triagev1.AcceptHandOverRequest{
		Name: name, RequestId: requestID(), Assignee: who("jonas"),
	}))(t)
	return name
}

// R29, R37, R41: a ticket is categorised, and its place follows.
func TestR37CategorisingATicketFindsItsPlace(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	name := w.open().GetName()
	ticket := must(w.categorise("mette", name, &triagev1.Assessment{Kind: "incident", Category: "nsp-application"}))(t)
	if a := ticket.GetAssessment(); a.GetKind() != "incident" || a.GetCategory() != "nsp-application" || a.GetChannel() != "web" {
		t.Errorf("it is judged to be %v", a)
	}
	said, _ := w.lastOf(t, name, "ticket.categorised")
	if d := said.GetDecisions(); len(d) != 1 || d[0].GetAnswer() != "parties/applikation/groups/support" {
		t.Errorf("its place is decided: %v", d)
	}
	// Only what is given changes.
	ticket = must(w.categorise("mette", name, &triagev1.Assessment{BusinessService: "nsp"}))(t)
	if ticket.GetAssessment().GetCategory() != "nsp-application" || ticket.GetAssessment().GetBusinessService() != "nsp" {
		t.Errorf("then it is judged to be %v", ticket.GetAssessment())
	}
}

func TestR37WhatTheProfileDoesNotHaveIsRefusedFieldByField(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	name := w.open().GetName()
	_, err := w.categorise("mette", name, &triagev1.Assessment{
		Kind: "rumour", Category: "printers", ContractCategory: "A", FoundBy: desk + "/parties/nobody", BusinessService: "moon",
	})
	want := []string{
		"assessment.kind", "assessment.category", "assessment.contract_category", "assessment.business_service", "assessment.found_by",
	}
	if got := fields(err); !slices.Equal(got, want) {
		t.Errorf("refused are %v, want %v: %v", got, want, err)
	}
	_, err = w.categorise("mette", name, &triagev1.Assessment{Urgency: "high"})
	if got := fields(err); !slices.Equal(got, []string{"assessment.urgency"}) {
		t.Errorf("urgency is said here: %v", err)
	}
	_, err = w.prioritise("mette", name, worth(triagev1.Impact_IMPACT_LOW, "yesterday"))
	if got := fields(err); !slices.Equal(got, []string{"urgency"}) {
		t.Errorf("an unknown urgency: %v", err)
	}
	_, err = w.prioritise("mette", name, byHand("P9", "Fordi"))
	if got := fields(err); !slices.Equal(got, []string{"priority"}) {
		t.Errorf("an unknown priority: %v", err)
	}
	if got := eventTypes(w.events(name)); !slices.Equal(got, []string{"ticket.opened"}) {
		t.Errorf("refused input did something: %v", got)
	}
}

// R38, R39, R43, R70: questions by category, the next one by the answer before, words apart from facts, knowledge beside them.
func TestR38TheGuideAsksWhatTheCategoryAndTheAnswersCallFor(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	name := w.open().GetName()
	mette := w.as("mette")
	guide := func() *triagev1.Guide {
		t.Helper()
		return must(w.assess.GetGuide(mette, &triagev1.GetGuideRequest{Name: name}))(t)
	}
	if g := guide(); len(g.GetQuestions())+len(g.GetKnowledge()) != 0 {
		t.Errorf("a ticket without a category is asked %v", g)
	}
	must(w.categorise("mette", name, &triagev1.Assessment{Kind: "incident", Category: "nsp-operations"}))(t)
	questions := func() (all []string) {
		for _, q := range guide().GetQuestions() {
			all = append(all, q.GetQuestion())
		}
		return all
	}
	if got := questions(); slices.Contains(got, "service_down") || !slices.Contains(got, "users_affected") ||
		!slices.Contains(got, "what_symptoms") {
		t.Errorf("asked are %v", got)
	}
	answer := func(answers ...*triagev1.GuideAnswer) error {
		_, err := w.assess.AnswerGuide(mette, &triagev1.AnswerGuideRequest{Name: name, RequestId: requestID(), Answers: answers})
		return err
	}
	err := answer(
		&triagev1.GuideAnswer{Question: "service_down", Value: "yes"},
		&triagev1.GuideAnswer{Question: "users_affected", Value: "hordes"},
		&triagev1.GuideAnswer{Question: "what_symptoms", Value: "slow"}, &triagev1.GuideAnswer{
			Question: "about_fmk",
			Words:    danish("Nej"),
		},
	)
	want := []string{"answers[0].question", "answers[1].value", "answers[2].value", "answers[3].words"}
	if got := fields(err); !slices.Equal(got, want) {
		t.Errorf("refused are %v, want %v: %v", got, want, err)
	}
	// One answer is why the other question is asked: together they are fine.
	if err := answer(
		&triagev1.GuideAnswer{Question: "users_affected", Value: "many"}, &triagev1.GuideAnswer{Question: "service_down", Value: "yes"},
		&triagev1.GuideAnswer{Question: "what_symptoms", Words: danish("Ingen kan logge ind, siger Bo")},
	); err != nil {
		t.Fatal(err)
	}
	read := map[string]*triagev1.GuideQuestion{}
	for _, q := range guide().GetQuestions() {
		read[q.GetQuestion()] = q
	}
	if q := read["users_affected"]; q.GetValue() != "many" || !q.GetAnswered() || len(q.GetOptions()) < 3 {
		t.Errorf("users_affected is %v", q)
	}
	if q := read["what_symptoms"]; q.GetWords().GetText() != "Ingen kan logge ind, siger Bo" ||
		q.GetAspect().String() != "ASPECT_WHAT" {
		t.Errorf("what_symptoms is %v", q)
	}
	if k := guide().GetKnowledge(); len(k) != 3 || k[0].GetId() != "wiki" {
		t.Errorf("knowledge is found at %v", k)
	}
	said, _ := w.lastOf(t, name, "ticket.guide_answered")
	a := said.GetTicket().GetAssessment()
	if len(a.GetAnswers()) != 2 || !slices.Contains(a.GetAnswered(), "what_symptoms") {
		t.Errorf("the facts hold %v and name %v", a.GetAnswers(), a.GetAnswered())
	}
}

// R44, R66: what a supplier found itself is shared when users feel it, and the single point of contact hears of it by mail.
func TestR44WhatUsersDoNotFeelStaysInTheSuppliersOwnTool(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	opening := w.opening()
	opening.Assessment = &triagev1.Assessment{Kind: "incident", FoundBy: netic}
	_, err := w.intake.OpenTicket(t.Context(), opening)
	if !fault.Is(err, "GATE_NOT_MET") {
		t.Errorf("what nobody feels was registered: %v", err)
	}
	yes := true
	opening.Assessment.AffectsUsers = &yes
	opened := must(w.intake.OpenTicket(t.Context(), opening))(t)
	if got := opened.GetAssessment().GetChannel(); got != "own_find" {
		t.Errorf("it came by %q", got)
	}
	said, told := w.lastOf(t, opened.GetName(), "ticket.opened")
	if n := told["found_by_supplier"]; !slices.Equal(n.GetRecipients(), []string{"parties/sds"}) ||
		!slices.Contains(n.GetMedia(), "mail") {
		t.Errorf("of it is told %v", n)
	}
	if d := said.GetDecisions(); !slices.ContainsFunc(d, func(d *triagev1.Decision) bool {
		return d.GetRule() == "routing[operations_found]"
	}) {
		t.Errorf("it is routed by %v", d)
	}
	if again := must(w.intake.OpenTicket(t.Context(), opening))(t); again.GetName() != opened.GetName() {
		t.Errorf("the same submission is %s", again.GetName())
	}
}

func TestR37WhatIsSaidAtRegistrationIsOfTheProfile(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	opening := w.opening()
	opening.Assessment = &triagev1.Assessment{
		Category: "printers", Urgency: "high", Answers: map[string]string{"favourite_colour": "blue"},
	}
	_, err := w.intake.OpenTicket(t.Context(), opening)
	if got := fields(err); !slices.Equal(got, []string{"assessment.category"}) {
		t.Errorf("refused are %v: %v", got, err)
	}
	opening.Assessment.Category = "nsp"
	_, err = w.intake.OpenTicket(t.Context(), opening)
	if got := fields(err); !slices.Equal(got, []string{"assessment.answers.favourite_colour"}) {
		t.Errorf("refused are %v: %v", got, err)
	}
	opening.Assessment.Answers = nil
	opening.AttestedCalls = []*triagev1.AttestedCall{{Contact: "the_king", CallTime: timestamppb.New(w.clock.Now())}}
	_, err = w.intake.OpenTicket(t.Context(), opening)
	if got := fields(err); !slices.Equal(got, []string{"attested_calls[0].contact"}) {
		t.Errorf("refused are %v: %v", got, err)
	}
	opening.AttestedCalls[0].Contact = "national_desk"
	opened := must(w.intake.OpenTicket(t.Context(), opening))(t)
	if calls := opened.GetAttestedCalls(); len(calls) != 1 || calls[0].GetAttestedBy() != who("karen") {
		t.Errorf("attested is %v", calls)
	}
}
