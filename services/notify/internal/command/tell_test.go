package command_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/mailsink"
)

const (
	queued     = int16(notifyv1.Delivery_DELIVERY_QUEUED)
	sent       = int16(notifyv1.Delivery_DELIVERY_SENT)
	failed     = int16(notifyv1.Delivery_DELIVERY_FAILED)
	suppressed = int16(notifyv1.Delivery_DELIVERY_SUPPRESSED)
)

func TestR78ReporterAndAffectedUserAreToldApartAndByNameThatWorkStarts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(w.happens(w.ticket("ASCP00000042"), "ticket.work_started", "jonas"))
	for _, result := range w.work(w.commands) {
		if result != nil {
			t.Fatal(result)
		}
	}
	mails := w.sink.Messages(mailsink.Filter{})
	if len(mails) != 2 {
		t.Fatalf("%d mails were sent, want one to the reporter and one to the affected user", len(mails))
	}
	for i, name := range map[int]string{0: "Mette Jensen", 1: "Ole Hansen"} {
		found := mails[i]
		if !strings.Contains(found.Header.Get("To"), name) { // the order of two ids of one millisecond is nobody's promise
			found = mails[1-i]
		}
		if !strings.HasPrefix(found.Text, "Hej "+name) || !strings.Contains(found.Text, "Jonas Holm (Netic Drift)") {
			t.Errorf("%s is written:\n%s", name, found.Text)
		}
		if len(found.To) != 1 {
			t.Errorf("one mail goes to %v", found.To)
		}
	}
}

func TestAMailIsMarkedAsAutomaticAndThreadsByTicketAndCarriesTheJourney(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.ticket("ASCP00000042")
	w.hear(w.happens(ticket, "ticket.work_started", "jonas"), w.happens(ticket, "ticket.resolved", "jonas"))
	w.work(w.commands)
	mails := w.sink.Messages(mailsink.Filter{To: "mette@example.org"})
	if len(mails) != 2 {
		t.Fatalf("Mette got %d mails, want 2", len(mails))
	}
	thread := w.commands.References.MessageID(mailref.Reference{Kind: mailref.Ticket, Desk: "nsp", ID: "ASCP00000042"},
		"bavn.example")
	for _, m := range mails {
		if found, err := w.commands.References.Find("<" + m.MessageID + ">"); err != nil || found.ID != "ASCP00000042" {
			t.Errorf("a reply to %s finds %v, %v", m.MessageID, found, err)
		}
		for field, want := range map[string]string{
			"Auto-Submitted": "auto-generated",
			"In-Reply-To":    "<" + thread + ">",
			"References":     "<" + thread + ">",
			"Traceparent":    "00-30313233343536373839616263646566-726f6f747370616e-01",
			"From":           `"National Servicedesk" <desk@bavn.example>`,
		} {
			if got := m.Header.Get(field); got != want {
				t.Errorf("%s is %q, want %q", field, got, want)
			}
		}
		if !strings.HasPrefix(m.Header.Get("Content-Type"), "multipart/alternative") || !strings.HasPrefix(m.Subject,
			"[ASCP00000042] ") {
			t.Errorf("it is %s with the subject %q", m.Header.Get("Content-Type"), m.Subject)
		}
	}
	if mails[0].MessageID == mails[1].MessageID {
		t.Errorf("both have the Message-ID %s", mails[0].MessageID)
	}
}

func TestAnOfferIsToldToThoseWhoMayAnswerInTheirOwnLanguageWithItsReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.ticket("ASCP00000042")
	ticket.HandOver = offer(fmk, kode)
	e := w.happens(ticket, "ticket.hand_over_offered", "jonas", reason("Fejlen er i koden."))
	e.Record.Audience = append([]string{"parties/fmk"}, everyone...)
	w.hear(e)
	w.work(w.commands)
	for to, want := range map[string][]string{
		"lars@example.org": {"er tilbudt FMK Kode af Jonas Holm", "> Fejlen er i koden."},
		"ida@example.org":  {"har erbjudits FMK Kode av Jonas Holm", "> Fejlen er i koden."},
	} {
		mails := w.sink.Messages(mailsink.Filter{To: to})
		if len(mails) != 1 {
			t.Errorf("%s got %d mails, want 1", to, len(mails))
			continue
		}
		for _, words := range want {
			if !strings.Contains(mails[0].Text, words) {
				t.Errorf("%s is not told %q:\n%s", to, words, mails[0].Text)
			}
		}
	}
	if mails := w.sink.Messages(mailsink.Filter{}); len(mails) != 2 {
		t.Errorf("%d mails were sent: an auditor of the group cannot answer an offer", len(mails))
	}
}

func TestEveryMessageIsWrittenOnceHoweverOftenItsEventIsHandled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.ticket("ASCP00000042")
	batch := []*feed.Event{
		w.happens(ticket, "ticket.work_started", "jonas"), w.happens(ticket, "ticket.held", "jonas", reason("Afventer.")),
		w.happens(ticket, "ticket.resolved", "jonas"), w.happens(ticket, "ticket.closed", "sofie"),
	}
	crash := errors.New("the process dies before the commit")
	for _, attempt := range []struct {
		batch []*feed.Event
		fail  error
	}{{batch, crash}, {batch[:2], nil}, {batch, crash}, {batch, nil}, {batch[3:], nil}} {
		if err := w.handle(t.Context(), attempt.batch, attempt.fail); !errors.Is(err, attempt.fail) {
			t.Fatal(err)
		}
	}
	if n := len(w.ledger()); n != 9 { // two users, four events, and the owner of the solution
		t.Errorf("the ledger has %d messages, want 9", n)
	}
	for range 2 { // a job may run twice, too
		w.work(w.commands)
	}
	perID := map[string]int{}
	for _, m := range w.sink.Messages(mailsink.Filter{}) {
		perID[m.MessageID]++
	}
	for _, m := range w.ledger() {
		if m.Delivery != sent || m.Attempts != 1 || perID[m.MessageID] != 1 {
			t.Errorf("%s to %s: delivery %d after %d attempts, %d mails; want sent once", m.Rule, m.Recipient, m.Delivery, m.Attempts,
				perID[m.MessageID])
		}
	}
	if n := w.count("SELECT count(*) FROM events WHERE type = 'notification.sent'"); n != 9 {
		t.Errorf("the feed tells of %d messages, want 9: one event each", n)
	}
}

func TestR34WhatIsImportedIsWrittenDownAndSentToNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.ticket("ASCP00000042")
	ticket.Importing = true
	batch := []*feed.Event{w.happens(ticket, "ticket.work_started", "jonas"), w.happens(ticket, "ticket.resolved", "jonas")}
	w.hear(batch...)
	w.hear(batch...)
	rows := w.ledger()
	if len(rows) != 5 {
		t.Errorf("the ledger has %d messages, want 5", len(rows))
	}
	for _, m := range rows {
		if m.Delivery != suppressed || m.Reason != "IMPORT" || m.Attempts != 0 {
			t.Errorf("%s to %s: delivery %d, reason %q; want suppressed, IMPORT", m.Rule, m.Recipient, m.Delivery, m.Reason)
		}
	}
	if jobs := w.jobs(); len(jobs) != 0 {
		t.Errorf("%d jobs wait to deliver history", len(jobs))
	}
	if n := w.count("SELECT count(*) FROM events WHERE type = 'notification.suppressed'"); n != 5 {
		t.Errorf("the feed tells of %d suppressed messages, want 5", n)
	}
}

func TestAPersonWithoutAnAddressIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.intake.persons[who("mette")].Email = ""
	delete(w.intake.persons, who("ole"))
	w.hear(w.happens(w.ticket("ASCP00000042"), "ticket.work_started", "jonas"))
	for _, result := range w.work(w.commands) {
		if result != nil {
			t.Errorf("the job ends with %v", result)
		}
	}
	for _, m := range w.ledger() {
		if m.Delivery != suppressed || m.Reason != "NO_ADDRESS" || m.Attempts != 0 {
			t.Errorf("to %s: delivery %d, reason %q; want suppressed, NO_ADDRESS", m.Recipient, m.Delivery, m.Reason)
		}
	}
	if n := w.sink.Attempts(); n != 0 {
		t.Errorf("%d mails were begun", n)
	}
}

// Whatever happens to tickets, in whatever order: the text of an internal note or of a work log is in no table of notify and in
// no mail, and no other text of an event is kept either.
func TestInternalNotesNeverLeaveAndNoTextIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const seed = 42
	random := rand.New(rand.NewPCG(seed, seed))
	types := []string{
		"ticket.internal_note_added", "ticket.work_logged", "ticket.note_added", "ticket.work_started", "ticket.held",
		"ticket.hand_over_declined", "ticket.resolved", "ticket.returned", "ticket.reopened", "ticket.solution_rejected",
		"ticket.closed", "ticket.cancelled", "ticket.handed_over", "ticket.responsibility_transferred",
	}
	people := []string{"mette", "ole", "sofie", "jonas", "lars", ""}
	var batch []*feed.Event
	for i := range 300 {
		ticket := w.ticket(fmt.Sprintf("ASCP%08d", random.IntN(20)))
		typ := types[random.IntN(len(types))]
		internal := typ == "ticket.internal_note_added" || typ == "ticket.work_logged"
		kind, words := "reason", fmt.Sprintf("PUBLIC-%d", i)
		if internal {
			kind, words = "note", fmt.Sprintf("INTERNAL-%d", i)
		}
		e := w.happens(ticket, typ, people[random.IntN(len(people))], &eventv1.Text{Name: kind, Text: words})
		if internal {
			e.Record.Audience = []string{"parties/netic", "parties/sds"}
		}
		batch = append(batch, e)
	}
	for len(batch) > 0 {
		n := min(len(batch), 1+random.IntN(40))
		w.hear(batch[:n]...)
		batch = batch[n:]
	}
	w.work(w.commands)
	mails := w.sink.Messages(mailsink.Filter{})
	if len(mails) < 300 {
		t.Fatalf("seed %d: only %d mails were sent", seed, len(mails))
	}
	for _, m := range mails {
		if strings.Contains(string(m.Raw), "INTERNAL") || strings.Contains(m.Text, "INTERNAL") {
			t.Errorf("seed %d: an internal note left in a mail to %v:\n%s", seed, m.To, m.Text)
		}
	}
	for table, text := range w.stored() {
		for _, secret := range []string{"INTERNAL", "PUBLIC", "@example.org", "Receptserveren", "genstartet", "Mette Jensen"} {
			if strings.Contains(text, secret) {
				t.Errorf("seed %d: the table %s holds %q: notify keeps neither texts nor addresses", seed, table, secret)
			}
		}
	}
}

// stored is everything that is in the database, as text.
func (w *world) stored() map[string]string {
	w.t.Helper()
	rows, err := w.pool.Query(w.t.Context(), `SELECT table_name,
		(xpath('/table', table_to_xml(quote_ident(table_name)::regclass, true, false, '')))[1]::text
		FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`)
	if err != nil {
		w.t.Fatal(err)
	}
	all := map[string]string{}
	var table string
	var text *string
	if _, err := pgx.ForEachRow(rows, []any{&table, &text}, func() error {
		if text != nil {
			all[table] = *text
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	// table_to_xml shows bytes as base64; the events' payloads are looked at as they are.
	var events string
	err = w.pool.QueryRow(w.t.Context(), "SELECT coalesce(string_agg(encode(stored, 'escape'), ' '), '') FROM events").Scan(&events)
	if err != nil {
		w.t.Fatal(err)
	}
	all["events (stored)"] = events
	return all
}

// R149: when a ticket is restricted, what was said about it before is closed as well, in the list and in notify's own feed.
func TestR149ARestrictedTicketsNotificationsAreSeenByThoseWhoSeeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.ticket("ASCP00000042")
	w.hear(w.happens(ticket, "ticket.work_started", "jonas"))
	w.work(w.commands)
	seenBy := func(key, table string) (n int) {
		t.Helper()
		query := "SELECT count(*) FROM " + table + " WHERE audience @> ARRAY[$1]"
		if err := w.pool.QueryRow(t.Context(), query, key).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if seenBy("parties/netic", "notifications") == 0 || seenBy("parties/netic", "events") == 0 {
		t.Fatal("the party that has the ticket sees nothing while it is open")
	}
	restricted := w.happens(ticket, "ticket.restricted", "jonas")
	restricted.Record.Audience = []string{"persons/jonas", "persons/mette", "persons/ole", "roles/incident_manager"}
	w.hear(restricted)
	for _, table := range []string{"notifications", "events"} {
		if n := seenBy("parties/netic", table); n > 0 {
			t.Errorf("the party still sees %d %s", n, table)
		}
		if seenBy("persons/mette", table) == 0 {
			t.Errorf("the reporter no longer sees the %s of what she was told", table)
		}
	}
}
