package profile_test

import (
	"slices"
	"testing"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// R138: every party of the requirement's list is one of the desk's, or is the role of one that takes part, under the name that
// the list gives it; whoever the list names can be told, called and made answerable by it.
func TestNSPHasEveryPartyThatItsProcessNames(t *testing.T) {
	t.Parallel()
	settings := nsp(t).Settings()
	for _, want := range []struct{ name, role, party string }{
		{"Local service desk", "local_desk", "lokal"},
		{"National service desk", "national_desk", "sds"},
		{"Operations supplier", "operations", "netic"},
		{"FMK supplier", "fmk_supplier", "trifork"},
		{"FMK operations supplier", "fmk_operations", "fmk-drift"},
		{"Application supplier", "application_supplier", "applikation"},
		{"Component supplier", "component_supplier", "komponent"},
		{"NSP operator", "nsp_operator", "operatoer"},
		{"FMK incident manager", "fmk_incident_manager", "sundhedsdatastyrelsen"},
		{"NSP incident manager", "nsp_incident_manager", "sundhedsdatastyrelsen"},
		{"NSP system owner", "nsp_system_owner", "sundhedsdatastyrelsen"},
	} {
		role := roleNamed(settings, want.role)
		if role.GetLabel().GetEn() != want.name || !slices.Equal(role.GetParties(), []string{want.party}) {
			t.Errorf("%s is %q, of %v; want it of %s", want.name, role.GetLabel().GetEn(), role.GetParties(), want.party)
		}
		at := slices.IndexFunc(settings.GetParties(), func(p *profilev1.Party) bool { return p.GetId() == want.party })
		if at < 0 || len(settings.GetParties()[at].GetGroups()) == 0 {
			t.Errorf("%s has no group where its tickets could lie", want.name)
		}
	}
	// The single point of contact is the national service desk, and the process is the authority's.
	if contact := settings.GetDesk().GetContact(); contact != "sds" {
		t.Errorf("the single point of contact is %s", contact)
	}
}

// R143: every role that the university's process names is there, under that name, with where it is written.
func TestAUHasEveryRoleThatItsProcessNames(t *testing.T) {
	t.Parallel()
	settings := au(t).Settings()
	for id, name := range map[string]string{
		"process_owner": "System- og procesejer", "support_coordinator": "Supportkoordinator", "head_of_support": "Supportchef",
		"team_leader": "Teamleder", "technician": "Tekniker", "case_owner": "Sagsejer", "dispatcher": "Visitator",
	} {
		role := roleNamed(settings, id)
		if role.GetLabel().GetDa() != name || role.GetSource() == "" || role.GetDerived() {
			t.Errorf("%s is %q by %q, want %q by [0]", id, role.GetLabel().GetDa(), role.GetSource(), name)
		}
		named := slices.ContainsFunc(settings.GetSteps(), func(step *profilev1.ProcessStep) bool {
			return slices.ContainsFunc(step.GetRasci(), func(r *profilev1.Rasci) bool { return r.GetRole() == id })
		})
		if !named {
			t.Errorf("%s has no part in any step of the process", name)
		}
	}
}

func roleNamed(settings *profilev1.Profile, id string) *profilev1.Role {
	for _, role := range settings.GetRoles() {
		if role.GetId() == id {
			return role
		}
	}
	return nil
}
