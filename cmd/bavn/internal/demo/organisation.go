// Package demo is what `bavn dev` shows: a virtual support organisation that follows NSP's process, with its parties (R138) and
// invented people, and one incident that goes all the way through it.
package demo

import "github.com/bavn/bavn/platform/devissuer"

// Desk is the id of the demo desk.
const Desk = "nsp"

// Administrator is who sets everything up: of the installation, and of the demo desk.
const Administrator = "freja"

// Process is the profile that the desk follows. Its parties, groups and roles come with it.
const Process = "nsp"

const (
	authorityParty = "sundhedsdatastyrelsen"
	contactParty   = "sds" // the national service desk, single point of contact

	// endUser is what the profile calls those whom it refers to their local service desk: nobody is taken at their word
	// who says to be of another group.
	endUser = "end_user"
)

type person struct {
	id, name, role, email, language string
	party, group                    string
	roles                           []string // none: no part in a party, only what happens to them
}

// people are invented, and so are their addresses: .example reaches nobody (RFC 2606).
var people = []person{
	{
		Administrator, "Freja Winther", "Administrator of the installation and of the demo desk", "freja@authority.example", "da",
		authorityParty, "",
		[]string{"administrator", "auditor"},
	},
	{"karin", "Karin Dahl", "Doctor in Region Nord, has incidents", "karin.dahl@hospital.example", "da", "", "", nil},
	{
		"lars", "Lars Holm", "Agent, local service desk", "lars.holm@region.example", "da",
		"lokal", "frontdesk",
		[]string{"agent", "local_desk"},
	},
	{
		"mette", "Mette Sørensen", "Agent and coordinator, national service desk", "mette@servicedesk.example", "da",
		contactParty, "",
		[]string{"agent", "dispatcher", "coordinator", "national_desk"},
	},
	{
		"soren", "Søren Kjær", "Agent, operations supplier (Netic, Drift)", "soren@netic.example", "da",
		"netic", "drift",
		[]string{"agent", "dispatcher", "operations"},
	},
	{
		"asa", "Åsa Nyström", "Database specialist, operations supplier (Netic)", "asa@netic.example", "sv",
		"netic", "database",
		[]string{"agent", "operations"},
	},
	{
		"ingrid", "Ingrid Lindqvist", "Agent, FMK supplier (Trifork)", "ingrid@trifork.example", "sv",
		"trifork", "fmk",
		[]string{"agent", "fmk_supplier"},
	},
	{
		"bjorn", "Björn Åkesson", "Agent, application supplier", "bjorn@application.example", "sv",
		"applikation", "support",
		[]string{"agent", "application_supplier"},
	},
	{
		"anna", "Anna Bergström", "Developer, component supplier", "anna@component.example", "sv",
		"komponent", "komponenter",
		[]string{"agent", "component_supplier"},
	},
	{
		"jonas", "Jonas Friis", "On duty, NSP operator", "jonas@operator.example", "da",
		"operatoer", "vagt",
		[]string{"agent", "nsp_operator"},
	},
	{
		"ole", "Ole Brandt", "Incident manager and auditor, Sundhedsdatastyrelsen", "ole@authority.example", "da",
		authorityParty, "incident-managers",
		[]string{"coordinator", "auditor", "nsp_incident_manager", "fmk_incident_manager"},
	},
}

// Persons are who may sign in.
func Persons() []devissuer.Person {
	persons := make([]devissuer.Person, len(people))
	for i, p := range people {
		persons[i] = devissuer.Person{ID: p.id, Name: p.name, Role: p.role}
	}
	return persons
}

func nameOf(id string) string {
	for _, p := range people {
		if p.id == id {
			return p.name
		}
	}
	return id
}
