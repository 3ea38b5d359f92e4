package domain

import (
	"strings"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
)

// changeable are the fields of a person that UpdatePerson may change (R26).
var changeable = map[string]func(to, from *intakev1.Person){
	"display_name":    func(to, from *intakev1.Person) { to.DisplayName = from.GetDisplayName() },
	"email":           func(to, from *intakev1.Person) { to.Email = from.GetEmail() },
	"phone":           func(to, from *intakev1.Person) { to.Phone = from.GetPhone() },
	"language_code":   func(to, from *intakev1.Person) { to.LanguageCode = from.GetLanguageCode() },
	"office":          func(to, from *intakev1.Person) { to.Office = from.GetOffice() },
	"username":        func(to, from *intakev1.Person) { to.Username = from.GetUsername() },
	"department":      func(to, from *intakev1.Person) { to.Department = from.GetDepartment() },
	"organisation_id": func(to, from *intakev1.Person) { to.OrganisationId = from.GetOrganisationId() },
	"reporter_group":  func(to, from *intakev1.Person) { to.ReporterGroup = from.GetReporterGroup() },
}

// Change puts the fields that the paths name from one person into another. It returns the first path that names none of them,
// and changes nothing then; empty where all do.
func Change(to, from *intakev1.Person, paths []string) (unknown string) {
	for _, path := range paths {
		if changeable[path] == nil {
			return path
		}
	}
	for _, path := range paths {
		changeable[path](to, from)
	}
	return ""
}

// Named reports whether a person has a name to be called by.
func Named(person *intakev1.Person) bool { return strings.TrimSpace(person.GetDisplayName()) != "" }
