package domain

import (
	"cmp"
	"strings"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Solved is how a ticket was solved, in words.
type Solved struct {
	Text string
	Kind triagev1.SolutionKind
}

// solvedWords are what the parts of a solution are called, by language.
var solvedWords = map[string]struct{ cause, measures, in, quiet string }{
	"da": {"Årsag", "Det blev der gjort", "Løst i", "Alarmen er stoppet"},
	"sv": {"Orsak", "Det här gjordes", "Löst i", "Larmet har upphört"},
	"en": {"Root cause", "What was done", "Solved in", "The alarm has stopped"},
}

// Solution says how a tool's people solved it, in the desk's language: the root cause if it is known, what was done, and where
// its history is (R76).
func Solution(language string, n *News) Solved {
	words, known := solvedWords[language]
	if !known {
		words = solvedWords["en"]
	}
	var lines []string
	for _, part := range []struct{ name, text string }{{words.cause, n.RootCause}, {words.measures, n.Measures}} {
		if part.text != "" {
			lines = append(lines, part.name+": "+part.text)
		}
	}
	kind := triagev1.SolutionKind_SOLUTION_KIND_PERMANENT
	if strings.Contains(strings.ToLower(n.Measures), "workaround") {
		kind = triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND
	}
	lines = append(lines, words.in+" "+cmp.Or(n.Issue, "–"))
	return Solved{Text: strings.Join(lines, "\n"), Kind: kind}
}

// Quiet says that an alarm stopped. Nobody says why: the cause may remain.
func Quiet(language string, n *News) Solved {
	words, known := solvedWords[language]
	if !known {
		words = solvedWords["en"]
	}
	return Solved{
		Text: words.quiet + " (" + n.Alarm.Ended.UTC().Format("2006-01-02 15:04 MST") + "): " + n.Title,
		Kind: triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND,
	}
}
