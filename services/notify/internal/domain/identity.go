package domain

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/google/uuid"
)

// NotificationID is the id of a message: the same for the same event, rule and recipient, however often they are met, and in
// the order of events (RFC 9562, version 7: milliseconds first; the rest is a digest instead of chance).
func NotificationID(eventRef, rule, recipient string, recorded time.Time) uuid.UUID {
	digest := sha256.Sum256([]byte(eventRef + "\n" + rule + "\n" + recipient))
	id := uuid.UUID(digest[:16])
	for i, ms := 5, recorded.UnixMilli(); i >= 0; i, ms = i-1, ms>>8 {
		id[i] = byte(ms)
	}
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// MessageID is the RFC 5322 Message-ID of a notification, without angle brackets. It is kept in the ledger, so that every
// attempt has the same one and a mail server can drop a repetition.
func MessageID(id uuid.UUID, domain string) string { return id.String() + "@" + domain }

// ThreadID is what all mails about one ticket refer to, so that mail programs show them together. No mail has it.
func ThreadID(desk, number, domain string) string { return number + "." + desk + "@" + domain }

// JourneyParent is the traceparent of a journey, always sampled; empty for what has none.
func JourneyParent(trace, root []byte) string {
	if len(trace) == 0 {
		return ""
	}
	return "00-" + hex.EncodeToString(trace) + "-" + hex.EncodeToString(root) + "-01"
}
