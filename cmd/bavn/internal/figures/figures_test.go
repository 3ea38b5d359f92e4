package figures_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bavn/bavn/cmd/bavn/internal/figures"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
)

func count(value string, n int64) *reportingv1.Count {
	return &reportingv1.Count{Value: value, Count: n}
}

var vinst = &reportingv1.Figures{
	Tickets: 7554, Steps: 65533, Days: 783,
	StepsPerTicket: &reportingv1.Distribution{Mean: 8.675271, Median: 6, Max: 123},
	ThroughputDays: &reportingv1.Distribution{Mean: 12.0796, Median: 7.5486, Max: 771.35202},
	TicketsByImpact: []*reportingv1.Count{
		count("High", 261), count("Low", 3245), count("Major", 3), count("Medium", 4045),
	},
	TicketsByLastStatus: []*reportingv1.Count{
		count("Cancelled", 1), count("Closed", 5573), count("Assigned", 1), count("In Call", 1882),
		count("Wait - Implementation", 2), count("Resolved", 90), count("In Progress", 2), count("Wait - User", 3),
	},
	GroupHandOvers:       &reportingv1.HandOvers{HandOvers: 9454, Tickets: 3820, PingPongTickets: 1258},
	PartyHandOvers:       &reportingv1.HandOvers{HandOvers: 4350, Tickets: 2034, PingPongTickets: 891},
	TicketsByHighestLine: []*reportingv1.Count{count("3", 540), count("1", 4546), count("2", 2468)},
	StatusTimes: []*reportingv1.StatusTime{
		{Status: "Closed"}, {Status: "Wait - User", Steps: 4217, Tickets: 2495, Days: 19308.6},
	},
	ReopenedTickets:             510,
	TicketsWithStepsAfterClosed: 120,
	TicketsByGroup: []*reportingv1.Count{
		count("g96", 1883), count("s42", 1124), count("g97", 976), count("g76", 371), count("n38", 292), count("v1", 3),
	},
}

const readme = "/work/shared/data/README.md"

func TestTheTableIsTheDataReadmesToTheLetter(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile(readme)
	if err != nil {
		t.Skipf("the data README is not on this machine: %v", err)
	}
	_, table, _ := strings.Cut(string(document), "| measure | value |\n|---|---|\n")
	var want []figures.Measure
	for _, line := range regexp.MustCompile(`(?m)^\| (.*) \| (.*) \|$`).FindAllStringSubmatch(table, -1) {
		want = append(want, figures.Measure{Name: line[1], Value: line[2]})
	}
	got := figures.Table(vinst, map[string]string{"g96": "G96", "s42": "S42", "g97": "G97", "g76": "G76", "n38": "N38"})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestADeskWithoutTicketsHasFiguresToo(t *testing.T) {
	t.Parallel()
	for _, measure := range figures.Table(&reportingv1.Figures{}, nil) {
		if strings.Contains(measure.Value, "NaN") {
			t.Errorf("%s: %s", measure.Name, measure.Value)
		}
	}
}
