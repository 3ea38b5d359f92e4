// Package domain holds what intake knows without asking anybody: how names and numbers are formed, and what a submission and a
// person say in events.
package domain

// PersonName is the name of a person.
func PersonName(desk, person string) string { return "desks/" + desk + "/persons/" + person }

// TicketName is the name of a ticket.
func TicketName(desk, number string) string { return "desks/" + desk + "/tickets/" + number }

// SubmissionName is the name of a submission.
func SubmissionName(desk, submission string) string {
	return "desks/" + desk + "/submissions/" + submission
}
