package mailsink

import (
	"fmt"
	"slices"
	"sync"
)

// Stage is the point of a delivery at which it fails.
type Stage int

// The stages in the order in which a delivery passes them.
const (
	AtData      Stage = iota // after the whole message was sent: the usual place, and the default
	AtSender                 // at MAIL FROM
	AtRecipient              // at the first RCPT TO
)

// Failure is how one delivery fails.
type Failure struct {
	At   Stage
	Code int    // SMTP reply, 400–599: 4xx asks the sender to try again, 5xx refuses for good
	Text string // of the reply
	// Drop ends the connection instead of answering. The sender cannot know what became of the message.
	Drop bool
	// Keep keeps the message although the sender is not told so; only at AtData. With Drop this is the delivery in doubt:
	// a sender that tries again delivers twice.
	Keep bool
}

// FailNext makes the next n deliveries fail that are not already going to.
func (s *Sink) FailNext(n int, f Failure) error {
	if f.Drop {
		f.Code, f.Text = 421, "Connection dropped"
	}
	if f.Code < 400 || f.Code > 599 {
		return fmt.Errorf("fail next mail: reply code %d is not within 400–599", f.Code)
	}
	if f.Keep && f.At != AtData {
		return fmt.Errorf("fail next mail: a message that was never sent cannot be kept")
	}
	s.failures.add(slices.Repeat([]Failure{f}, n))
	return nil
}

type failures struct {
	mu   sync.Mutex
	next []Failure
}

func (f *failures) add(more []Failure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next = append(f.next, more...)
}

// take removes the next failure if it belongs to this stage.
func (f *failures) take(stage Stage) (Failure, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.next) == 0 || f.next[0].At != stage {
		return Failure{}, false
	}
	first := f.next[0]
	f.next = f.next[1:]
	return first, true
}
