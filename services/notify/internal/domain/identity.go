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

// JourneyParent is the traceparent of a journey, always sampled; empty for what has none.
func JourneyParent(trace, root []byte) string {
	if len(trace) == 0 {
		return ""
	}
	return "00-" + hex.EncodeToString(trace) + "-" + hex.EncodeToString(root) + "-01"
}
