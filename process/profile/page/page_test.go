package page_test

import (
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/process/profile/page"
)

// desks are the shipped desk profiles, by file.
func desks(t *testing.T) map[string]*profile.Profile {
	t.Helper()
	folder := os.DirFS("../../../profiles")
	files, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*profile.Profile{}
	for _, file := range files {
		p, err := profile.Load(folder, file)
		if err != nil {
			t.Fatal(err)
		}
		if p.Settings().GetKind() == profilev1.ProfileKind_PROFILE_KIND_DESK {
			all[file] = p
		}
	}
	if len(all) < 2 {
		t.Fatalf("there are %d desks", len(all))
	}
	return all
}

// R53: the meanings of the priorities are on it, and their matrix.
func TestThePageOfEveryShippedDeskSaysAllThatItsProfileSays(t *testing.T) { // R93, R136, R144
	t.Parallel()
	for file, p := range desks(t) {
		text, err := page.Markdown(p, file)
		if err != nil {
			t.Fatal(err)
		}
		text = plain(text)
		for _, row := range rows(t, p) {
			if !strings.Contains(text, row) {
				t.Errorf("%s: the page does not say %q", file, row)
			}
		}
	}
}

// rows are what the page of a profile must say, as beginnings of its rows.
func rows(t *testing.T, p *profile.Profile) []string {
	t.Helper()
	s, language := p.Settings(), p.Settings().GetDesk().GetLanguage()
	word := func(kind string, value protoreflect.Enum) string {
		text, err := page.Word(language, kind+"."+profile.EnumName(value))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	var rows []string
	row := func(cells ...string) { rows = append(rows, "| "+strings.Join(cells, " | ")+" |") }
	in := func(text *profilev1.Text) string {
		return strings.Join(strings.Fields(profile.In(language, text)), " ")
	}
	words := map[string]string{}
	for _, template := range s.GetMessageTemplates() {
		words[template.GetId()] = asks.ReplaceAllString(in(template.GetSubject()), "") // what asks is no word of the message
	}
	for _, step := range s.GetSteps() {
		row(profile.StepNumber(step), in(step.GetLabel()), in(step.GetWhat()))
	}
	for _, status := range s.GetStatuses() {
		row(in(status.GetLabel())+" (`"+status.GetId()+"`)", word("class", status.GetClass()), word("clock", status.GetClock()))
	}
	for _, level := range s.GetPriority().GetLevels() {
		row(in(level.GetLabel()), in(level.GetDefinition()))
	}
	for _, notification := range s.GetNotifications() {
		event, err := page.Word(language, "event."+notification.GetEvent())
		if err != nil {
			t.Fatal(err)
		}
		row(in(notification.GetLabel()), event)
		rows = append(rows, "| "+words[notification.GetTemplate()])
	}
	for _, gate := range s.GetGates() {
		rows = append(rows, "| "+in(gate.GetLabel())+" |", "| "+in(gate.GetRefusal())+" |")
	}
	for _, escalation := range s.GetEscalations() {
		rows = append(rows, "| "+in(escalation.GetReason())+" |")
	}
	for _, calendar := range s.GetCalendars() {
		row(in(calendar.GetLabel()), strings.Join(calendar.GetWeek(), "; "))
	}
	for _, party := range s.GetParties() {
		row(in(party.GetLabel()))
		for _, group := range party.GetGroups() {
			row(in(party.GetLabel()), in(group.GetLabel()), strconv.Itoa(int(group.GetLevel())))
		}
	}
	for _, role := range s.GetRoles() {
		row(in(role.GetLabel()))
	}
	for _, category := range s.GetCategories() {
		rows = append(rows, in(category.GetLabel())+" |")
	}
	for _, document := range s.GetDocuments() {
		rows = append(rows, in(document.GetLabel()))
	}
	return rows
}

var asks = regexp.MustCompile(`\{\{[#^/][^}]*\}\}`)

// plain undoes what keeps Markdown from reading a text as its own.
func plain(text string) string {
	return strings.NewReplacer(`\_`, "_", `\|`, "|", `\*`, "*", `\[`, "[", `\]`, "]", "\\`", "`", "&lt;", "<").Replace(text)
}

func TestEveryRowOfATableHasTheCellsOfItsHeader(t *testing.T) {
	t.Parallel()
	for file, p := range desks(t) {
		text, err := page.Markdown(p, file)
		if err != nil {
			t.Fatal(err)
		}
		cells := 0
		for i, line := range strings.Split(text, "\n") {
			if !strings.HasPrefix(line, "|") {
				cells = 0
				continue
			}
			n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
			if cells != 0 && n != cells {
				t.Errorf("%s:%d has %d bars, its table %d: %s", file, i+1, n, cells, line)
			}
			cells = n
		}
	}
}

func TestEveryRowSaysItsSourceOrThatItIsDerived(t *testing.T) {
	t.Parallel()
	for file, p := range desks(t) {
		text, err := page.Markdown(p, file)
		if err != nil {
			t.Fatal(err)
		}
		source, err := page.Word(p.Settings().GetDesk().GetLanguage(), "source")
		if err != nil {
			t.Fatal(err)
		}
		sourced := false
		for _, line := range strings.Split(text, "\n") {
			switch {
			case !strings.HasPrefix(line, "|"):
				sourced = false
			case strings.HasSuffix(line, "| "+source+" |"):
				sourced = true
			case sourced && (strings.HasSuffix(line, "| – |") || strings.HasSuffix(line, "|  |")):
				t.Errorf("%s: a row says neither: %s", file, line)
			}
		}
	}
}

func TestOnlyADeskHasAPage(t *testing.T) {
	t.Parallel()
	base, err := profile.Load(os.DirFS("../../../profiles"), "itil-base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := page.Markdown(base, "itil-base.yaml"); err == nil {
		t.Error("the common base has a page")
	}
}

func TestTheProductsWordsAreThereInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, event := range profile.Events() {
		for _, language := range []string{"da", "sv", "en"} {
			if _, err := page.Word(language, "event."+event); err != nil {
				t.Error(err)
			}
		}
	}
}
