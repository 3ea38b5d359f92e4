package domain

import (
	"cmp"
	"slices"
	"strings"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// requestByDeadline asks for what the rule behind a deadline wants said, beside the profile's notifications. Nobody is told the
// same in the same words twice.
func (t Ticket) requestByDeadline(event *triagev1.TicketEvent, d *triagev1.Deadline) {
	told, template := t.toldByDeadline(d)
	for _, other := range event.GetNotifications() {
		if other.GetTemplate() == template {
			told = slices.DeleteFunc(told, func(key string) bool { return slices.Contains(other.GetRecipients(), key) })
		}
	}
	if len(told) == 0 {
		return
	}
	slices.Sort(told)
	event.Notifications = append(event.Notifications, &triagev1.NotificationRequest{
		Rule: d.GetRule(), Template: template, Recipients: slices.Compact(told), Media: inWriting,
	})
}

// toldByDeadline are those whom a deadline's rule names: of silence, ageing and law.
func (t Ticket) toldByDeadline(d *triagev1.Deadline) (told []string, template string) {
	settings := t.Desk.Process.Settings()
	switch d.GetKind() {
	case triagev1.DeadlineKind_DEADLINE_KIND_SILENCE:
		for _, rule := range settings.GetSilence() {
			if d.GetRule() == "silence["+rule.GetId()+"]" {
				return t.partsHolders(profilev1.Audience_AUDIENCE_REPORTER), cmp.Or(rule.GetTemplate(), "silence_ends")
			}
		}
	case triagev1.DeadlineKind_DEADLINE_KIND_AGEING:
		for _, rule := range settings.GetAgeing() {
			if d.GetRule() == "ageing["+rule.GetId()+"]" {
				return t.toldOfAge(rule), cmp.Or(rule.GetTemplate(), "aged")
			}
		}
	case triagev1.DeadlineKind_DEADLINE_KIND_LEGAL:
		for _, clock := range settings.GetLegalClocks() {
			if strings.HasPrefix(d.GetRule(), "legal_clocks["+clock.GetId()+"].") {
				return roleKeys(clock.GetToldRoles()), "legal_deadline_near"
			}
		}
	default: // the profile's notifications say it all
	}
	return nil, ""
}

// toldOfAge: those who follow up, the reporter and the party that has it, as the rule says (R91).
func (t Ticket) toldOfAge(rule *profilev1.AgeingRule) []string {
	told := roleKeys(rule.GetToldRoles())
	if rule.GetTellReporter() {
		told = append(told, t.partsHolders(profilev1.Audience_AUDIENCE_REPORTER)...)
	}
	if rule.GetTellHolder() {
		told = append(told, t.partsHolders(profilev1.Audience_AUDIENCE_HOLDER)...)
	}
	return told
}
