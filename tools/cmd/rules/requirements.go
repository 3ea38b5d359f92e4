package main

import (
	"regexp"
	"strconv"
	"strings"
)

// Requirement is one numbered rule.
type Requirement struct {
	Number        int
	Section, Text string
}

var ruleLine = regexp.MustCompile(`^- \*\*R([0-9]+)\*\* (.*)$`)

// readRequirements reads docs/requirements.md.
func readRequirements(text []byte) []Requirement {
	var rules []Requirement
	section := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			section = heading
		}
		if m := ruleLine.FindStringSubmatch(line); m != nil {
			number, _ := strconv.Atoi(m[1]) // digits by the pattern
			rules = append(rules, Requirement{number, section, m[2]})
		}
	}
	return rules
}
