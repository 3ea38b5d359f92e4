package page_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"

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

func TestThePageOfEveryShippedDeskSaysAllThatItsProfileSays(t *testing.T) { // R93, R136, R144
	t.Parallel()
	for file, p := range desks(t) {
		text, err := page.Markdown(p, file)
		if err != nil {
			t.Fatal(err)
		}
		s, language := p.Settings(), p.Settings().GetDesk().GetLanguage()
		rows := map[string][]*profilev1.Text{}
		for _, step := range s.GetSteps() {
			rows["step"] = append(rows["step"], step.GetLabel())
			if row := "| " + profile.StepNumber(step) + " | "; !strings.Contains(text, row) {
				t.Errorf("%s: there is no row for step %s", file, step.GetId())
			}
		}
		for _, status := range s.GetStatuses() {
			rows["status"] = append(rows["status"], status.GetLabel())
		}
		for _, level := range s.GetPriority().GetLevels() {
			rows["priority"] = append(rows["priority"], level.GetLabel(), level.GetDefinition())
		}
		for _, notification := range s.GetNotifications() {
			rows["notification"] = append(rows["notification"], notification.GetLabel())
		}
		for _, template := range s.GetMessageTemplates() {
			if usedBy(s, template.GetId()) {
				rows["words"] = append(rows["words"], template.GetSubject())
			}
		}
		for _, gate := range s.GetGates() {
			rows["gate"] = append(rows["gate"], gate.GetLabel(), gate.GetRefusal())
		}
		for _, category := range s.GetCategories() {
			rows["category"] = append(rows["category"], category.GetLabel())
		}
		for _, role := range s.GetRoles() {
			rows["role"] = append(rows["role"], role.GetLabel())
		}
		for _, party := range s.GetParties() {
			rows["party"] = append(rows["party"], party.GetLabel())
		}
		for what, labels := range rows {
			for _, label := range labels {
				if want := profile.In(language, label); !strings.Contains(plain(text), want) {
					t.Errorf("%s: the page does not name the %s %q", file, what, want)
				}
			}
		}
	}
}

func usedBy(s *profilev1.Profile, template string) bool {
	for _, notification := range s.GetNotifications() {
		if notification.GetTemplate() == template {
			return true
		}
	}
	return false
}

// plain undoes what keeps Markdown from reading a text as its own.
func plain(text string) string {
	return strings.NewReplacer(`\_`, "_", `\|`, "|", `\*`, "*", `\[`, "[", `\]`, "]", "&lt;", "<").Replace(text)
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
