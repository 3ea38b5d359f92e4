package command_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/mailsink"
)

func (w *world) as(person string) context.Context {
	return auth.NewContext(w.t.Context(), auth.Principal{Person: person})
}

// proposal lets AU's profile want something said of the ticket, and returns its name.
func (w *world) proposal() string {
	w.t.Helper()
	p := w.follows("au.yaml")
	first := request("work_started", "work_started", "call mail", "persons/mette", "persons/ole")
	first.ByPerson = true
	w.hear(w.asks(p, w.ticket("ASCP00000042"), "ticket.work_started", "jonas", nil, first))
	var id uuid.UUID
	if err := w.pool.QueryRow(w.t.Context(), "SELECT proposal FROM proposals").Scan(&id); err != nil {
		w.t.Fatal(err)
	}
	return desk + "/proposals/" + id.String()
}

// R78: the first message names a person, and that person sends it; once, however often the request comes.
func TestWhatAPersonSendsIsSignedByThemAndSentOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := &notifyv1.SendProposalRequest{Name: w.proposal(), RequestId: uuid.NewString()}
	for range 3 {
		if err := w.commands.SendProposal(w.as("jonas"), r); err != nil {
			t.Fatal(err)
		}
	}
	w.work(w.commands)
	m := w.mailTo("mette")
	if !strings.HasPrefix(m.Subject, "Receptserveren svarer ikke: jeg er gået i gang") {
		t.Errorf("it begins with a number or a machine: %q", m.Subject)
	}
	if text := strings.ReplaceAll(m.Text, "\r\n", "\n"); !strings.Contains(text, "Venlig hilsen\nJonas Holm\n") {
		t.Errorf("it is not signed by who sent it:\n%s", text)
	}
	if n := w.count("SELECT count(*) FROM events WHERE type = 'proposal.sent'"); n != 1 {
		t.Errorf("it was sent %d times", n)
	}
	if n := len(w.sink.Messages(mailsink.Filter{})); n != 2 {
		t.Errorf("%d mails went out, want one to each of the users", n)
	}
	again := &notifyv1.SendProposalRequest{Name: r.GetName(), RequestId: uuid.NewString()}
	if err := w.commands.SendProposal(w.as("sofie"), again); !fault.Is(err, "PROPOSAL_DECIDED") {
		t.Errorf("somebody else sends it again: %v", err)
	}
}

// R78, R147: in the sender's own words, which are forgotten with the ticket's.
func TestAPersonMayUseTheirOwnWordsAndTheyAreErasedWithTheTickets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := &notifyv1.SendProposalRequest{
		Name: w.proposal(), RequestId: uuid.NewString(), Subject: "Din printer", Body: "Jeg kommer forbi klokken to.",
	}
	if err := w.commands.SendProposal(w.as("jonas"), r); err != nil {
		t.Fatal(err)
	}
	w.work(w.commands)
	m := w.mailTo("ole")
	if m.Subject != "Din printer" || !strings.Contains(m.Text, "klokken to") || !strings.Contains(m.Text, "Jonas Holm") {
		t.Errorf("it says %q\n%s", m.Subject, m.Text)
	}
	w.hear(w.happens(w.ticket("ASCP00000042"), "ticket.texts_erased", ""))
	if n := w.count("SELECT count(*) FROM letters"); n != 0 {
		t.Error("what was written is kept after the ticket's texts are erased")
	}
}

// R80: a call that a person makes is noted and made by nobody else.
func TestACallThatAPersonMadeIsNoted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := &notifyv1.SendProposalRequest{
		Name: w.proposal(), RequestId: uuid.NewString(), Media: []notifyv1.Medium{notifyv1.Medium_MEDIUM_CALL},
	}
	if err := w.commands.SendProposal(w.as("jonas"), r); err != nil {
		t.Fatal(err)
	}
	w.work(w.commands)
	if n := w.count("SELECT count(*) FROM notifications WHERE medium = 3 AND delivery = 2 AND attempts = 0"); n != 2 {
		t.Errorf("%d calls are noted, want 2", n)
	}
	if n := len(w.sink.Messages(mailsink.Filter{})); n != 0 {
		t.Errorf("%d mails went out beside the call", n)
	}
}

// R85, R86: the incident manager writes to those who hear of the ticket's priority, and to nobody else.
func TestTheIncidentManagersLetterReachesTheStakeholders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.as("sofie")
	for person, priorities := range map[string][]string{"lars": {"P1", "P2"}, "ida": {"P1"}} {
		if _, err := w.commands.AddStakeholder(ctx, &notifyv1.AddStakeholderRequest{
			Parent: desk, RequestId: uuid.NewString(), Person: who(person), Priorities: priorities,
		}); err != nil {
			t.Fatal(err)
		}
	}
	ticket := w.ticket("ASCP00000042")
	ticket.Priority = "P2"
	r := &notifyv1.WriteToStakeholdersRequest{
		Parent: desk, RequestId: uuid.NewString(), Ticket: ticket.GetName(), Subject: "FMK er nede", Body: "Vi er i gang.",
	}
	for range 2 {
		if answer, err := w.commands.WriteToStakeholders(ctx, r, ticket); err != nil || answer.GetRecipients() != 1 {
			t.Fatalf("%v %v, want one who hears of P2", answer, err)
		}
	}
	r.RequestId, r.Subject, ticket.Restricted = uuid.NewString(), "FMK er oppe", true
	if _, err := w.commands.WriteToStakeholders(ctx, r, ticket); err != nil {
		t.Fatal(err)
	}
	for subject, want := range map[string]int{"FMK er nede": 1, "FMK er oppe": 0} { // R149
		if n := w.count(`SELECT count(*) FROM notifications JOIN letters USING (desk, letter)
			WHERE subject = '` + subject + `' AND 'parties/sds' = ANY (audience)`); n != want {
			t.Errorf("the owner's people read of %d letters %q, want %d", n, subject, want)
		}
	}
	w.work(w.commands)
	mails := w.sink.Messages(mailsink.Filter{})
	if len(mails) != 2 || mails[0].To[0] != "lars@example.org" || strings.Contains(mails[0].Text, ticket.GetTitle()) {
		t.Errorf("%d mails went out: %v, want both letters to Lars, without the title", len(mails), mails)
	}
	if list := mails[0].Header.Get("List-Id"); list != "<stakeholders.nsp.bavn.example>" {
		t.Errorf("a letter to a list says it is of %q", list)
	}
	if _, err := w.commands.RemoveStakeholder(ctx, &notifyv1.RemoveStakeholderRequest{
		Name: desk + "/stakeholders/lars", RequestId: uuid.NewString(),
	}); err != nil {
		t.Fatal(err)
	}
	r.RequestId = uuid.NewString()
	if _, err := w.commands.WriteToStakeholders(ctx, r, ticket); !fault.Is(err, "NO_STAKEHOLDERS") {
		t.Errorf("a letter to nobody: %v", err)
	}
}

func TestAStormIsStoppedAndGoesOnWithItsReasonInTheFeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := desk + "/outbox"
	pause := &notifyv1.PauseOutboxRequest{Name: name, RequestId: uuid.NewString()}
	if err := w.commands.PauseOutbox(w.as("sofie"), pause); err != nil {
		t.Fatal(err)
	}
	w.hear(w.happens(w.ticket("ASCP00000042"), "ticket.resolved", "jonas"))
	w.work(w.commands)
	if n := len(w.sink.Messages(mailsink.Filter{})); n != 0 {
		t.Errorf("%d mails go out of a desk that is stopped", n)
	}
	resume := &notifyv1.ResumeOutboxRequest{Name: name, RequestId: uuid.NewString()}
	if err := w.commands.ResumeOutbox(w.as("sofie"), resume); err != nil {
		t.Fatal(err)
	}
	w.work(w.commands)
	if n := len(w.sink.Messages(mailsink.Filter{})); n != 3 {
		t.Errorf("%d mails go out afterwards, want 3", n)
	}
	if n := w.count("SELECT count(*) FROM events WHERE type IN ('outbox.paused', 'outbox.resumed')"); n != 2 {
		t.Errorf("%d events tell of it, want 2", n)
	}
}
