// Package replay drives another tool's history through the live commands, by the import rules: each case is submitted, each
// of its rows is one import step, in order, and then the import is finished. Every call has a request id that follows from
// source, case and row, so a run that was broken off is simply started again.
package replay

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Mapping says how a log becomes Bavn's words. It holds no data of the log.
type Mapping struct {
	Source       string            `yaml:"source"` // names the tool: external ids and request ids
	Title        string            `yaml:"title"`  // {case} is the case's id
	LanguageCode string            `yaml:"language_code"`
	Desk         DeskRule          `yaml:"desk"`
	Case         Column            `yaml:"case"`
	Time         TimeRule          `yaml:"time"`
	Status       StatusRule        `yaml:"status"`
	Party        Column            `yaml:"party"`
	Group        GroupRule         `yaml:"group"`
	Assignee     Column            `yaml:"assignee"`
	Impact       ValueRule         `yaml:"impact"`
	Labels       map[string]string `yaml:"labels"` // label → column
}

// DeskRule is the desk that is made if there is none.
type DeskRule struct {
	DisplayName  string `yaml:"display_name"`
	TimeZone     string `yaml:"time_zone"`
	LanguageCode string `yaml:"language_code"`
	NumberScheme struct {
		Prefix string `yaml:"prefix"`
		Digits int32  `yaml:"digits"`
	} `yaml:"number_scheme"`
	AuthorityParty Named `yaml:"authority_party"`
	ContactParty   Named `yaml:"contact_party"`
}

// Named is something with an id and a name for people.
type Named struct {
	ID          string `yaml:"id"`
	DisplayName string `yaml:"display_name"`
}

// Column names a column of the log; empty where the log has none.
type Column struct {
	Column string `yaml:"column"`
}

// TimeRule says when a row happened.
type TimeRule struct {
	Column   string `yaml:"column"`
	Layout   string `yaml:"layout"`    // RFC3339, or a layout of Go's time package
	TimeZone string `yaml:"time_zone"` // of a layout without an offset; UTC if empty
}

// StatusRule joins one or more columns with " / " and looks the result up.
type StatusRule struct {
	Columns []string          `yaml:"columns"`
	OwnWord string            `yaml:"own_word"` // column with the source's own word, kept as the sub-status
	Becomes map[string]string `yaml:"becomes"`  // → IN_PROGRESS and so on
}

// GroupRule says which group has the case, and on which support line it works.
type GroupRule struct {
	Column string `yaml:"column"`
	Levels []struct {
		Suffix string `yaml:"suffix"`
		Level  int32  `yaml:"level"`
	} `yaml:"levels"`
	Otherwise int32 `yaml:"otherwise"`
}

// ValueRule looks a column's value up. An empty value becomes nothing.
type ValueRule struct {
	Column  string            `yaml:"column"`
	Becomes map[string]string `yaml:"becomes"`
}

// ParseMapping reads a mapping and checks it whole: every mistake is reported, with where it is.
func ParseMapping(document []byte) (*Mapping, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(document))
	decoder.KnownFields(true)
	m := &Mapping{}
	if err := decoder.Decode(m); err != nil {
		return nil, fmt.Errorf("read mapping: %w", err)
	}
	if err := m.validate(); err != nil {
		return nil, fmt.Errorf("read mapping: %w", err)
	}
	return m, nil
}

var (
	sourceName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
	idPattern  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
)

func (m *Mapping) validate() error {
	var errs []error
	refuse := func(field, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %w", field, fmt.Errorf(format, args...)))
	}
	if !sourceName.MatchString(m.Source) {
		refuse("source", "%q does not match %s", m.Source, sourceName)
	}
	for field, value := range map[string]string{
		"title": m.Title, "case.column": m.Case.Column, "time.column": m.Time.Column, "time.layout": m.Time.Layout,
		"party.column": m.Party.Column,
	} {
		if value == "" {
			refuse(field, "is required")
		}
	}
	for field, party := range map[string]Named{
		"desk.authority_party": m.Desk.AuthorityParty, "desk.contact_party": m.Desk.ContactParty,
	} {
		if !idPattern.MatchString(party.ID) {
			refuse(field, "the id %q does not match %s", party.ID, idPattern)
		}
	}
	if _, err := time.LoadLocation(m.Time.TimeZone); err != nil {
		refuse("time.time_zone", "%w", err)
	}
	for word, status := range m.Status.Becomes {
		if _, ok := statusNamed(status); !ok {
			refuse("status.becomes."+word, "%q is no status", status)
		}
	}
	for word, impact := range m.Impact.Becomes {
		if _, ok := impactNamed(impact); !ok {
			refuse("impact.becomes."+word, "%q is no impact", impact)
		}
	}
	if m.Group.Column != "" {
		for i, rule := range m.Group.Levels {
			if rule.Level < 1 || rule.Level > 3 {
				refuse(fmt.Sprintf("group.levels[%d]", i), "a support line is 1, 2 or 3, not %d", rule.Level)
			}
		}
		if m.Group.Otherwise < 1 || m.Group.Otherwise > 3 {
			refuse("group.otherwise", "a support line is 1, 2 or 3, not %d", m.Group.Otherwise)
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}

func statusNamed(name string) (triagev1.TicketStatus, bool) {
	number, ok := triagev1.TicketStatus_value["TICKET_STATUS_"+name]
	return triagev1.TicketStatus(number), ok && number != 0
}

func impactNamed(name string) (triagev1.Impact, bool) {
	number, ok := triagev1.Impact_value["IMPACT_"+name]
	return triagev1.Impact(number), ok && number != 0
}

// columns are all that the mapping reads, each with the field that names it.
func (m *Mapping) columns() map[string]string {
	named := map[string]string{
		"case.column": m.Case.Column, "time.column": m.Time.Column, "party.column": m.Party.Column,
		"group.column": m.Group.Column, "assignee.column": m.Assignee.Column, "impact.column": m.Impact.Column,
		"status.own_word": m.Status.OwnWord,
	}
	for i, column := range m.Status.Columns {
		named[fmt.Sprintf("status.columns[%d]", i)] = column
	}
	for label, column := range m.Labels {
		named["labels."+label] = column
	}
	for field, column := range named {
		if column == "" {
			delete(named, field)
		}
	}
	return named
}
