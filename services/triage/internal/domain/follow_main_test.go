package domain

import (
	"errors"
	"testing"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
)

// R19: what an inquiry refuses, because people brought it elsewhere or the words are erased, is nothing to do; a process that
// cannot answer is an error, which nobody takes for the inquiry's own no.
func TestAnInquiryThatRefusesIsNoErrorAndAProcessThatFailsIsOne(t *testing.T) {
	t.Parallel()
	ticket := opened(false)
	for _, h := range []Happened{
		{Type: "ticket.resolved", Ticket: &triagev1.Ticket{}},
		{Type: "ticket.held", Ticket: &triagev1.Ticket{Status: process.OnHold}},
		{Type: "ticket.resumed", Ticket: &triagev1.Ticket{}},
	} {
		if outcome, err := ticket.FollowInquiry(h, minute(1)); err != nil || len(outcome.Events) != 0 {
			t.Errorf("%s: %d events, %v", h.Type, len(outcome.Events), err)
		}
	}
	fails := errors.New("no such attribute")
	if _, err := ticket.unlessRefused(Outcome{}, fails); !errors.Is(err, fails) {
		t.Errorf("a process that cannot answer is taken for a no: %v", err)
	}
}
