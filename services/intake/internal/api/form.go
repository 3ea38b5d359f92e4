package api

import (
	"context"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/intake/internal/access"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/reception"
)

// Forms serves bavn.intake.v1.FormService.
type Forms struct {
	intakev1.UnimplementedFormServiceServer
	Gate      *access.Gate
	Reception *reception.Desks
	Pages     *Pages
	// Words say what a broken rule asks for.
	Words *fault.Catalog
}

// ListForms lists the forms of a desk.
func (f *Forms) ListForms(ctx context.Context, r *intakev1.ListFormsRequest) (*intakev1.ListFormsResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	door, err := f.door(ctx, "ListForms", desk, "parent")
	if err != nil {
		return nil, err
	}
	response := new(intakev1.ListFormsResponse)
	page, err := f.Pages.open(ctx, desk, "ListForms", r)
	if err != nil || door == nil {
		return response, err
	}
	var forms []*profilev1.Form
	forms, response.NextPageToken = pageOf(page, door.Settings().GetForms())
	for _, form := range forms {
		shown := shownForm(ctx, desk, door, form)
		shown.Questions = nil
		response.Forms = append(response.Forms, shown)
	}
	return response, nil
}

// GetForm reads a form.
func (f *Forms) GetForm(ctx context.Context, r *intakev1.GetFormRequest) (*intakev1.Form, error) {
	door, form, err := f.form(ctx, "GetForm", r.GetName())
	if err != nil {
		return nil, err
	}
	return shownForm(ctx, resourcename.Desk(r.GetName()), door, form), nil
}

// ValidateForm says what is asked, and what is wrong with the answers.
func (f *Forms) ValidateForm(ctx context.Context, r *intakev1.ValidateFormRequest) (*intakev1.ValidateFormResponse, error) {
	door, form, err := f.form(ctx, "ValidateForm", r.GetName())
	if err != nil {
		return nil, err
	}
	check, err := command.CheckForm(door, form, door.Settings().GetDesk().GetLanguage(), &intakev1.SubmitTicketRequest{
		FormAnswers: r.GetFormAnswers(), Assessment: r.GetAssessment(),
	})
	if err != nil {
		return nil, err
	}
	language := fault.Language(ctx)
	unfit, err := command.UnfitFiles(ctx, f.Gate.Pool, resourcename.Desk(r.GetName()), check.Filled.Files)
	if err != nil {
		return nil, err
	}
	response := &intakev1.ValidateFormResponse{CallsDue: command.CallsDue(check.Due, language)}
	for _, asked := range check.Asked {
		response.Asked = append(response.Asked, asked.ID)
	}
	for _, unfit := range append(check.Unfit, unfit...) {
		response.Violations = append(response.Violations, &intakev1.FormViolation{
			Field: command.AnswerField(unfit.Question), Rule: unfit.Rule, Description: f.Words.Rule(unfit.Rule, language),
		})
	}
	return response, nil
}

// form is a form by its name; a desk without a process has none.
func (f *Forms) form(ctx context.Context, action, name string) (*profile.Reception, *profilev1.Form, error) {
	door, err := f.door(ctx, action, resourcename.Desk(name), "name")
	if err != nil {
		return nil, nil, err
	}
	if door == nil || door.Form(resourcename.ID(name)) == nil {
		return nil, nil, fault.Missing("name")
	}
	return door, door.Form(resourcename.ID(name)), nil
}

// door is what the desk's process says, for who may report there; nil where it follows none. in is where the request names the
// desk.
func (f *Forms) door(ctx context.Context, action, desk, in string) (*profile.Reception, error) {
	known, err := f.Gate.Known(ctx, desk)
	if err != nil {
		return nil, err
	}
	if err := f.Gate.Desk(ctx, action, desk, cedar.RecordMap{"known": cedar.Boolean(known)}); err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil, fault.Missing(in)
		}
		return nil, err
	}
	return f.Reception.Named(ctx, desk)
}

// shownForm is a form in the caller's language.
func shownForm(ctx context.Context, desk string, door *profile.Reception, form *profilev1.Form) *intakev1.Form {
	language := fault.Language(ctx)
	shown := &intakev1.Form{
		Name: "desks/" + desk + "/forms/" + form.GetId(), DisplayName: profile.In(language, form.GetLabel()),
		ProfileVersion: door.Version(),
	}
	for _, channel := range door.Settings().GetChannels() {
		if channel.GetForm() == form.GetId() {
			shown.Channels = append(shown.Channels, channel.GetId())
		}
	}
	asked, conditional := door.May(form)
	for _, a := range asked {
		question := &intakev1.FormQuestion{
			Id: a.ID, Guide: a.Guide, Text: profile.In(language, a.Text), Help: profile.In(language, a.Help), Type: a.Type,
			Required: a.Required, Personal: a.Personal, Conditional: conditional[a.ID], Fills: a.Fills,
		}
		for _, option := range a.Options {
			question.Options = append(question.Options, &intakev1.FormOption{
				Id: option.GetId(), Text: profile.In(language, option.GetLabel()),
			})
		}
		shown.Questions = append(shown.Questions, question)
	}
	return shown
}

// pageOf is a page of settings by id.
func pageOf[T interface{ GetId() string }](p page, settings []T) (shown []T, next string) {
	sorted := slices.SortedFunc(slices.Values(settings), func(a, b T) int { return strings.Compare(a.GetId(), b.GetId()) })
	for _, setting := range sorted {
		switch {
		case setting.GetId() <= p.after:
		case len(shown) == int(p.size):
			return shown, p.next(shown[len(shown)-1].GetId())
		default:
			shown = append(shown, setting)
		}
	}
	return shown, ""
}
