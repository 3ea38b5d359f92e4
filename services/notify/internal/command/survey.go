package command

import (
	"context"
	"fmt"
	"strings"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// uninvited reports whether an invitation to say how it was is not sent after all (R112): somebody works on the ticket again,
// it was solved another time, whose own invitation comes, or its reporter was asked before.
func (c *Commands) uninvited(ctx context.Context, row store.Notification, ticket *triagev1.Ticket) (bool, error) {
	if row.Rule != domain.SurveyRule {
		return false, nil
	}
	if !domain.SolvedBy(ticket, row.CreatedAt) {
		return true, nil
	}
	asked, err := store.New(c.Pool).Invited(ctx, store.InvitedParams{
		Desk: row.Desk, Recipient: row.Recipient, Ticket: row.Ticket, Rule: row.Rule,
	})
	if err != nil {
		return false, fmt.Errorf("read whether the reporter was asked: %w", err)
	}
	return asked, nil
}

// survey is where the profile asks how it was; empty where it does not.
func (e *edition) survey(desk, ticket string) string {
	if e == nil {
		return ""
	}
	link := e.settings.GetClosing().GetSurveyInvitation().GetLink()
	return strings.NewReplacer("{desk}", desk, "{ticket}", ticket).Replace(link)
}
