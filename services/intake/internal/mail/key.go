package mail

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/jhillyerd/enmime/v2"
)

// Key is what tells a mail apart wherever it arrives: the same Message-ID from the same author is the same mail. One without a
// Message-ID is told apart by how it begins, without the lines that each server on its way puts before it.
func Key(beginning []byte) string {
	headers, err := enmime.DecodeHeaders(beginning, "Message-Id")
	if err == nil {
		if id := messageID(headers.Get("Message-Id")); id != "" {
			return digest("message-id", strings.ToLower(id), author(headers.Get).Address)
		}
	}
	return digest("content", string(withoutTrace(beginning)))
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// trace are the headers that servers add (RFC 5321, 4.4).
var trace = []string{"received:", "return-path:", "delivered-to:", "x-original-to:"}

func withoutTrace(mail []byte) []byte {
	kept := make([]byte, 0, len(mail))
	skipping := false
	for rest := mail; len(rest) > 0; {
		line, after, _ := cutLine(rest)
		if len(strings.TrimRight(string(line), "\r\n")) == 0 {
			return append(kept, rest...) // the body
		}
		if line[0] != ' ' && line[0] != '\t' {
			skipping = isTrace(string(line))
		}
		if !skipping {
			kept = append(kept, line...)
		}
		rest = after
	}
	return kept
}

func isTrace(line string) bool {
	for _, header := range trace {
		if len(line) >= len(header) && strings.EqualFold(line[:len(header)], header) {
			return true
		}
	}
	return false
}

func cutLine(b []byte) (line, rest []byte, found bool) {
	for i, c := range b {
		if c == '\n' {
			return b[:i+1], b[i+1:], true
		}
	}
	return b, nil, false
}
