package main

import (
	"regexp"
	"strconv"
	"strings"
)

// Rule is one numbered rule.
type Rule struct {
	Number        int
	Section, Text string
}

var ruleLine = regexp.MustCompile(`^- \*\*R([0-9]+)\*\* (.*)$`)

// readRules reads docs/requirements.md.
func readRules(text []byte) []Rule {
	var rules []Rule
	section := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			section = heading
		}
		if m := ruleLine.FindStringSubmatch(line); m != nil {
			number, _ := strconv.Atoi(m[1]) // digits by the pattern
			rules = append(rules, Rule{number, section, m[2]})
		}
	}
	return rules
}
