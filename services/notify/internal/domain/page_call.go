package domain

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// PageName is the name of a call to those on duty.
func PageName(desk, page string) string { return DeskName(desk) + "/pages/" + page }

// callMedia are those by which somebody on duty is called, all at once.
var callMedia = []notifyv1.Medium{notifyv1.Medium_MEDIUM_MAIL, notifyv1.Medium_MEDIUM_SMS, notifyv1.Medium_MEDIUM_CALL}

// PageCall is one way of calling one contact in one turn.
type PageCall struct {
	ID     uuid.UUID
	Called string // "contacts/spoc", "persons/mette"
	Medium notifyv1.Medium
}

// CallsOf are the calls of a page's turn: to the contact or person whose turn it is, or where the contact is nothing but a role,
// to those who have it.
func CallsOf(page *triagev1.Page, inRole []string, at time.Time) []PageCall {
	link := TurnOf(page, page.GetTurn())
	var called []string
	switch {
	case link.GetPerson() != "":
		called = []string{Key(link.GetPerson())}
	case link.GetPhone() == "" && link.GetEmail() == "" && len(inRole) > 0:
		called = inRole
	default:
		called = []string{"contacts/" + link.GetContact()}
	}
	var calls []PageCall
	for _, who := range called {
		for _, medium := range callMedia {
			id := identity(fmt.Sprintf("%s#%d\n%s\n%s", page.GetName(), page.GetTurn(), medium, who), at)
			calls = append(calls, PageCall{ID: id, Called: who, Medium: medium})
		}
	}
	return calls
}

// TurnOf is whose turn it was, or is.
func TurnOf(page *triagev1.Page, turn int32) *triagev1.DutyLink {
	links := page.GetLinks()
	if len(links) == 0 || turn < 1 {
		return &triagev1.DutyLink{}
	}
	return links[(int(turn)-1)%len(links)]
}

// PageCode is what a text message is answered with where several pages wait.
func PageCode(page string) string {
	digest := sha256.Sum256([]byte("page code " + page))
	return fmt.Sprintf("%04d", binary.BigEndian.Uint32(digest[:])%10000)
}

// SaysYes reports whether a text message answers a call: its first word does, in any of the languages. The code it names is
// returned, or nothing.
func SaysYes(text string) (code string, yes bool) {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') &&
			r < 128
	})
	if len(words) == 0 {
		return "", false
	}
	switch words[0] {
	case "ok", "ja", "yes", "ack", "jeg", "jag":
	default:
		return "", false
	}
	for _, word := range words[1:] {
		if len(word) == 4 && strings.Trim(word, "0123456789") == "" {
			return word, true
		}
	}
	return "", true
}

// PageWords is what a call says.
type PageWords struct {
	Name, Desk, Number, Title, Priority, Code, URL string
	Turn                                           int32
}

// PageLetter is a call in words: of a mail, of a text message, of a voice. A text message and a voice tell no title: others may
// read or hear them.
func PageLetter(language string, medium notifyv1.Medium, w PageWords) (subject, body string) {
	t := pageTexts[language]
	subject = fmt.Sprintf(t.subject, w.Number, strings.TrimSpace(w.Priority+" "+w.Title))
	switch medium {
	case notifyv1.Medium_MEDIUM_SMS:
		body = fmt.Sprintf(t.sms, w.Desk, strings.TrimSpace(w.Priority+" "+w.Number), w.Code)
		if w.URL != "" {
			body += " " + w.URL
		}
	case notifyv1.Medium_MEDIUM_CALL:
		body = fmt.Sprintf(t.voice, w.Desk, spelled(w.Number))
	default:
		body = fmt.Sprintf(t.mail, w.Name, w.Number, w.Title, w.Priority, w.Desk)
	}
	return subject, body
}

// PageAnswer is what the link in a call says.
func PageAnswer(language string) string { return pageTexts[language].answer }

// spelled lets a voice read a number sign by sign.
func spelled(number string) string {
	return strings.Join(strings.Split(strings.TrimLeft(number, "0"), ""), " ")
}

type pageText struct{ subject, sms, voice, mail, answer string }

// pageTexts in the languages that every template is written in.
var pageTexts = map[string]pageText{
	"da": {
		subject: "[%s] Tilkald: %s",
		sms:     "Tilkald fra %s: %s. Svar OK %s, hvis du tager den.",
		voice:   "Dette er et tilkald fra %s om sag %s. Svar på beskeden eller log på for at tage den.",
		mail: "Hej %s\n\nDu bliver tilkaldt om sag %s: %s\nPrioritet: %s\n\n" +
			"Tager du den, så svar på denne mail eller brug linket. Ellers tilkaldes den næste.\n\nVenlig hilsen\n%s\n",
		answer: "Jeg tager den",
	},
	"sv": {
		subject: "[%s] Larm: %s",
		sms:     "Larm från %s: %s. Svara OK %s om du tar det.",
		voice:   "Detta är ett larm från %s om ärende %s. Svara på meddelandet eller logga in för att ta det.",
		mail: "Hej %s\n\nDu larmas om ärende %s: %s\nPrioritet: %s\n\n" +
			"Tar du det, svara på detta mejl eller använd länken. Annars larmas nästa.\n\nMed vänlig hälsning\n%s\n",
		answer: "Jag tar det",
	},
	"en": {
		subject: "[%s] Call-out: %s",
		sms:     "Call-out from %s: %s. Answer OK %s if you take it.",
		voice:   "This is a call-out from %s about case %s. Answer the message or sign in to take it.",
		mail: "Dear %s\n\nYou are called about case %s: %s\nPriority: %s\n\n" +
			"If you take it, answer this mail or use the link. Otherwise the next is called.\n\nKind regards,\n%s\n",
		answer: "I take it",
	},
}

// JudgeCall says what becomes of a call after an attempt. What was surely not taken is tried again until the turn ends.
func JudgeCall(a Attempt, attempts int, now time.Time) Verdict {
	switch {
	case a.Reply == Accepted.Reply:
		return Settled(notifyv1.Delivery_DELIVERY_SENT, "")
	case a.Final || a.Reply >= 500:
		return Settled(notifyv1.Delivery_DELIVERY_FAILED, Judge(a, attempts, now, now, Patience{}).Reason)
	}
	reason := Judge(a, attempts, now, now, Patience{GiveUp: time.Hour}).Reason
	pause := Patience{First: time.Second, Longest: 10 * time.Second}.pause(attempts)
	return Verdict{Delivery: notifyv1.Delivery_DELIVERY_QUEUED, Reason: reason, DueAt: now.Add(pause)}
}
