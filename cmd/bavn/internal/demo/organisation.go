// Package demo is what `bavn dev` shows: a virtual support organisation with the parties of R138, invented people, and one
// incident that goes all the way through it.
package demo

import (
	"slices"

	"github.com/bavn/bavn/platform/devissuer"
)

// Desk is the id of the demo desk.
const Desk = "nsp"

// Administrator is who sets everything up: of the installation, and of the demo desk.
const Administrator = "freja"

const (
	authorityParty = "sundhedsdatastyrelsen"
	contactParty   = "sds" // the national service desk, single point of contact
)

type party struct {
	id, name string
	groups   []group
}

type group struct {
	id, name string
	level    int32
}

// parties are those of R138.
var parties = []party{
	{authorityParty, "Sundhedsdatastyrelsen", []group{{"incident-managers", "Incident Managers", 3}}},
	{contactParty, "National Service Desk (SPOC)", []group{{"spoc", "SPOC", 1}, {"opfoelgning", "Opfølgning", 2}}},
	{"lokal", "Local service desk, Region Nord", []group{{"frontdesk", "Frontdesk", 1}}},
	{"netic", "Netic, operations supplier", []group{{"drift", "Drift", 2}, {"database", "Database", 3}}},
	{"trifork", "Trifork, FMK supplier", []group{{"fmk", "FMK support", 2}, {"fmk-udvikling", "FMK udvikling", 3}}},
	{"applikation", "Application supplier", []group{{"support", "Support", 2}, {"udvikling", "Udvikling", 3}}},
	{"komponent", "Component supplier", []group{{"komponenter", "Komponenter", 3}}},
	{"operatoer", "NSP operator", []group{{"vagt", "Driftsvagt", 2}}},
}

func partyName(id string) string {
	return parties[slices.IndexFunc(parties, func(p party) bool { return p.id == id })].name
}

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
		[]string{"agent"},
	},
	{
		"mette", "Mette Sørensen", "Agent and coordinator, national service desk", "mette@servicedesk.example", "da",
		contactParty, "",
		[]string{"agent", "dispatcher", "coordinator"},
	},
	{
		"soren", "Søren Kjær", "Agent, operations supplier (Netic, Drift)", "soren@netic.example", "da",
		"netic", "drift",
		[]string{"agent", "dispatcher"},
	},
	{
		"asa", "Åsa Nyström", "Database specialist, operations supplier (Netic)", "asa@netic.example", "sv",
		"netic", "database",
		[]string{"agent"},
	},
	{
		"ingrid", "Ingrid Lindqvist", "Agent, FMK supplier (Trifork)", "ingrid@trifork.example", "sv",
		"trifork", "fmk",
		[]string{"agent"},
	},
	{
		"bjorn", "Björn Åkesson", "Agent, application supplier", "bjorn@application.example", "sv",
		"applikation", "support",
		[]string{"agent"},
	},
	{
		"anna", "Anna Bergström", "Developer, component supplier", "anna@component.example", "sv",
		"komponent", "komponenter",
		[]string{"agent"},
	},
	{
		"jonas", "Jonas Friis", "On duty, NSP operator", "jonas@operator.example", "da",
		"operatoer", "vagt",
		[]string{"agent"},
	},
	{
		"ole", "Ole Brandt", "Incident manager and auditor, Sundhedsdatastyrelsen", "ole@authority.example", "da",
		authorityParty, "incident-managers",
		[]string{"coordinator", "auditor"},
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
