package command

import (
	"context"
	"strings"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// ImportTicketStep applies one row of another tool's history (R34): one transaction and one cause, whatever it changes.
func (c *Tickets) ImportTicketStep(ctx context.Context, r *triagev1.ImportTicketStepRequest) (*triagev1.Ticket, error) {
	row := domain.Row{
		At:     r.GetOccurredAt().AsTime().Truncate(time.Microsecond),
		Status: r.GetStatus(), SubStatus: r.GetSubStatus(),
		Party: r.GetHolderParty(), Group: r.GetHolderGroup(), Assignee: r.GetAssignee(),
		Impact: r.GetImpact(), Labels: r.GetLabels(),
	}
	if err := sameDesk(deskOf(r.GetName()), field{"holder_party", row.Party}, field{"holder_group", row.Group},
		field{"assignee", row.Assignee}); err != nil {
		return nil, err
	}
	switch {
	case row.Group != "" && !strings.HasPrefix(row.Group, row.Party+"/groups/"):
		return nil, invalid("holder_group", "other_party")
	case row.Status == process.Assigned && row.Group == "" && row.Assignee == "":
		return nil, invalid("status", "assigned_to_nobody")
	}
	missing, err := c.missingPlace(ctx, field{"holder_party", row.Party}, field{"holder_group", row.Group})
	if err != nil {
		return nil, err
	}
	return c.change(ctx, call{
		action: "ImportTicketStep", ticket: r.GetName(), requestID: r.GetRequestId(), payload: r, importRow: r.GetSourceRow(),
	}, func(s scene) (domain.Outcome, error) {
		if missing != nil {
			return domain.Outcome{}, missing
		}
		return s.ImportStep(row)
	})
}

// FinishImport ends the import of a ticket. An import can leave no offer behind, so no timer is due.
func (c *Tickets) FinishImport(ctx context.Context, r *triagev1.FinishImportRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "FinishImport", ticket: r.GetName(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.FinishImport()
	})
}
