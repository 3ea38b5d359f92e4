package domain_test

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/reporting/internal/domain"
)

// happened is an event of a ticket: what it is called, where the ticket then stands and which party then has it.
type happened struct {
	event  string
	status process.Status
	party  string
}

// lived makes the steps of one ticket, live or as the rows of another tool's log.
func lived(t *testing.T, imported bool, story ...happened) []domain.Step {
	t.Helper()
	var steps []domain.Step
	for i, h := range story {
		record := &eventv1.Record{
			Desk: "desks/nsp", Resource: "desks/nsp/tickets/ASCP00000001", Revision: int64(i + 1), Type: "ticket." + h.event,
			OccurredAt: timestamppb.New(time.Date(2026, 11, 20, 9+i, 0, 0, 0, time.UTC)),
		}
		if imported {
			record.Cause = &eventv1.Cause{ImportRow: fmt.Sprintf("log#%d", i)}
		}
		step, ok := domain.NewStep(record, &triagev1.TicketEvent{Ticket: &triagev1.Ticket{
			Status: h.status, HolderParty: "desks/nsp/parties/" + h.party, Importing: imported,
		}})
		if ok {
			steps = append(steps, step)
		}
	}
	return steps
}

func TestAReturnByResolutionIsNoHandOver(t *testing.T) {
	t.Parallel()
	const contact, solver = "sds", "netic"
	solved := []happened{
		{"opened", process.Registered, contact},
		{"handed_over", process.InProgress, solver},
		{"resolved", process.Resolved, contact},
	}
	for name, c := range map[string]struct {
		imported bool
		then     []happened
		want     string
	}{
		"it is closed by its owner":            {false, []happened{{"closed", process.Closed, contact}}, "1 in 1, ping-pong 0"},
		"it goes back to who solved it":        {false, []happened{{"returned", process.InProgress, solver}}, "1 in 1, ping-pong 0"},
		"the owner takes the work up again":    {false, []happened{{"reopened", process.Assigned, contact}}, "2 in 1, ping-pong 1"},
		"another tool's log says it came back": {true, nil, "2 in 1, ping-pong 1"},
	} {
		figures := domain.NewFigures(nil)
		figures.AddTicket(lived(t, c.imported, append(solved[:3:3], c.then...)...))
		if got := handOvers(figures.Result().GetPartyHandOvers()); got != c.want {
			t.Errorf("%s: hand-overs %s, want %s", name, got, c.want)
		}
	}
}

func TestWorkThatIsLoggedIsNoMoreAStepThanANote(t *testing.T) {
	t.Parallel()
	story := []happened{
		{"opened", process.Registered, "sds"}, {"work_logged", process.Registered, "sds"}, {"note_added", process.Registered, "sds"},
	}
	if steps := lived(t, false, story...); len(steps) != 1 {
		t.Errorf("a live ticket has %d steps, want its opening alone", len(steps))
	}
	if steps := lived(t, true, story[:2]...); len(steps) != 2 {
		t.Errorf("two rows of another tool's log are %d steps: a row that changes nothing counts there", len(steps))
	}
}
