package message

import (
	"strings"
	"time"
)

// quoteMark begins every line of what somebody else wrote. It is a control character that no text of ours has, so that nobody can
// forge it, and becomes the usual mark when the message is whole.
const quoteMark = "\x01"

// quoted sets somebody's words off from ours: line by line, as mail does.
func quoted(text string) string {
	text = strings.TrimSpace(strings.ReplaceAll(text, quoteMark, ""))
	if text == "" {
		return ""
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	return quoteMark + strings.Join(lines, "\n"+quoteMark)
}

func setOff(body string) string { return strings.ReplaceAll(body, quoteMark, "> ") }

// layouts write a moment as people of a language do.
var layouts = map[string]string{"da": "2.1.2006 kl. 15.04", "sv": "2006-01-02 kl. 15:04", "en": "2 January 2006 at 15:04"}

func moment(at time.Time, language string, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return at.In(zone).Format(layouts[language])
}
