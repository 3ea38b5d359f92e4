package message_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/message"
)

func text(all string) *profilev1.Text { return &profilev1.Text{Da: all, Sv: all, En: all} }

func parse(t *testing.T, subject, body string) *message.Template {
	t.Helper()
	made, err := message.Parse(&profilev1.MessageTemplate{Id: "it", Subject: text(subject), Body: text(body)})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestATemplateIsFilledInWithWhatIsKnown(t *testing.T) {
	t.Parallel()
	made := parse(t, "{{ticket.title}}: solved",
		"{{#ticket.solution}}\n{{ticket.solution}}\n\n{{/ticket.solution}}\nby {{ticket.closes}}")
	words := message.Words{Ticket: message.Ticket{
		Number: "A1", Title: "Printer\n& <b>{{ticket.number}}</b>", Solution: "Paper\r\nwas out",
		Closes: time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC),
	}}
	zone := time.FixedZone("CET", 3600)
	subject, body, err := made.Render("sv", zone, words)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Printer & <b>{{ticket.number}}</b>: solved"; subject != want {
		t.Errorf("the subject is %q, want %q: one line, and nothing of a title is a template", subject, want)
	}
	if want := "> Paper\n> was out\n\nby 2026-01-05 kl. 13:00"; body != want {
		t.Errorf("the body is %q, want %q", body, want)
	}
	if _, body, _ = made.Render("da", zone, message.Words{Ticket: message.Ticket{Number: "A1"}}); body != "by" {
		t.Errorf("without a solution the body is %q", body)
	}
}

func TestATemplateThatDoesNotRenderIsRefusedByFieldAndLanguage(t *testing.T) { // R78, R89
	t.Parallel()
	for what, c := range map[string]struct{ subject, body, field, says string }{
		"a word that does not exist":  {"{{ticket.name}}", "", "subject", "ticket.number"},
		"one within a section":        {"x", "{{#ticket.title}}{{reporter}}{{/ticket.title}}", "body", "{{reporter}}"},
		"a tag that is not closed":    {"x", "{{ticket.title", "body", "tag"},
		"a section that is left open": {"x", "{{#ticket.title}}", "body", "no closing tag"},
		"another file":                {"x", "{{> /etc/passwd}}", "body", "draws in"},
		"a subject of nothing":        {"{{ticket.solution}}", "x", "subject", "is empty"},
	} {
		_, err := message.Parse(&profilev1.MessageTemplate{Id: "it", Subject: text(c.subject), Body: text(c.body)})
		var fault *message.Fault
		if !errors.As(err, &fault) || fault.Field != c.field || fault.Language != "da" || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want it refused at %s.da and %q in the reason", what, err, c.field, c.says)
		}
	}
}

func TestATemplateKnowsWhatItSays(t *testing.T) {
	t.Parallel()
	made := parse(t, "x", "{{#ticket.reason}}{{ticket.reason}}{{/ticket.reason}}")
	if !made.Uses("ticket.note", "ticket.reason") || made.Uses("ticket.note") {
		t.Error("a template that quotes the reason, and no note, says otherwise")
	}
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{
		"{{ticket.title}}", "{{#ticket.reason}}x{{/ticket.reason}}", "{{{desk.name}}}", "{{=<% %>=}}<%ticket.url%>", "{{!c}}",
	} {
		f.Add(seed, "title")
	}
	f.Fuzz(func(t *testing.T, template, title string) {
		made, err := message.Parse(&profilev1.MessageTemplate{Id: "it", Subject: text("x"), Body: text(template)})
		if err != nil {
			return
		}
		words := message.Sample()
		words.Ticket.Title = title
		subject, _, err := made.Render("en", time.UTC, words)
		if err != nil || subject != "x" {
			t.Errorf("%q was let through, and does not render: %q %v", template, subject, err)
		}
	})
}
