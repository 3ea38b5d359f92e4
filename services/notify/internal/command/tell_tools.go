package command

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/outbound"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Tools tell the parties' own tools what happens to their tickets (R34, R64, R145). They have a queue and workers of their own:
// a tool that is down takes nothing from the mails.
type Tools struct {
	*Commands
	// Issues records what number a tool gave a ticket.
	Issues intakev1.ToolServiceClient
	Guard  *outbound.Guard
	HTTP   *http.Client
	// Secrets is the folder with the credentials, each in a file {desk}.{name}.
	Secrets string
	Logger  *slog.Logger
}

// ToolQueue is the queue of what tools are told.
const ToolQueue = "tools"

// Desks are those where a tool is told anything.
func (t *Tools) Desks(ctx context.Context, db feed.DBTX) ([]string, error) {
	return store.New(db).DesksWithTools(ctx)
}

// Handle writes down what tools are told of a batch of triage's events, and inserts the jobs that tell them. The same event again
// adds nothing.
func (t *Tools) Handle(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	var desks []string
	for _, event := range batch {
		desks = append(desks, resourcename.Desk(event.Record.GetDesk()))
	}
	slices.Sort(desks)
	told, err := store.New(tx).ToldConnections(ctx, slices.Compact(desks))
	if err != nil || len(told) == 0 {
		return err
	}
	rows := store.InsertToolDeliveriesParams{Now: t.Clock.Now()}
	for _, event := range batch {
		if err := t.tell(&rows, event, told); err != nil {
			return err
		}
	}
	if len(rows.Desks) == 0 {
		return nil
	}
	inserted, err := store.New(tx).InsertToolDeliveries(ctx, rows)
	if err != nil {
		return fmt.Errorf("write what tools are told: %w", err)
	}
	return t.tellLater(ctx, tx, inserted)
}

func (t *Tools) tell(rows *store.InsertToolDeliveriesParams, event *feed.Event, connections []store.ToldConnectionsRow) error {
	payload, record := new(triagev1.TicketEvent), event.Record
	if err := record.GetPayload().UnmarshalTo(payload); err != nil {
		return fmt.Errorf("read %s: %w", event.Ref(), err)
	}
	h := domain.Happening{
		Type: record.GetType(), Ticket: payload.GetTicket(), Audience: record.GetAudience(),
		Actor: domain.Key(record.GetActor().GetPerson()), Unit: domain.Key(record.GetActor().GetParty()),
	}
	for _, c := range connections {
		if c.Desk != resourcename.Desk(record.GetDesk()) {
			continue
		}
		said, told := domain.TellTool(h, payload.GetPreviousStatus(), "parties/"+c.Party, "persons/"+auth.Tool(c.Connection))
		if !told {
			continue
		}
		rows.Desks, rows.Connections = append(rows.Desks, c.Desk), append(rows.Connections, c.Connection)
		rows.Tickets = append(rows.Tickets, resourcename.ID(record.GetResource()))
		rows.EventRevisions, rows.EventTypes = append(rows.EventRevisions, record.GetRevision()), append(rows.EventTypes, h.Type)
		rows.Units, rows.Traceparents = append(rows.Units, h.Unit), append(rows.Traceparents, event.Traceparent())
		rows.TicketStatuses, rows.Theirs = append(rows.TicketStatuses, int16(said.Status)), append(rows.Theirs, said.Theirs)
	}
	return nil
}

// tellLater inserts one job for each ticket that a tool is told something of.
func (t *Tools) tellLater(ctx context.Context, tx pgx.Tx, rows []store.InsertToolDeliveriesRow) error {
	seen := map[TellToolArgs]bool{}
	var inserts []river.InsertManyParams
	for _, r := range rows {
		args := TellToolArgs(r)
		if !seen[args] {
			inserts = append(inserts, river.InsertManyParams{Args: args, InsertOpts: &river.InsertOpts{Queue: ToolQueue}})
		}
		seen[args] = true
	}
	if len(inserts) == 0 {
		return nil
	}
	if _, err := t.Jobs.InsertManyFastTx(ctx, tx, inserts); err != nil {
		return fmt.Errorf("insert what tools are told: %w", err)
	}
	return nil
}
