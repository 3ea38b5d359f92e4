// Package store is intake's database: statements by sqlc, and what their rows are in the contract's words.
package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/intake/internal/domain"
)

// Words are what a submission says. They lie beside its first event, where they can be erased.
type Words struct {
	Title, Description *commonv1.LocalizedText
	// Answers are those in words to what its form asked, by question.
	Answers map[string]*commonv1.LocalizedText
	// Solution is how whoever registered it had solved it already; nil where they had not (R21, R24).
	Solution     *commonv1.LocalizedText
	SolutionKind triagev1.SolutionKind
}

const (
	// answerPrefix begins the names of answers, here and in triage.
	answerPrefix = "answer."
	// solutionPrefix begins the name of a solution, and its kind ends it.
	solutionPrefix = "solution."
)

// Texts are the words as the event has them.
func (w Words) Texts() []feed.Text {
	texts := []feed.Text{
		{Name: "title", LanguageCode: w.Title.GetLanguageCode(), Text: w.Title.GetText()},
		{Name: "description", LanguageCode: w.Description.GetLanguageCode(), Text: w.Description.GetText()},
	}
	for _, question := range slices.Sorted(maps.Keys(w.Answers)) {
		answer := w.Answers[question]
		texts = append(texts, feed.Text{
			Name: answerPrefix + question, LanguageCode: answer.GetLanguageCode(), Text: answer.GetText(),
		})
	}
	if w.Solution != nil {
		texts = append(texts, feed.Text{
			Name:         solutionPrefix + strconv.Itoa(int(w.SolutionKind)),
			LanguageCode: w.Solution.GetLanguageCode(), Text: w.Solution.GetText(),
		})
	}
	return texts
}

// WordsOf reads the words of submissions of one desk, by the submission's name, in one statement.
func WordsOf(ctx context.Context, db DBTX, desk string, submissions ...Submission) (map[string]Words, error) {
	names := make([]string, len(submissions))
	for i, s := range submissions {
		names[i] = s.Name()
	}
	texts, err := New(db).SubmissionTexts(ctx, SubmissionTextsParams{Desk: desk, Resources: names})
	if err != nil {
		return nil, fmt.Errorf("read the words of %d submissions: %w", len(submissions), pg.Translate(err))
	}
	words := make(map[string]Words, len(submissions))
	for _, t := range texts {
		of := words[t.Resource]
		text := &commonv1.LocalizedText{Text: t.Text, LanguageCode: t.LanguageCode}
		switch t.Name {
		case "title":
			of.Title = text
		case "description":
			of.Description = text
		default:
			if question, is := strings.CutPrefix(t.Name, answerPrefix); is && t.Text != "" {
				if of.Answers == nil {
					of.Answers = map[string]*commonv1.LocalizedText{}
				}
				of.Answers[question] = text
			}
			if kind, is := strings.CutPrefix(t.Name, solutionPrefix); is && t.Text != "" {
				number, _ := strconv.Atoi(kind) // ours, from Texts
				of.Solution, of.SolutionKind = text, triagev1.SolutionKind(number)
			}
		}
		words[t.Resource] = of
	}
	return words, nil
}

// Name is the submission's full name.
func (s Submission) Name() string { return domain.SubmissionName(s.Desk, s.Submission.String()) }

// Proto is the submission in the contract's words; its own are given where they are known.
func (s Submission) Proto(words Words) *intakev1.Submission {
	a := &intakev1.Submission{
		Name: s.Name(), Ticket: domain.TicketName(s.Desk, s.Number),
		Outcome: intakev1.Outcome(s.Outcome), Channel: commonv1.Channel(s.Channel), Title: words.Title, Description: words.Description,
		Reporter: domain.PersonName(s.Desk, s.Reporter), AffectedUser: domain.PersonName(s.Desk, s.AffectedUser),
		ReceiveTime: timestamppb.New(s.ReceivedAt), RefusalReason: s.RefusalReason,
	}
	if s.SettledAt != nil {
		a.SettleTime = timestamppb.New(*s.SettledAt)
	}
	return a
}

// Audience is whom the submission is about. Parties see it through its ticket.
func (s Submission) Audience() []string {
	keys := []string{"persons/" + s.Reporter}
	for _, person := range []string{s.AffectedUser, s.Submitter} {
		if key := "persons/" + person; person != "" && key != keys[0] && key != keys[len(keys)-1] {
			keys = append(keys, key)
		}
	}
	return keys
}
