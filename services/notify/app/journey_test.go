package app

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/anypb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

func TestAJourneyShowsThatAMessageWentOutAndNeverToWhom(t *testing.T) {
	t.Parallel()
	payload, err := anypb.New(&notifyv1.NotificationEvent{Notification: &notifyv1.Notification{
		Name: "desks/nsp/notifications/1", Ticket: "desks/nsp/tickets/ASCP00000042", Rule: "held.reporter",
		Recipient: "desks/nsp/persons/mette", Reason: "SMTP_550",
		Party: "desks/nsp/parties/netic",
	}})
	if err != nil {
		t.Fatal(err)
	}
	for typ, name := range map[string]string{
		"notification.sent": "notification.send", "notification.failed": "notification.fail",
		"notification.suppressed": "", "notification.requeued": "",
	} {
		got, drawn := step(&eventv1.Record{Type: typ, Revision: 1, Payload: payload})
		if drawn != (name != "") || got.Name != name || got.Root {
			t.Errorf("%s shows as %q (drawn: %v, root: %v), want %q", typ, got.Name, drawn, got.Root, name)
		}
		if want := "desks/nsp/parties/netic"; drawn && got.Attributes["bavn.party"] != want {
			t.Errorf("%s was sent on behalf of %q, want the ticket's holder %q", typ, got.Attributes["bavn.party"], want)
		}
		for key, value := range got.Attributes {
			if strings.Contains(value, "mette") {
				t.Errorf("%s says in %s who was written to: %s", typ, key, value)
			}
		}
	}
}
