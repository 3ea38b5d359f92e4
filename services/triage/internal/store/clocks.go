// Package store keeps tickets and the directory in PostgreSQL. Statements are in queries/, typed by sqlc; what makes rows of
// tickets and tickets of rows is here.
package store

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
)

// encodeClocks keeps the clocks that were stopped, and since when the present one runs; which that is, the ticket's own
// holder and status say.
func encodeClocks(c process.PartyClocks) ([]byte, error) {
	kept := &triagev1.TicketClocks{
		Total: durationpb.New(c.Since.Sub(c.Opened)), Until: timestamppb.New(c.Since),
		Clocks: make([]*triagev1.PartyClock, 0, len(c.Stopped)),
	}
	for _, clock := range c.Stopped {
		kept.Clocks = append(kept.Clocks, &triagev1.PartyClock{
			Party: clock.Party, Status: clock.Status, Elapsed: durationpb.New(clock.Elapsed),
		})
	}
	raw, err := proto.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("encode clocks: %w", err)
	}
	return raw, nil
}

func decodeClocks(raw []byte, facts *triagev1.Ticket) (process.PartyClocks, error) {
	kept := new(triagev1.TicketClocks)
	if err := proto.Unmarshal(raw, kept); err != nil {
		return process.PartyClocks{}, fmt.Errorf("decode clocks: %w", err)
	}
	since := kept.GetUntil().AsTime()
	c := process.PartyClocks{
		Opened: since.Add(-kept.GetTotal().AsDuration()), Since: since,
		Running: process.PartyKey{Party: facts.GetHolderParty(), Status: facts.GetStatus()},
		Stopped: make([]process.PartyClock, 0, len(kept.GetClocks())),
	}
	for _, clock := range kept.GetClocks() {
		c.Stopped = append(c.Stopped, process.PartyClock{
			Party: clock.GetParty(), Status: clock.GetStatus(), Elapsed: clock.GetElapsed().AsDuration(),
		})
	}
	return c, nil
}
