// Package domain adds up what happened: steps, journeys and figures, from events alone.
package domain

// PartyName is the name of a party; empty for none.
func PartyName(desk, party string) string {
	if party == "" {
		return ""
	}
	return "desks/" + desk + "/parties/" + party
}
