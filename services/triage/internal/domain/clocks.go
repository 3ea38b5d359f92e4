package domain

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
)

// ClocksAt reads the party clocks (R129). They are counted until now while somebody has something to do, and until the last
// event of a ticket that is finished or still being imported.
func (t Ticket) ClocksAt(now time.Time) *triagev1.TicketClocks {
	until := now
	if last := t.Facts.GetUpdateTime().AsTime(); t.Facts.GetImporting() || until.Before(last) ||
		t.Facts.GetStatusClass() == process.ClassClosed {
		until = last
	}
	answer := &triagev1.TicketClocks{
		Name: t.Facts.GetName(), Total: durationpb.New(until.Sub(t.Clocks.Opened)), Until: timestamppb.New(until),
	}
	for _, c := range t.Clocks.At(until) {
		answer.Clocks = append(answer.Clocks, &triagev1.PartyClock{
			Party: c.Party, Status: c.Status, Elapsed: durationpb.New(c.Elapsed),
		})
	}
	return answer
}
