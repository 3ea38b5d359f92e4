package domain

import (
	"strconv"
	"time"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// Reasons why a message was not sent. A mail server's own are SMTP_ and its reply.
const (
	ReasonImport         = "IMPORT"           // history from another tool concerns nobody now (R34)
	ReasonMuted          = "MUTED"            // the person does not want this medium
	ReasonMerged         = "MERGED"           // a later message says the same of the same ticket
	ReasonDigest         = "DIGEST"           // told in one message with others
	ReasonRestricted     = "RESTRICTED"       // the ticket was closed to the recipient before it was sent (R149)
	ReasonNoCourier      = "NO_COURIER"       // this installation has nothing that carries the medium
	ReasonNoAddress      = "NO_ADDRESS"       // the person is not registered, or without an address
	ReasonBadAddress     = "BAD_ADDRESS"      // no mail server would take it
	ReasonUnreachable    = "SMTP_UNREACHABLE" // no connection, or it broke before the mail was handed over
	ReasonInDoubt        = "SMTP_IN_DOUBT"    // the connection broke after it: the server may have the mail
	ReasonTemplate       = "TEMPLATE"         // the template could not be filled in
	ReasonWithdrawn      = "WITHDRAWN"        // what it is about was taken back meanwhile
	ReasonNotAnswered    = "NOT_ANSWERED"     // no person wrote the mail, or nobody is to be told of it any more
	ReasonAnsweredLately = "ANSWERED_LATELY"  // a program of ours wrote to the sender within the hour
	ReasonTicketGone     = "TICKET_GONE"      // triage does not know the ticket any more
	ReasonInternal       = "INTERNAL"         // the job was given up
)

// Reasons of calls to those on duty, and of text messages.
const (
	ReasonPhoneInDoubt = "IN_DOUBT" // it is not known whether the provider took it; it is not tried again
	ReasonAnswered     = "ANSWERED" // somebody answered, or nobody is needed any more
	ReasonMovedOn      = "MOVED_ON" // the next is called
)

// ReasonHTTP is what an HTTP status says of an attempt.
func ReasonHTTP(status int) string { return "HTTP_" + strconv.Itoa(status) }

// Attempt is what came of one attempt to hand a message to the mail server.
type Attempt struct {
	// Reply is the server's last reply, 250 when it took the message, 0 when it did not say.
	Reply int
	// Reason names what went wrong where the server did not say.
	Reason string
	// Final is set for what no other attempt would change.
	Final bool
	// Ref is what a provider calls what it took; empty where it gives no name.
	Ref string
}

// Accepted is the attempt that worked.
var Accepted = Attempt{Reply: 250, Final: true}

// Patience says when the next attempt is made, and when there is none any more.
type Patience struct {
	// First is the pause after the first attempt; it doubles with each, up to Longest.
	First, Longest time.Duration
	// GiveUp is how long after it was queued a message is still tried.
	GiveUp time.Duration
}

// Verdict is where a message stands after an attempt.
type Verdict struct {
	Delivery notifyv1.Delivery
	Reason   string
	// DueAt is when the next attempt may be made, while it is queued.
	DueAt time.Time
}

// Settled is the verdict on what no attempt is made for.
func Settled(delivery notifyv1.Delivery, reason string) Verdict {
	return Verdict{Delivery: delivery, Reason: reason}
}

// Judge says what becomes of a message after its attempts so far: sent, failed for good (5xx), or another attempt later
// (4xx, a lost connection), until patience ends.
func Judge(a Attempt, attempts int, queued, now time.Time, p Patience) Verdict {
	reason := a.Reason
	if reason == "" && a.Reply != Accepted.Reply {
		reason = "SMTP_" + strconv.Itoa(a.Reply)
	}
	switch {
	case a.Reply == Accepted.Reply:
		return Settled(notifyv1.Delivery_DELIVERY_SENT, "")
	case a.Final || a.Reply >= 500:
		return Settled(notifyv1.Delivery_DELIVERY_FAILED, reason)
	}
	next := now.Add(p.pause(attempts))
	if next.Sub(queued) > p.GiveUp {
		return Settled(notifyv1.Delivery_DELIVERY_FAILED, reason)
	}
	return Verdict{Delivery: notifyv1.Delivery_DELIVERY_QUEUED, Reason: reason, DueAt: next}
}

// pause doubles with every attempt.
func (p Patience) pause(attempts int) time.Duration {
	pause := p.First
	for i := 1; i < attempts && pause < p.Longest; i++ {
		pause *= 2
	}
	return min(pause, p.Longest)
}
