package api

import (
	"context"
	"slices"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/command"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// GetGuide reads what is asked about a ticket now, what is answered, and where knowledge about it is found (R38, R39, R43, R70).
func (a *Assessments) GetGuide(ctx context.Context, r *triagev1.GetGuideRequest) (*triagev1.Guide, error) {
	ticket, _, caller, err := a.Reads.seen(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	if err := a.Reads.Access.Ticket(ctx, caller, "GetGuide", &ticket.Ticket, ticket.Audience, false); err != nil {
		return nil, err
	}
	if err := a.Reads.bind(ticket); err != nil {
		return nil, err
	}
	follows := ticket.Desk.Process
	if follows == nil {
		return nil, command.ErrNoProfile
	}
	facts := ticket.ProcessFacts(a.Reads.Clock.Now())
	asked, err := follows.Guide(facts)
	if err != nil {
		return nil, err
	}
	desk, _ := splitTicket(r.GetName())
	words, err := store.AnswersInWords(ctx, a.Reads.Pool, desk, r.GetName())
	if err != nil {
		return nil, err
	}
	guide := &triagev1.Guide{Knowledge: follows.Knowledge(facts.GetCategory())}
	for _, question := range asked {
		guide.Questions = append(guide.Questions, shownQuestion(question, ticket.Facts.GetAssessment(), words))
	}
	return guide, nil
}

func shownQuestion(
	asked profile.Asked, a *triagev1.Assessment, words map[string]*commonv1.LocalizedText,
) *triagev1.GuideQuestion {
	value, given := a.GetAnswers()[asked.ID]
	question := &triagev1.GuideQuestion{
		Question: asked.ID, Guide: asked.Guide, Form: asked.Form, Text: asked.Text, Aspect: asked.Aspect, Type: asked.Type,
		Options: asked.Options, Required: asked.Required, Value: value,
		Answered: given || slices.Contains(a.GetAnswered(), asked.ID),
	}
	if question.GetAnswered() && !given {
		question.Words = words[domain.AnswerPrefix+asked.ID]
	}
	return question
}
