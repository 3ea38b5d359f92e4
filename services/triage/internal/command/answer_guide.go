package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// AnswerGuide answers questions that are asked about a ticket now (R38, R39, R43).
func (c *Assessments) AnswerGuide(ctx context.Context, r *triagev1.AnswerGuideRequest) (*triagev1.Ticket, error) {
	answers := make([]domain.Answer, len(r.GetAnswers()))
	for i, a := range r.GetAnswers() {
		answers[i] = domain.Answer{Question: a.GetQuestion(), Value: a.GetValue(), Words: text("", a.GetWords())}
	}
	return c.Tickets.change(ctx, call{
		action: "AnswerGuide", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if err := s.byProfile(); err != nil {
			return domain.Outcome{}, err
		}
		outcome, refused, err := s.AnswerGuide(answers, s.at)
		if err != nil {
			return domain.Outcome{}, err
		}
		return outcome, unfitAt("answers", refused)
	})
}
