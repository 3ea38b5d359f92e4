package command

import (
	"context"
	"slices"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// reportsAs is the group that the reporter reports as (R11): by their party, where the desk's process says so, else what the
// report says. So a register phones before its category A, whatever its report calls it (R16).
func (c *Tickets) reportsAs(ctx context.Context, desk domain.Desk, r *triagev1.OpenTicketRequest) (string, error) {
	said := r.GetAssessment().GetReporterGroup()
	if desk.Process == nil || r.GetImporting() || !byParty(desk.Process.Settings()) {
		return said, nil
	}
	parties, err := c.Access.PartiesOf(ctx, r.GetReporter())
	return desk.Process.ReporterGroup(parties, said), err
}

// byParty reports whether some group of reporters is known by its party.
func byParty(settings *profilev1.Profile) bool {
	return slices.ContainsFunc(settings.GetReporterGroups(), func(group *profilev1.ReporterGroup) bool {
		return len(group.GetParties()) > 0
	})
}
