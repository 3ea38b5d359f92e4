package processpage_test

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/bavn/bavn/cmd/bavn/internal/processpage"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile"
)

func TestThePageOfEveryShippedDeskIsDrawnAndAlwaysTheSame(t *testing.T) { // R93, R136
	t.Parallel()
	folder := os.DirFS("../../../../profiles")
	files, err := fs.Glob(folder, "*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no shipped profiles:", err)
	}
	for _, file := range files {
		p, err := profile.Load(folder, file)
		if err != nil {
			t.Fatal(err)
		}
		if p.Settings().GetKind() != profilev1.ProfileKind_PROFILE_KIND_DESK {
			continue
		}
		first, err := processpage.HTML(t.Context(), p, file)
		if err != nil {
			t.Fatal(err)
		}
		again, err := processpage.HTML(t.Context(), p, file)
		if err != nil || !bytes.Equal(first, again) {
			t.Errorf("%s: the page differs from one time to the next (%v)", file, err)
		}
		page := string(first)
		if n := strings.Count(page, "<svg "); n < 2 || strings.Contains(page, "mermaid") {
			t.Errorf("%s: %d diagrams are drawn, and what is not drawn stands as Mermaid", file, n)
		}
		language := p.Settings().GetDesk().GetLanguage()
		if !strings.Contains(page, `<html lang="`+language+`">`) {
			t.Errorf("%s: the page is not said to be in %s", file, language)
		}
		for _, step := range p.Settings().GetSteps() {
			if !strings.Contains(page, "<td>"+profile.StepNumber(step)+"</td>") {
				t.Errorf("%s: there is no row for step %s", file, step.GetId())
			}
		}
	}
}
