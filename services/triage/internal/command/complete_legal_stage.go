package command

import (
	"context"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// CompleteLegalStage records that a stage of a law was done (GDPR art. 33, NIS2 art. 23).
func (c *Tickets) CompleteLegalStage(ctx context.Context, r *triagev1.CompleteLegalStageRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "CompleteLegalStage", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		done := s.at
		if r.GetDoneTime() != nil {
			done = r.GetDoneTime().AsTime().Truncate(time.Microsecond)
		}
		return s.CompleteLegalStage(r.GetClock(), r.GetStage(), done, text(domain.TextNote, r.GetNote()), s.by, s.at)
	})
}
