package page

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile"
)

// steps are the numbers of the steps that follow.
func (w *writer) steps(ids []string) string {
	var numbers []string
	for _, step := range w.p.Settings().GetSteps() {
		if slices.Contains(ids, step.GetId()) {
			numbers = append(numbers, profile.StepNumber(step))
		}
	}
	return strings.Join(numbers, ", ")
}

// letters are RASCI's, in the order of the word.
var letters = map[profilev1.Involvement]string{
	profilev1.Involvement_INVOLVEMENT_RESPONSIBLE: "R", profilev1.Involvement_INVOLVEMENT_ACCOUNTABLE: "A",
	profilev1.Involvement_INVOLVEMENT_SUPPORTS: "S", profilev1.Involvement_INVOLVEMENT_CONSULTED: "C",
	profilev1.Involvement_INVOLVEMENT_INFORMED: "I",
}

// rasci is the matrix of steps and roles (R144): a row for each step, a column for each role that has to do with any.
func (w *writer) rasci() (string, error) {
	cells := map[string]map[string]string{}
	taking := map[string]bool{}
	for _, step := range w.p.Settings().GetSteps() {
		cells[step.GetId()] = map[string]string{}
		for _, row := range step.GetRasci() {
			letter := ""
			for _, involvement := range row.GetInvolvement() {
				letter += letters[involvement]
			}
			if row.GetDerived() || step.GetDerived() && row.GetSource() == "" {
				letter = "(" + letter + ")"
			}
			taking[row.GetRole()] = true
			cells[step.GetId()][row.GetRole()] += letter
		}
	}
	var roles []*profilev1.Role
	for _, role := range w.p.Settings().GetRoles() {
		if taking[role.GetId()] {
			roles = append(roles, role)
		}
	}
	var b strings.Builder
	header, err := w.word("step")
	fmt.Fprintf(&b, "| %s |", header)
	for _, role := range roles {
		fmt.Fprintf(&b, " %s |", w.text(role.GetLabel()))
	}
	b.WriteString("\n|---|" + strings.Repeat(":-:|", len(roles)))
	for _, step := range w.p.Settings().GetSteps() {
		fmt.Fprintf(&b, "\n| %s |", cell(profile.StepTitle(w.language, step)))
		for _, role := range roles {
			fmt.Fprintf(&b, " %s |", cells[step.GetId()][role.GetId()])
		}
	}
	return b.String(), err
}

// matrix is priority by impact and urgency (R46).
func (w *writer) matrix() (string, error) {
	of := w.p.Settings().GetPriority()
	impact, err := w.word("impact")
	urgency, also := w.word("urgency")
	var b strings.Builder
	fmt.Fprintf(&b, "| %s \\ %s |", impact, urgency)
	for _, grade := range of.GetUrgencies() {
		fmt.Fprintf(&b, " %s |", w.text(grade.GetLabel()))
	}
	b.WriteString("\n|---|" + strings.Repeat(":-:|", len(of.GetUrgencies())))
	for _, row := range of.GetImpacts() {
		fmt.Fprintf(&b, "\n| %s |", list(w.text(row.GetLabel()), w.text(row.GetDefinition())))
		for _, column := range of.GetUrgencies() {
			for _, c := range of.GetMatrix() {
				if c.GetImpact() == row.GetId() && c.GetUrgency() == column.GetId() {
					fmt.Fprintf(&b, " %s |", c.GetPriority())
				}
			}
		}
	}
	origin, last := w.matrixOrigin(of)
	return b.String() + "\n\n" + origin, errors.Join(err, also, last)
}

// matrixOrigin is where the matrix is written: where its cells are, each named once.
func (w *writer) matrixOrigin(of *profilev1.Prioritisation) (string, error) {
	var origins []string
	for _, c := range of.GetMatrix() {
		origin, err := w.origin(c, of)
		if err != nil {
			return "", err
		}
		if !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	source, err := w.word("source")
	return source + ": " + strings.Join(origins, "; "), err
}

// limits are the time limits of a target: "15 minutes round the clock, reported within working hours".
func (w *writer) limits(limits []*profilev1.Limit) (string, error) {
	var all []string
	for _, limit := range limits {
		within, err := w.span(limit.GetWithin())
		if err != nil {
			return "", err
		}
		calendar, err := w.named("calendars", limit.GetCalendar())
		if err != nil {
			return "", err
		}
		text := list(within, calendar)
		if limit.GetRegisteredCalendar() != "" {
			when, err := w.enum("registered", limit.GetRegistered())
			if err != nil {
				return "", err
			}
			name, err := w.named("calendars", limit.GetRegisteredCalendar())
			if err != nil {
				return "", err
			}
			text += fmt.Sprintf(" (%s %s)", when, name)
		}
		all = append(all, text)
	}
	return strings.Join(all, " · "), nil
}

func (w *writer) extraDays(days []*profilev1.ExtraDay) string {
	var all []string
	for _, day := range days {
		all = append(all, strings.TrimSpace(w.text(day.GetLabel())+" "+cell(day.GetDay())+" "+join(day.GetHours())))
	}
	return strings.Join(all, ", ")
}

// message is the words of a template: the subject, then what follows.
func (w *writer) message(id string) string {
	for _, template := range w.p.Settings().GetMessageTemplates() {
		if template.GetId() == id {
			return list(spoken(w.text(template.GetSubject())), spoken(w.text(template.GetBody())))
		}
	}
	return ""
}

// sections are the marks of what is said only where something is known; they are no words.
var sections = regexp.MustCompile(`\{\{[#^/][^}]*\}\}`)

func spoken(words string) string {
	return strings.Join(strings.Fields(sections.ReplaceAllString(words, "")), " ")
}

// announced is how often something is announced: "every 30 minutes 06:00–24:00, and when solved".
func (w *writer) announced(rule *profilev1.AnnouncementRule) (string, error) {
	var errs []error
	word := func(key string) string {
		text, err := w.word(key)
		errs = append(errs, err)
		return text
	}
	often, err := w.span(rule.GetEvery())
	if errs = append(errs, err); often == "" {
		often = word("as_needed")
	}
	if rule.GetFrom() != "" {
		often += " " + rule.GetFrom() + "–" + rule.GetUntil()
	}
	parts := []any{often}
	if rule.GetOptional() {
		parts = append(parts, word("if_necessary"))
	}
	if rule.GetWhenSolved() {
		parts = append(parts, word("when_solved"))
	}
	return list(parts...), errors.Join(errs...)
}

// links are the contacts of a chain in order, with how long each is waited for.
func (w *writer) links(links []*profilev1.ChainLink) (string, error) {
	var all []string
	for _, link := range links {
		name, err := w.named("contacts", link.GetContact())
		if err != nil {
			return "", err
		}
		wait, err := w.span(link.GetWait())
		if err != nil {
			return "", err
		}
		if wait != "" {
			name += " (" + wait + ")"
		}
		all = append(all, name)
	}
	return strings.Join(all, " → "), nil
}

// route is who gets a ticket, in which role and by which rule among them, and whether at once and with the responsibility.
func (w *writer) route(route *profilev1.Route) (string, error) {
	if route == nil {
		return "", nil
	}
	role, err := w.named("roles", route.GetRole())
	if err != nil {
		return "", err
	}
	words := []any{cell(w.p.RouteLabel(w.language, route)), role}
	for _, said := range []struct {
		word  string
		holds bool
	}{
		{"pick.least_loaded", route.GetPick() == profilev1.Pick_PICK_LEAST_LOADED},
		{"pick.on_duty", route.GetPick() == profilev1.Pick_PICK_ON_DUTY},
		{"at_once", route.GetAtOnce()},
		{"with_responsibility", route.GetWithResponsibility()},
	} {
		if !said.holds {
			continue
		}
		word, err := w.word(said.word)
		if err != nil {
			return "", err
		}
		words = append(words, word)
	}
	return list(words...), nil
}

func (w *writer) routes(routes []*profilev1.Route) (string, error) {
	var all []string
	for _, route := range routes {
		text, err := w.route(route)
		if err != nil {
			return "", err
		}
		all = append(all, text)
	}
	return strings.Join(all, " · "), nil
}

func (w *writer) choices(options []*profilev1.Choice) string {
	var all []string
	for _, option := range options {
		all = append(all, w.text(option.GetLabel()))
	}
	return strings.Join(all, " / ")
}

// lineage is a category below those above it: "NSP › Applikation".
func (w *writer) lineage(category *profilev1.Category) (string, error) {
	var all []string
	for _, id := range slices.Backward(w.p.Categories(category.GetId())) {
		name, err := w.named("categories", id)
		if err != nil {
			return "", err
		}
		all = append(all, name)
	}
	return strings.Join(all, " › "), nil
}
