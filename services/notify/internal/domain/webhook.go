package domain

import (
	"slices"
	"strings"
	"time"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// Reasons why a webhook was not told, or is disabled. A receiver's own are HTTP_ and its status.
const (
	ReasonForbiddenAddress = "FORBIDDEN_ADDRESS"    // its name leads to something internal
	ReasonNoAnswer         = "UNREACHABLE"          // no connection, or no answer in time
	ReasonDisabled         = "DISABLED"             // it happened while the webhook was disabled
	ReasonForDays          = "UNREACHABLE_FOR_DAYS" // it has not taken anything for days
	ReasonGone             = "GONE"                 // it said so (410)
)

// WebhookName is the name of a webhook.
func WebhookName(desk, webhook string) string { return DeskName(desk) + "/webhooks/" + webhook }

// DeliveryName is the name of a delivery.
func DeliveryName(desk, webhook, delivery string) string {
	return WebhookName(desk, webhook) + "/deliveries/" + delivery
}

// Hears reports whether one of the types that a webhook asked for is this one: "ticket.resolved", or all of "ticket.*".
func Hears(asked []string, eventType string) bool {
	kind, _, _ := strings.Cut(eventType, ".")
	return slices.Contains(asked, eventType) || slices.Contains(asked, kind+".*")
}

// told are the kinds of events that webhooks may hear. Who has which role, and what the desk looks like inside, is nobody's else.
var told = []string{"ticket", "page"}

// ToldToWebhooks reports whether webhooks hear of such events at all.
func ToldToWebhooks(eventType string) bool {
	kind, _, _ := strings.Cut(eventType, ".")
	return slices.Contains(told, kind)
}

// WebhookPatience says how long a receiver is waited for.
type WebhookPatience struct {
	// Patience is that with one delivery.
	Patience
	// Trips is how many failures in a row it takes to leave a receiver alone for a while, at most Pause.
	Trips int
	Pause time.Duration
	// DisableAfter is how long a receiver may fail before it is disabled.
	DisableAfter time.Duration
}

// Health is how a receiver answers.
type Health struct {
	// Failures in a row, since when, and until when nothing is sent.
	Failures     int
	FailingSince time.Time
	OpenUntil    time.Time
}

// Tripped reports whether the receiver failed so often that it is tried with one delivery at a time.
func (h Health) Tripped(p WebhookPatience) bool { return h.Failures >= p.Trips }

// After is the health after an attempt. A receiver that is dead is left alone, so that it takes nobody's time.
func (h Health) After(a Attempt, now time.Time, p WebhookPatience) Health {
	if taken(a) {
		return Health{}
	}
	if h.Failures == 0 {
		h.FailingSince = now
	}
	h.Failures++
	if h.Tripped(p) {
		h.OpenUntil = now.Add(Patience{First: p.First, Longest: p.Pause}.pause(h.Failures - p.Trips + 1))
	}
	return h
}

// Disable says why a receiver is given up; empty while it is not.
func (h Health) Disable(a Attempt, now time.Time, p WebhookPatience) string {
	switch {
	case a.Reply == statusGone:
		return ReasonGone
	case h.Failures > 0 && now.Sub(h.FailingSince) >= p.DisableAfter:
		return ReasonForDays
	default:
		return ""
	}
}

// statusGone is the answer of a receiver that wants to hear nothing any more (Standard Webhooks).
const statusGone = 410

func taken(a Attempt) bool { return a.Reply >= 200 && a.Reply < 300 }

// DeliveryVerdict is where a delivery stands after an attempt.
type DeliveryVerdict struct {
	State  notifyv1.WebhookDeliveryState
	Reason string
	DueAt  time.Time
}

// JudgeDelivery says what becomes of a delivery after its attempts so far: taken, another attempt later, or given up when
// patience ends.
func JudgeDelivery(a Attempt, attempts int, queued, now time.Time, p Patience) DeliveryVerdict {
	reason := a.Reason
	if a.Reply != 0 {
		reason = ReasonHTTP(a.Reply)
	}
	next := now.Add(p.pause(attempts))
	switch {
	case taken(a):
		return DeliveryVerdict{State: notifyv1.WebhookDeliveryState_WEBHOOK_DELIVERY_STATE_DELIVERED, DueAt: now}
	case next.Sub(queued) > p.GiveUp:
		return DeliveryVerdict{State: notifyv1.WebhookDeliveryState_WEBHOOK_DELIVERY_STATE_DEAD, Reason: reason, DueAt: now}
	default:
		return DeliveryVerdict{State: notifyv1.WebhookDeliveryState_WEBHOOK_DELIVERY_STATE_QUEUED, Reason: reason, DueAt: next}
	}
}
