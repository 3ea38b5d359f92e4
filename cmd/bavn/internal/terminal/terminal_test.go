package terminal_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bavn/bavn/cmd/bavn/internal/terminal"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

func TestColumnsAreAlignedByWhatIsSeen(t *testing.T) {
	t.Parallel()
	table := terminal.Table{Heads: []string{"PERSON", "TICKETS", "WHERE"}, Right: map[int]bool{1: true}}
	table.Row("Søren", "7", "drift")
	table.Row("Åse-Björk", "1234", "")
	var out bytes.Buffer
	if err := table.Print(&out); err != nil {
		t.Fatal(err)
	}
	want := "PERSON     TICKETS  WHERE\n" +
		"Søren            7  drift\n" +
		"Åse-Björk     1234\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestALineIsNeverWiderThanTheTerminal(t *testing.T) {
	t.Parallel()
	table := terminal.Table{Width: 12}
	table.Row("ASCP00000001", "a long title")
	var out bytes.Buffer
	if err := table.Print(&out); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "ASCP0000000…\n" {
		t.Errorf("got %q", got)
	}
}

func TestATimeSaysInWhichZoneItIsTold(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	for zone, want := range map[string]string{
		"UTC": "2026-11-21 08:00:00 UTC", "Europe/Copenhagen": "2026-11-21 09:00:00 CET",
	} {
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := (terminal.Screen{Zone: location}).Time(at); got != want {
			t.Errorf("in %s it is %q, want %q", zone, got, want)
		}
	}
}

func TestAMessageIsTheSameJSONEveryTime(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	screen := terminal.NewScreen(&out, true)
	message := &triagev1.Ticket{Name: "desks/nsp/tickets/ASCP00000001", Status: triagev1.TicketStatus_TICKET_STATUS_CLOSED}
	if err := screen.Line(message); err != nil {
		t.Fatal(err)
	}
	if err := screen.Message(message); err != nil {
		t.Fatal(err)
	}
	want := `{"name":"desks/nsp/tickets/ASCP00000001","status":"TICKET_STATUS_CLOSED"}
{
  "name": "desks/nsp/tickets/ASCP00000001",
  "status": "TICKET_STATUS_CLOSED"
}
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestASpanOfTimeIsToldInItsLargestUnits(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0:                                    "0 ms",
		42 * time.Millisecond:                "42 ms",
		90 * time.Second:                     "1 min 30 s",
		2 * time.Hour:                        "2 h",
		50*time.Hour + 59*time.Second:        "2 d 2 h",
		7*24*time.Hour + 30*time.Millisecond: "7 d",
	} {
		if got := terminal.Duration(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
