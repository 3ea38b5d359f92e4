package domain

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/google/uuid"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// NotificationID is the id of a message: the same for the same event, rule and recipient, however often they are met, and in
// the order of events (RFC 9562, version 7: milliseconds first; the rest is a digest instead of chance). A mail's is what it was
// before there were other media.
func NotificationID(eventRef string, told Told, recorded time.Time) uuid.UUID {
	named := eventRef + "\n" + told.Rule + "\n" + told.Recipient
	if told.Medium != notifyv1.Medium_MEDIUM_MAIL {
		named += "\n" + told.Medium.String()
	}
	return identity(named, recorded)
}

// ProposalID is the id of what a rule wants a person to say of an event.
func ProposalID(eventRef, rule string, recorded time.Time) uuid.UUID {
	return identity(eventRef+"\n"+rule, recorded)
}

// DeliveryID is the id of what is sent to a webhook: the webhook-id that its receiver sees.
func DeliveryID(eventRef, webhook string, recorded time.Time) uuid.UUID {
	return identity(eventRef+"\nwebhook\n"+webhook, recorded)
}

func identity(named string, recorded time.Time) uuid.UUID {
	digest := sha256.Sum256([]byte(named))
	id := uuid.UUID(digest[:16])
	for i, ms := 5, recorded.UnixMilli(); i >= 0; i, ms = i-1, ms>>8 {
		id[i] = byte(ms)
	}
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// JourneyParent is the traceparent of a journey, always sampled; empty for what has none.
func JourneyParent(trace, root []byte) string {
	if len(trace) == 0 {
		return ""
	}
	return "00-" + hex.EncodeToString(trace) + "-" + hex.EncodeToString(root) + "-01"
}

// FirstID is the least id that a message about an event at a time, or later, can have.
func FirstID(at time.Time) uuid.UUID {
	var id uuid.UUID
	for i, ms := 5, at.UnixMilli(); i >= 0; i, ms = i-1, ms>>8 {
		id[i] = byte(ms)
	}
	return id
}
