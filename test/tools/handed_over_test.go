package tools_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// A ticket that is handed over to a party whose tool is Jira is an issue there; each party works in its own tool, and both show
// the same. R34: both numbers are stored. R64: the supplier has it in its Jira. R76: root cause and measures come back. R84:
// the solution reaches the reporter inside the tools. R145: the tools stay linked.
func TestATicketHandedOverToAJiraIsWorkedOnThere(t *testing.T) {
	t.Parallel()
	d, j := furnished(t), playJira(t)
	d.withJira(j)
	ticket := d.reported("Prescriptions are slow")
	d.handsOver(ticket)
	d.until("both numbers are stored", func(ctx context.Context) error {
		now, err := d.ticket(ctx, ticket.GetName())
		if err == nil && !inJira(now, "NSP-1") {
			err = fmt.Errorf("the ticket's numbers are %v", now.GetExternalIds())
		}
		return err
	})
	number := ticket.GetName()[strings.LastIndexByte(ticket.GetName(), '/')+1:]
	made := j.only(t)
	if made.Labels[0] != "bavn-nsp-"+number || !strings.Contains(made.Summary, "Prescriptions are slow") || len(made.Remote) != 1 {
		t.Errorf("the issue is %+v, want it to name %s in its label, say what is wrong, and link to the ticket", made, number)
	}

	j.does(func() { j.move(j.issues[0], "In Progress", "jens") })
	working := d.stands(ticket.GetName(), triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS)
	d.until("work there is acceptance here", func(ctx context.Context) error {
		now, err := d.ticket(ctx, ticket.GetName())
		if err == nil && (now.GetHolderParty() != house.Party("netic") || now.GetAssignee() != house.Person("tool-netic-jira")) {
			err = fmt.Errorf("%s has it, and %s works on it", now.GetHolderParty(), now.GetAssignee())
		}
		return err
	})
	_ = working
	d.notesTravelAndInternalOnesStay(ticket.GetName(), j)

	j.does(func() {
		j.issues[0].Cause, j.issues[0].Resolution = "Full disk on node 3", "Cleaned up"
		j.move(j.issues[0], "Done", "jens")
	})
	solved := d.stands(ticket.GetName(), triagev1.TicketStatus_TICKET_STATUS_RESOLVED)
	for _, want := range []string{"Full disk on node 3", "Cleaned up", "NSP-1"} {
		if !strings.Contains(solved.GetSolution(), want) {
			t.Errorf("the solution is %q, want it to hold %q", solved.GetSolution(), want)
		}
	}
	if _, err := d.GRPC.Tickets.CloseTicket(d.As(t.Context(), house.Mette), &triagev1.CloseTicketRequest{
		Name: ticket.GetName(), RequestId: house.ID(),
	}); err != nil {
		t.Fatal(err)
	}
	d.until("the issue is closed with the ticket", func(context.Context) error {
		if now := j.only(t); now.Status != "Closed" {
			return fmt.Errorf("it is %s", now.Status)
		}
		return nil
	})

	// Webhooks: two linked systems are quiet in two rounds. Round one is over; nothing of it may come round again.
	d.quiet()
	calls, hooks := j.changed()
	want := map[string]int{"POST issue": 1, "POST remotelink": 1, "POST comment": 1, "POST transitions": 1}
	if fmt.Sprint(calls) != fmt.Sprint(want) {
		t.Errorf("Bavn changed Jira by %v, want %v: what came from there must not go back", calls, want)
	}
	d.quiet()
	if again, hooksAgain := j.changed(); fmt.Sprint(again) != fmt.Sprint(calls) || hooksAgain != hooks {
		t.Errorf("a round later Jira was changed by %v after %v, and sent %d webhooks after %d", again, calls, hooksAgain, hooks)
	}
}

func (d *desk) notesTravelAndInternalOnesStay(name string, j *jira) {
	d.t.Helper()
	mette := d.As(d.t.Context(), house.Mette)
	for text, internal := range map[string]bool{"Only between us": true, "It is slow in Aarhus too": false} {
		if _, err := d.GRPC.Tickets.AddNote(mette, &triagev1.AddNoteRequest{
			Name: name, RequestId: house.ID(), Note: house.Text(text), Internal: internal,
		}); err != nil {
			d.t.Fatal(err)
		}
	}
	d.until("the note is a comment", func(context.Context) error {
		for _, c := range j.only(d.t).Comments {
			if strings.Contains(c.Body, "It is slow in Aarhus too") {
				return nil
			}
		}
		return errors.New("it is not there")
	})
	j.does(func() { j.comment(j.issues[0], "We look at node 3", "jens") })
	d.until("the comment is a note", func(ctx context.Context) error {
		return d.DB("triage").QueryRow(
			ctx, `SELECT text FROM event_texts WHERE name = 'note' AND text LIKE '%We look at node 3'`,
		).Scan(new(string))
	})
	d.quiet()
	for _, c := range j.only(d.t).Comments {
		if strings.Contains(c.Body, "Only between us") {
			d.t.Error("an internal note went to the party's tool")
		}
	}
}

// Webhooks: forged, replayed, reordered and ten-minutes-late deliveries change nothing.
func TestForgedReplayedReorderedAndLateDeliveriesChangeNothing(t *testing.T) {
	t.Parallel()
	d, j := furnished(t), playJira(t)
	d.withJira(j)
	ticket := d.reported("Login is slow")
	d.handsOver(ticket)
	d.until("there is an issue", func(ctx context.Context) error {
		now, err := d.ticket(ctx, ticket.GetName())
		if err == nil && !inJira(now, "NSP-1") {
			err = errors.New("not yet")
		}
		return err
	})
	j.does(func() { j.move(j.issues[0], "In Progress", "jens") })
	d.stands(ticket.GetName(), triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS)
	j.does(func() { j.move(j.issues[0], "Waiting", "jens") })
	d.stands(ticket.GetName(), triagev1.TicketStatus_TICKET_STATUS_ON_HOLD)
	d.quiet()
	before, err := d.ticket(t.Context(), ticket.GetName())
	if err != nil {
		t.Fatal(err)
	}
	start := d.outcomes(house.Mette)

	j.mu.Lock()
	progress, done := j.sent[len(j.sent)-2], *j.issues[0]
	now := j.clock
	j.mu.Unlock()
	done.Status = "Done"
	for what, tc := range map[string]struct {
		body []byte
		key  string
		want int
	}{
		"forged": {
			j.webhook("jira:issue_updated", &done, "jens", object{}, now), "whsec_bm90IGl0cyBzZWNyZXQ=",
			http.StatusUnauthorized,
		},
		"unsigned": {j.webhook("jira:issue_updated", &done, "jens", object{}, now), "", http.StatusUnauthorized},
		"replayed": {progress, j.key, http.StatusNoContent},
		"reordered": {
			j.webhook("jira:issue_updated", &done, "jens", object{"n": 1}, now.Add(-2e9)), j.key, http.StatusNoContent,
		},
		"ten minutes late": {
			j.webhook("jira:issue_updated", &done, "jens", object{"n": 2}, now.Add(-600e9)), j.key, http.StatusNoContent,
		},
	} {
		if got := j.deliver(tc.body, tc.key); got != tc.want {
			t.Errorf("%s: it is answered %d, want %d", what, got, tc.want)
		}
	}
	if got := post(t, d.Addresses().Gateway+"/webhooks/nsp/no-such", []byte("{}"), nil); got != http.StatusUnauthorized {
		t.Errorf("a connection that there is not answers %d, want what a forged delivery is answered", got)
	}
	d.quiet()
	after, err := d.ticket(t.Context(), ticket.GetName())
	if err != nil || !unchanged(before, after) {
		t.Errorf("the ticket was changed: %v\nbefore %v\nafter  %v", err, before, after)
	}
	got := d.outcomes(house.Mette)
	for what, n := range start {
		got[what] -= n
		if got[what] == 0 {
			delete(got, what)
		}
	}
	want := map[string]int{"DUPLICATE ": 1, "JOINED OVERTAKEN": 1, "QUARANTINED LATE": 1}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the ledger has %v of it, want %v: nothing of what nobody signed, and one outcome of each that somebody did",
			got, want)
	}
}

// Webhooks: a dead receiver delays nobody, and is told everything, in order, when it is back.
func TestADeadToolDelaysNobodyAndIsToldLater(t *testing.T) {
	t.Parallel()
	d, j := furnished(t), playJira(t)
	d.withJira(j)
	j.does(func() { j.dead = true })
	ticket := d.reported("Everything is slow")
	d.handsOver(ticket)
	for range 20 {
		if _, err := d.GRPC.Tickets.AddNote(d.As(t.Context(), house.Mette), &triagev1.AddNoteRequest{
			Name: ticket.GetName(), RequestId: house.ID(), Note: house.Text("Still slow"),
		}); err != nil {
			t.Fatal(err)
		}
	}
	d.until("Netic's people hear of it all the same", func(ctx context.Context) error {
		return d.DB("notify").QueryRow(ctx, `SELECT rule FROM notifications
			WHERE rule = 'hand_over_offered.receivers' AND delivery = 2 LIMIT 1`).Scan(new(string))
	})
	d.until("the tool rests", func(ctx context.Context) error {
		return d.DB("notify").QueryRow(ctx, `SELECT connection FROM tool_pauses WHERE failures > 0`).Scan(new(string))
	})
	j.does(func() { j.dead = false })
	d.until("the tool is told", func(context.Context) error {
		j.mu.Lock()
		defer j.mu.Unlock()
		if len(j.issues) != 1 || len(j.issues[0].Comments) < 19 {
			return errors.New("not yet")
		}
		return nil
	})
	d.quiet()
	if got := len(j.only(t).Comments); got > 20 {
		t.Errorf("Jira has %d comments of 20 notes", got)
	}
}
