package project

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// ConnectionTypes are the events of intake's that say which tools there are.
var ConnectionTypes = []string{"connection.created", "connection.updated"}

// Connections keeps the desks' connections with the parties' tools.
type Connections struct{}

// Handle writes the effect of a batch.
func (Connections) Handle(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	for _, event := range batch {
		payload := new(intakev1.ConnectionEvent)
		if err := event.Record.GetPayload().UnmarshalTo(payload); err != nil {
			return fmt.Errorf("read %s: %w", event.Ref(), err)
		}
		c := payload.GetConnection()
		facts, err := proto.Marshal(c)
		if err != nil {
			return fmt.Errorf("keep %s: %w", event.Ref(), err)
		}
		if err := store.New(tx).PutConnection(ctx, store.PutConnectionParams{
			Desk: resourcename.Desk(c.GetName()), Connection: resourcename.ID(c.GetName()), Party: resourcename.ID(c.GetParty()),
			Told: c.GetKind() == intakev1.ToolKind_TOOL_KIND_JIRA && !c.GetDisabled(), Facts: facts,
		}); err != nil {
			return fmt.Errorf("keep %s: %w", event.Ref(), err)
		}
	}
	return nil
}
