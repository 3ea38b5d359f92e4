package profile

import (
	"slices"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process"
)

// Questions are what is asked about a ticket now (R38): the guides of its category and of those above it, the widest first,
// without the questions whose condition does not hold.
func (p *Profile) Questions(ticket *profilev1.TicketFacts) ([]*profilev1.Question, error) {
	s := subjectOf(ticket)
	var asked []*profilev1.Question
	for _, guide := range p.guides(ticket.GetCategory()) {
		for _, question := range guide.GetQuestions() {
			when := p.conditions["guides["+guide.GetId()+"].questions["+question.GetId()+"].asked_when"]
			holds, err := when.holds(s)
			if err != nil {
				return nil, err
			}
			if holds {
				asked = append(asked, question)
			}
		}
	}
	return asked, nil
}

func (p *Profile) guides(category string) []*profilev1.Guide {
	var ids []string
	for _, id := range slices.Backward(p.Categories(category)) {
		ids = append(ids, p.categories[id].GetGuides()...)
	}
	return p.guidesNamed(ids)
}

// guidesNamed are guides by id, each once.
func (p *Profile) guidesNamed(ids []string) []*profilev1.Guide {
	var guides []*profilev1.Guide
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			continue
		}
		for _, guide := range p.settings.GetGuides() {
			if guide.GetId() == id {
				guides = append(guides, guide)
			}
		}
	}
	return guides
}

// Knowledge is where knowledge about a category is found (R39, R70): its own links and those of the categories above it.
func (p *Profile) Knowledge(category string) []*profilev1.KnowledgeLink {
	var links []*profilev1.KnowledgeLink
	for _, id := range p.Categories(category) {
		for _, link := range p.settings.GetKnowledge() {
			if slices.Contains(p.categories[id].GetKnowledge(), link.GetId()) && !slices.Contains(links, link) {
				links = append(links, link)
			}
		}
	}
	return links
}

// stages are the steps from which on something can be demanded, in the order of a ticket's life.
var stages = []process.Step{
	process.Open, process.Take, process.Assign, process.StartWork, process.OfferHandOver, process.Hold, process.Resolve,
	process.Close,
}

// Demand is something that a step needs to know about a ticket.
type Demand struct {
	// Fact is what is missing: "category", "kind", or an unanswered question, "answers.users_affected".
	Fact string
	Why  Why
}

// Missing is what must be known before a step and is not (R37, R38). A duty holds from its step on: what is demanded to
// start work is demanded to resolve as well. Only who sets the ticket to await the user needs no answers: they are often what it
// waits for (R73).
func (p *Profile) Missing(step process.Step, ticket *profilev1.TicketFacts) ([]Demand, error) {
	duty := p.settings.GetCategoryDuty()
	due := func(from string) bool {
		at := slices.Index(stages, process.Step(from))
		return at >= 0 && slices.Index(stages, step) >= at
	}
	var missing []Demand
	if due(duty.GetCategoryFrom()) && ticket.GetCategory() == "" {
		missing = append(missing, Demand{"category", p.Because("category_duty.category_from", duty, nil)})
	}
	if due(duty.GetKindFrom()) && ticket.GetKind() == "" {
		missing = append(missing, Demand{"kind", p.Because("category_duty.kind_from", duty, nil)})
	}
	if !due(duty.GetAnswersFrom()) || step == process.Hold && p.awaitsUser(ticket.GetAskedStatus()) {
		return missing, nil
	}
	questions, err := p.Questions(ticket)
	if err != nil {
		return nil, err
	}
	for _, question := range questions {
		if question.GetRequired() && ticket.GetAnswers()[question.GetId()] == "" {
			missing = append(missing, Demand{"answers." + question.GetId(), p.Because("category_duty.answers_from", duty, nil)})
		}
	}
	return missing, nil
}

func (p *Profile) awaitsUser(status string) bool {
	is, ok := p.Status(status)
	return ok && is == process.AwaitingUser
}
