package command

import (
	"context"

	"google.golang.org/grpc/codes"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// complete adds to a report what template, gate and form make of it, and puts its words together.
func (c *Commands) complete(
	ctx context.Context, door *profile.Reception, b *basis, r *intakev1.SubmitTicketRequest,
) (*intakev1.SubmitTicketRequest, profile.Admission, error) {
	var (
		language = b.desk.LanguageCode
		admitted profile.Admission
		filled   domain.FilledIn
		err      error
	)
	if door == nil {
		if err := byProfile(r); err != nil {
			return r, admitted, err
		}
	} else {
		if r, err = byTemplate(door, language, r); err != nil {
			return r, admitted, err
		}
		if admitted, err = c.admit(ctx, door, r); err != nil {
			return r, admitted, err
		}
		if r, filled, err = byForm(door, language, cameAs(r, admitted)); err != nil && admitted.Ground == "" {
			return r, admitted, err
		}
	}
	if admitted.Ground == "" {
		if err := titled(r); err != nil {
			return r, admitted, err
		}
	}
	b.files = filled.Files
	b.words = store.Words{
		Title: inLanguage(r.GetTitle(), language), Description: inLanguage(r.GetDescription(), language),
		Answers:  map[string]*commonv1.LocalizedText{},
		Solution: inLanguage(r.GetSolution(), language), SolutionKind: r.GetSolutionKind(),
	}
	for _, words := range []map[string]string{filled.Words, b.answers} {
		for question, answer := range words {
			b.words.Answers[question] = inLanguage(&commonv1.LocalizedText{
				Text: answer, LanguageCode: r.GetTitle().GetLanguageCode(),
			}, language)
		}
	}
	return r, admitted, nil
}

// byProfile refuses what only a profile gives a meaning.
func byProfile(r *intakev1.SubmitTicketRequest) error {
	for field, said := range map[string]bool{
		"template": r.GetTemplate() != "", "form": r.GetForm() != "", "form_answers": len(r.GetFormAnswers()) > 0,
	} {
		if said {
			return fault.New(codes.InvalidArgument, fault.InvalidArgument).Field(field, "profile.none")
		}
	}
	return nil
}

// titled refuses a report without a title, and one of an agent whose title says nothing (R5).
func titled(r *intakev1.SubmitTicketRequest) error {
	invalid := fault.New(codes.InvalidArgument, fault.InvalidArgument)
	title := r.GetTitle().GetText()
	switch r.GetChannel() {
	case commonv1.Channel_CHANNEL_PHONE, commonv1.Channel_CHANNEL_WALK_IN, commonv1.Channel_CHANNEL_VISIT:
		if title != "" && !domain.Telling(title) {
			return invalid.Field("title.text", "title.telling")
		}
	default: // it is in the reporter's own words
	}
	if title == "" {
		return invalid.Field("title", "required")
	}
	return nil
}
