package mail_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/bavn/bavn/services/intake/internal/mail"
)

// R50: a person's answer to a call takes it; a no, and what no person wrote, does not: the next is called.
func TestAnAnswerToACallTakesItUnlessItSaysNo(t *testing.T) {
	t.Parallel()
	thread := mail.Thread{Page: "019395d8-1c2d-7e3f-8a4b-5c6d7e8f9a0b", Signed: true}
	for text, want := range map[string]mail.Step{
		"": mail.Answer, "ok": mail.Answer, "Jeg tager den.": mail.Answer, "Norden kalder, jeg kører": mail.Answer,
		"Ja, men jeg kan ikke være der før 20": mail.Answer,
		"Nej":                                  mail.Hold, "Nej, jeg kan ikke.": mail.Hold, "  – nej tak": mail.Hold, "No.": mail.Hold,
		"Jeg kan ikke i aften": mail.Hold,
		"Tyvärr, jag är sjuk":  mail.Hold, "Sorry, I am ill": mail.Hold, "I can't": mail.Hold,
		"Jag tar det\n\n> nej": mail.Answer,
	} {
		m := mail.Message{Text: text}
		m.From.Address = "sanne@sds.example"
		if got, _ := mail.Decide(m, thread, false); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
		m.Kind = mail.Absence
		if got, reason := mail.Decide(m, thread, false); got != mail.Hold || reason != "AUTOMATIC_REPLY" {
			t.Errorf("%q of an answering machine: %v for %q", text, got, reason)
		}
	}
}

// Mail loop: a mail of a desk like ours is a program's although every header that says so was taken away on the way.
func TestAMailOfAnotherInstallationIsAProgramsWithoutAnyHeaderOfTheStandard(t *testing.T) {
	t.Parallel()
	theirs := signer(t, "b")
	ref := ticketOf("au", "AU00000042")
	for name, header := range map[string]string{
		"Message-ID": "Message-ID: <" + theirs.MessageID(ref, "au.example") + ">",
		"Reply-To":   "Reply-To: " + theirs.ReplyTo("desk@au.example", ref),
	} {
		if m := parsed(t, written("Din sag er løst", header, "From: desk@au.example")); m.Kind != mail.Program {
			t.Errorf("known by its %s as %v", name, m.Kind)
		}
	}
	person := written("Virker", "In-Reply-To: <"+theirs.MessageID(ref, "au.example")+">", "From: karin@au.example")
	if m := parsed(t, person); m.Kind != mail.Person {
		t.Errorf("a person's answer to theirs is %v", m.Kind)
	}
}

// Lost mail: a mail whose parts lie in each other without end would hold the parser for ever; it is unreadable, and so held.
func TestAMailOfPartsWithinPartsWithoutEndIsUnreadable(t *testing.T) {
	t.Parallel()
	nested := func(levels int) []byte {
		headers := "From: k@x.example"
		for i := range levels {
			headers += fmt.Sprintf("\nContent-Type: multipart/mixed; boundary=b%d\n\n--b%[1]d", i)
		}
		return written("Hej", headers, "Content-Type: text/plain")
	}
	if _, err := mail.Parse(nested(60)); !errors.Is(err, mail.ErrUnreadable) {
		t.Errorf("sixty levels: %v", err)
	}
	if m, err := mail.Parse(nested(8)); err != nil || m.Text != "Hej" {
		t.Errorf("eight levels: %q, %v", m.Text, err)
	}
}

// RFC 3834: an answer goes to the sender of the envelope, and to nobody where that is null or no person wrote.
func TestAnAnswerGoesToTheSenderOfTheEnvelopeAndNeverToAProgram(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		headers []string
		want    string
	}{
		"envelope":    {[]string{"Return-Path: <karin+vagt@hospital.example>"}, "karin+vagt@hospital.example"},
		"no envelope": {nil, "karin@hospital.example"},
		"null":        {[]string{"Return-Path: <>"}, ""},
		"a program":   {[]string{"Auto-Submitted: auto-generated"}, ""},
		"two in one":  {[]string{"Return-Path: <a@b.example> <c@d.example>"}, ""},
		"a header":    {[]string{"Return-Path: <a@b.example\tBcc:x@y.example>"}, ""},
	} {
		m := parsed(t, written("Hej", append(c.headers, "From: Karin <karin@hospital.example>")...))
		if got := m.AnswerTo(); got != c.want {
			t.Errorf("%s: answered at %q, want %q", name, got, c.want)
		}
	}
	for id, want := range map[string]string{
		"<a@b>": "a@b", "<a b@c>": "", "<å@b>": "", "<a@b> <c@d>": "", "nothing": "",
	} {
		if got := parsed(t, written("Hej", "Message-ID: "+id, "From: k@x.example")).Answerable(); got != want {
			t.Errorf("%q is answered as %q, want %q", id, got, want)
		}
	}
}
