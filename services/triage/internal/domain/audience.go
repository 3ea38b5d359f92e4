package domain

import (
	"slices"
	"strings"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Audience is who may see a ticket, relative to its desk and sorted: those who work on it or answer for it, and the reporter, the
// affected user and whoever submitted it for them. The same set is on every event, is asked by the policies, and filters every
// list and search.
func Audience(desk Desk, t *triagev1.Ticket) []string {
	return sorted(append(Insiders(desk, t), users(desk, t)...))
}

// Insiders are those who see a ticket because of what they do, not of what happened to them: internal notes are theirs alone
// (R74). Of an open ticket they are the parties that answer for it, have it, had it or are offered it, and the desk's authority
// and contact parties (R132, R15). Of a restricted one they are the persons who work on it, the roles that its desk's process
// lets see it, and who was let in (R149): a whole party needs to know nothing.
func Insiders(desk Desk, t *triagev1.Ticket) []string {
	if t.GetRestricted() {
		return restrictedTo(desk, t)
	}
	names := []string{
		desk.AuthorityParty, desk.ContactParty,
		t.GetOwnerParty(), t.GetHolderParty(), t.GetHandOver().GetParty(), t.GetTransfer().GetParty(),
		t.GetAssessment().GetFoundBy(), // tests the solution (R151)
	}
	return keysOf(desk, append(names, t.GetPastHolders()...)...)
}

func restrictedTo(desk Desk, t *triagev1.Ticket) []string {
	names := []string{t.GetAssignee(), t.GetOwner()}
	for _, run := range t.GetProcedures() {
		if run.GetEndTime() == nil {
			names = append(names, run.GetLead())
		}
	}
	keys := append(keysOf(desk, names...), t.GetNeedToKnow()...)
	for _, role := range t.GetVisibleTo() {
		keys = append(keys, "roles/"+role)
	}
	return sorted(keys)
}

// users are those who told of it and to whom it happens.
func users(desk Desk, t *triagev1.Ticket) []string {
	return keysOf(desk, t.GetReporter(), t.GetAffectedUser(), t.GetSubmitter())
}

func keysOf(desk Desk, names ...string) []string {
	keys := make([]string, 0, len(names))
	for _, name := range names {
		if name != "" {
			keys = append(keys, desk.Key(name))
		}
	}
	return sorted(keys)
}

func sorted(keys []string) []string {
	slices.Sort(keys)
	return slices.Compact(keys)
}

// eventAudience is who may see an event: who sees the ticket after it, and who saw it before, since a party whose offer ends
// shall hear that it ended. What happens to a restricted ticket, nobody hears who does not see it then.
func eventAudience(before, after Ticket) []string {
	keys := Audience(after.Desk, after.Facts)
	if before.Facts == nil || before.Facts.GetRestricted() || after.Facts.GetRestricted() {
		return keys
	}
	return sorted(append(keys, Audience(before.Desk, before.Facts)...))
}

// insidersOnly leaves reporter and affected user out of an event's audience (R74).
func insidersOnly(audience []string, t Ticket) []string {
	if !t.Facts.GetRestricted() {
		return slices.DeleteFunc(slices.Clone(audience), func(key string) bool { return !strings.HasPrefix(key, "parties/") })
	}
	return Insiders(t.Desk, t.Facts)
}

// Sight is how the history of a ticket is to be seen once it is restricted, or no longer is: what happened before is as closed as
// what happens now. Who reported it sees of the past what they saw before.
type Sight struct {
	// Insiders see every event. Users see those that they saw before.
	Insiders, Users []string
}

// SightOf is who sees the history of a ticket; false where nothing about it changed.
func SightOf(before, after Ticket) (Sight, bool) {
	if !before.Facts.GetRestricted() && !after.Facts.GetRestricted() ||
		slices.Equal(Audience(before.Desk, before.Facts), Audience(after.Desk, after.Facts)) &&
			before.Facts.GetRestricted() == after.Facts.GetRestricted() {
		return Sight{}, false
	}
	sight := Sight{Insiders: Insiders(after.Desk, after.Facts)}
	for _, key := range users(after.Desk, after.Facts) {
		if !slices.Contains(sight.Insiders, key) {
			sight.Users = append(sight.Users, key)
		}
	}
	return sight, true
}

// of is who sees an event that an audience saw.
func (s Sight) of(audience []string) []string {
	keys := slices.Clone(s.Insiders)
	for _, key := range s.Users {
		if slices.Contains(audience, key) {
			keys = append(keys, key)
		}
	}
	return sorted(keys)
}
