package command_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/services/notify/internal/command"
)

// digest runs the digest of a person once, as River would when it is due.
func (w *world) digest(person string) error {
	worker := &command.DigestWorker{Commands: w.commands}
	return worker.Work(w.t.Context(), &river.Job[command.DigestArgs]{
		JobRow: attempt(1), Args: command.DigestArgs{Desk: "nsp", Recipient: person},
	})
}

// inAStorm is how many messages a storm has: as many as can be in `make soak`.
func inAStorm() int {
	if os.Getenv("BAVN_SOAK") != "" {
		return 10_000
	}
	return 1_000
}

// Storm: 10,000 inquiries (in make test 1,000) that are linked to one incident are solved with it. Who follows them up is
// written to no more than the cap allows, and then once about all the others.
func TestStormOfLinkedInquiriesStaysUnderTheCapAndThenIsOneDigest(t *testing.T) {
	t.Parallel()
	const perHour = 10
	inquiries := inAStorm()
	w := newWorld(t)
	w.commands.Calm.PerHour, w.commands.Calm.DigestEvery = perHour, time.Hour
	p := w.follows("nsp.yaml")
	var batch []*feed.Event
	for i := range inquiries {
		ticket := w.ticket(fmt.Sprintf("ASCP%08d", i))
		asked := request("resolved", "verify", "mail", "persons/sofie")
		batch = append(batch, w.asks(p, ticket, "ticket.resolved", "jonas", nil, asked))
		if len(batch) == 100 {
			w.hear(batch...)
			batch = nil
		}
	}
	w.work(w.commands)
	if n := len(w.sink.Messages(mailsink.Filter{})); n != perHour-1 {
		t.Fatalf("in the storm %d mails went out, want %d: one is left for the digest", n, perHour-1)
	}
	if n := w.count("SELECT count(*) FROM river_job WHERE kind = 'digest'"); n != 1 {
		t.Errorf("%d digests are due, want 1", n)
	}
	w.clock.Advance(time.Hour)
	if err := w.digest("sofie"); err != nil {
		t.Fatal(err)
	}
	w.work(w.commands)
	all := w.sink.Messages(mailsink.Filter{})
	if len(all) != perHour {
		t.Fatalf("after the digest there are %d mails, want %d", len(all), perHour)
	}
	rest := inquiries - perHour + 1
	last := all[len(all)-1]
	if want := fmt.Sprintf("Nyt om %d sager", rest); last.Subject != want {
		t.Errorf("the digest is called %q, want %q", last.Subject, want)
	}
	if !strings.Contains(last.Text, fmt.Sprintf("Og %d til", rest-20)) ||
		!strings.Contains(last.Text, "Receptserveren svarer ikke (I gang") {
		t.Errorf("the digest says\n%s", last.Text)
	}
	if n := w.count("SELECT count(*) FROM notifications WHERE delivery = 5 AND digest IS NOT NULL"); n != rest-1 {
		t.Errorf("%d messages are told by the digest, want %d", n, rest-1)
	}
	if n := w.count("SELECT count(*) FROM notifications WHERE delivery = 1"); n != 0 {
		t.Errorf("%d messages are told by nothing", n)
	}
	if err := w.digest("sofie"); err != nil || len(w.sink.Messages(mailsink.Filter{})) != perHour {
		t.Error("a digest of nothing is sent")
	}
}

// Storm: two rules that set each other off (one holds the ticket, the other lets it go on, and each tells the reporter) write
// to the reporter no more often than the cap allows, and then once about the rest.
func TestStormOfRulesThatTriggerEachOtherStaysUnderTheCapAndThenIsOneDigest(t *testing.T) {
	t.Parallel()
	const perHour = 10
	w := newWorld(t)
	w.commands.Calm.PerHour, w.commands.Calm.DigestEvery = perHour, time.Hour
	p := w.follows("itil-sv.yaml")
	rounds := inAStorm() / 2
	for i := range rounds {
		ticket := w.ticket(fmt.Sprintf("ASCP%08d", i%20))
		w.hear(w.asks(p, ticket, "ticket.held", "jonas", nil, request("held", "changed", "mail", "persons/mette")),
			w.asks(p, ticket, "ticket.resumed", "jonas", nil, request("resumed", "changed", "mail", "persons/mette")))
		if i%100 == 99 {
			w.work(w.commands)
		}
	}
	w.work(w.commands)
	if n := len(w.sink.Messages(mailsink.Filter{})); n > perHour-1 {
		t.Fatalf("while the rules go round %d mails went out, want %d at most: one is left for the digest", n, perHour-1)
	}
	w.clock.Advance(time.Hour)
	if err := w.digest("mette"); err != nil {
		t.Fatal(err)
	}
	w.work(w.commands)
	all := w.sink.Messages(mailsink.Filter{})
	digests := 0
	for _, m := range all {
		if m.Header.Get("List-Id") == "<digest.nsp.bavn.example>" {
			digests++
		}
	}
	if len(all) > perHour || digests != 1 {
		t.Errorf("afterwards there are %d mails, %d of them digests; want %d at most, and one digest", len(all), digests, perHour)
	}
	if n := w.count("SELECT count(*) FROM notifications WHERE delivery = 1"); n != 0 {
		t.Errorf("%d messages are told by nothing", n)
	}
}

// R85: whatever else storms, stakeholders of a grave incident and whoever told us something are written to at once.
func TestUrgentMessagesPassTheCapAndTheQuietHours(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.commands.Calm.PerHour = 2
	p := w.follows("nsp.yaml")
	w.exec(`INSERT INTO stakeholders VALUES ('nsp', 'ida', '{P1}', now())`)
	w.exec(`INSERT INTO preferences (desk, person, quiet_from, quiet_until, revision) VALUES ('nsp', 'ida', 0, 1439, 1)`)
	for i := range 4 {
		ticket := w.ticket(fmt.Sprintf("ASCP%08d", i))
		ticket.Priority = "P1"
		w.hear(w.asks(p, ticket, "ticket.prioritised", "jonas", nil,
			request("stakeholders", "stakeholders", "mail", "audience/stakeholders"),
			request("changed", "priority_changed", "mail", "persons/ida")),
			w.asks(p, ticket, "ticket.opened", "ole", nil, request("receipt", "receipt", "mail", "persons/mette")))
	}
	w.work(w.commands)
	if n := len(w.sink.Messages(mailsink.Filter{To: "ida@example.org"})); n != 4 {
		t.Errorf("the stakeholder is written to %d times in quiet hours, want of each P1 and of nothing else", n)
	}
	if n := len(w.sink.Messages(mailsink.Filter{To: "mette@example.org"})); n != 4 {
		t.Errorf("the reporter has %d receipts, want 4", n)
	}
}

func TestQuietHoursPostponeAndPreferencesMute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`INSERT INTO preferences (desk, person, quiet_from, quiet_until, revision) VALUES ('nsp', 'mette', 660, 780, 1)`)
	w.exec(`INSERT INTO preferences (desk, person, muted, revision) VALUES ('nsp', 'ole', '{1}', 1)`)
	w.hear(w.happens(w.ticket("ASCP00000042"), "ticket.resolved", "jonas")) // at noon
	w.work(w.commands)
	if n := len(w.sink.Messages(mailsink.Filter{To: "mette@example.org"})); n != 0 {
		t.Error("somebody is written to in their quiet hours")
	}
	w.clock.Advance(time.Hour)
	w.work(w.commands)
	if n := len(w.sink.Messages(mailsink.Filter{To: "mette@example.org"})); n != 1 {
		t.Errorf("after the quiet hours they have %d mails, want 1", n)
	}
	for _, r := range w.ledger() {
		if r.Recipient == "ole" && (r.Delivery != int16(notifyv1.Delivery_DELIVERY_SUPPRESSED) || r.Reason != "MUTED") {
			t.Errorf("who wants no mail is told: %v %s", notifyv1.Delivery(r.Delivery), r.Reason)
		}
	}
}

func TestNothingGoesOutWhileADeskIsPaused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`INSERT INTO outboxes (desk, paused_at) VALUES ('nsp', now())`)
	w.hear(w.happens(w.ticket("ASCP00000042"), "ticket.resolved", "jonas"))
	w.work(w.commands)
	if n := len(w.sink.Messages(mailsink.Filter{})); n != 0 {
		t.Errorf("%d mails go out", n)
	}
	w.exec(`UPDATE outboxes SET paused_at = NULL`)
	w.work(w.commands)
	if n := len(w.sink.Messages(mailsink.Filter{})); n != 3 {
		t.Errorf("%d mails go out afterwards, want 3", n)
	}
}

// R81, R89: who follows a ticket hears of what they see of it, once, and never of what they do not.
func TestWhoFollowsATicketHearsOfWhatTheySee(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(w.grants("rie", sds, "", "auditor"))
	w.exec(`INSERT INTO watches VALUES ('nsp', 'ASCP00000042', 'rie', now()), ('nsp', 'ASCP00000042', 'mette', now()),
		('nsp', 'ASCP00000042', 'stranger', now())`)
	w.intake.persons[who("rie")] = w.intake.persons[who("lars")]
	ticket := w.ticket("ASCP00000042")
	w.hear(w.happens(ticket, "ticket.resolved", "jonas"))
	internal := w.happens(ticket, "ticket.note_added", "jonas")
	internal.Record.Audience = []string{"parties/netic"}
	w.hear(internal)
	var followed []string
	for _, r := range w.ledger() {
		if r.Rule == "watcher" {
			followed = append(followed, r.Recipient)
		}
	}
	if len(followed) != 1 || followed[0] != "rie" {
		t.Errorf("of what they follow are told %q, want rie alone: Mette is told as the reporter, the stranger sees nothing", followed)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.pool.Exec(w.t.Context(), sql, args...); err != nil {
		w.t.Fatal(err)
	}
}

// Where there is no cap, a message costs no turn; theirs who said how they want to be told is taken all the same.
func TestWithoutACapNobodysTurnIsTakenButTheirsWhoHaveWishes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.commands.Calm.PerHour = 0
	w.exec(`INSERT INTO preferences (desk, person, muted, revision) VALUES ('nsp', 'ole', '{1}', 1)`)
	w.hear(w.happens(w.ticket("ASCP00000042"), "ticket.resolved", "jonas"))
	w.work(w.commands)
	if n := len(w.sink.Messages(mailsink.Filter{})); n != 2 {
		t.Errorf("%d mails go out, want those to the two who did not mute them", n)
	}
	if n := w.count("SELECT count(*) FROM paces WHERE recipient <> 'ole'"); n != 0 {
		t.Errorf("%d people's turns were taken for nothing", n)
	}
}
