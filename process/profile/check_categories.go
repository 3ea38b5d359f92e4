package profile

import (
	"fmt"
	"slices"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// categories refuses a tree that leads back to itself, and categories whose tickets nobody gets (R41).
func (c *checker) categories() {
	byID := map[string]*profilev1.Category{}
	parents := map[string]bool{}
	for _, category := range c.settings.GetCategories() {
		byID[category.GetId()] = category
		parents[category.GetParent()] = true
	}
	for _, category := range c.settings.GetCategories() {
		path := fmt.Sprintf("categories[%s]", category.GetId())
		line, routed := lineage(byID, category)
		switch {
		case line == nil:
			c.wrong(path+".parent", "category-cycle", "leads back to itself, expected a tree")
		case routed == nil && !parents[category.GetId()]:
			c.wrong(path, "category-without-route", "nobody gets its tickets, expected a route here or above")
		}
	}
}

// duties refuses what is demanded from a step that is no stage of every ticket's life (R37).
func (c *checker) duties() {
	duty := c.settings.GetCategoryDuty()
	for _, from := range []struct{ name, step string }{
		{"category_from", duty.GetCategoryFrom()}, {"kind_from", duty.GetKindFrom()}, {"answers_from", duty.GetAnswersFrom()},
	} {
		if from.step != "" && !slices.Contains(stages, process.Step(from.step)) {
			c.wrong("category_duty."+from.name, "category-duty", "%s is not on every ticket's way, expected one of %v", from.step, stages)
		}
	}
}

// lineage is a category with those above it, and the nearest that says who gets its tickets; nothing for one that leads back to
// itself.
func lineage(byID map[string]*profilev1.Category, category *profilev1.Category) (line []string, routed *profilev1.Category) {
	for category != nil {
		if slices.Contains(line, category.GetId()) {
			return nil, nil
		}
		line = append(line, category.GetId())
		if routed == nil && category.GetRoute() != nil {
			routed = category
		}
		category = byID[category.GetParent()]
	}
	return line, routed
}

// registrationMail holds R78: a base demands no mail at registration, and where the desk forbids one, none goes by itself.
func (c *checker) registrationMail() {
	for _, notification := range c.settings.GetNotifications() {
		if notification.GetEvent() != ticketevent.Opened || notification.GetByPerson() ||
			!slices.Contains(notification.GetMedia(), profilev1.Medium_MEDIUM_MAIL) || !reachesReporter(notification) {
			continue
		}
		path := fmt.Sprintf("notifications[%s]", notification.GetId())
		switch {
		case c.settings.GetKind() == profilev1.ProfileKind_PROFILE_KIND_BASE:
			c.wrong(path, "R78", "a base sends no mail at registration, expected the desk to decide")
		case c.settings.GetRegistrationMail() == profilev1.RegistrationMail_REGISTRATION_MAIL_FORBIDDEN:
			c.wrong(path, "R78", "a mail at registration goes by itself, expected none while registration_mail is forbidden, or by_person")
		}
	}
}

func reachesReporter(notification *profilev1.Notification) bool {
	return slices.Contains(notification.GetAudience(), profilev1.Audience_AUDIENCE_REPORTER) ||
		slices.Contains(notification.GetAudience(), profilev1.Audience_AUDIENCE_AFFECTED_USER)
}
