package domain

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"text/template"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/resourcename"
)

// Letter is what a template may say.
type Letter struct {
	Name   string // the recipient's
	Number string // of the ticket: "ASCP00000042"
	Title  string
	Desk   string // the desk's display name
	Person string // whom the message names; empty where nobody is known by name
	Unit   string // the party or group
	Status triagev1.TicketStatus
	// Reason and Solution are empty where nothing was said, or where it was erased.
	Reason, Solution string
	Workaround       bool
	ExternalIDs      []*triagev1.ExternalId
	// URL shows the ticket; empty where the desk has no page.
	URL string
	// Items are what a digest tells, newest first, of Total tickets.
	Items []Letter
	Total int
	// Signed is the person who writes; empty where it is the desk.
	Signed string
}

// Who is the person and where they work, "Per Holm (Drift)"; somebody where no name is known.
func (l Letter) Who(somebody string) string {
	who := cmp.Or(l.Person, somebody)
	if l.Unit != "" {
		who += " (" + l.Unit + ")"
	}
	return who
}

// Quoted is the title within a sentence, after a space; nothing where there is none.
func (l Letter) Quoted() string {
	if l.Title == "" {
		return ""
	}
	return ` "` + l.Title + `"`
}

// More is how many tickets a digest is about beside those that it lists.
func (l Letter) More() int { return l.Total - len(l.Items) }

// TitleOr is the title, or what stands for it, after a space.
func (l Letter) TitleOr(other string) string { return cmp.Or(l.Quoted(), " "+other) }

// WaitsFor is the status as templates ask for it: "user", "supplier", "release", "" for something else.
func (l Letter) WaitsFor() string {
	switch l.Status {
	case triagev1.TicketStatus_TICKET_STATUS_AWAITING_USER:
		return "user"
	case triagev1.TicketStatus_TICKET_STATUS_AWAITING_SUPPLIER:
		return "supplier"
	case triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE:
		return "release"
	default:
		return ""
	}
}

//go:embed templates/*.tmpl
var templateFiles embed.FS

// Templates are the written messages: one file each with all languages side by side.
type Templates struct {
	byName map[string]*template.Template
	shared *template.Template
}

// frame is the greeting and the signature that all messages share.
const frame = "frame"

// LoadTemplates parses them all.
func LoadTemplates() (*Templates, error) {
	files, err := fs.Glob(templateFiles, "templates/*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("find templates: %w", err)
	}
	shared, err := template.New(frame).Funcs(template.FuncMap{"quote": quote}).
		ParseFS(templateFiles, "templates/"+frame+".tmpl")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	t := &Templates{byName: map[string]*template.Template{}, shared: shared}
	for _, file := range files {
		name := strings.TrimSuffix(resourcename.ID(file), ".tmpl")
		if name == frame {
			continue
		}
		own, err := shared.Clone()
		if err == nil {
			own, err = own.ParseFS(templateFiles, file)
		}
		if err != nil {
			return nil, fmt.Errorf("parse template %s: %w", name, err)
		}
		t.byName[name] = own
	}
	return t, nil
}

// Names are the templates there are.
func (t *Templates) Names() []string {
	names := make([]string, 0, len(t.byName))
	for name := range t.byName {
		names = append(names, name)
	}
	return names
}

// Has reports whether there is a template of that name.
func (t *Templates) Has(name string) bool { return t.byName[name] != nil }

// Sample is a letter about a ticket that has everything, for previews.
func Sample(desk string) Letter {
	l := Letter{
		Name: "Karin Dahl", Number: "ASCP00000042", Title: "Recepter kan ikke åbnes", Desk: desk, Person: "Mette Sørensen",
		Unit: "Drift", Status: triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS, Reason: "Vi venter på en rettelse.",
		Solution: "Servicen er genstartet.",
		URL:      "https://bavn.example/desks/nsp/tickets/ASCP00000042", Total: 2,
	}
	l.Items = []Letter{l, {Number: "ASCP00000043", Status: triagev1.TicketStatus_TICKET_STATUS_RESOLVED}}
	return l
}

// Render fills a template in. The subject is one line.
func (t *Templates) Render(name, language string, l Letter) (subject, body string, err error) {
	written, ok := t.byName[name]
	if !ok {
		return "", "", fmt.Errorf("there is no template %q", name)
	}
	var s, b strings.Builder
	if err := written.ExecuteTemplate(&s, language+".subject", l); err != nil {
		return "", "", fmt.Errorf("fill in %s: %w", name, err)
	}
	if err := written.ExecuteTemplate(&b, language+".body", l); err != nil {
		return "", "", fmt.Errorf("fill in %s: %w", name, err)
	}
	whole, err := t.Frame(language, l, b.String())
	number := ""
	if l.Number != "" { // a digest is about many
		number = "[" + l.Number + "] "
	}
	return number + strings.Join(strings.Fields(s.String()), " "), whole, err
}

// Frame puts greeting and signature around what a message says.
func (t *Templates) Frame(language string, l Letter, body string) (string, error) {
	var b strings.Builder
	if err := t.shared.ExecuteTemplate(&b, language+".greeting", l); err != nil {
		return "", fmt.Errorf("greet: %w", err)
	}
	b.WriteString(strings.TrimRight(body, "\n") + "\n")
	if err := t.shared.ExecuteTemplate(&b, language+".signature", l); err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return b.String(), nil
}

// quote sets somebody's words off from ours.
func quote(text string) string {
	lines := strings.Split(strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n"), "\n")
	return "> " + strings.Join(lines, "\n> ")
}
