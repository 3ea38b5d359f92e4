package command

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"google.golang.org/grpc"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// Registrations finishes what somebody registered while triage was away: triage.
type Registrations interface {
	ResolveTicketFor(
		ctx context.Context, r *triagev1.ResolveTicketForRequest, opts ...grpc.CallOption,
	) (*triagev1.Ticket, error)
}

// solve resolves a ticket as it is registered, for those who solve at once (R21, R24): by an ordinary command of the caller,
// which the desk's process judges like any other. Its request id follows from the submission's, so that the same call made again
// finds it solved.
func (c *Commands) solve(ctx context.Context, s store.Submission, words store.Words) error {
	if words.Solution == nil {
		return nil
	}
	_, err := c.Triage.ResolveTicket(ctx, &triagev1.ResolveTicketRequest{
		Name: domain.TicketName(s.Desk, s.Number), RequestId: solving(s), Solution: words.Solution, SolutionKind: words.SolutionKind,
	})
	return err
}

// solveLate resolves it for whoever registered it, with the same request id: were it solved meanwhile, nothing changes. What the
// desk's process refuses leaves the ticket open, as it would have at once.
func (c *Commands) solveLate(ctx context.Context, s store.Submission, words store.Words) error {
	if words.Solution == nil || s.Submitter == "" {
		return nil
	}
	_, err := c.Registrations.ResolveTicketFor(auth.NewContext(ctx, auth.Principal{Service: "intake"}),
		&triagev1.ResolveTicketForRequest{
			Name: domain.TicketName(s.Desk, s.Number), RequestId: solving(s), Person: domain.PersonName(s.Desk, s.Submitter),
			Solution: words.Solution, SolutionKind: words.SolutionKind,
		})
	if passes(err) {
		return fmt.Errorf("solve ticket: %w", err)
	}
	if err != nil {
		c.Logger.WarnContext(ctx, "a ticket that was registered as solved stays open", notOpened(s.Name(), err)...)
	}
	return nil
}

func solving(s store.Submission) string { return uuid.NewSHA1(s.RequestID, []byte("resolve")).String() }
