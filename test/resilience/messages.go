package resilience

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// ledgerIsComplete holds the ledger against what the rules make of triage's events.
func ledgerIsComplete(ctx context.Context, e *evidence) (finding, error) {
	due := map[message]int{}
	for _, event := range e.events["triage"] {
		messages, err := messagesOf(event)
		if err != nil {
			return finding{}, fmt.Errorf("read %s: %w", event.ref(), err)
		}
		for _, m := range messages {
			due[m]++
		}
	}
	rows, err := e.DB("notify").Query(ctx, `SELECT ticket, event_revision, rule, recipient FROM notifications`)
	if err != nil {
		return finding{}, fmt.Errorf("read the ledger: %w", err)
	}
	kept, err := pgx.CollectRows(rows, pgx.RowToStructByPos[message])
	if err != nil {
		return finding{}, fmt.Errorf("read the ledger: %w", err)
	}
	f := finding{examined: len(due)}
	for _, m := range kept {
		if due[m]--; due[m] < 0 {
			f.mind("%+v is in the ledger twice, or no rule asks for it", m)
		}
	}
	for m, left := range due {
		if left > 0 {
			f.mind("%+v is not in the ledger", m)
		}
	}
	return f, nil
}

// settled is a message of the ledger and what was told of it.
type settled struct {
	Name, MessageID, Recipient, Reason string
	Delivery                           notifyv1.Delivery
	Attempts                           int32
}

func ledger(ctx context.Context, e *evidence) ([]settled, error) {
	rows, err := e.DB("notify").Query(ctx, `SELECT 'desks/' || desk || '/notifications/' || notification, message_id,
		recipient, reason, delivery, attempts FROM notifications`)
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[settled])
}

// newcomer is the beginning of the ids of persons who have no address.
const newcomer = "user-"

// messagesAreSettled holds that whoever has an address was sent their message, and that the feed says so once.
func messagesAreSettled(ctx context.Context, e *evidence) (finding, error) {
	rows, err := ledger(ctx, e)
	if err != nil {
		return finding{}, err
	}
	told := map[string][]string{} // types by resource
	for _, event := range e.events["notify"] {
		told[event.resource] = append(told[event.resource], event.GetType())
	}
	f := finding{examined: len(rows)}
	for _, m := range rows {
		want, typ := notifyv1.Delivery_DELIVERY_SENT, "notification.sent"
		if strings.HasPrefix(m.Recipient, newcomer) {
			want, typ = notifyv1.Delivery_DELIVERY_SUPPRESSED, "notification.suppressed"
		}
		if m.Delivery != want {
			f.mind("%s to %s is %s %s, want %s", m.Name, m.Recipient, m.Delivery, m.Reason, want)
		}
		if types := told[m.Name]; len(types) != 1 || types[0] != typ {
			f.mind("notify's feed says %v of %s, which is %s", types, m.Name, m.Delivery)
		}
		delete(told, m.Name)
	}
	for name, types := range told {
		f.mind("notify's feed says %v of %s, which is not in the ledger", types, name)
	}
	return f, nil
}

// mailsAreMessages holds the mailbox against the ledger. A mail may be there twice, under the same Message-ID: what was in doubt
// after a crash is sent again, so that no mail is lost.
func mailsAreMessages(ctx context.Context, e *evidence) (finding, error) {
	rows, err := ledger(ctx, e)
	if err != nil {
		return finding{}, err
	}
	received := map[string]int{}
	for _, mail := range e.mails {
		received[mail.MessageID]++
	}
	f := finding{examined: len(e.mails)}
	for _, m := range rows {
		n := received[m.MessageID]
		delete(received, m.MessageID)
		if sent := m.Delivery == notifyv1.Delivery_DELIVERY_SENT; sent != (n > 0) || n > int(m.Attempts) {
			f.mind("%s is %s after %d attempts, and the mailbox has it %d times", m.Name, m.Delivery, m.Attempts, n)
		}
	}
	for id, n := range received {
		f.mind("the mailbox has %d mails with the Message-ID %s, which is not in the ledger", n, id)
	}
	return f, nil
}

// repeatedMails counts the mails that came again.
func (e *evidence) repeatedMails() int {
	received := map[string]bool{}
	for _, mail := range e.mails {
		received[mail.MessageID] = true
	}
	return len(e.mails) - len(received)
}
