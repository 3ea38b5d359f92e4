package journeytree_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/gkampitakis/go-snaps/snaps"

	"github.com/bavn/bavn/cmd/bavn/internal/journeytree"
)

func draw(t *testing.T, j journeytree.Journey, o journeytree.Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := journeytree.Render(&out, j, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTheTreeLooksLikeThis(t *testing.T) {
	t.Parallel()
	copenhagen, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		t.Fatal(err)
	}
	for name, options := range map[string]journeytree.Options{
		"wide":   {Width: 140, Zone: copenhagen},
		"usual":  {Width: 100},
		"narrow": {Width: 60},
		"colour": {Width: 100, Color: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			snaps.WithConfig(snaps.Dir("testdata"), snaps.Filename(name), snaps.Ext(".txt")).
				MatchStandaloneSnapshot(t, draw(t, newSample().tree(t), options))
		})
	}
}

func TestTheTreeAsJSONLooksLikeThis(t *testing.T) {
	t.Parallel()
	text, err := json.MarshalIndent(newSample().tree(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	snaps.WithConfig(snaps.Dir("testdata"), snaps.Filename("journey"), snaps.Ext(".json")).
		MatchStandaloneSnapshot(t, string(text))
}

func TestNoLineIsWiderThanTheTerminal(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.journey[5].Name = "ticket." + strings.Repeat("ændring", 20)
	s.journey[5].Attributes["bavn.group"] = strings.Repeat("日本", 30)
	s.journey[6].Error = strings.Repeat("fejl ", 40)
	for width := 60; width <= 200; width++ {
		for _, color := range []bool{false, true} {
			for line := range strings.Lines(draw(t, s.tree(t), journeytree.Options{Width: width, Color: color})) {
				if got := ansi.StringWidth(strings.TrimSuffix(line, "\n")); got > width {
					t.Fatalf("%d columns in a terminal of %d:\n%s", got, width, line)
				}
			}
		}
	}
}

func TestColourChangesNothingButColour(t *testing.T) {
	t.Parallel()
	tree := newSample().tree(t)
	plain := draw(t, tree, journeytree.Options{Width: 90})
	colored := draw(t, tree, journeytree.Options{Width: 90, Color: true})
	var stripped strings.Builder
	for line := range strings.Lines(ansi.Strip(colored)) {
		fmt.Fprintln(&stripped, strings.TrimRight(line, " \n"))
	}
	if stripped.String() != plain {
		t.Errorf("without its styles the coloured tree is\n%s\nnot\n%s", stripped.String(), plain)
	}
}

func TestASpanCannotDriveTheTerminal(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.journey[3].Name = "ticket\x1b[2J\x07.assign\nforged line\u009b31m"
	if out := draw(t, s.tree(t), journeytree.Options{Width: 140}); strings.ContainsAny(out, "\x1b\x07\u009b") ||
		!strings.Contains(out, "ticket [2J .assign forged line 31m") {
		t.Errorf("control characters reach the terminal: %q", out)
	}
}
