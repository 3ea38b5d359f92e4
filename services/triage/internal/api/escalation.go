package api

import (
	"context"
	"strings"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/command"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// Escalation is bavn.triage.v1.EscalationService.
type Escalation struct {
	triagev1.UnsafeEscalationServiceServer
	*command.Tickets
	Reads Reads
}

// Attestation is bavn.triage.v1.AttestationService.
type Attestation struct {
	triagev1.UnsafeAttestationServiceServer
	*command.Tickets
	Reads Reads
}

var (
	_ triagev1.EscalationServiceServer  = (*Escalation)(nil)
	_ triagev1.AttestationServiceServer = (*Attestation)(nil)
)

// ListEscalations lists what somebody must still answer for, of the tickets that the caller may see (R58).
func (e *Escalation) ListEscalations(
	ctx context.Context, r *triagev1.ListEscalationsRequest,
) (*triagev1.ListEscalationsResponse, error) {
	caller, err := e.Reads.reader(ctx, r.GetParent(), "ListEscalations", "parent")
	if err != nil {
		return nil, err
	}
	page, err := e.Reads.openPage(caller, triagev1.EscalationService_ListEscalations_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	tickets, err := store.Escalated(ctx, e.Reads.Pool, store.ListEscalatedParams{
		Desk: strings.TrimPrefix(r.GetParent(), "desks/"), Keys: caller.Keys(), Before: page.after, Limit: page.limit(),
	})
	if err != nil {
		return nil, err
	}
	answer := &triagev1.ListEscalationsResponse{}
	tickets, answer.NextPageToken = closePage(&page, tickets, numberOf)
	for _, t := range tickets {
		for _, open := range domain.OpenEscalations(t) {
			answer.Escalations = append(answer.Escalations, &triagev1.OpenEscalation{
				Ticket: t.GetName(), Priority: t.GetPriority(), Escalation: open,
			})
		}
	}
	return answer, nil
}

// ListUnattested lists tickets of which somebody must still be phoned, of those that the caller may see (R7).
func (a *Attestation) ListUnattested(
	ctx context.Context, r *triagev1.ListUnattestedRequest,
) (*triagev1.ListUnattestedResponse, error) {
	caller, err := a.Reads.reader(ctx, r.GetParent(), "ListUnattested", "parent")
	if err != nil {
		return nil, err
	}
	page, err := a.Reads.openPage(caller, triagev1.AttestationService_ListUnattested_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	tickets, err := store.Unattested(ctx, a.Reads.Pool, store.ListUnattestedParams{
		Desk: strings.TrimPrefix(r.GetParent(), "desks/"), Keys: caller.Keys(), After: page.after, Limit: page.limit(),
	})
	if err != nil {
		return nil, err
	}
	answer := &triagev1.ListUnattestedResponse{}
	answer.Tickets, answer.NextPageToken = closePage(&page, tickets, numberOf)
	return answer, nil
}

// numberOf is where a page of tickets ends.
func numberOf(t *triagev1.Ticket) string {
	_, number := splitTicket(t.GetName())
	return number
}
