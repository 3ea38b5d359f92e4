package command_test

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

// solves lets a ticket be solved now, with an invitation three days later.
func (w *world) solves(t *triagev1.Ticket, file string) {
	w.t.Helper()
	p := w.follows(file)
	w.triage.mu.Lock()
	t.Status, t.ResolveTime = triagev1.TicketStatus_TICKET_STATUS_RESOLVED, timestamppb.New(w.clock.Now())
	w.triage.mu.Unlock()
	asked := request(domain.SurveyRule, "survey_invitation", "mail", "persons/mette")
	asked.SendTime = timestamppb.New(w.clock.Now().Add(72 * time.Hour))
	w.hear(w.asks(p, t, "ticket.resolved", "jonas", nil, asked))
	w.work(w.commands)
}

func (w *world) invitations() int {
	w.work(w.commands)
	return len(w.sink.Messages(mailsink.Filter{To: "mette@example.org"}))
}

// R112: first the contact with the solution, some days later an invitation to say how it was, with the address that the profile
// names: once for a ticket, however often it is solved.
func TestTheReporterIsInvitedOnceToSayHowItWas(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"au.yaml", "itil-sv.yaml"} {
		w := newWorld(t)
		ticket := w.ticket("ASCP00000042")
		w.solves(ticket, file)
		if n := w.invitations(); n != 0 {
			t.Fatalf("%s: %d invitations go out with the solution", file, n)
		}
		w.clock.Advance(72 * time.Hour)
		if n := w.invitations(); n != 1 {
			t.Fatalf("%s: %d invitations, want 1", file, n)
		}
		m := w.mailTo("mette")
		if !strings.Contains(m.Text, "https://survey.example/nsp/ASCP00000042") || !strings.HasPrefix(m.Subject, "Receptserveren") {
			t.Errorf("%s: the invitation says %q\n%s", file, m.Subject, m.Text)
		}
		w.solves(ticket, file)
		w.clock.Advance(72 * time.Hour)
		if n := w.invitations(); n != 1 {
			t.Errorf("%s: the reporter is asked %d times", file, n)
		}
	}
}

// R112: nobody is asked how it was while it is being worked on again; once it is solved another time they are.
func TestNobodyIsInvitedWhileTheTicketIsWorkedOnAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.ticket("ASCP00000042")
	w.solves(ticket, "au.yaml")
	w.clock.Advance(24 * time.Hour)
	w.triage.mu.Lock()
	ticket.Status = triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS
	w.triage.mu.Unlock()
	w.clock.Advance(48 * time.Hour)
	if n := w.invitations(); n != 0 {
		t.Fatalf("%d invitations go out although somebody works on it", n)
	}
	w.solves(ticket, "au.yaml")
	w.clock.Advance(72 * time.Hour)
	if n := w.invitations(); n != 1 {
		t.Errorf("%d invitations after the second solution, want 1", n)
	}
}

// R112: an invitation is an ordinary mail: who wants none gets none.
func TestAnInvitationRespectsWhatThePersonWants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`INSERT INTO preferences (desk, person, muted, revision) VALUES ('nsp', 'mette', '{1}', 1)`)
	w.solves(w.ticket("ASCP00000042"), "au.yaml")
	w.clock.Advance(72 * time.Hour)
	if n := w.invitations(); n != 0 {
		t.Errorf("%d invitations reach somebody who wants no mail", n)
	}
}
