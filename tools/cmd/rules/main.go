// Command rules prints every rule of docs/requirements.md with the tests that show it, and the rules that no test shows yet.
//
// A test claims a rule by naming it: in its name, in a comment on it or in it, or at the beginning of what a string in it says
// ("R106: silence closes"). The command runs every test that claims one, and fails when a claim does not hold: a test that fails,
// is skipped or is not there shows nothing.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	root := flag.String("root", ".", "the repository")
	believe := flag.Bool("believe", false, "print the claims without running their tests")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := report(ctx, os.Stdout, *root, *believe); err != nil {
		fmt.Fprintln(os.Stderr, "rules:", err)
		os.Exit(1) //nolint:gocritic // stop only gives the signal back
	}
}

func report(ctx context.Context, out io.Writer, root string, believe bool) error {
	text, err := os.ReadFile(filepath.Join(root, "docs", "requirements.md"))
	if err != nil {
		return err
	}
	claims, err := findClaims(root)
	if err != nil {
		return err
	}
	outcomes := map[Test]string{}
	if !believe {
		if outcomes, err = run(ctx, root, claims); err != nil {
			return err
		}
	}
	t := table{rules: readRequirements(text), claims: claims, outcomes: outcomes, believe: believe}
	if err := t.print(out); err != nil {
		return err
	}
	if broken := t.broken(); len(broken) > 0 {
		return fmt.Errorf("claims that do not hold:\n  %s", strings.Join(broken, "\n  "))
	}
	return nil
}

// table is the rules, who claims them, and how the tests ended.
type table struct {
	rules    []Requirement
	claims   map[int][]Test
	outcomes map[Test]string
	believe  bool
}

func (t table) print(out io.Writer) error {
	shown := 0
	section := ""
	var open []string
	for _, r := range t.rules {
		if r.Section != section {
			section = r.Section
			if _, err := fmt.Fprintf(out, "\n%s\n", section); err != nil {
				return err
			}
		}
		tests := t.claims[r.Number]
		if len(tests) == 0 {
			open = append(open, fmt.Sprintf("R%d", r.Number))
		} else {
			shown++
		}
		if _, err := fmt.Fprintf(out, "  R%-4d %s\n", r.Number, r.Text); err != nil {
			return err
		}
		for _, test := range tests {
			if _, err := fmt.Fprintf(out, "        %-7s %s\n", cmp.Or(t.outcomes[test], "claimed"), test); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintf(out, "\n%d of %d rules are shown by tests; open for later work: %s\n",
		shown, len(t.rules), strings.Join(open, " "))
	return err
}

// broken are the claims that do not hold.
func (t table) broken() []string {
	var broken []string
	for number, tests := range t.claims {
		if !slices.ContainsFunc(t.rules, func(r Requirement) bool { return r.Number == number }) {
			broken = append(broken, fmt.Sprintf("%s claims R%d, which is no rule", tests[0], number))
		}
		for _, test := range tests {
			if outcome := cmp.Or(t.outcomes[test], "did not run"); !t.believe && outcome != passed {
				broken = append(broken, fmt.Sprintf("%s claims R%d and %s", test, number, outcome))
			}
		}
	}
	slices.Sort(broken)
	return broken
}
