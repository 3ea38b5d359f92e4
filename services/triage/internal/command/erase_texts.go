package command

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// SubmissionTextsErased is the event of intake after which a ticket's texts go too.
const SubmissionTextsErased = "submission.texts_erased"

// TextEraser obeys intake: where a submission has lost its texts, the ticket that it became loses its own, every note and reason
// included (R147). Facts and hash chain stay; WordIndex hears the event and forgets the words.
type TextEraser struct{ Writer *Writer }

// Handle erases for one event after the other. It may run again and then erases what has been written since.
func (e *TextEraser) Handle(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	for _, event := range batch {
		err := pg.Within(ctx, tx, func(ctx context.Context, p *pg.Pipeline) error { return e.erase(ctx, p, event) })
		if err != nil {
			return fmt.Errorf("erase texts for %s: %w", event.Ref(), err)
		}
	}
	return nil
}

func (e *TextEraser) erase(ctx context.Context, p *pg.Pipeline, event *feed.Event) error {
	payload := new(intakev1.SubmissionEvent)
	if err := event.Record.GetPayload().UnmarshalTo(payload); err != nil {
		return err
	}
	if payload.GetSubmission().GetOutcome() == intakev1.Outcome_OUTCOME_REFUSED {
		return nil // it became no ticket
	}
	name := payload.GetSubmission().GetTicket()
	t, err := store.LockAlone(ctx, p, resourcename.Desk(name), resourcename.ID(name))
	if err != nil {
		return err
	}
	if err := e.Writer.bind(&t); err != nil {
		return err
	}
	now := e.Writer.timeOf(&t)
	outcome, err := t.EraseTexts(now).Follow(t.Ticket, e.Writer.Clock.Now())
	if err != nil {
		return err
	}
	done, err := e.Writer.chain(ctx, t, outcome, origin{
		actor: &eventv1.Actor{Service: "triage"}, cause: &eventv1.Cause{Event: event.Ref()}, traceparent: event.Traceparent(),
	})
	if err != nil {
		return err
	}
	if _, err := feed.Erase(ctx, p, feed.Erasure{Desk: resourcename.Desk(name), Resources: []string{name}}, now); err != nil {
		return err
	}
	return e.Writer.write(ctx, p, &done)
}
