package domain

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// R34, R145: a mapping of statuses is checked when it is set: what does not come back as it went is refused.
func TestAMappingThatDoesNotRoundTripIsRefused(t *testing.T) {
	t.Parallel()
	const progress, solved = triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS, triagev1.TicketStatus_TICKET_STATUS_RESOLVED
	for name, tc := range map[string]struct {
		mapping []*intakev1.StatusMapping
		rule    string
	}{
		"both ways": {[]*intakev1.StatusMapping{{Status: progress, ToolStatus: "Open"}, {Status: solved, ToolStatus: "Done"}}, ""},
		"two words there, one of them said": {[]*intakev1.StatusMapping{
			{Status: progress, ToolStatus: "Open"}, {Status: progress, ToolStatus: "In Review", IncomingOnly: true},
		}, ""},
		"one word for two statuses": {[]*intakev1.StatusMapping{
			{Status: progress, ToolStatus: "Open"}, {Status: solved, ToolStatus: "Open"},
		}, "connection.two_meanings"},
		"two words to say for one status": {[]*intakev1.StatusMapping{
			{Status: progress, ToolStatus: "Open"}, {Status: progress, ToolStatus: "Active"},
		}, "connection.two_words"},
		"a word that comes in and never goes out": {[]*intakev1.StatusMapping{
			{Status: progress, ToolStatus: "Open"}, {Status: solved, ToolStatus: "Done", IncomingOnly: true},
		}, "connection.round_trip"},
	} {
		flaw, works := CheckMapping(tc.mapping)
		if works != (tc.rule == "") || flaw.Rule != tc.rule {
			t.Errorf("%s: %+v, want %q", name, flaw, tc.rule)
		}
	}
}

// Whatever mapping passes, a status goes there and back unchanged, and what comes in is settled after one round.
func TestWhatPassesComesBackAsItWent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		mapping := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) *intakev1.StatusMapping {
			return &intakev1.StatusMapping{
				Status:       triagev1.TicketStatus(rapid.Int32Range(1, 5).Draw(t, "status")),
				ToolStatus:   fmt.Sprint(rapid.IntRange(1, 6).Draw(t, "word")),
				IncomingOnly: rapid.Bool().Draw(t, "incoming only"),
			}
		}), 1, 6).Draw(t, "mapping")
		if _, works := CheckMapping(mapping); !works {
			t.Skip("refused")
		}
		for _, m := range mapping {
			status, known := StatusOf(mapping, m.GetToolStatus())
			if !known || status != m.GetStatus() {
				t.Fatalf("%v comes in as %v", m, status)
			}
			said := 0
			for _, out := range mapping {
				if out.GetStatus() != status || out.GetIncomingOnly() {
					continue
				}
				said++
				if back, _ := StatusOf(mapping, out.GetToolStatus()); back != status {
					t.Fatalf("%v goes out as %s and comes back as %v", status, out.GetToolStatus(), back)
				}
			}
			if said != 1 {
				t.Fatalf("%v can be said in %d words, want one", status, said)
			}
		}
	})
}

// R64, R101: the tool moves a ticket where its party's rights lead, and no further.
func TestAToolLeadsATicketStepByStepAndNeverClosesIt(t *testing.T) {
	t.Parallel()
	const netic, sds = "desks/nsp/parties/netic", "desks/nsp/parties/sds"
	status := func(s string) triagev1.TicketStatus {
		return triagev1.TicketStatus(triagev1.TicketStatus_value["TICKET_STATUS_"+s])
	}
	offered := &triagev1.HandOverOffer{Party: netic}
	for name, tc := range map[string]struct {
		ticket *triagev1.Ticket
		target string
		want   ToolStep
	}{
		"work there is acceptance": {
			&triagev1.Ticket{HolderParty: sds, HandOver: offered, Status: status("IN_PROGRESS")}, "IN_PROGRESS", ToolAccepts,
		},
		"a queue there is none": {
			&triagev1.Ticket{HolderParty: sds, HandOver: offered, Status: status("IN_PROGRESS")}, "ASSIGNED", ToolMayNot,
		},
		"another's ticket":             {&triagev1.Ticket{HolderParty: sds, Status: status("IN_PROGRESS")}, "RESOLVED", ToolMayNot},
		"it begins":                    {&triagev1.Ticket{HolderParty: netic, Status: status("ASSIGNED")}, "IN_PROGRESS", ToolStarts},
		"it is solved in one go":       {&triagev1.Ticket{HolderParty: netic, Status: status("ASSIGNED")}, "RESOLVED", ToolStarts},
		"it is solved":                 {&triagev1.Ticket{HolderParty: netic, Status: status("IN_PROGRESS")}, "RESOLVED", ToolResolves},
		"what waits goes on first":     {&triagev1.Ticket{HolderParty: netic, Status: status("ON_HOLD")}, "RESOLVED", ToolResumes},
		"one pause becomes another":    {&triagev1.Ticket{HolderParty: netic, Status: status("ON_HOLD")}, "AWAITING_USER", ToolHolds},
		"closed there is solved here":  {&triagev1.Ticket{HolderParty: netic, Status: status("IN_PROGRESS")}, "CLOSED", ToolResolves},
		"what is solved is not closed": {&triagev1.Ticket{HolderParty: sds, Status: status("RESOLVED")}, "CLOSED", ToolRests},
		"what is solved stays solved":  {&triagev1.Ticket{HolderParty: netic, Status: status("RESOLVED")}, "IN_PROGRESS", ToolMayNot},
		"nothing is cancelled":         {&triagev1.Ticket{HolderParty: netic, Status: status("IN_PROGRESS")}, "CANCELLED", ToolMayNot},
		"it stands there":              {&triagev1.Ticket{HolderParty: netic, Status: status("IN_PROGRESS")}, "IN_PROGRESS", ToolRests},
	} {
		if got := NextToolStep(tc.ticket, netic, status(tc.target)); got != tc.want {
			t.Errorf("%s: step %d, want %d", name, got, tc.want)
		}
	}
}
