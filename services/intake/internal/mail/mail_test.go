package mail_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/services/intake/internal/mail"
)

var numbers = mail.Numbers{Prefix: "ASCP", Digits: 8}

func signer(t testing.TB, digit string) *mailref.Signer {
	t.Helper()
	s, err := mailref.New(mailref.Config{Keys: []string{strings.Repeat(digit, 64)}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ticketOf(desk, number string) mailref.Reference {
	return mailref.Reference{Kind: mailref.Ticket, Desk: desk, ID: number}
}

// written is a mail with these headers and body.
func written(body string, headers ...string) []byte {
	return []byte(strings.ReplaceAll(strings.Join(headers, "\n")+"\n\n"+body, "\n", "\r\n"))
}

func parsed(t *testing.T, original []byte) mail.Message {
	t.Helper()
	m, err := mail.Parse(original)
	if err != nil {
		t.Fatalf("%v in:\n%s", err, original)
	}
	return m
}

func fileNames(m mail.Message) string {
	var names []string
	for _, part := range m.Parts {
		names = append(names, part.Name)
	}
	return strings.Join(names, "|")
}

// Every mail in testdata is one that some mail program sends; the file beside it says what must be read in it.
func TestWhatMailProgramsSendIsRead(t *testing.T) {
	t.Parallel()
	const person = mail.Person
	for _, c := range []struct {
		file, subject, from, text string
		files                     []string
		kind                      mail.Kind
		sealed                    bool
	}{
		{"latin1_quoted_printable.eml", "Printeren på afsnit 4 er død", "søren@hospital.example", "Blæk på gulvet", nil, person, false},
		{"windows1252_html_only.eml", "Smiley “citat”", "bo@region.example", "Første linje", nil, person, false},
		{"nested_with_inline_image.eml", "Skærmbillede", "karin@hospital.example", "Se billedet", []string{"log.txt"}, person, false},
		{"calendar_invitation.eml", "Indkaldelse: Driftsmøde", "ida@region.example", "Vi mødes", []string{"invite.ics"}, person, false},
		{"smime_encrypted.eml", "Fortroligt", "jens@region.example", "", nil, mail.Person, true},
		{"pgp_encrypted.eml", "Hemmelig", "eva@region.example", "", nil, mail.Person, true},
		{"smime_signed.eml", "Underskrevet", "jens@region.example", "Kan læses af alle", []string{"smime.p7s"}, person, false},
		{"tnef.eml", "Fra Outlook", "per@region.example", "Se vedhæftet", []string{"winmail.dat"}, person, false},
		{"broken_boundary.eml", "Afbrudt", "mads@region.example", "Det her nåede frem", nil, person, false},
		{"no_charset_utf8.eml", "Blåbærgrød", "åse@region.example", "Rødgrød med fløde", nil, person, false},
		{"bounce.eml", "Undelivered Mail Returned to Sender", "mailer-daemon@mx.example", "not be delivered", nil, mail.Bounce, false},
		{"out_of_office.eml", "Automatisk svar: Sag", "karin@hospital.example", "ferie", nil, mail.Absence, false},
		{"mailing_list.eml", "[drift] Nyhedsbrev", "redaktion@liste.example", "Nyt fra", nil, mail.MailingList, false},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			original, err := os.ReadFile(filepath.Join("testdata", c.file))
			if err != nil {
				t.Fatal(err)
			}
			m := parsed(t, original)
			if m.Subject != c.subject || m.From.Address != c.from || !strings.Contains(m.Text, c.text) {
				t.Errorf("read as %q from %q: %q", m.Subject, m.From.Address, m.Text)
			}
			if m.Kind != c.kind || m.Sealed != c.sealed {
				t.Errorf("read as %v, sealed %v", m.Kind, m.Sealed)
			}
			for _, name := range c.files {
				if !strings.Contains(fileNames(m), name) {
					t.Errorf("%q came with it; found are %q", name, fileNames(m))
				}
			}
		})
	}
}

// Mail loop, RFC 3834: whatever shows that no person wrote it, with and without the headers of the standard.
func TestWhatNoPersonWroteIsKnownWithAndWithoutItsHeaders(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]mail.Kind{
		"Auto-Submitted: auto-replied":                          mail.Absence,
		"Auto-Submitted: auto-replied (vacation)":               mail.Absence,
		"Auto-Submitted: auto-generated":                        mail.Program,
		"Auto-Submitted: no":                                    mail.Person,
		"X-Autoreply: yes":                                      mail.Absence,
		"Precedence: bulk":                                      mail.Program,
		"Precedence: list":                                      mail.MailingList,
		"List-Id: <drift.liste.example>":                        mail.MailingList,
		"Subject: Autosvar: Ikke på kontoret":                   mail.Absence,
		"Subject: Out of Office: Printer":                       mail.Absence,
		"Subject: Frånvarande till måndag":                      mail.Absence,
		"Subject: Undelivered Mail Returned to Sender":          mail.Bounce,
		"Return-Path: <>":                                       mail.Bounce,
		"From: Mail Delivery System <MAILER-DAEMON@mx.example>": mail.Bounce,
		"From: noreply@scanner.example":                         mail.Program,
		"Content-Type: multipart/report; report-type=delivery-status; boundary=x": mail.Bounce,
		"Subject: Vores autosvar virker ikke":                                     mail.Person,
		"Subject: Noreply-adressen afviser":                                       mail.Person,
	} {
		headers := []string{header}
		if !strings.HasPrefix(header, "From:") {
			headers = append(headers, "From: karin@hospital.example")
		}
		if m := parsed(t, written("Hej", headers...)); m.Kind != want {
			t.Errorf("%s: %v, want %v", header, m.Kind, want)
		}
	}
}

// Wrong thread: a reference of ours joins; a number is a word; another desk's reference, or a forged one, is none.
func TestAReferenceOfOursJoinsAndANumberIsJustAWord(t *testing.T) {
	t.Parallel()
	ours, others := signer(t, "a"), signer(t, "b")
	ticket := mailref.Reference{Kind: mailref.Ticket, Desk: "nsp", ID: "ASCP00000042", Serial: "1"}
	elsewhere := mailref.Reference{Kind: mailref.Ticket, Desk: "au", ID: "AU00000042"}
	id, joined := ours.MessageID(ticket, "x.example"), mail.Thread{Ticket: "ASCP00000042", Signed: true}
	for name, c := range map[string]struct {
		headers []string
		want    mail.Thread
	}{
		"In-Reply-To":            {[]string{"In-Reply-To: <" + id + ">"}, joined},
		"References, folded":     {[]string{"References: <a@b>\n <" + id + ">"}, joined},
		"the address":            {[]string{"To: " + ours.ReplyTo("desk@x.example", ticket)}, joined},
		"forged":                 {[]string{"In-Reply-To: <" + others.MessageID(ticket, "x.example") + ">"}, mail.Thread{}},
		"another desk's":         {[]string{"In-Reply-To: <" + ours.MessageID(elsewhere, "x.example") + ">"}, mail.Thread{}},
		"a number":               {[]string{"Subject: Re: [ASCP00000042] Løst"}, mail.Thread{Ticket: "ASCP00000042"}},
		"a number in small type": {[]string{"Subject: om ascp00000042."}, mail.Thread{Ticket: "ASCP00000042"}},
		"a longer number":        {[]string{"Subject: ASCP000000421"}, mail.Thread{}},
		"part of a word":         {[]string{"Subject: XASCP00000042"}, mail.Thread{}},
		"both: the reference counts": {
			[]string{"Subject: ASCP00000007", "In-Reply-To: <" + ours.MessageID(ticket, "x.example") + ">"},
			mail.Thread{Ticket: "ASCP00000042", Signed: true},
		},
		"our own mail": {[]string{"Message-ID: <" + ours.MessageID(ticket, "x.example") + ">"}, mail.Thread{Own: true}},
	} {
		m := parsed(t, written("Hej", append(c.headers, "From: karin@hospital.example")...))
		if got := mail.ThreadOf(m, "nsp", numbers, ours); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// Mail loop: what no person wrote opens nothing and moves nothing until a person has looked at it.
func TestWhatNoPersonWroteNeverOpensATicketByItself(t *testing.T) {
	t.Parallel()
	person := mail.Message{}
	person.From.Address = "karin@hospital.example"
	for _, kind := range []mail.Kind{mail.Absence, mail.Bounce, mail.Program, mail.MailingList} {
		machine := person
		machine.Kind = kind
		for thread, want := range map[mail.Thread]mail.Step{
			{}:                                     mail.Hold,
			{Ticket: "ASCP00000042"}:               mail.Hold,
			{Ticket: "ASCP00000042", Signed: true}: mail.Note,
			{Ticket: "ASCP00000042", Signed: true, Own: true}: mail.Hold,
		} {
			if got, reason := mail.Decide(machine, thread, false); got != want || got == mail.Hold && reason == "" {
				t.Errorf("%v with %+v: %v for %q, want %v", kind, thread, got, reason, want)
			}
		}
		if got, _ := mail.Decide(machine, mail.Thread{}, true); got != mail.Open {
			t.Errorf("%v that a person released: %v", kind, got)
		}
	}
	if got, reason := mail.Decide(person, mail.Thread{Own: true}, false); got != mail.Hold || reason != mail.ReasonLoop {
		t.Errorf("a mail of our own without any header of the standard: %v for %q", got, reason)
	}
	if got, _ := mail.Decide(person, mail.Thread{Ticket: "ASCP00000042"}, false); got != mail.Join {
		t.Errorf("a person: %v", got)
	}
}

func TestQuotationsAndSignaturesAreFoldedAndNeverDropped(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, fresh string }{
		"signature":         {"Det virker nu.\n\n-- \nKarin Dahl\nAfsnit 4", "Det virker nu."},
		"reply above":       {"Tak!\n\nOn Mon, 3 Nov 2025 at 10:00, NSP <desk@x.example> wrote:\n> Virker det?", "Tak!"},
		"Danish":            {"Nej.\n\nDen 3. nov. 2025 kl. 10.00 skrev NSP <desk@x.example>:\n\n> Virker det?\n> Hilsen", "Nej."},
		"Swedish, wrapped":  {"Nej.\n\nDen 3 nov. 2025 kl. 10:00 skrev Nationella\ndesken <d@x.example>:\n> Fungerar det?", "Nej."},
		"Outlook":           {"Ja\n\nFra: NSP <desk@x.example>\nSendt: 3. november 2025\nTil: Karin\nEmne: Sag\n\nVirker det?", "Ja"},
		"original message":  {"Ja\n\n-----Oprindelig meddelelse-----\nFra: x", "Ja"},
		"answers in place":  {"> Virker det?\nNej.\n> Hvornår?\nI morges.", "> Virker det?\nNej.\n> Hvornår?\nI morges."},
		"nothing else":      {"Fra: a@b.example\nSendt: i dag\n\nDer er nede", "Fra: a@b.example\nSendt: i dag\n\nDer er nede"},
		"nothing to fold":   {"Hej\n\nDer er nede.", "Hej\n\nDer er nede."},
		"a word that looks": {"Den skærm, som jeg skrev om, er sort.", "Den skærm, som jeg skrev om, er sort."},
	} {
		body := mail.Fold(c.text)
		if body.Fresh != c.fresh {
			t.Errorf("%s: new is %q, want %q", name, body.Fresh, c.fresh)
		}
		whole := body.String()
		for _, word := range strings.Fields(c.text) {
			if !strings.Contains(whole, word) {
				t.Errorf("%s: %q is dropped", name, word)
			}
		}
	}
}

// Duplicates: the same mail has one key by whichever way it came.
func TestTheSameMailHasOneKeyByEveryWay(t *testing.T) {
	t.Parallel()
	with := written("Hej", "Message-ID: <1@x.example>", "From: Karin <karin@hospital.example>", "Subject: a")
	if mail.Key(with) != mail.Key(append([]byte("Return-Path: <k@x>\r\nReceived: from a\r\n\tby b; today\r\n"), with...)) {
		t.Error("with a Message-ID the lines of servers make another key")
	}
	without := written("Hej", "From: karin@hospital.example", "Subject: a")
	if mail.Key(without) != mail.Key(append([]byte("Delivered-To: x\r\nReceived: from a\r\n\tby b; today\r\n"), without...)) {
		t.Error("without a Message-ID the lines of servers make another key")
	}
	for name, other := range map[string][]byte{
		"another author":     written("Hej", "Message-ID: <1@x.example>", "From: bo@hospital.example", "Subject: a"),
		"another Message-ID": written("Hej", "Message-ID: <2@x.example>", "From: Karin <karin@hospital.example>", "Subject: a"),
	} {
		if mail.Key(with) == mail.Key(other) {
			t.Errorf("%s has the same key", name)
		}
	}
	if mail.Key(without) == mail.Key(written("Hej!", "From: karin@hospital.example", "Subject: a")) {
		t.Error("other words have the same key")
	}
}

// FuzzParse: whatever anybody sends is read or refused, and what is read can be kept.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(files) == 0 {
		f.Fatalf("no mails to begin with: %v", err)
	}
	for _, file := range files {
		original, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(original)
	}
	f.Fuzz(func(t *testing.T, original []byte) {
		if key := mail.Key(original); len(key) != 64 {
			t.Errorf("its key is %q", key)
		}
		m, err := mail.Parse(original)
		if err != nil {
			return
		}
		for name, s := range map[string]string{
			"subject": m.Subject, "text": m.Text, "from": m.From.Address, "raw": mail.Raw(original),
		} {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				t.Errorf("%s %q cannot be kept", name, s)
			}
		}
		if strings.ContainsAny(m.Subject, "\r\n") || len([]rune(mail.Title(m.Subject))) > 200 {
			t.Errorf("the title is %q", mail.Title(m.Subject))
		}
		body := mail.Fold(m.Text)
		if len(strings.Join(strings.Fields(body.Fresh+body.Folded), "")) != len(strings.Join(strings.Fields(m.Text), "")) {
			t.Errorf("folding %q dropped or added something: %q, %q", m.Text, body.Fresh, body.Folded)
		}
	})
}

// FuzzThread: without our key nobody makes a reference, and what no person wrote opens nothing.
func FuzzThread(f *testing.F) {
	theirs := signer(f, "b")
	ref := mailref.Reference{Kind: mailref.Ticket, Desk: "nsp", ID: "ASCP00000042"}
	f.Add("<"+theirs.MessageID(ref, "x.example")+">", "Re: [ASCP00000042] x", theirs.ReplyTo("desk@x.example", ref), "auto-replied")
	f.Add("t.nsp.ascp00000042.aaaaaaaaaaaaaaaa@x", "ascp00000042ASCP00000042", "<>", "")
	ours := signer(f, "a")
	f.Fuzz(func(t *testing.T, references, subject, to, automatic string) {
		m, err := mail.Parse(written("Hej", "From: k@x.example", "References: "+references, "Subject: "+subject, "To: "+to,
			"Auto-Submitted: "+automatic))
		if err != nil {
			return
		}
		thread := mail.ThreadOf(m, "nsp", numbers, ours)
		if thread.Signed || thread.Own || thread.Page != "" {
			t.Fatalf("%q, %q, %q made a reference of ours: %+v", references, subject, to, thread)
		}
		if thread.Ticket != "" && !strings.Contains(strings.ToUpper(m.Subject), thread.Ticket) {
			t.Errorf("%q names no %s", m.Subject, thread.Ticket)
		}
		if step, _ := mail.Decide(m, thread, false); m.Kind != mail.Person && step != mail.Hold {
			t.Errorf("what no person wrote is %v", step)
		}
	})
}
