package profile

import (
	"errors"

	"github.com/bavn/bavn/process/message"
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
