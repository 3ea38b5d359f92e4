package command_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

func TestAReceiverThatFailsForDaysIsDisabledWithAnEventAndItsDeadLettersCanBeReplayed(t *testing.T) {
	t.Parallel()
	h, r := newHooked(t), newReceiver(t, http.StatusInternalServerError)
	h.subscribe("tool", r.URL, false, "ticket.*")
	one := h.ticket("ASCP00000001")
	for range 6 {
		h.tell(h.happens(one, "ticket.held", "jonas"))
		h.send()
		h.clock.Advance(24 * time.Hour)
	}
	h.send()
	var state int16
	var why string
	err := h.pool.QueryRow(t.Context(), "SELECT state, disable_reason FROM webhooks").Scan(&state, &why)
	if err != nil || state != int16(notifyv1.WebhookState_WEBHOOK_STATE_DISABLED) || why != domain.ReasonForDays {
		t.Fatalf("after six days it is %d, %q, %v", state, why, err)
	}
	if n := h.count("SELECT count(*) FROM events WHERE type = 'webhook.disabled'"); n != 1 {
		t.Errorf("%d events say so, want 1", n)
	}
	h.tell(h.happens(one, "ticket.resolved", "jonas"))
	for _, state := range h.deliveries("tool") {
		if state != int16(notifyv1.WebhookDeliveryState_WEBHOOK_DELIVERY_STATE_DEAD) {
			t.Fatalf("the deliveries are %v, want all given up", h.deliveries("tool"))
		}
	}
	h.replayAll(t, "tool", r)
}

// replayAll enables the webhook and sends its dead letters again.
func (h *hooked) replayAll(t *testing.T, id string, r *receiver) {
	t.Helper()
	r.answers(http.StatusOK)
	rows, err := h.pool.Query(t.Context(), "SELECT delivery FROM webhook_deliveries ORDER BY delivery")
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		t.Fatal(err)
	}
	replay := &notifyv1.ReplayWebhookDeliveryRequest{
		Name: domain.DeliveryName("nsp", id, all[0].String()), RequestId: uuid.NewString(),
	}
	if _, err := h.hooks.ReplayWebhookDelivery(t.Context(), replay); !fault.Is(err, "WEBHOOK_DISABLED") {
		t.Errorf("replaying to a disabled webhook: %v", err)
	}
	name := domain.WebhookName("nsp", id)
	if _, err := h.hooks.EnableWebhook(t.Context(), &notifyv1.EnableWebhookRequest{
		Name: name, RequestId: uuid.NewString(),
	}); err != nil {
		t.Fatal(err)
	}
	for _, delivery := range all {
		replay := &notifyv1.ReplayWebhookDeliveryRequest{
			Name: domain.DeliveryName("nsp", id, delivery.String()), RequestId: uuid.NewString(),
		}
		for range 2 {
			if _, err := h.hooks.ReplayWebhookDelivery(t.Context(), replay); err != nil {
				t.Fatal(err)
			}
		}
	}
	before := len(r.got())
	h.send()
	if got := len(r.got()) - before; got != len(all) {
		t.Errorf("%d of %d dead letters arrived", got, len(all))
	}
}

func TestAnInternalAddressIsNoWebhook(t *testing.T) {
	t.Parallel()
	h := newHooked(t)
	for _, internal := range []string{
		"https://10.0.0.1/", "https://169.254.169.254/latest", "http://hooks.example.org/", "https://[::1]/",
	} {
		_, err := h.hooks.CreateWebhook(t.Context(), &notifyv1.CreateWebhookRequest{
			Parent: desk, WebhookId: "inside", RequestId: uuid.NewString(),
			Webhook: &notifyv1.Webhook{Party: netic, Url: internal, EventTypes: []string{"ticket.*"}},
		})
		if !fault.Is(err, fault.InvalidArgument) {
			t.Errorf("%s: %v", internal, err)
		}
	}
}

// A job that dies while it sends leaves the webhook to the next, and nothing is lost.
func TestAfterACrashTheDeliveriesAreSentByTheNextJob(t *testing.T) {
	t.Parallel()
	h, r := newHooked(t), newReceiver(t, http.StatusOK)
	h.subscribe("tool", r.URL, false, "ticket.*")
	h.tell(h.happens(h.ticket("ASCP00000001"), "ticket.held", "jonas"))
	_, err := h.pool.Exec(t.Context(), "UPDATE webhooks SET leased_until = $1", h.clock.Now().Add(30*time.Second)) // it died
	if err != nil {
		t.Fatal(err)
	}
	h.send()
	if len(r.got()) != 0 {
		t.Fatal("two jobs send to one webhook at once")
	}
	died := &river.Job[command.SendDeliveries]{JobRow: attempt(2), Args: command.SendDeliveries{Desk: "nsp", Webhook: "tool"}}
	err = (&command.SendWorker{Webhooks: h.hooks}).Work(t.Context(), died)
	if _, waits := errors.AsType[*river.JobSnoozeError](err); !waits {
		t.Errorf("the job that died does not wait until it may send again: %v", err)
	}
	h.clock.Advance(time.Minute)
	h.send()
	if len(r.got()) != 1 {
		t.Errorf("%d posts after the crash, want 1", len(r.got()))
	}
}
