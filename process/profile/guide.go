package profile

import (
	"slices"
	"strings"
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Asked is something that is asked about a ticket: a question of a guide, or a field of a form.
type Asked struct {
	ID string
	// Guide or Form is where it is asked.
	Guide, Form string
	Text        *profilev1.Text
	Aspect      profilev1.Aspect
	Type        profilev1.FieldType
	Options     []*profilev1.Choice
	Required    bool
	// Personal answers are personal data, whatever their type (R148).
	Personal bool
	// Help is what helps to answer.
	Help *profilev1.Text
	// Fills is what of the report the answer is, too, and Tool the tool of a number.
	Fills profilev1.Fills
	Tool  string
}

// InWords reports whether the answer is a text that can be erased, and no fact.
func (a Asked) InWords() bool {
	switch a.Type {
	case profilev1.FieldType_FIELD_TYPE_CHOICE, profilev1.FieldType_FIELD_TYPE_CHOICES, profilev1.FieldType_FIELD_TYPE_YES_NO,
		profilev1.FieldType_FIELD_TYPE_TIME:
		return a.Personal
	default:
		return true
	}
}

// Accepts reports whether a fact can be the answer; otherwise which rule it breaks.
func (a Asked) Accepts(value string) (rule string, ok bool) {
	switch a.Type {
	case profilev1.FieldType_FIELD_TYPE_CHOICE:
		return "guide.option", a.offers(value)
	case profilev1.FieldType_FIELD_TYPE_CHOICES:
		chosen := strings.Split(value, ",")
		return "guide.option", !slices.ContainsFunc(chosen, func(id string) bool { return !a.offers(id) })
	case profilev1.FieldType_FIELD_TYPE_YES_NO:
		return "guide.option", value == "yes" || value == "no"
	case profilev1.FieldType_FIELD_TYPE_TIME:
		_, err := time.Parse(time.RFC3339, value)
		return "guide.type", err == nil
	default:
		return "guide.type", false
	}
}

func (a Asked) offers(id string) bool {
	return slices.ContainsFunc(a.Options, func(option *profilev1.Choice) bool { return option.GetId() == id })
}

// Guide is what is asked about a ticket now (R38, R39): the guides of its category, and the fields of the forms that incidents of
// its area have, such as dataset, service and object.
func (p *Profile) Guide(ticket *profilev1.TicketFacts) ([]Asked, error) {
	s := subjectOf(ticket)
	asked, err := p.askedBy(p.guides(ticket.GetCategory()), s)
	if err != nil {
		return nil, err
	}
	for _, area := range p.settings.GetAreas() {
		if area.GetId() != ticket.GetArea() {
			continue
		}
		for _, form := range area.GetForms() {
			fields, err := p.fieldsOf(form, s)
			if err != nil {
				return nil, err
			}
			asked = append(asked, fields...)
		}
	}
	return onceEach(asked), nil
}

// Answerable is what can be answered about a ticket: what is asked now, and what the form of its channel asks.
func (p *Profile) Answerable(ticket *profilev1.TicketFacts) ([]Asked, error) {
	asked, err := p.Guide(ticket)
	if err != nil {
		return nil, err
	}
	s := subjectOf(ticket)
	for _, form := range p.channelForms(ticket) {
		fields, err := p.fieldsOf(form.GetId(), s)
		if err != nil {
			return nil, err
		}
		questions, err := p.askedBy(p.guidesNamed(form.GetGuides()), s)
		if err != nil {
			return nil, err
		}
		asked = append(append(asked, fields...), questions...)
	}
	return onceEach(asked), nil
}

// channelForms are the forms that a ticket may have come by: that of its channel, and those of the channels for what is found
// internally, when a party found it itself.
func (p *Profile) channelForms(ticket *profilev1.TicketFacts) []*profilev1.Form {
	var forms []*profilev1.Form
	for _, channel := range p.settings.GetChannels() {
		own := channel.GetWay() == profilev1.Way_WAY_INTERNAL && ticket.GetFoundBy() != ""
		if channel.GetId() != ticket.GetChannel() && !own {
			continue
		}
		for _, form := range p.settings.GetForms() {
			if form.GetId() == channel.GetForm() {
				forms = append(forms, form)
			}
		}
	}
	return forms
}

func (p *Profile) askedBy(guides []*profilev1.Guide, s subject) ([]Asked, error) {
	var asked []Asked
	for _, guide := range guides {
		for _, question := range guide.GetQuestions() {
			when := p.conditions["guides["+guide.GetId()+"].questions["+question.GetId()+"].asked_when"]
			holds, err := when.holds(s)
			if err != nil {
				return nil, err
			}
			if holds {
				asked = append(asked, Asked{
					ID: question.GetId(), Guide: guide.GetId(), Text: question.GetText(), Aspect: question.GetAspect(),
					Type: question.GetType(), Options: question.GetOptions(), Required: question.GetRequired(),
				})
			}
		}
	}
	return asked, nil
}

func (p *Profile) fieldsOf(form string, s subject) ([]Asked, error) {
	var asked []Asked
	for _, f := range p.settings.GetForms() {
		if f.GetId() != form {
			continue
		}
		for _, field := range f.GetFields() {
			when := p.conditions["forms["+form+"].fields["+field.GetId()+"].shown_when"]
			holds, err := when.holds(s)
			if err != nil {
				return nil, err
			}
			if holds {
				asked = append(asked, Asked{
					ID: field.GetId(), Form: form, Text: field.GetLabel(), Aspect: profilev1.Aspect_ASPECT_FURTHER,
					Type: field.GetType(), Options: field.GetOptions(), Required: field.GetRequired(), Personal: field.GetPersonal(),
					Help: field.GetHelp(), Fills: field.GetFills(), Tool: field.GetTool(),
				})
			}
		}
	}
	return asked, nil
}

// onceEach keeps the first of those that are asked in several places.
func onceEach(asked []Asked) []Asked {
	var once []Asked
	for _, a := range asked {
		if !slices.ContainsFunc(once, func(other Asked) bool { return other.ID == a.ID }) {
			once = append(once, a)
		}
	}
	return once
}
