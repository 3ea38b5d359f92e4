package command

import (
	"maps"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/intake/internal/domain"
)

// byTemplate adds what the template presets and the report does not say (R25). Its form is the report's when it was filled in.
func byTemplate(
	door *profile.Reception, language string, r *intakev1.SubmitTicketRequest,
) (*intakev1.SubmitTicketRequest, error) {
	if r.GetTemplate() == "" {
		return r, nil
	}
	templates := door.Settings().GetTemplates()
	at := slices.IndexFunc(templates, func(t *profilev1.TicketTemplate) bool { return t.GetId() == r.GetTemplate() })
	if at < 0 {
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("template", "profile.unknown")
	}
	t := templates[at]
	r = saying(r)
	a := r.Assessment
	for _, preset := range []struct {
		said *string
		by   string
	}{{&a.Kind, t.GetKind()}, {&a.Category, t.GetCategory()}, {&a.Urgency, t.GetUrgency()}} {
		if *preset.said == "" {
			*preset.said = preset.by
		}
	}
	if r.GetImpact() == triagev1.Impact_IMPACT_UNSPECIFIED {
		r.Impact = impactOf(t.GetImpact())
	}
	if r.GetForm() == "" && len(r.GetFormAnswers()) > 0 {
		r.Form = t.GetForm()
	}
	r.Title = begun(profile.In(language, t.GetTitle()), language, r.GetTitle())
	if r.GetDescription() == nil && t.GetDescription() != nil {
		r.Description = &commonv1.LocalizedText{Text: profile.In(language, t.GetDescription()), LanguageCode: language}
	}
	return r, nil
}

// begun is a title that a template begins and the report completes: "Printer virker ikke: " and "2. sal".
func begun(begin, language string, said *commonv1.LocalizedText) *commonv1.LocalizedText {
	switch {
	case begin == "":
		return said
	case said.GetText() == "":
		return &commonv1.LocalizedText{Text: strings.TrimSpace(begin), LanguageCode: language}
	case !strings.HasSuffix(begin, " "), strings.HasPrefix(said.GetText(), begin):
		return said
	default:
		return &commonv1.LocalizedText{Text: begin + said.GetText(), LanguageCode: said.GetLanguageCode()}
	}
}

// impactOf is a grade of the profile as the contract has it.
func impactOf(grade string) triagev1.Impact {
	return triagev1.Impact(triagev1.Impact_value["IMPACT_"+strings.ToUpper(grade)])
}

// byForm adds what the form makes of the report (R31). What will not do is told field by field, and comes back with the rest, for
// a report that is kept although it is refused.
func byForm(door *profile.Reception, language string, r *intakev1.SubmitTicketRequest) (
	*intakev1.SubmitTicketRequest, domain.FilledIn, error,
) {
	if r.GetForm() == "" {
		if len(r.GetFormAnswers()) > 0 {
			return r, domain.FilledIn{}, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("form", "required")
		}
		return r, domain.FilledIn{}, nil
	}
	form := door.Form(r.GetForm())
	if form == nil {
		return r, domain.FilledIn{}, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("form", "profile.unknown")
	}
	check, err := CheckForm(door, form, language, r)
	if err != nil {
		return r, domain.FilledIn{}, err
	}
	r = proto.CloneOf(r)
	r.Assessment = check.Assessment
	filled := check.Filled
	if len(filled.Values) > 0 && r.Assessment.Answers == nil {
		r.Assessment.Answers = map[string]string{}
	}
	maps.Copy(r.Assessment.Answers, filled.Values)
	for tool, number := range filled.Numbers {
		if r.ExternalIds == nil {
			r.ExternalIds = map[string]string{}
		}
		if r.ExternalIds[tool] == "" {
			r.ExternalIds[tool] = number
		}
	}
	if r.GetTitle().GetText() == "" && filled.Title != "" {
		r.Title = &commonv1.LocalizedText{Text: filled.Title}
	}
	if r.GetDescription().GetText() == "" && filled.Description != "" {
		r.Description = &commonv1.LocalizedText{Text: filled.Description}
	}
	return r, filled, check.refusal()
}

// FormCheck is what a form's rules say of answers.
type FormCheck struct {
	// Assessment is what was said about the report, with what the answers say.
	Assessment *triagev1.Assessment
	// Asked is what is asked as things stand.
	Asked  []profile.Asked
	Filled domain.FilledIn
	Unfit  []domain.Unfit
	Due    []profile.CallDue
}

// CheckForm applies a form's rules to a report: SubmitTicket and ValidateForm ask the same. Title, description and number that
// the report says itself need no field.
func CheckForm(
	door *profile.Reception, form *profilev1.Form, language string, r *intakev1.SubmitTicketRequest,
) (FormCheck, error) {
	a := &triagev1.Assessment{}
	if r.GetAssessment() != nil {
		a = proto.CloneOf(r.GetAssessment())
	}
	domain.Say(form, r.GetFormAnswers(), door.Settings().GetPriority().GetContractCategories(), a)
	may, _ := door.May(form)
	facts := domain.Facts(a, r.GetImpact(), r.GetFormAnswers(), may)
	door.Placed(facts)
	asked, err := door.Asks(form, facts)
	if err != nil {
		return FormCheck{}, err
	}
	for i := range asked {
		switch asked[i].Fills {
		case profilev1.Fills_FILLS_TITLE:
			asked[i].Required = asked[i].Required && r.GetTitle().GetText() == ""
		case profilev1.Fills_FILLS_DESCRIPTION:
			asked[i].Required = asked[i].Required && r.GetDescription().GetText() == ""
		case profilev1.Fills_FILLS_EXTERNAL_ID:
			asked[i].Required = asked[i].Required && len(r.GetExternalIds()) == 0
		default:
		}
	}
	check := FormCheck{Assessment: a, Asked: asked}
	check.Filled, check.Unfit = domain.FillIn(asked, r.GetFormAnswers(), domain.RegionOf(language))
	check.Due, err = door.CallsDue(facts, calledAlready(r))
	return check, err
}

func (c FormCheck) refusal() error {
	return refuseAnswers(c.Unfit)
}

// refuseAnswers tells every answer that will not do, and by which rule; nil where all do.
func refuseAnswers(unfit []domain.Unfit) error {
	if len(unfit) == 0 {
		return nil
	}
	refused := fault.New(codes.InvalidArgument, fault.InvalidArgument)
	for _, u := range unfit {
		refused = refused.Field(AnswerField(u.Question), u.Rule)
	}
	return refused
}

// AnswerField is where an answer is in the request.
func AnswerField(question string) string { return `form_answers["` + question + `"]` }

// callsDue are the calls that are still to be made beside the registration (R7). Those that come before it, triage demands (R16).
func callsDue(door *profile.Reception, r *intakev1.SubmitTicketRequest, language string) ([]*intakev1.CallDue, error) {
	if door == nil || r.GetImport() != nil {
		return nil, nil
	}
	facts := domain.Facts(r.GetAssessment(), r.GetImpact(), nil, nil)
	door.Placed(facts)
	due, err := door.CallsDue(facts, calledAlready(r))
	if err != nil {
		return nil, err
	}
	due = slices.DeleteFunc(due, func(d profile.CallDue) bool { return d.Before })
	return CallsDue(due, language), nil
}

// CallsDue are calls in the contract's words.
func CallsDue(due []profile.CallDue, language string) []*intakev1.CallDue {
	var calls []*intakev1.CallDue
	for _, d := range due {
		calls = append(calls, &intakev1.CallDue{
			Contact: d.Contact.GetId(), DisplayName: profile.In(language, d.Contact.GetLabel()), Phone: d.Contact.GetPhone(),
			BeforeRegistration: d.Before,
		})
	}
	return calls
}

func calledAlready(r *intakev1.SubmitTicketRequest) []string {
	var called []string
	for _, call := range r.GetAttestedCalls() {
		called = append(called, call.GetContact())
	}
	return called
}

// saying is a copy of the report that something can be added to.
func saying(r *intakev1.SubmitTicketRequest) *intakev1.SubmitTicketRequest {
	r = proto.CloneOf(r)
	if r.GetAssessment() == nil {
		r.Assessment = &triagev1.Assessment{}
	}
	return r
}
