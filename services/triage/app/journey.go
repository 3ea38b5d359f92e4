package app

import (
	"strings"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/journey"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// step is how an event of a ticket shows in its journey: who has it, and where it stands. Notes and work are not steps of the
// way, and an internal one would tell outsiders with access to traces that there is something to know.
func step(record *eventv1.Record) (journey.Step, bool) {
	if strings.HasSuffix(record.GetType(), "note_added") ||
		record.GetType() == ticketevent.WorkLogged ||
		strings.HasPrefix(record.GetType(), "ticket.known_solution_") {
		return journey.Step{}, false
	}
	payload, err := record.GetPayload().UnmarshalNew()
	if err != nil {
		return journey.Step{}, false
	}
	event, ok := payload.(*triagev1.TicketEvent)
	if !ok {
		return journey.Step{}, false
	}
	if record.GetType() == ticketevent.LegalStageDone || event.GetDeadline().GetKind() == triagev1.DeadlineKind_DEADLINE_KIND_LEGAL {
		return journey.Step{}, false // a breach is known to those who need to know (R149)
	}
	t := event.GetTicket()
	_, number, _ := strings.Cut(t.GetName(), "/tickets/")
	return journey.Step{
		Name: record.GetType(), Root: record.GetRevision() == 1, Title: "ticket " + number,
		Attributes: map[string]string{
			"bavn.ticket": t.GetName(), "bavn.party": t.GetHolderParty(), "bavn.group": t.GetHolderGroup(),
			"bavn.status": process.StatusName(t.GetStatus()), "bavn.priority": t.GetPriority(),
			"bavn.owner_party": t.GetOwnerParty(),
		},
	}, true
}
