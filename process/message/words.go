// Package message fills in the message templates of profiles. Who checks a profile and who sends a message render the same way,
// so that what passed the check can be sent.
package message

import "time"

// Words are what a template may say: names, what somebody wrote, and facts of one ticket. What is not known, what the reader may
// not see and what was erased is empty; a template asks with {{#ticket.solution}}…{{/ticket.solution}}.
type Words struct {
	Ticket    Ticket
	Person    Person
	Recipient Person
	Desk      string
}

// Ticket is what a message may say about a ticket.
type Ticket struct {
	Number, Title string
	// Status, Priority, Owner, Holder, FoundBy and Service are as people read them: labels, not ids.
	Status, Priority, Owner, Holder, FoundBy, Service string
	// OwnNumber is the number that the case has at the desk that reported it (R13).
	OwnNumber string
	// Solution is how it was solved; Workaround says that the cause remains.
	Solution   string
	Workaround bool
	// What the event's author wrote: why, a public note, how and when it will be fixed, a message to those who wait.
	Reason, Note, Plan, Message string
	// WaitsFor is what it waits for: "user", "supplier", "release"; empty for something else.
	WaitsFor string
	// Due is when its nearest target is, Closes when silence closes it, Release when a fix comes out.
	Due, Closes, Release time.Time
	// URL shows it; empty where the desk has no page.
	URL string
	// Survey is where the reporter is asked how it was (R112).
	Survey string
}

// Person is somebody whom a message is for, or names.
type Person struct{ Name, Unit string }

// values are the words as templates name them: "{{ticket.number}}". They are the whole vocabulary.
func (w Words) values(language string, zone *time.Location) map[string]any {
	t := w.Ticket
	if t.Title == "" { // erased, or not the reader's to know
		t.Title = t.Number
	}
	return map[string]any{
		"ticket": map[string]any{
			"number": t.Number, "title": t.Title, "status": t.Status, "priority": t.Priority, "owner": t.Owner, "holder": t.Holder,
			"found_by": t.FoundBy, "business_service": t.Service, "own_number": t.OwnNumber, "solution": quoted(t.Solution),
			"workaround": t.Workaround, "permanent": t.Solution != "" && !t.Workaround, "reason": quoted(t.Reason),
			"note": quoted(t.Note), "plan": quoted(t.Plan), "message": quoted(t.Message), "waits_for_user": t.WaitsFor == "user",
			"waits_for_supplier": t.WaitsFor == "supplier", "waits_for_release": t.WaitsFor == "release",
			"due": moment(t.Due, language, zone), "closes": moment(t.Closes, language, zone),
			"release": moment(t.Release, language, zone), "url": t.URL, "survey": t.Survey,
		},
		"person":    map[string]any{"name": w.Person.Name, "unit": w.Person.Unit},
		"recipient": map[string]any{"name": w.Recipient.Name},
		"desk":      map[string]any{"name": w.Desk},
	}
}

// Sample are words of a ticket that has everything, for previews and for the check of a template.
func Sample() Words {
	at := time.Date(2026, 11, 24, 13, 30, 0, 0, time.UTC)
	return Words{
		Ticket: Ticket{
			Number: "ASCP00000042", Title: "Recepter kan ikke åbnes", Status: "I gang", Priority: "P2", Owner: "National Servicedesk",
			Holder: "Drift", FoundBy: "Drift", Service: "Fælles Medicinkort", OwnNumber: "INC-7001", Solution: "Servicen er genstartet.",
			Workaround: true, Reason: "Vi venter på en rettelse.", Note: "Vi har fundet fejlen.", Plan: "Rettes i næste version.",
			Message: "Fejlen rettes i aften.", WaitsFor: "user", Due: at, Closes: at.AddDate(0, 0, 5), Release: at.AddDate(0, 0, 2),
			URL:    "https://bavn.example/desks/nsp/tickets/ASCP00000042",
			Survey: "https://survey.example/nsp/ASCP00000042",
		},
		Person:    Person{Name: "Mette Sørensen", Unit: "Drift"},
		Recipient: Person{Name: "Karin Dahl"},
		Desk:      "National Servicedesk",
	}
}
