package acceptance_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/test/house"
)

// message is one message of the incident: which rule, whom, in which language.
type message struct{ Rule, To, Language string }

// messages of the incident, by the built-in rules. Lars offers for the group; Nina, of the whole party, is not of it.
var messages = []message{
	{"work_started.reporter", house.Ole, "da"},
	{"work_started.affected_user", house.Ida, "sv"}, // mette begins
	{"hand_over_offered.receivers", house.Lars, "en"},
	{"hand_over_declined.assignee", house.Mette, "da"},
	{"hand_over_offered.receivers", house.Lars, "en"},
	{"handed_over.owner", house.Mette, "da"},
	{"work_started.reporter", house.Ole, "da"},
	{"work_started.affected_user", house.Ida, "sv"}, // lars begins
	{"held.reporter", house.Ole, "da"},
	{"held.affected_user", house.Ida, "sv"},
	{"resolved.reporter", house.Ole, "da"},
	{"resolved.affected_user", house.Ida, "sv"},
	{"solution_to_check.owner", house.Mette, "da"},
	{"closed.reporter", house.Ole, "da"},
	{"closed.affected_user", house.Ida, "sv"},
}

func compareTold(a, b message) int {
	return strings.Compare(a.Rule+a.To+a.Language, b.Rule+b.To+b.Language)
}

// toldTheRightPeople holds the ledger against the rules, and the mailbox against the ledger: each message once, to its person, in
// the person's language, and not one more.
func (w *walk) toldTheRightPeople(ctx context.Context, t *testing.T) {
	t.Helper()
	list, err := w.door.Notifications.ListNotifications(w.As(ctx, house.Mette), &notifyv1.ListNotificationsRequest{
		Parent: house.Desk, Ticket: w.ticket.GetName(), PageSize: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	var ledger []message
	byID := map[string]*notifyv1.Notification{}
	for _, n := range list.GetNotifications() {
		ledger = append(ledger, message{n.GetRule(), lastPart(n.GetRecipient()), n.GetLanguageCode()})
		byID[n.GetMessageId()] = n
		if n.GetDelivery() != notifyv1.Delivery_DELIVERY_SENT {
			t.Errorf("%s to %s is %s %s", n.GetRule(), n.GetRecipient(), n.GetDelivery(), n.GetReason())
		}
	}
	want := slices.SortedFunc(slices.Values(messages), compareTold)
	if diff := cmp.Diff(want, slices.SortedFunc(slices.Values(ledger), compareTold)); diff != "" {
		t.Errorf("the ledger (-want +got):\n%s", diff)
	}
	number := lastPart(w.ticket.GetName())
	arrived := 0
	for _, mail := range w.Mail().Messages(mailsink.Filter{Subject: number}) {
		arrived++
		n := byID[mail.MessageID]
		if n == nil {
			t.Errorf("a mail %q to %v is not in the ledger, or came twice", mail.Subject, mail.To)
			continue
		}
		delete(byID, mail.MessageID)
		if len(mail.To) != 1 || mail.To[0] != house.Mailbox(lastPart(n.GetRecipient())) {
			t.Errorf("%s for %s went to %v", n.GetRule(), n.GetRecipient(), mail.To)
		}
		if got := mail.Header.Get("Content-Language"); got != n.GetLanguageCode() {
			t.Errorf("%q is in %q, want %q", mail.Subject, got, n.GetLanguageCode())
		}
		if strings.Contains(mail.Text+mail.HTML, secret) {
			t.Errorf("%q to %v holds a word of the work log", mail.Subject, mail.To)
		}
	}
	if arrived != len(messages) {
		t.Errorf("%d mails arrived, want %d", arrived, len(messages))
	}
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
