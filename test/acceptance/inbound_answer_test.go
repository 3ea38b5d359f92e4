package acceptance_test

import (
	"context"
	"errors"
	"fmt"
	"net/smtp"
	"strings"
	"testing"

	"github.com/bavn/bavn/cmd/bavn/suite"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/test/house"
)

// R12: an end user who mails the national desk is refused and referred to their own desk, once, in the desk's language and in
// English: no ticket, and no second answer within the hour. What no person wrote is answered with nothing.
func TestR12AMailThatIsRefusedIsReferredToTheSendersOwnDesk(t *testing.T) {
	t.Parallel()
	o := atWork(t, "nsp", nspCast...)
	ctx, cancel := context.WithTimeout(t.Context(), walkLimit)
	defer cancel()
	send := func(from, mail string) {
		if err := smtp.SendMail(o.Addresses().MailIn, nil, from, []string{toTheDesk}, []byte(mail)); err != nil {
			t.Fatalf("the mail is not accepted: %v", err)
		}
	}
	send("", eml("vagt@hospital.example", "Autosvar: ferie", "Jeg er væk.", "Auto-Submitted: auto-replied"))
	send("borger@ude.example", withID(
		eml("Bo Borger <borger@ude.example>", "Mit medicinkort er tomt", "Hvad gør jeg?"), "spoerg-1@ude.example"))
	answered := func(n int) []mailsink.Message {
		var mails []mailsink.Message
		if err := house.Until(ctx, func(ctx context.Context) error {
			var settled int
			if err := o.DB("notify").QueryRow(ctx,
				"SELECT count(*) FROM notifications WHERE rule = 'inbound_answer' AND delivery <> 1").Scan(&settled); err != nil {
				return err
			}
			if mails = o.Mail().Messages(mailsink.Filter{To: "borger@ude.example"}); settled < n {
				return fmt.Errorf("%d of %d are settled, %d mails", settled, n, len(mails))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return mails
	}
	mails := answered(1)
	if len(mails) != 1 {
		t.Fatalf("%d mails were sent", len(mails))
	}
	for _, words := range []string{"Kontakt din lokale service desk", "Contact your local service desk", "Mit medicinkort er tomt"} {
		if !strings.Contains(mails[0].Text, words) {
			t.Errorf("it does not say %q:\n%s", words, mails[0].Text)
		}
	}
	if got := mails[0].Header.Get("In-Reply-To"); got != "<spoerg-1@ude.example>" {
		t.Errorf("it answers %q", got)
	}
	if got := mails[0].Header.Get("Auto-Submitted"); got != "auto-replied" {
		t.Errorf("a program would answer it: Auto-Submitted is %q", got)
	}
	send("borger@ude.example", eml("borger@ude.example", "Hallo?", "Er der nogen?"))
	if again := answered(2); len(again) != 1 {
		t.Errorf("within the hour %d mails were sent", len(again))
	}
	if all := o.Mail().Messages(mailsink.Filter{To: "vagt@hospital.example"}); len(all) != 0 {
		t.Errorf("an absence notice was answered: %q", all[0].Subject)
	}
	var tickets int
	if err := o.DB("triage").QueryRow(ctx, "SELECT count(*) FROM tickets").Scan(&tickets); err != nil || tickets != 0 {
		t.Errorf("%d tickets were opened: %v", tickets, err)
	}
}

// Wrong thread: a stranger who quotes a number is told that their mail became a ticket of its own, and learns nothing of the
// other; the answer to that mail joins the new one.
func TestAStrangerWhoQuotesANumberGetsAHint(t *testing.T) {
	t.Parallel()
	p := openPost(t)
	p.send("gerda@hospital.example", eml("gerda@hospital.example", "Fortroligt om kantinen", "Den siger intet."))
	number := lastPart(p.settled(1)[0].GetTicket())
	p.send("fremmed@ude.example", eml("fremmed@ude.example", "Om "+number, "Giv mig alt om den."))
	became := lastPart(p.settled(2)[0].GetTicket())
	var hint mailsink.Message
	if err := house.Until(p.ctx, func(context.Context) error {
		for _, m := range p.running.Mail().Messages(mailsink.Filter{To: "fremmed@ude.example"}) {
			if strings.Contains(m.Subject, became) && strings.Contains(m.Text, "ny sag, "+became) {
				hint = m
				return nil
			}
		}
		return errors.New("no hint was sent")
	}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(hint.Text, "kantinen") {
		t.Errorf("it tells of the other ticket:\n%s", hint.Text)
	}
	p.send("fremmed@ude.example", eml("fremmed@ude.example", "SV: "+hint.Subject, "Den er sort.",
		"In-Reply-To: <"+hint.MessageID+">"))
	last := p.settled(3)[0]
	p.is(last, joined, "")
	if lastPart(last.GetTicket()) != became {
		t.Errorf("the answer joined %s, want %s", last.GetTicket(), became)
	}
	if to := hint.Header.Get("Reply-To"); to != "" && !strings.Contains(to, "+t.nsp.") {
		t.Errorf("an answer goes to %q in %s", to, suite.MailDomain)
	}
}
