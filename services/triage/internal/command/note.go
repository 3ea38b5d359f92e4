package command

import (
	"context"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// AddNote writes a note to the ticket (R74).
func (c *Tickets) AddNote(ctx context.Context, r *triagev1.AddNoteRequest) (*triagev1.Ticket, error) {
	note := text(domain.TextNote, r.GetNote())
	if note.Blank() {
		return nil, invalid("note.text", "required")
	}
	return c.change(ctx, call{
		action: "AddNote", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
		internal: r.GetInternal(),
	}, func(s scene) (domain.Outcome, error) {
		return s.AddNote(note, r.GetInternal(), s.by, s.at)
	})
}

// LogWork records work done (R74, R76).
func (c *Tickets) LogWork(ctx context.Context, r *triagev1.LogWorkRequest) (*triagev1.Ticket, error) {
	work := text(domain.TextNote, r.GetText())
	if work.Blank() {
		return nil, invalid("text.text", "required")
	}
	return c.change(ctx, call{
		action: "LogWork", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.LogWork(work, r.GetMinutes(), s.at)
	})
}
