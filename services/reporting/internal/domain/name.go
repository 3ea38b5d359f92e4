// Package domain adds up what happened: steps, journeys and figures, from events alone.
package domain

import "strings"

// Desk returns the id of the desk that a name belongs to.
func Desk(name string) string {
	desk, _, _ := strings.Cut(strings.TrimPrefix(name, "desks/"), "/")
	return desk
}

// ID returns the last part of a name.
func ID(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// PartyName is the name of a party; empty for none.
func PartyName(desk, party string) string {
	if party == "" {
		return ""
	}
	return "desks/" + desk + "/parties/" + party
}
