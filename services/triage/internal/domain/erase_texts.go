package domain

import (
	"time"

	"github.com/bavn/bavn/process/ticketevent"
)

// EraseTexts says that every text of the ticket so far is gone (R147). It may happen in any status, changes none of the facts,
// and gives nothing to anybody.
func (t Ticket) EraseTexts(at time.Time) Outcome {
	c := t.change(at)
	c.imported = true // nothing is derived from it: nobody did anything with the ticket
	return c.done(ticketevent.TextsErased)
}
