package domain_test

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/reporting/internal/domain"
)

// vinstStatus maps the log's words to ours, as the shipped mapping does.
var vinstStatus = map[string]process.Status{
	"In Progress": process.InProgress, "Awaiting Assignment": process.Assigned, "Assigned": process.Assigned,
	"Resolved": process.Resolved, "In Call": process.Resolved, "Closed": process.Closed, "Cancelled": process.Cancelled,
	"Wait - User": process.AwaitingUser, "Wait - Customer": process.AwaitingUser, "Wait - Vendor": process.AwaitingSupplier,
	"Wait - Implementation": process.PendingRelease, "Wait": process.OnHold, "Unmatched": process.OnHold,
}

var vinstImpact = map[string]triagev1.Impact{
	"Low": triagev1.Impact_IMPACT_LOW, "Medium": triagev1.Impact_IMPACT_MEDIUM, "High": triagev1.Impact_IMPACT_HIGH,
	"Major": triagev1.Impact_IMPACT_MAJOR,
}

// readVINST reads the log straight into steps, past every service: what comes out is the definition of the figures alone.
func readVINST(t *testing.T) (cases [][]domain.Step, groups []domain.Group) {
	t.Helper()
	path := filepath.Join("..", "..", "..", "..", "..", "shared", "data", "vinst-incidents.csv.gz")
	file, err := os.Open(path)
	if err != nil {
		t.Skipf("the VINST log is not here (%s): its figures are not checked", path)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows := csv.NewReader(unzipped)
	if _, err := rows.Read(); err != nil {
		t.Fatal(err)
	}
	index, known := map[string]int{}, map[domain.Group]bool{}
	for n := 1; ; n++ {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		step := vinstStep(t, row, n)
		i, ok := index[row[0]]
		if !ok {
			i = len(cases)
			index[row[0]] = i
			cases = append(cases, nil)
		}
		if last := len(cases[i]) - 1; last >= 0 {
			solved := cases[i][last].Status
			step.Reopened = (solved == process.Resolved || solved == process.Closed || solved == process.Cancelled) &&
				(row[2] == "Accepted" || row[2] == "Queued")
		}
		cases[i] = append(cases[i], step)
		known[domain.Group{Party: row[5], ID: row[6], DisplayName: row[6], Level: vinstLevel(row[6])}] = true
	}
	for g := range known {
		groups = append(groups, g)
	}
	return cases, groups
}

func vinstStep(t *testing.T, row []string, n int) domain.Step {
	t.Helper()
	at, err := time.Parse(time.RFC3339, row[1])
	if err != nil {
		t.Fatalf("row %d: %v", n, err)
	}
	status, ok := vinstStatus[row[3]]
	if !ok {
		t.Fatalf("row %d: sub-status %q is not known", n, row[3])
	}
	return domain.Step{
		Desk: "vinst", Ticket: row[0], Key: fmt.Sprint(n), Revision: int64(n), At: at.UTC(), SubStatus: row[3],
		Holding: process.Holding{Party: row[5], Group: row[6], Assignee: row[11], Status: status}, Impact: vinstImpact[row[7]],
	}
}

func vinstLevel(team string) int {
	switch {
	case strings.HasSuffix(team, " 2nd"), strings.HasSuffix(team, " 2nd 3rd"):
		return 2
	case strings.HasSuffix(team, " 3rd"):
		return 3
	}
	return 1
}

func TestTheFiguresOfTheVINSTLogAreThoseComputedIndependently(t *testing.T) {
	t.Parallel()
	cases, groups := readVINST(t)
	figures := domain.NewFigures(groups)
	for _, steps := range cases {
		figures.AddTicket(steps)
	}
	got := figures.Result()
	waits := got.GetStatusTimes()[slices.IndexFunc(got.GetStatusTimes(), func(s *reportingv1.StatusTime) bool {
		return s.GetStatus() == "Wait - User"
	})]
	for _, c := range []struct{ measure, got, want string }{
		{"cases, rows, days", fmt.Sprint(got.GetTickets(), got.GetSteps(), got.GetDays()), "7554 65533 783"},
		{"rows per case", distribution("%.2f %.0f %.0f", got.GetStepsPerTicket()), "8.68 6 123"},
		{"throughput in days", distribution("%.2f %.2f %.1f", got.GetThroughputDays()), "12.08 7.55 771.4"},
		{"by impact", counts(got.GetTicketsByImpact(), 4), "Medium 4045, Low 3245, High 261, Major 3"},
		{"last status", counts(got.GetTicketsByLastStatus(), 4), "Closed 5573, In Call 1882, Resolved 90, Wait - User 3"},
		{"team hand-overs", handOvers(got.GetGroupHandOvers()), "9454 in 3820, ping-pong 1258"},
		{"line hand-overs", handOvers(got.GetPartyHandOvers()), "4350 in 2034, ping-pong 891"},
		{"highest line", counts(got.GetTicketsByHighestLine(), 3), "1 4546, 2 2468, 3 540"},
		{"Wait - User", fmt.Sprintf("%d %d %.0f", waits.GetSteps(), waits.GetTickets(), waits.GetDays()), "4217 2495 19309"},
		{"reopened", fmt.Sprint(got.GetReopenedTickets()), "510"},
		{"a row after Closed", fmt.Sprint(got.GetTicketsWithStepsAfterClosed()), "120"},
		{"most cases by team", counts(got.GetTicketsByGroup(), 5), "G96 1883, S42 1124, G97 976, G76 371, N38 292"},
		{"exact clocks", fmt.Sprint(got.GetTicketsWithExactClocks()), "7554"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.measure, c.got, c.want)
		}
	}
}

func distribution(format string, d *reportingv1.Distribution) string {
	return fmt.Sprintf(format, d.GetMean(), d.GetMedian(), d.GetMax())
}

func handOvers(h *reportingv1.HandOvers) string {
	return fmt.Sprintf("%d in %d, ping-pong %d", h.GetHandOvers(), h.GetTickets(), h.GetPingPongTickets())
}

func counts(list []*reportingv1.Count, most int) string {
	var parts []string
	for _, c := range list[:min(most, len(list))] {
		parts = append(parts, fmt.Sprintf("%s %d", cmp.Or(c.GetValue(), "(none)"), c.GetCount()))
	}
	return strings.Join(parts, ", ")
}
