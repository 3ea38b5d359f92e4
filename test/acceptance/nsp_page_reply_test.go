package acceptance_test

import (
	"fmt"
	"net/smtp"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/test/house"
)

// R50, R52: whoever is on duty takes the call by answering its mail, and what they write is on the ticket for those who work on
// it. A stranger who has the mail, an absence notice and a no take no call: they are held, and the next is called.
func aCallThatIsAnsweredByAReply(v *nspVisit) {
	v.inAnOrdinaryWeek("Fri 18:05")
	v.step("a P1 comes, and the system owner is called", func() {
		v.form("P1")
		v.calls(nspOwner, nspManager)
		v.reached("sanne", time.Minute)
	})
	call := v.callMails("sanne")[0]
	for from, mail := range map[string]string{
		"fremmed@ude.example":  answerTo(call, "fremmed@ude.example", "Jeg tager den."),
		house.Mailbox("nils"):  answerTo(call, house.Mailbox("nils"), "Jeg tager den."), // it is not yet his turn
		"":                     answerTo(call, house.Mailbox("sanne"), "Jeg er på ferie.", "Auto-Submitted: auto-replied"),
		house.Mailbox("sanne"): answerTo(call, house.Mailbox("sanne"), "Nej, jeg kan ikke.\n\n> Tager du den, så svar"),
	} {
		v.step("an answer that takes no call: from "+from, func() {
			v.mails(from, mail)
			if got := v.held(); got == "" {
				v.t.Error("it is not held")
			}
			if got := v.page().GetState(); got != triagev1.PageState_PAGE_STATE_CALLING {
				v.t.Fatalf("the page is %s", got)
			}
		})
	}
	v.step("the system owner answers, and nobody else is called", func() {
		v.mails(house.Mailbox("sanne"), answerTo(call, house.Mailbox("sanne"), "Jeg kører om ti minutter.\n\n> Du bliver tilkaldt"))
		if got := v.held(); got != "" {
			v.t.Errorf("it is held for %s", got)
		}
		if p := v.page(); p.GetState() != triagev1.PageState_PAGE_STATE_ACKNOWLEDGED || p.GetTurn() != 1 {
			v.t.Errorf("the page is %s in turn %d", p.GetState(), p.GetTurn())
		}
		var noted int
		err := v.DB("triage").QueryRow(v.ctx,
			"SELECT count(*) FROM events WHERE resource = $1 AND type = 'ticket.internal_note_added'", v.ticket.GetName()).Scan(&noted)
		if err != nil || noted != 1 {
			v.t.Errorf("the answer is noted %d times: %v", noted, err)
		}
	})
}

// answerTo is a mail that answers one of ours.
func answerTo(m mailsink.Message, from, body string, headers ...string) string {
	return eml(from, "SV: "+m.Subject, body, append(headers, "In-Reply-To: <"+m.MessageID+">")...)
}

// mails hands a mail over and waits until everything that came has an outcome.
func (v *nspVisit) mails(from, mail string) {
	v.t.Helper()
	if err := smtp.SendMail(v.Addresses().MailIn, nil, from, []string{toTheDesk}, []byte(mail)); err != nil {
		v.t.Fatalf("the mail is not accepted: %v", err)
	}
	v.eventually("the mail has an outcome", func() error {
		var pending int
		err := v.DB("intake").QueryRow(v.ctx, "SELECT count(*) FROM inbound_items WHERE outcome = 0").Scan(&pending)
		if err == nil && pending > 0 {
			err = fmt.Errorf("%d are pending", pending)
		}
		return err
	})
}

// held is why the last mail is held; empty where it is not.
func (v *nspVisit) held() (reason string) {
	v.t.Helper()
	if err := v.DB("intake").QueryRow(v.ctx, "SELECT CASE outcome WHEN 4 THEN reason ELSE '' END FROM inbound_items "+
		"ORDER BY inbound DESC LIMIT 1").Scan(&reason); err != nil {
		v.t.Fatal(err)
	}
	return reason
}
