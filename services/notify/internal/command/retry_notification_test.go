package command_test

import (
	"testing"

	"github.com/google/uuid"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/mailsink"
)

func (w *world) retry(id, person string) *notifyv1.Notification {
	w.t.Helper()
	ctx := auth.NewContext(w.t.Context(), auth.Principal{Person: person})
	n, err := w.commands.RetryNotification(ctx, &notifyv1.RetryNotificationRequest{
		Name: desk + "/notifications/" + id, RequestId: uuid.NewString(),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestAFailedMessageIsSentAgainUnderTheSameMessageIDAndOnlyOncePerRequest(t *testing.T) {
	t.Parallel()
	w := oneMessage(t)
	w.fails(1, mailsink.Failure{Code: 550})
	w.work(w.commands)
	before := w.ledger()[0]
	r := &notifyv1.RetryNotificationRequest{Name: desk + "/notifications/" + before.ID.String(), RequestId: uuid.NewString()}
	ctx := auth.NewContext(t.Context(), auth.Principal{Person: "sofie"})
	for range 3 {
		n, err := w.commands.RetryNotification(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		if n.GetDelivery() != notifyv1.Delivery_DELIVERY_QUEUED || n.GetMessageId() != before.MessageID || n.GetSettleTime() != nil {
			t.Errorf("the answer is %v", n)
		}
	}
	if n := w.count("SELECT count(*) FROM events WHERE type = 'notification.requeued'"); n != 1 {
		t.Errorf("three calls with one request id queued it %d times, want once", n)
	}
	w.work(w.commands)
	w.expect("after the retry", sent, 2, "")
	if _, err := w.commands.RetryNotification(ctx, r); err != nil {
		t.Errorf("the same request after it was sent is answered with %v, want what it did", err)
	}
	r.RequestId = uuid.NewString()
	if _, err := w.commands.RetryNotification(ctx, r); !fault.Is(err, "NOT_FAILED") {
		t.Errorf("a message that was sent is sent again: %v, want NOT_FAILED", err)
	}
	if n := w.sink.Attempts(); n != 2 {
		t.Errorf("%d mails were begun, want 2", n)
	}
}

func TestAMessageThatDoesNotExistCannotBeSentAgain(t *testing.T) {
	t.Parallel()
	w := oneMessage(t)
	known := w.ledger()[0].ID.String()
	for _, name := range []string{desk + "/notifications/" + uuid.NewString(), "desks/au/notifications/" + known} {
		_, err := w.commands.RetryNotification(auth.NewContext(t.Context(), auth.Principal{Person: "sofie"}),
			&notifyv1.RetryNotificationRequest{Name: name, RequestId: uuid.NewString()})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v, want NOT_FOUND", name, err)
		}
	}
}
