package replay

import (
	"errors"
	"fmt"
)

// Directory is who takes part in a log.
type Directory struct {
	Parties []Named
	Groups  []Group // in the order of their parties
}

// Group is one group of one party. The same team in two organisations is two groups with one id.
type Group struct {
	Named
	Party string
	Level int32
}

// Directory collects parties and groups in the order in which the log first names them. Two names that would become one id
// are an error: the hand-overs between them would be lost.
func (m *Mapping) Directory(cases []Case) (Directory, error) {
	var d Directory
	names := map[string]string{} // id within its collection → display name
	var errs []error
	seen := func(collection string, n Named) bool {
		key := collection + "/" + n.ID
		name, known := names[key]
		if known && name != n.DisplayName {
			errs = append(errs, fmt.Errorf("%s: %q and %q would both be %q", collection, name, n.DisplayName, n.ID))
		}
		names[key] = n.DisplayName
		return known
	}
	for _, c := range cases {
		for _, r := range c.Rows {
			party, group := m.party(r), m.group(r)
			if party.ID == "" {
				continue // its step will say so
			}
			if !seen("parties", party) {
				d.Parties = append(d.Parties, party)
			}
			if group.ID != "" && !seen("parties/"+party.ID+"/groups", group) {
				d.Groups = append(d.Groups, Group{Named: group, Party: party.ID, Level: m.Group.level(group.DisplayName)})
			}
		}
	}
	return d, errors.Join(errs...)
}
