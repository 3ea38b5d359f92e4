package app

import (
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/journey"
)

// shown are the events of a message that belong to its ticket's way, and what they are called there. What an import or a missing
// address suppressed went nowhere.
var shown = map[string]string{"notification.sent": "notification.send", "notification.failed": "notification.fail"}

// step is how an event of a message shows in its ticket's journey: by which rule and for which party it went out, never to
// whom.
func step(record *eventv1.Record) (journey.Step, bool) {
	name, ok := shown[record.GetType()]
	if !ok {
		return journey.Step{}, false
	}
	event := new(notifyv1.NotificationEvent)
	if err := record.GetPayload().UnmarshalTo(event); err != nil {
		return journey.Step{}, false
	}
	n := event.GetNotification()
	return journey.Step{Name: name, Attributes: map[string]string{
		"bavn.ticket": n.GetTicket(), "bavn.party": n.GetParty(), "bavn.notification": n.GetName(),
		"bavn.rule": n.GetRule(), "bavn.reason": n.GetReason(),
	}}, true
}
