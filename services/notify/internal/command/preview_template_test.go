package command_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

// R78, R89: every template that a shipped profile has, and every one of ours, can be looked at in every language, with a sample
// and with a ticket.
func TestEveryTemplateCanBeLookedAt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.ticket("ASCP00000042")
	ours, err := domain.LoadTemplates()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"au.yaml", "datafordeler.yaml", "nsp.yaml", "itil-sv.yaml"} {
		p := w.follows(file)
		names := ours.Names()
		for _, template := range p.Settings().GetMessageTemplates() {
			names = append(names, template.GetId())
		}
		for _, name := range names {
			for _, language := range domain.Languages {
				for _, asked := range []command.Preview{{}, {Ticket: ticket}} {
					asked.Name, asked.LanguageCode = desk+"/templates/"+name, language
					got, err := w.commands.PreviewTemplate(w.as("jonas"), asked)
					if err != nil {
						t.Fatalf("%s, %s in %s: %v", file, name, language, err)
					}
					if got.GetSubject() == "" || got.GetBody() == "" || strings.Contains(got.GetSubject()+got.GetBody(), "{{") {
						t.Errorf("%s, %s in %s says %q\n%s", file, name, language, got.GetSubject(), got.GetBody())
					}
					if asked.Ticket != nil && strings.Contains(got.GetBody(), "Recepter kan ikke") {
						t.Errorf("%s, %s in %s says the sample's title of a real ticket", file, name, language)
					}
				}
			}
		}
	}
	none := command.Preview{Name: desk + "/templates/no_such_words"}
	if _, err := w.commands.PreviewTemplate(w.as("jonas"), none); !fault.Is(err, fault.NotFound) {
		t.Errorf("a template that there is not: %v", err)
	}
}

// R89: a test goes to who asked for it and to nobody whom the ticket concerns, once, in their language, and says that it is one.
func TestATestMessageGoesToTheCallerAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.follows("nsp.yaml")
	ticket := w.ticket("ASCP00000042")
	w.exec(`INSERT INTO preferences (desk, person, muted, revision) VALUES ('nsp', 'ida', '{1}', 1)`)
	r := &notifyv1.SendTestMessageRequest{Name: desk + "/templates/resolved", RequestId: uuid.NewString(), Ticket: ticket.GetName()}
	var shown *notifyv1.TemplatePreview
	for range 3 {
		var err error
		if shown, err = w.commands.SendTestMessage(w.as("ida"), r, command.Preview{Name: r.GetName(), Ticket: ticket}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.sink.Messages(mailsink.Filter{})); n != 1 {
		t.Fatalf("%d mails went out, want 1", n)
	}
	m := w.mailTo("ida")
	if m.Subject != shown.GetSubject() || !strings.HasPrefix(m.Subject, "[Test] ") || shown.GetProfileVersion() != p.Version() {
		t.Errorf("the mail is called %q, and shown was %v", m.Subject, shown)
	}
	if !strings.Contains(m.Text, "Hej Ida Ek") || shown.GetLanguageCode() != "sv" {
		t.Errorf("it says\n%s", m.Text)
	}
	if n := w.count("SELECT count(*) FROM notifications"); n != 0 {
		t.Errorf("%d messages of the ticket are in the ledger", n)
	}
	w.intake.persons[who("rie")] = nil
	r.RequestId = uuid.NewString()
	if _, err := w.commands.SendTestMessage(w.as("rie"), r, command.Preview{Name: r.GetName()}); !fault.Is(err, "NO_ADDRESS") {
		t.Errorf("who has no address: %v", err)
	}
}
