package domain

import (
	"maps"
	"slices"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/process/ticketevent"
)

// AnswerPrefix begins the names of the texts that are answers in words: "answer.what_symptoms".
const AnswerPrefix = "answer."

// Answer is an answer to a question: a fact, or words that can be erased. Neither takes the answer back.
type Answer struct {
	Question, Value string
	Words           Text
}

// AnswerGuide answers questions that are asked about the ticket now (R38): what is given together is looked at together, since
// one answer may be why another question is asked.
func (t Ticket) AnswerGuide(answers []Answer, at time.Time) (Outcome, []UnfitAt, error) {
	if _, rejection := process.Permit(process.AnswerGuide, t.facts()); rejection != nil {
		return Outcome{}, nil, rejection
	}
	c := t.change(at)
	a := c.assessment()
	var words []Text
	for _, answer := range answers {
		answerTo(a, answer)
		if !answer.Words.Blank() {
			answer.Words.Name = AnswerPrefix + answer.Question
			words = append(words, answer.Words)
		}
	}
	asked, err := t.Desk.Process.Answerable(c.after.ProcessFacts(at))
	if err != nil {
		return Outcome{}, nil, err
	}
	if unfit := unfitAnswers(answers, asked); len(unfit) > 0 {
		return Outcome{}, unfit, nil
	}
	return c.done(ticketevent.GuideAnswered, words...), nil, nil
}

// answerTo notes an answer, or that it was taken back.
func answerTo(a *triagev1.Assessment, answer Answer) {
	a.Answers = maps.Clone(a.GetAnswers())
	delete(a.Answers, answer.Question)
	a.Answered = slices.DeleteFunc(slices.Clone(a.GetAnswered()), func(q string) bool { return q == answer.Question })
	if answer.Value != "" {
		if a.Answers == nil {
			a.Answers = map[string]string{}
		}
		a.Answers[answer.Question] = answer.Value
	}
	if answer.Value != "" || !answer.Words.Blank() {
		a.Answered = append(a.Answered, answer.Question)
		slices.Sort(a.Answered)
	}
}

// unfitAnswers are those to what is not asked, with an option that there is not, or of another type. What is taken back is
// always fit.
func unfitAnswers(answers []Answer, asked []profile.Asked) []UnfitAt {
	var unfit []UnfitAt
	seen := map[string]bool{}
	for i, answer := range answers {
		refuse := func(field, rule string) { unfit = append(unfit, UnfitAt{i, Unfit{field, rule}}) }
		at := slices.IndexFunc(asked, func(a profile.Asked) bool { return a.ID == answer.Question })
		worded := !answer.Words.Blank()
		switch {
		case seen[answer.Question]:
			refuse("question", "guide.twice")
		case at < 0:
			if worded || answer.Value != "" {
				refuse("question", "guide.not_asked")
			}
		case worded && !asked[at].InWords():
			refuse("words", "guide.type")
		case answer.Value != "" && asked[at].InWords():
			refuse("value", "guide.type")
		case answer.Value != "":
			if rule, ok := asked[at].Accepts(answer.Value); !ok {
				refuse("value", rule)
			}
		}
		seen[answer.Question] = true
	}
	return unfit
}

// UnfitAnswers are the answers given at registration that the desk's profile does not ask for, by question.
func (t Ticket) UnfitAnswers(worded []Answer, at time.Time) (map[string]string, error) {
	given := t.Facts.GetAssessment().GetAnswers()
	if len(given)+len(worded) == 0 {
		return nil, nil
	}
	asked, err := t.Desk.Process.Answerable(t.ProcessFacts(at))
	if err != nil {
		return nil, err
	}
	answers := slices.Clone(worded)
	for _, question := range slices.Sorted(maps.Keys(given)) {
		answers = append(answers, Answer{Question: question, Value: given[question]})
	}
	unfit := map[string]string{}
	for _, u := range unfitAnswers(answers, asked) {
		unfit[answers[u.Index].Question] = u.Rule
	}
	return unfit, nil
}
