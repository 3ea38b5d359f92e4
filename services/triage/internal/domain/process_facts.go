package domain

import (
	"strings"
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
)

// ProcessFacts are what the conditions of the desk's profile can look at, as the ticket stands at a time.
func (t Ticket) ProcessFacts(at time.Time) *profilev1.TicketFacts {
	return t.Desk.Process.Facts(t.Desk.Name, t.Facts, at)
}

// party is a party's id in the profile: "netic" of "desks/nsp/parties/netic".
func (t Ticket) party(name string) string { return strings.TrimPrefix(t.Desk.Key(name), "parties/") }

// group is a group's id in the profile: "netic/drift" of "desks/nsp/parties/netic/groups/drift".
func (t Ticket) group(name string) string {
	return strings.Replace(t.party(name), "/groups/", "/", 1)
}

func statusID(s process.Status) string { return profile.StatusID(s) }

func impactID(i triagev1.Impact) string { return profile.ImpactID(i) }

func natureOf(settings *profilev1.Profile, kind string) string {
	return profile.NatureOf(settings, kind)
}

func solutionKindID(k triagev1.SolutionKind) string { return profile.SolutionKindID(k) }
