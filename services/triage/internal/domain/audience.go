package domain

import (
	"slices"
	"strings"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Audience is who may see a ticket, relative to its desk and sorted: the parties that answer for it, have it, had it or are
// offered it, the one that found it itself (R151), the desk's authority and contact parties (R132, R15), and the reporter, the
// affected user and whoever submitted it for them. The same set is on every event, is asked by the policies, and filters every
// list and search.
func Audience(desk Desk, t *triagev1.Ticket) []string {
	names := []string{
		desk.AuthorityParty, desk.ContactParty,
		t.GetOwnerParty(), t.GetHolderParty(), t.GetHandOver().GetParty(), t.GetTransfer().GetParty(),
		t.GetReporter(), t.GetAffectedUser(), t.GetSubmitter(), t.GetAssessment().GetFoundBy(),
	}
	names = append(names, t.GetPastHolders()...)
	keys := make([]string, 0, len(names))
	for _, name := range names {
		if name != "" {
			keys = append(keys, desk.Key(name))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// eventAudience is who may see an event: who sees the ticket after it, and who saw it before, since a party whose offer ends
// shall hear that it ended.
func eventAudience(before, after Ticket) []string {
	keys := Audience(after.Desk, after.Facts)
	if before.Facts == nil {
		return keys
	}
	keys = append(keys, Audience(before.Desk, before.Facts)...)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// partiesOnly leaves reporter and affected user out: internal notes are for those who work (R74).
func partiesOnly(audience []string) []string {
	return slices.DeleteFunc(slices.Clone(audience), func(key string) bool { return !strings.HasPrefix(key, "parties/") })
}
