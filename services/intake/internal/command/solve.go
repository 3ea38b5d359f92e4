package command

import (
	"context"

	"github.com/google/uuid"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// solve resolves a ticket as it is registered, for those who solve at once (R21, R24): by an ordinary command of the caller,
// which the desk's process judges like any other. Its request id follows from the submission's, so that the same call made again
// finds it solved, or solves it where triage was away. A ticket that is not open yet stays unsolved.
func (c *Commands) solve(ctx context.Context, s store.Submission, r *intakev1.SubmitTicketRequest) error {
	if r.GetSolution().GetText() == "" || s.Outcome != int16(intakev1.Outcome_OUTCOME_OPENED) {
		return nil
	}
	_, err := c.Triage.ResolveTicket(ctx, &triagev1.ResolveTicketRequest{
		Name: domain.TicketName(s.Desk, s.Number), RequestId: uuid.NewSHA1(s.RequestID, []byte("resolve")).String(),
		Solution: r.GetSolution(), SolutionKind: r.GetSolutionKind(),
	})
	return err
}
