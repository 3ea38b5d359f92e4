package manifests_test

import (
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bavn/bavn/platform/config"
	"github.com/bavn/bavn/platform/service"
)

var update = flag.Bool("update", false, "write docs/configuration.md instead of comparing it")

const configurationPage = "../../docs/configuration.md"

func TestTheConfigurationPageSaysWhatTheProgramsUnderstand(t *testing.T) {
	t.Parallel()
	want := document(t)
	if *update {
		if err := os.WriteFile(configurationPage, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(configurationPage)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), want); diff != "" {
		t.Errorf("docs/configuration.md is not what `go test ./test/manifests -update` writes:\n%s", diff)
	}
}

// document is the whole page: what the services share once, and then what each has beside or otherwise.
func document(t *testing.T) string {
	t.Helper()
	const each = "BAVN_SERVICE_"
	cfg := service.DefaultConfig("service")
	shared := table(t, &cfg, each)
	var page strings.Builder
	page.WriteString(`# Configuration

Written by ` + "`go test ./test/manifests -update`" + ` from the programs; a test compares. Every setting can come from a YAML
file (` + "`--config FILE`, or the variable `…_CONFIG`" + `), from the environment or from a flag; the later of the three
wins. What is no setting is refused by name. ` + "`--print-config`" + ` shows what is in force and where each value came
from, secrets hidden.

## Every service

In place of ` + "`SERVICE`" + ` stands the service's name: ` + "`BAVN_TRIAGE_DB_URL`" + `.

` + strings.Join(shared, "\n") + "\n")
	all := programs()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		prefix := "BAVN_" + strings.ToUpper(name) + "_"
		rows := slices.DeleteFunc(table(t, all[name].settings, prefix), func(row string) bool {
			return !strings.HasPrefix(row, "| key") && !strings.HasPrefix(row, "|---") &&
				slices.Contains(shared, strings.Replace(row, prefix, each, 1))
		})
		page.WriteString("\n## " + name + "\n\n" + strings.Join(rows, "\n") + "\n")
	}
	return page.String()
}

func table(t *testing.T, settings any, prefix string) []string {
	t.Helper()
	written, err := config.Document(settings, prefix)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(written), "\n")
}
