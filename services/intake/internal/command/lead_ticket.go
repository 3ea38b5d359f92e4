package command

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/intake/internal/domain"
)

// mostSteps lead anywhere, with a few that somebody else makes between them.
const mostSteps = 8

// lead takes the steps, as the tool, that bring a ticket to a status. Each is decided from the ticket as it is, and taken by
// the etag that it had: a step that was taken before a crash is seen, not repeated. reason says why it does not get there.
func (t *Tools) lead(
	ctx context.Context, f following, target triagev1.TicketStatus, solution domain.Solved,
) (reason string, err error) {
	for range mostSteps {
		ticket, err := t.Triage.GetTicket(asTool(ctx, f.c), &triagev1.GetTicketRequest{
			Name: domain.TicketName(f.item.Desk, f.issue.Ticket),
		})
		if reason, err := refusal(err); reason != "" || err != nil {
			return reason, err
		}
		step := domain.NextToolStep(ticket, f.c.GetParty(), target)
		switch step {
		case domain.ToolRests:
			return "", nil
		case domain.ToolMayNot:
			return domain.ToolNotTheirs, nil
		default:
		}
		err = t.take(ctx, f, ticket, step, target, solution)
		if status.Code(err) == codes.Aborted { // somebody else moved it
			continue
		}
		if reason, err := refusal(err); reason != "" || err != nil {
			return reason, err
		}
	}
	return domain.ToolUnsettled, nil
}

// take makes one step.
func (t *Tools) take(
	ctx context.Context, f following, ticket *triagev1.Ticket, step domain.ToolStep, target triagev1.TicketStatus,
	solution domain.Solved,
) (err error) {
	ctx, name, etag, id := asTool(ctx, f.c), ticket.GetName(), ticket.GetEtag(), uuid.NewString()
	switch step {
	case domain.ToolAccepts:
		_, err = t.Triage.AcceptHandOver(ctx, &triagev1.AcceptHandOverRequest{Name: name, Etag: etag, RequestId: id})
	case domain.ToolStarts:
		_, err = t.Triage.StartWork(ctx, &triagev1.StartWorkRequest{Name: name, Etag: etag, RequestId: id})
	case domain.ToolResumes:
		_, err = t.Triage.ResumeTicket(ctx, &triagev1.ResumeTicketRequest{Name: name, Etag: etag, RequestId: id})
	case domain.ToolHolds:
		_, err = t.Triage.HoldTicket(ctx, &triagev1.HoldTicketRequest{
			Name: name, Etag: etag, RequestId: id, Status: target,
			Reason: &commonv1.LocalizedText{Text: f.news.Issue + ": " + f.news.Status},
		})
	case domain.ToolResolves:
		_, err = t.Triage.ResolveTicket(ctx, &triagev1.ResolveTicketRequest{
			Name: name, Etag: etag, RequestId: id, SolutionKind: solution.Kind, Solution: &commonv1.LocalizedText{Text: solution.Text},
		})
	default:
		return fmt.Errorf("step %d of a tool is not known", step)
	}
	return err
}
