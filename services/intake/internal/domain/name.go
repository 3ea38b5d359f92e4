// Package domain holds what intake knows without asking anybody: how names and numbers are formed, and what a submission and a
// person say in events.
package domain

import "strings"

// Names of resources are paths: desks/{desk}/{collection}/{id}.

// Desk returns the id of the desk that a name belongs to.
func Desk(name string) string {
	desk, _, _ := strings.Cut(strings.TrimPrefix(name, "desks/"), "/")
	return desk
}

// ID returns the last part of a name.
func ID(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// DeskName is the name of a desk.
func DeskName(desk string) string { return "desks/" + desk }

// PersonName is the name of a person.
func PersonName(desk, person string) string { return "desks/" + desk + "/persons/" + person }

// TicketName is the name of a ticket.
func TicketName(desk, number string) string { return "desks/" + desk + "/tickets/" + number }

// SubmissionName is the name of a submission.
func SubmissionName(desk, submission string) string {
	return "desks/" + desk + "/submissions/" + submission
}
