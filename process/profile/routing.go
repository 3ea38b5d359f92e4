package profile

import (
	"slices"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Routing is who gets a ticket, and why.
type Routing struct {
	Route *profilev1.Route
	Why   Why
}

// Route says who gets a ticket (R41, R54, R64): the buyers of the article that is ordered with it, where it has its own (R30);
// else the first routing rule that holds, else the category or the nearest one above it, else the single point of contact.
func (p *Profile) Route(ticket *profilev1.TicketFacts) (Routing, error) {
	if goods, ordered := p.Goods(ticket.GetGoods()); ordered && goods.GetGroup() != "" {
		why := p.Because("goods["+goods.GetId()+"].group", goods, map[string]string{"goods": goods.GetId()})
		return Routing{&profilev1.Route{Group: goods.GetGroup()}, why}, nil
	}
	held, found, err := first(p, p.rules.routing, subjectOf(ticket))
	if err != nil {
		return Routing{}, err
	}
	if found {
		return Routing{held.Setting.GetTo(), held.Why}, nil
	}
	inputs := map[string]string{"category": ticket.GetCategory()}
	if _, routed := lineage(p.categories, p.categories[ticket.GetCategory()]); routed != nil {
		return Routing{routed.GetRoute(), p.Because("categories["+routed.GetId()+"].route", routed, inputs)}, nil
	}
	desk := p.settings.GetDesk()
	return Routing{&profilev1.Route{Party: desk.GetContact()}, p.Because("desk.contact", desk, inputs)}, nil
}

// Categories are a category and those above it, nearest first; nothing for one that there is not.
func (p *Profile) Categories(id string) []string {
	line, _ := lineage(p.categories, p.categories[id])
	return line
}

// Below are the categories below one in the tree, those of its support centres among them; nothing for no profile.
func (p *Profile) Below(id string) (below []string) {
	if p == nil {
		return nil
	}
	for _, process := range append([]*Profile{p}, p.overlays...) {
		for _, category := range process.settings.GetCategories() {
			line := process.Categories(category.GetId())
			if len(line) > 0 && slices.Contains(line[1:], id) && !slices.Contains(below, category.GetId()) {
				below = append(below, category.GetId())
			}
		}
	}
	return below
}
