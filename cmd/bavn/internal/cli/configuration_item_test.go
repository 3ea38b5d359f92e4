package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// R126: the registry comes from a file that any tool can write.
func TestItemsAreReadByTheNamesOfTheirColumns(t *testing.T) {
	t.Parallel()
	got, err := readItems(strings.NewReader("name,id,depends_on\nNSP portal,portal,nsp disk\n,nsp,\n"), "nsp")
	if err != nil {
		t.Fatal(err)
	}
	want := []*triagev1.ConfigurationItem{
		{
			Name: "desks/nsp/configurationItems/portal", DisplayName: "NSP portal",
			DependsOn: []string{"desks/nsp/configurationItems/nsp", "desks/nsp/configurationItems/disk"},
		},
		{Name: "desks/nsp/configurationItems/nsp", DisplayName: "nsp"},
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("the items differ (-want +got):\n%s", diff)
	}
	for file, says := range map[string]string{
		"id,colour\na,red\n":   `no column is called "colour"`,
		"id,name\na,A\n,B\n":   "line 3 has no id",
		"id,name\na,A,extra\n": "wrong number of fields",
		"":                     "names of the columns",
	} {
		if _, err := readItems(strings.NewReader(file), "nsp"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want one that says %q", file, err, says)
		}
	}
}
