package command_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/mailsink"
)

// R52, R67: when nobody on the chain has answered, the authority hears of it at once, by mail and in its inbox, whatever its
// people wish; the chain goes on being called.
// Whether a rule of the profile called them or somebody by hand, who names no rule.
func TestTheAuthorityHearsAtOnceThatNobodyOnTheChainAnswers(t *testing.T) {
	t.Parallel()
	for by, rule := range map[string]string{"a rule": "duty", "hand": ""} {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			nobodyAnswers(t, rule)
		})
	}
}

func nobodyAnswers(t *testing.T, rule string) {
	t.Helper()
	o := newOnDuty(t)
	o.commands.Calm.PerHour = 2
	p := o.follows("nsp.yaml")
	o.exec(`INSERT INTO preferences (desk, person, quiet_from, quiet_until, digest, revision)
		VALUES ('nsp', 'sofie', 0, 1439, true, 1)`)
	o.turns()
	asked := request(rule, "page_exhausted", "mail portal", "parties/sds")
	exhausted := o.event(o.duty.page.GetName(), "page.exhausted", "", &triagev1.PageEvent{
		Page: o.duty.page, Notifications: []*triagev1.NotificationRequest{asked},
	})
	exhausted.Record.Audience, exhausted.Record.ProfileVersion = []string{"parties/sds"}, p.Version()
	for range 2 { // heard twice, told once
		if err := pgx.BeginFunc(t.Context(), o.pool, func(tx pgx.Tx) error {
			return o.paging.Handle(t.Context(), tx, o.triage.events[o.duty.page.GetName()][1:])
		}); err != nil {
			t.Fatal(err)
		}
	}
	o.events++
	o.work(o.commands)
	m := o.mailTo("sofie")
	if m.Subject != "Ingen har svaret på opkaldet om ASCP00000042" || !strings.Contains(m.Text, "ingen har kvitteret") {
		t.Errorf("the authority reads %q\n%s", m.Subject, m.Text)
	}
	if n := o.count("SELECT count(*) FROM notifications WHERE ticket = 'ASCP00000042' AND event_type = 'page.exhausted'"); n != 2 {
		t.Errorf("%d messages are in the ledger, want a mail and one in the inbox", n)
	}
	o.turns()
	o.calls()
	if n := len(o.sink.Messages(mailsink.Filter{To: "jonas@example.org"})); n != 1 {
		t.Errorf("the next on duty is called by %d mails", n)
	}
}
