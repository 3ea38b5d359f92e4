package mail

import (
	"regexp"
	"strings"
)

// Body is a mail's text, taken apart so that what is new is read first. Nothing is dropped.
type Body struct {
	// Fresh is what the sender wrote now.
	Fresh string
	// Folded is the signature and what was quoted, in their order; to be shown when asked for.
	Folded string
}

// FoldMark is the line below which a text is folded. Who shows the text hides what follows until it is asked for.
const FoldMark = "⋯"

// String is the whole text, what is folded below the mark.
func (b Body) String() string {
	switch {
	case b.Folded == "":
		return b.Fresh
	case b.Fresh == "":
		return FoldMark + "\n" + b.Folded
	}
	return b.Fresh + "\n\n" + FoldMark + "\n" + b.Folded
}

// introductions are the lines with which mail programs begin a quotation, in the languages of those who write to the desks.
var introductions = regexp.MustCompile(`(?i)^\s*(` +
	`on\b.{4,200}\bwrote:|` + // Thunderbird, Apple, Gmail
	`den\b.{4,200}\b(skrev|har skrevet)\b.{0,200}:|` +
	`(man|tir|ons|tor|fre|lør|søn|mån|tis|lör|sön)[a-zæøåäö]*\.?,?\s(d\.|den)?.{4,200}\bskrev\b.{0,200}:|` +
	`-{3,}\s*(original message|oprindelig meddelelse|oprindelig besked|ursprungligt meddelande|forwarded message|` +
	`videresendt besked|videresendt meddelelse|vidarebefordrat meddelande)\s*-{3,}` +
	`)\s*$`)

// outlook is the block of headers that Outlook puts before what is answered.
var outlook = regexp.MustCompile(`(?i)^\s*\*?(from|fra|från)\*?:\s.+$`)

var outlookNext = regexp.MustCompile(`(?i)^\s*\*?(sent|sendt|skickat|date|dato|datum|to|til|till)\*?:\s.+$`)

// Fold takes a mail's text apart. A quotation that the sender answers line by line is left where it stands: folding it would take
// the answers out of their place.
func Fold(text string) Body {
	lines := strings.Split(text, "\n")
	cut := len(lines)
	for i, line := range lines {
		if startsFold(lines, i, line) {
			cut = i
			break
		}
	}
	if cut < len(lines) && strings.TrimSpace(strings.Join(lines[:cut], "")) == "" {
		return Body{Fresh: strings.TrimSpace(text)} // nothing but a quotation: a forwarded mail says it all there
	}
	return Body{
		Fresh: strings.TrimSpace(strings.Join(lines[:cut], "\n")), Folded: strings.TrimSpace(strings.Join(lines[cut:], "\n")),
	}
}

func startsFold(lines []string, i int, line string) bool {
	switch {
	case line == "-- " || line == "--": // RFC 3676, 4.3
		return true
	case introductions.MatchString(line):
		return onlyQuoted(lines[i+1:], true)
	case i+1 < len(lines) && introductions.MatchString(line+" "+lines[i+1]): // wrapped
		return onlyQuoted(lines[i+2:], true)
	case outlook.MatchString(line) && i+1 < len(lines) && outlookNext.MatchString(lines[i+1]):
		return true
	case strings.HasPrefix(line, ">"):
		return onlyQuoted(lines[i:], false)
	}
	return false
}

// onlyQuoted reports whether nothing new follows. After an introduction, text without marks is a quotation too, as Outlook and
// web mail quote; where there are marks, a line without one is an answer.
func onlyQuoted(lines []string, introduced bool) bool {
	marked := false
	for _, line := range lines {
		if line == "-- " || line == "--" {
			return true
		}
		marked = marked || strings.HasPrefix(line, ">")
	}
	if introduced && !marked {
		return true
	}
	seen := false
	for _, line := range lines {
		if line == "-- " || line == "--" {
			return true
		}
		quoted := strings.HasPrefix(line, ">")
		seen = seen || quoted
		if seen && !quoted && strings.TrimSpace(line) != "" {
			return false
		}
	}
	return true
}
