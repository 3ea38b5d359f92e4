// Package domain holds what notify knows without asking anybody: who is told of what and by which rule, what a message says,
// and what becomes of it after an attempt.
package domain

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bavn/bavn/platform/resourcename"
)

// Key is a party, group or person as audiences name them, relative to the desk: "parties/netic/groups/drift". Empty stays
// empty.
func Key(name string) string {
	if name == "" {
		return ""
	}
	return strings.TrimPrefix(name, "desks/"+resourcename.Desk(name)+"/")
}

// DeskName is the name of a desk.
func DeskName(desk string) string { return "desks/" + desk }

// PersonName is the name of a person.
func PersonName(desk, person string) string { return "desks/" + desk + "/persons/" + person }

// TicketName is the name of a ticket.
func TicketName(desk, number string) string { return "desks/" + desk + "/tickets/" + number }

// NotificationName is the name of a notification.
func NotificationName(desk, notification string) string {
	return "desks/" + desk + "/notifications/" + notification
}

// EventRef names an event of a ticket: "desks/nsp/tickets/ASCP00000042@7".
func EventRef(desk, number string, revision int64) string {
	return Ref(TicketName(desk, number), revision)
}

// Ref names an event of any resource.
func Ref(resource string, revision int64) string {
	return resource + "@" + strconv.FormatInt(revision, 10)
}

// StakeholderName is the name of a stakeholder of a desk.
func StakeholderName(desk, person string) string { return "desks/" + desk + "/stakeholders/" + person }

// ProposalName is the name of a proposal.
func ProposalName(desk, proposal string) string { return "desks/" + desk + "/proposals/" + proposal }

// LetterRef names what a person wrote, where a message's id is made of it.
func LetterRef(desk string, letter fmt.Stringer) string {
	return "desks/" + desk + "/letters/" + letter.String()
}
