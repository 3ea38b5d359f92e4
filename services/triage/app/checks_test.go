package app_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/triage/app"
)

// TestAnIllegalTicketCannotBeStored breaks each rule behind the service's back: the database repeats them.
func TestAnIllegalTicketCannotBeStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.resolved()
	w.inProgress()
	const (
		solved  = "number = 'ASCP00000001'"
		working = "number = 'ASCP00000002'"
	)
	for constraint, change := range map[string]string{
		"class_is_of_the_status":      "status_class = 2 WHERE " + working,
		"assigned_to_somebody":        "status = 2, assignee = '' WHERE " + working,
		"group_is_of_the_holder":      "holder_group = 'parties/netic/groups/drift' WHERE " + working,
		"solved_says_when":            "resolve_time = NULL WHERE " + solved,
		"solved_says_how":             "solution_version = 0 WHERE " + solved,
		"finished_says_when":          "close_time = now() WHERE " + working,
		"pile_is_for_what_nobody_has": "pile = 'parties/spoc' WHERE " + working,
		"importing_is_imported":       "importing = true WHERE " + working,
		"time_runs_forwards":          "update_time = create_time - interval '1 second' WHERE " + working,
		"holder_can_see_it":           "audience = '{parties/sds}' WHERE " + working,
		"chain_has_a_head":            "chain_hash = 'x' WHERE " + working,
		"journey_has_a_root":          "journey_root = 'x' WHERE " + working,
		"versions_are_counted":        "title_version = 0 WHERE " + working,
		"number_is_a_name":            "number = 'a' WHERE " + working,
		"priority_is_a_name":          "priority = 'p1' WHERE " + working,
		"impact_exists":               "impact = 6 WHERE " + working,
		"parties_have_it":             "owner_party = 'netic' WHERE " + working,
		"persons_are_concerned":       "affected_user = 'bo' WHERE " + working,
		"owner_is_a_person":           "owner = 'bo' WHERE " + working,
		"assignee_is_a_person":        "assignee = 'bo' WHERE " + working,
		"status_exists":               "status = 11, status_class = 4, close_time = now() WHERE " + working,
	} {
		if _, err := w.pool.Exec(t.Context(), "UPDATE tickets SET "+change); !pg.IsCheckViolation(err, constraint) {
			t.Errorf("UPDATE tickets SET %s: %v, want %s to refuse it", change, err, constraint)
		}
	}
	const again = `INSERT INTO tickets
		SELECT (json_populate_record(t, '{"number": "ASCP00000009"}')).* FROM tickets t WHERE ` + working
	if _, err := w.pool.Exec(t.Context(), again); !pg.IsUniqueViolation(err, "submission_is_one_ticket") {
		t.Errorf("a submission with two tickets: %v", err)
	}
}

// TestEveryReasonHasItsTexts finds the reasons in the source: a refusal without words would reach people as its bare reason.
func TestEveryReasonHasItsTexts(t *testing.T) {
	t.Parallel()
	catalog, err := fault.NewCatalog(feed.ErrorTexts(), app.ErrorTexts())
	if err != nil {
		t.Fatal(err)
	}
	reason := regexp.MustCompile(`= "([A-Z]+_[A-Z_]+)"\n`)
	const atTheDoor = "profile/admit.go" // intake refuses by these, and has their words
	for _, folder := range []string{"../internal", "../../../process"} {
		err := fs.WalkDir(os.DirFS(folder), ".", func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || path == atTheDoor {
				return err
			}
			source, err := os.ReadFile(folder + "/" + path)
			for _, found := range reason.FindAllStringSubmatch(string(source), -1) {
				complete := fault.New(9, found[1]).Meta("limit", "1").Meta("last_event_time", "now").Meta("until",
					"now").Meta("method", "test")
				if problem := catalog.Check(complete); problem != nil && found[1] != "TEXT_REQUIRED" {
					t.Errorf("%s/%s: %v", folder, path, problem)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatCannotWorkIsNotStarted(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*app.Config){
		"administrator": func(c *app.Config) { c.Admins = []string{"Åse Jensen"} },
		"lapse":         func(c *app.Config) { c.HandOver.Lapse = 0 },
	} {
		cfg := app.DefaultConfig()
		edit(&cfg)
		if cfg.Validate() == nil && cfg.HandOver.Validate() == nil {
			t.Errorf("%s: a wrong setting goes unnoticed", name)
		}
	}
}
