package command_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

// recorder is a courier that keeps what it is given.
type recorder struct {
	mu   sync.Mutex
	sent []domain.Dispatch
}

func (*recorder) Address(p *intakev1.Person) string { return p.GetEmail() }

func (r *recorder) Send(_ context.Context, messages []domain.Dispatch) []domain.Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, messages...)
	attempts := make([]domain.Attempt, len(messages))
	for i := range attempts {
		attempts[i] = domain.Accepted
	}
	return attempts
}

// What is written inside, and what hangs on it.
const (
	inside     = "Kunden har selv slettet basen"
	attachment = "kundens-fejl.pdf"
)

// whispers is an event of a ticket that only those inside see, with everything that could be said in it.
func (w *world) whispers(t *triagev1.Ticket, version, typ string, requests ...*triagev1.NotificationRequest) *feed.Event {
	w.t.Helper()
	var texts []*eventv1.Text
	for _, name := range []string{"note", "reason", "plan", "message", "solution", "work_log", "attachment"} {
		texts = append(texts, &eventv1.Text{Name: name, LanguageCode: "da", Text: inside + " (" + attachment + ")"})
	}
	p := w.follows(version)
	e := w.asks(p, t, typ, "jonas", texts, requests...)
	e.Record.Audience = []string{"parties/netic", "parties/sds"}
	return e
}

// Internal note: whatever a profile's rule names by mistake, in whichever of its words and by whichever medium, nobody outside
// reads what was written inside, nor what hangs on it: not the users, not those who follow the ticket or have a stake in it,
// not another party; not by mail, text message or call, not by a webhook, not in the ledger (R147, R149).
func TestNoInternalNoteReachesAnOutsiderInAnyWordsByAnyMedium(t *testing.T) {
	t.Parallel()
	everybody := []string{
		"persons/mette", "persons/ole", "persons/ida", "persons/lars", "persons/sofie", "parties/fmk", "roles/dispatcher",
		"audience/stakeholders", "audience/linked_reporters",
	}
	insiders := []string{"sofie@example.org", "jonas@example.org"}
	for _, file := range []string{"au.yaml", "datafordeler.yaml", "nsp.yaml", "itil-sv.yaml"} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			h := newHooked(t)
			courier := new(recorder)
			for _, medium := range []notifyv1.Medium{mailMedium, notifyv1.Medium_MEDIUM_SMS, notifyv1.Medium_MEDIUM_CALL} {
				h.commands.Couriers[medium] = courier
			}
			h.exec(`INSERT INTO stakeholders VALUES ('nsp', 'lars', '{P1}', now())`)
			h.exec(`INSERT INTO watches VALUES ('nsp', 'ASCP00000042', 'ole', now()), ('nsp', 'ASCP00000042', 'lars', now())`)
			for _, party := range []string{fmk, sds} {
				h.subscribeFor(party, "hook-"+strings.TrimPrefix(party, desk+"/parties/"), "http://127.0.0.1:1/x", true, "ticket.*")
			}
			ticket := h.ticket("ASCP00000042")
			ticket.Priority = "P1"
			var batch []*feed.Event
			p := h.follows(file)
			for _, typ := range []string{"ticket.internal_note_added", "ticket.note_added"} {
				for i, template := range p.Settings().GetMessageTemplates() {
					batch = append(batch, h.whispers(ticket, file, typ,
						request(fmt.Sprintf("mistake%d", i), template.GetId(), "mail sms portal", everybody...)))
				}
			}
			for some := range slices.Chunk(batch, 50) {
				h.hear(some...)
				h.tell(some...)
			}
			h.work(h.commands)
			outside := 0
			for _, m := range courier.sent {
				if slices.Contains(insiders, m.Address) {
					continue
				}
				outside++
				if said := m.Subject + m.Body; strings.Contains(said, inside) || strings.Contains(said, attachment) {
					t.Fatalf("%s reads %s\n%s", m.Address, m.Subject, m.Body)
				}
			}
			if outside == 0 || outside == len(courier.sent) {
				t.Fatalf("of %d messages %d are to outsiders: this shows nothing", len(courier.sent), outside)
			}
			if n := h.count("SELECT count(*) FROM webhook_deliveries WHERE webhook = 'hook-fmk'"); n != 0 {
				t.Errorf("a party that does not see the ticket is told %d times", n)
			}
			if n := h.count("SELECT count(*) FROM webhook_deliveries WHERE webhook = 'hook-sds'"); n == 0 {
				t.Error("the party that sees it is told nothing: this shows nothing")
			}
			for _, table := range []string{"webhook_deliveries", "notifications", "events", "river_job"} {
				saying := "SELECT count(*) FROM %s x WHERE x::text LIKE '%%selv slettet%%' OR x::text LIKE '%%kundens-fejl%%'"
				if n := h.count(fmt.Sprintf(saying, table)); n != 0 {
					t.Errorf("%d rows of %s say what was written inside", n, table)
				}
			}
			if n := h.count("SELECT count(*) FROM webhook_deliveries WHERE position('selv slettet'::bytea IN body) > 0"); n != 0 {
				t.Errorf("%d webhooks say what was written inside", n)
			}
		})
	}
	for _, typ := range []string{"ticket.internal_note_added", "ticket.work_logged"} {
		if slices.Contains(domain.ToolEventTypes(), typ) {
			t.Errorf("a party's tool hears of %s", typ)
		}
	}
}
