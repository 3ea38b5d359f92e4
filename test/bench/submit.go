package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
)

// description makes a submission about as heavy as the yardstick's: a row and an event of a kilobyte.
var description = strings.Repeat("Kortet kan ikke læses, og skærmen bliver sort efter et øjeblik. ", 11)

// opened are the tickets that were submitted and that nobody has worked on yet.
type opened struct {
	mu    sync.Mutex
	names []string
}

func (o *opened) add(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.names = append(o.names, name)
}

var errNoTicketsLeft = errors.New("no opened ticket is left to work on")

func (o *opened) take() (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.names) == 0 {
		return "", errNoTicketsLeft
	}
	name := o.names[len(o.names)-1]
	o.names = o.names[:len(o.names)-1]
	return name, nil
}

// submitting is the load of agents who report on behalf of people. A call counts only when the answer says OPENED: the ticket
// is then committed in triage.
func submitting(clients []caller, tickets *opened) call {
	var count atomic.Int64
	return func(ctx context.Context, client int) error {
		n := int(count.Add(1))
		submission, err := clients[client].submissions.SubmitTicket(ctx, &intakev1.SubmitTicketRequest{
			RequestId: uuid.NewString(), Parent: deskName, Channel: commonv1.Channel_CHANNEL_WEB,
			Reporter:    deskName + "/persons/" + reporter(n),
			Title:       &commonv1.LocalizedText{Text: fmt.Sprintf("Kortlæser %d i reception 4 virker ikke", n), LanguageCode: "da"},
			Description: &commonv1.LocalizedText{Text: description, LanguageCode: "da"},
		})
		if err != nil {
			return fmt.Errorf("submit: %w", err)
		}
		if submission.GetOutcome() != intakev1.Outcome_OUTCOME_OPENED {
			return fmt.Errorf("submission %s was accepted but its ticket was not opened", submission.GetName())
		}
		tickets.add(submission.GetTicket())
		return nil
	}
}
