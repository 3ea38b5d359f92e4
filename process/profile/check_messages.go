package profile

import (
	"errors"
	"slices"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/message"
	"github.com/bavn/bavn/process/ticketevent"
)

// messages refuses a template that does not render (R78, R89): on a ticket that has everything, and on one of which only the
// number is known.
func (c *checker) messages() {
	for _, template := range c.settings.GetMessageTemplates() {
		_, err := message.Parse(template)
		var fault *message.Fault
		if !errors.As(err, &fault) {
			continue
		}
		path := "message_templates[" + template.GetId() + "]." + fault.Field + "." + fault.Language
		c.wrong(path, "template", "does not render: %v", fault.Err)
	}
}

// Carried are the events of an incident that the inquiries about it hear of (R19, R83).
func Carried() []string {
	return []string{
		ticketevent.NoteAdded, ticketevent.Held, ticketevent.Resumed, ticketevent.FixPlanned, ticketevent.ReleaseAnnounced,
		ticketevent.Released, ticketevent.Resolved, ticketevent.Closed, ticketevent.SolutionRejected, ticketevent.Reopened,
	}
}

// linkedReporters refuses a message to the reporters of inquiries about what no inquiry hears of: nobody would get it.
func (c *checker) linkedReporters() {
	for _, n := range c.settings.GetNotifications() {
		if slices.Contains(n.GetAudience(), profilev1.Audience_AUDIENCE_LINKED_REPORTERS) && !slices.Contains(Carried(), n.GetEvent()) {
			c.wrong("notifications["+n.GetId()+"].audience", "linked-reporters",
				"%s does not reach the inquiries about a ticket, expected linked_reporters at %v only", n.GetEvent(), Carried())
		}
	}
}
