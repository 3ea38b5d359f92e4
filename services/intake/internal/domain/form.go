package domain

import (
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/nyaruka/phonenumbers"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process/profile"
)

// Unfit is an answer that will not do: which, and by which rule.
type Unfit struct{ Question, Rule string }

// FilledIn is what a form makes of a report.
type FilledIn struct {
	Title, Description string
	// Numbers are those of the ticket in other tools, by tool (R13, R34).
	Numbers map[string]string
	// Values are answers that are facts; Words are answers in words, which can be erased (R148).
	Values, Words map[string]string
	// Files are those that were sent before, by the field that they answer.
	Files map[string][]uuid.UUID
}

// ownTool is under which the number in the reporter's own tool is kept, which the desk does not know (R13).
const ownTool = "own"

// longestLine bounds an answer of one line, and an answer that is a fact.
const (
	longestLine  = 500
	longestTitle = 200
	longestValue = 120
)

// FillIn checks the answers to what is asked and says what they make of the report. Every answer that will not do is told, so
// that nobody has to try twice (R31). region is where a phone number without a country's prefix is of.
func FillIn(asked []profile.Asked, answers map[string]string, region string) (FilledIn, []Unfit) {
	f := FilledIn{
		Numbers: map[string]string{}, Values: map[string]string{}, Words: map[string]string{}, Files: map[string][]uuid.UUID{},
	}
	var unfit []Unfit
	for _, a := range asked {
		answer := strings.TrimSpace(answers[a.ID])
		if answer == "" {
			if a.Required {
				unfit = append(unfit, Unfit{a.ID, "form.required"})
			}
			continue
		}
		kept, rule := fit(a, answer, region)
		if rule != "" {
			unfit = append(unfit, Unfit{a.ID, rule})
			continue
		}
		f.fill(a, kept)
	}
	for _, id := range sortedKeys(answers) {
		if !slices.ContainsFunc(asked, func(a profile.Asked) bool { return a.ID == id }) {
			unfit = append(unfit, Unfit{id, "form.not_asked"})
		}
	}
	return f, unfit
}

// fit is an answer as it is kept, or the rule that it breaks.
func fit(a profile.Asked, answer, region string) (kept, rule string) {
	switch a.Type {
	case profilev1.FieldType_FIELD_TYPE_LINE:
		return answer, lineRule(a, answer)
	case profilev1.FieldType_FIELD_TYPE_TEXT:
		return answer, ""
	case profilev1.FieldType_FIELD_TYPE_PHONE:
		if number := PhoneNumber(answer, region); number != "" {
			return number, ""
		}
		return "", "form.phone"
	case profilev1.FieldType_FIELD_TYPE_EMAIL:
		if parsed, err := mail.ParseAddress(answer); err != nil || parsed.Address != answer {
			return "", "form.email"
		}
		return answer, ""
	case profilev1.FieldType_FIELD_TYPE_FILES:
		if AttachmentIDs(answer) == nil {
			return "", "form.files"
		}
		return answer, ""
	case profilev1.FieldType_FIELD_TYPE_TIME:
		if _, err := time.Parse(time.RFC3339, answer); err != nil {
			return "", "form.time"
		}
		return answer, ""
	default:
		if _, ok := a.Accepts(answer); ok && len(answer) <= longestValue {
			return answer, ""
		}
		if a.Type == profilev1.FieldType_FIELD_TYPE_YES_NO {
			return "", "form.yes_no"
		}
		return "", "form.option"
	}
}

func lineRule(a profile.Asked, answer string) string {
	length := utf8.RuneCountInString(answer)
	switch {
	case strings.ContainsAny(answer, "\r\n"), length > longestLine:
		return "form.line"
	case a.Fills == profilev1.Fills_FILLS_TITLE && length > longestTitle:
		return "title.length"
	case a.Fills == profilev1.Fills_FILLS_EXTERNAL_ID && length > longestValue:
		return "form.line"
	default:
		return ""
	}
}

// fill puts an answer where it belongs. What becomes title, description or number is kept as that alone.
func (f *FilledIn) fill(a profile.Asked, answer string) {
	switch {
	case a.Type == profilev1.FieldType_FIELD_TYPE_FILES:
		f.Files[a.ID] = AttachmentIDs(answer)
	case a.Fills == profilev1.Fills_FILLS_TITLE:
		f.Title = answer
	case a.Fills == profilev1.Fills_FILLS_DESCRIPTION:
		f.Description = answer
	case a.Fills == profilev1.Fills_FILLS_EXTERNAL_ID:
		tool := a.Tool
		if tool == "" {
			tool = ownTool
		}
		f.Numbers[tool] = answer
	case a.InWords():
		f.Words[a.ID] = answer
	default:
		f.Values[a.ID] = answer
	}
}

// UnfitFiles are the fields that name a file which does not wait for the report, or one that another field has.
func UnfitFiles(files map[string][]uuid.UUID, waiting []uuid.UUID) []Unfit {
	var unfit []Unfit
	used := make(map[uuid.UUID]bool, len(waiting))
	for _, field := range sortedKeys(files) {
		if slices.ContainsFunc(files[field], func(file uuid.UUID) bool { return used[file] || !slices.Contains(waiting, file) }) {
			unfit = append(unfit, Unfit{field, "form.files"})
		}
		for _, file := range files[field] {
			used[file] = true
		}
	}
	return unfit
}

// Say says in an assessment what the answers so far are beside being answers: conditions look at it, and triage keeps it.
// categories are those of the contract.
func Say(form *profilev1.Form, answers map[string]string, categories []*profilev1.ContractCategory, a *triagev1.Assessment) {
	for _, field := range form.GetFields() {
		answer := strings.TrimSpace(answers[field.GetId()])
		if answer == "" {
			continue
		}
		yes := answer == "yes"
		switch field.GetFills() {
		case profilev1.Fills_FILLS_URGENT:
			a.Urgent = yes
		case profilev1.Fills_FILLS_AFFECTS_USERS:
			a.AffectsUsers = &yes
		case profilev1.Fills_FILLS_SECURITY_SUSPECTED:
			a.SecuritySuspected = yes
		case profilev1.Fills_FILLS_CONTRACT_CATEGORY:
			for _, category := range categories {
				if strings.EqualFold(category.GetId(), answer) {
					a.ContractCategory = category.GetId()
				}
			}
		default: // it says nothing else
		}
	}
}

// PhoneNumber is a number as people write it, in E.164; empty for what is none.
func PhoneNumber(written, region string) string {
	number, err := phonenumbers.Parse(written, region)
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return ""
	}
	return phonenumbers.Format(number, phonenumbers.E164)
}

// RegionOf is where the phone numbers of a desk are from, by its language.
func RegionOf(language string) string {
	switch language {
	case "sv":
		return "SE"
	default:
		return "DK"
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
