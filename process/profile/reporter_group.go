package profile

import "slices"

// ReporterGroup is the group that somebody reports as: the first that names one of their parties, else the one that the report
// says. Nobody talks themselves out of what their party owes, such as the call before a category A (R11, R16).
func (p *Profile) ReporterGroup(parties []string, said string) string {
	for _, group := range p.settings.GetReporterGroups() {
		if slices.ContainsFunc(group.GetParties(), func(id string) bool { return slices.Contains(parties, id) }) {
			return group.GetId()
		}
	}
	return said
}
