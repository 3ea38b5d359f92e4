package domain_test

import (
	"slices"
	"strings"
	"testing"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

func templates(t *testing.T) *domain.Templates {
	t.Helper()
	all, err := domain.LoadTemplates()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func sample() domain.Letter {
	return domain.Letter{
		Name: "Mette Jensen", Number: "ASCP00000042", Title: "Receptserveren svarer ikke", Desk: "National Servicedesk",
		Person: "Jonas Holm", Unit: "Netic Drift", Status: triagev1.TicketStatus_TICKET_STATUS_AWAITING_USER,
		Reason: "Hvilken kommune?\nOg hvornår?", Solution: "Servicen er genstartet.",
		ExternalIDs: []*triagev1.ExternalId{{System: "jira", Id: "NSP-7"}},
		URL:         "https://bavn.example/desks/nsp/tickets/ASCP00000042",
	}
}

func TestEveryRuleHasATemplateAndEveryTemplateARule(t *testing.T) {
	t.Parallel()
	names := templates(t).Names()
	used := map[string]bool{"watched": true, "digest": true} // of no event alone
	for _, rule := range domain.Rules {
		used[rule.Template] = true
		if !slices.Contains(names, rule.Template) {
			t.Errorf("%s has no template", rule.Name())
		}
	}
	for _, name := range names {
		if !used[name] {
			t.Errorf("no rule uses the template %s", name)
		}
	}
	for name := range domain.ReasonOf {
		if !used[name] {
			t.Errorf("a reason is read for %s, which is no template", name)
		}
	}
}

func TestEveryTemplateCanBeFilledInInEveryLanguageWithEverythingAndWithNothing(t *testing.T) {
	t.Parallel()
	all := templates(t)
	bare := domain.Letter{Number: "ASCP00000042", Desk: "National Servicedesk", Unit: "netic"}
	for _, name := range all.Names() {
		for _, language := range domain.Languages {
			for what, l := range map[string]domain.Letter{"everything": sample(), "nothing": bare} {
				subject, body, err := all.Render(name, language, l)
				if err != nil {
					t.Errorf("%s in %s with %s: %v", name, language, what, err)
					continue
				}
				for _, text := range []string{subject, body} {
					if strings.Contains(text, "<no value>") || strings.Contains(text, "  ") || strings.Contains(text, "\n\n\n") {
						t.Errorf("%s in %s with %s reads badly:\n%s", name, language, what, text)
					}
				}
				if !strings.HasPrefix(subject, "[ASCP00000042] ") || strings.ContainsAny(subject, "\r\n") {
					t.Errorf("%s in %s has the subject %q, want one line that begins with the number", name, language, subject)
				}
				if !strings.Contains(body, "National Servicedesk") || !strings.HasSuffix(body, "\n") {
					t.Errorf("%s in %s is not signed:\n%s", name, language, body)
				}
			}
		}
	}
}

func TestAMailQuotesTicketNumberTitleAndTheNumbersOfOtherTools(t *testing.T) {
	t.Parallel()
	all := templates(t)
	for _, name := range all.Names() {
		for _, language := range domain.Languages {
			_, body, err := all.Render(name, language, sample())
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"ASCP00000042", "Receptserveren svarer ikke", "jira: NSP-7", "https://bavn.example/desks/nsp"} {
				if !strings.Contains(body, want) {
					t.Errorf("%s in %s does not say %q:\n%s", name, language, want, body)
				}
			}
		}
	}
}

func TestR78AtTheStartOfWorkAPersonIsNamedInSubjectAndText(t *testing.T) {
	t.Parallel()
	for _, language := range domain.Languages {
		subject, body, err := templates(t).Render("work_started", language, sample())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(subject, "Jonas Holm") || !strings.Contains(body, "Jonas Holm (Netic Drift)") {
			t.Errorf("in %s nobody is named:\n%s\n%s", language, subject, body)
		}
	}
}

func TestWhatATemplateMustSay(t *testing.T) {
	t.Parallel()
	for template, want := range map[string]string{
		"held":                       "> Hvilken kommune?\n> Og hvornår?", // R96
		"resolved":                   "> Servicen er genstartet.",         // R98
		"closed":                     "> Servicen er genstartet.",         // R104
		"returned":                   "> Hvilken kommune?",                // R102
		"responsibility_transferred": "Netic Drift",                       // R60
	} {
		for _, language := range domain.Languages {
			_, body, err := templates(t).Render(template, language, sample())
			if err != nil || !strings.Contains(body, want) {
				t.Errorf("%s in %s does not say %q (%v):\n%s", template, language, want, err, body)
			}
		}
	}
}

func TestR104TheSolutionComesWithHowToAcceptOrRejectIt(t *testing.T) {
	t.Parallel()
	words := map[string][2]string{"da": {"godtag", "afvis"}, "sv": {"godkänn", "avvisa"}, "en": {"accept", "reject"}}
	for language, want := range words {
		_, body, err := templates(t).Render("resolved", language, sample())
		if err != nil || !strings.Contains(body, want[0]) || !strings.Contains(body, want[1]) {
			t.Errorf("in %s it is not said how to accept or reject (%v):\n%s", language, err, body)
		}
	}
}

func TestTheLanguageIsThePersonsThenTheDesksThenEnglish(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ person, desk, want string }{
		{"sv-SE", "da", "sv"}, {"", "da", "da"}, {"de", "da", "da"}, {"EN", "da", "en"}, {"de", "", "en"},
	} {
		if got := domain.Language(c.person, c.desk); got != c.want {
			t.Errorf("for a person of %q at a desk of %q: %s, want %s", c.person, c.desk, got, c.want)
		}
	}
}
