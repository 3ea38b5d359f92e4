package profile

import (
	"slices"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Form is a form of the profile; nil where it has none of that name.
func (r *Reception) Form(id string) *profilev1.Form {
	for _, form := range r.Settings().GetForms() {
		if form.GetId() == id {
			return form
		}
	}
	return nil
}

// Asks is what a form asks, as things stand: its fields, then the questions of its guides, without those whose condition does not
// hold (R31, R38).
func (r *Reception) Asks(form *profilev1.Form, ticket *profilev1.TicketFacts) ([]Asked, error) {
	s := subjectOf(ticket)
	fields, err := r.process.fieldsOf(form.GetId(), s)
	if err != nil {
		return nil, err
	}
	questions, err := r.process.askedBy(r.process.guidesNamed(form.GetGuides()), s)
	if err != nil {
		return nil, err
	}
	return onceEach(append(fields, questions...)), nil
}

// May is everything that a form may ask, whatever the answers; conditional names those that are asked under a condition.
func (r *Reception) May(form *profilev1.Form) (asked []Asked, conditional map[string]bool) {
	conditional = map[string]bool{}
	for _, field := range form.GetFields() {
		conditional[field.GetId()] = field.GetShownWhen() != ""
		asked = append(asked, Asked{
			ID: field.GetId(), Form: form.GetId(), Text: field.GetLabel(), Type: field.GetType(), Options: field.GetOptions(),
			Required: field.GetRequired(), Personal: field.GetPersonal(), Help: field.GetHelp(), Fills: field.GetFills(),
		})
	}
	for _, guide := range r.process.guidesNamed(form.GetGuides()) {
		for _, question := range guide.GetQuestions() {
			if _, twice := conditional[question.GetId()]; twice {
				continue
			}
			conditional[question.GetId()] = question.GetAskedWhen() != ""
			asked = append(asked, Asked{
				ID: question.GetId(), Guide: guide.GetId(), Text: question.GetText(), Type: question.GetType(),
				Options: question.GetOptions(), Required: question.GetRequired(),
			})
		}
	}
	return asked, conditional
}

// CallDue is a contact that must be phoned about a report.
type CallDue struct {
	Contact *profilev1.Contact
	// Before is true where the call comes before the registration (R16), else it comes beside it (R7).
	Before bool
}

// CallsDue are the contacts that must be phoned about a report and were not yet (R7, R16, R17).
func (r *Reception) CallsDue(ticket *profilev1.TicketFacts, called []string) ([]CallDue, error) {
	rules, err := r.process.Attestations(ticket)
	if err != nil {
		return nil, err
	}
	var due []CallDue
	for _, rule := range rules {
		for _, id := range rule.Setting.GetContacts() {
			if slices.Contains(called, id) || slices.ContainsFunc(due, func(d CallDue) bool { return d.Contact.GetId() == id }) {
				continue
			}
			for _, contact := range r.Settings().GetContacts() {
				if contact.GetId() == id {
					before := rule.Setting.GetDue() == profilev1.CallTime_CALL_TIME_BEFORE_REGISTRATION
					due = append(due, CallDue{Contact: contact, Before: before})
				}
			}
		}
	}
	return due, nil
}

// inWords are the types of what is answered in plain words.
var inWords = []profilev1.FieldType{profilev1.FieldType_FIELD_TYPE_LINE, profilev1.FieldType_FIELD_TYPE_TEXT}

// MustBeAnswered are the questions about a category that must be answered in words before it is solved (R38).
func (r *Reception) MustBeAnswered(category string) []string {
	var ids []string
	for _, guide := range r.process.guides(category) {
		for _, question := range guide.GetQuestions() {
			worded := slices.Contains(inWords, question.GetType())
			if question.GetRequired() && question.GetAskedWhen() == "" && worded && !slices.Contains(ids, question.GetId()) {
				ids = append(ids, question.GetId())
			}
		}
	}
	return ids
}

// Placed adds to the facts what follows from the category: those above it, and its area.
func (r *Reception) Placed(ticket *profilev1.TicketFacts) {
	ticket.Categories = r.process.Categories(ticket.GetCategory())
	if category := r.process.categories[ticket.GetCategory()]; category != nil {
		ticket.Area = category.GetArea()
	}
}
