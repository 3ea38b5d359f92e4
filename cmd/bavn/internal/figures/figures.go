// Package figures writes a desk's figures as the table that process people compare (data README of the VINST log): the same
// measures, in the same order and wording, whatever desk they are of.
package figures

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
)

// Measure is one line of the table.
type Measure struct {
	Name  string `json:"measure"`
	Value string `json:"value"`
}

// impacts are in the order of their gravity.
var impacts = []string{"Low", "Medium", "High", "Major"}

// waitingForUser are the words for it: a source's own, or the common one.
var waitingForUser = []string{"Wait - User", "Awaiting user", "AWAITING_USER", "TICKET_STATUS_AWAITING_USER"}

const topTeams = 5

// Table is the figures line by line. names gives the name of a group by its id; unknown ids stay as they are.
func Table(f *reportingv1.Figures, names map[string]string) []Measure {
	steps, throughput := f.GetStepsPerTicket(), f.GetThroughputDays()
	group, party := f.GetGroupHandOvers(), f.GetPartyHandOvers()
	impact := inOrder(f.GetTicketsByImpact(), impacts)
	last := mostFirst(f.GetTicketsByLastStatus())
	lines := inOrder(f.GetTicketsByHighestLine(), []string{"1", "2", "3"})
	teams := mostFirst(f.GetTicketsByGroup())
	teams = teams[:min(topTeams, len(teams))]
	for i, team := range teams {
		id := resource.ID(team.GetValue())
		teams[i] = &reportingv1.Count{Value: cmp.Or(names[id], id), Count: team.GetCount()}
	}
	waiting := userTime(f.GetStatusTimes())
	return []Measure{
		{"cases / rows / days from first to last row", join(" / ", whole(f.GetTickets()), whole(f.GetSteps()), whole(f.GetDays()))},
		{
			"rows per case: mean, median, max",
			join(", ", fixed(steps.GetMean(), 2), shortest(steps.GetMedian()), whole(int64(steps.GetMax()))),
		},
		{
			"throughput in days: mean, median, max",
			join(", ", fixed(throughput.GetMean(), 2), fixed(throughput.GetMedian(), 2), fixed(throughput.GetMax(), 1)),
		},
		{"cases by impact: " + values(impact), counts(impact)},
		{"last status: " + values(last), counts(last)},
		{
			"hand-overs between support teams; cases with at least one",
			join("; ", whole(group.GetHandOvers()), whole(group.GetTickets())),
		},
		{
			"hand-overs between organisation lines; cases with at least one",
			join("; ", whole(party.GetHandOvers()), whole(party.GetTickets())),
		},
		{
			"ping-pong cases by team, by organisation line",
			join(", ", whole(group.GetPingPongTickets()), whole(party.GetPingPongTickets())),
		},
		{"highest line reached 1, 2, 3 (`2nd 3rd` counts as 2)", counts(lines)},
		{
			waiting.GetStatus() + ": rows, cases, case-days",
			join(", ", whole(waiting.GetSteps()), whole(waiting.GetTickets()), whole(int64(math.Round(waiting.GetDays())))),
		},
		{
			"cases with a Completed row directly followed by Accepted or Queued (reopened)",
			whole(f.GetReopenedTickets()),
		},
		{"cases with a row after Closed", whole(f.GetTicketsWithStepsAfterClosed())},
		{"most cases by team: " + values(teams), counts(teams)},
	}
}

// inOrder puts counts into a given order, with 0 for what does not occur; anything else follows.
func inOrder(list []*reportingv1.Count, order []string) []*reportingv1.Count {
	rest := slices.Clone(list)
	ordered := make([]*reportingv1.Count, 0, len(order))
	for _, value := range order {
		at := slices.IndexFunc(rest, func(c *reportingv1.Count) bool { return strings.EqualFold(c.GetValue(), value) })
		if at < 0 {
			ordered = append(ordered, &reportingv1.Count{Value: value})
			continue
		}
		ordered = append(ordered, &reportingv1.Count{Value: value, Count: rest[at].GetCount()})
		rest = slices.Delete(rest, at, at+1)
	}
	return append(ordered, rest...)
}

func mostFirst(list []*reportingv1.Count) []*reportingv1.Count {
	return slices.SortedFunc(slices.Values(list), func(a, b *reportingv1.Count) int {
		return cmp.Or(cmp.Compare(b.GetCount(), a.GetCount()), cmp.Compare(a.GetValue(), b.GetValue()))
	})
}

func userTime(list []*reportingv1.StatusTime) *reportingv1.StatusTime {
	for _, word := range waitingForUser {
		for _, status := range list {
			if status.GetStatus() == word {
				return status
			}
		}
	}
	return &reportingv1.StatusTime{Status: waitingForUser[0]}
}

func values(list []*reportingv1.Count) string {
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = c.GetValue()
	}
	return join(", ", texts...)
}

func counts(list []*reportingv1.Count) string {
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = whole(c.GetCount())
	}
	return join(", ", texts...)
}

func join(separator string, texts ...string) string { return strings.Join(texts, separator) }

// whole writes 65533 as 65,533.
func whole(n int64) string { return message.NewPrinter(language.English).Sprintf("%d", n) }

func fixed(x float64, decimals int) string {
	return message.NewPrinter(language.English).Sprintf("%.*f", decimals, x)
}

func shortest(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
