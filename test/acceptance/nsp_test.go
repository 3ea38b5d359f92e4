package acceptance_test

import (
	"testing"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// nspCast plays the parties of NSP (R138).
var nspCast = []house.Player{
	{Person: "lone", Party: "lokal", Roles: []string{"agent", "local_desk"}},
	{Person: "mette", Party: "sds", Roles: []string{"agent", "dispatcher", "national_desk"}},
	{Person: "lars", Party: "netic", Group: "drift", Roles: []string{"agent", "operations"}},
	{Person: "kim", Party: "trifork", Group: "fmk", Roles: []string{"agent", "fmk_supplier"}},
	{Person: "astrid", Party: "applikation", Group: "support", Roles: []string{"agent", "application_supplier"}},
	{Person: "nils", Party: "sundhedsdatastyrelsen", Roles: []string{"coordinator", "nsp_incident_manager"}},
	{Person: "fie", Party: "sundhedsdatastyrelsen", Roles: []string{"coordinator", "fmk_incident_manager"}},
}

// [3] steps 1-8 and 15: a local desk's case goes through the national desk to operations and back.
func TestNSPCarriesACaseFromTheLocalDeskToItsClosing(t *testing.T) {
	t.Parallel()
	atWork(t, "nsp", nspCast...).overBothDoors(t, func(v *visit) {
		v.at("Mon 10:00")
		v.step("1, 2 the local desk reports by web form", func() {
			v.reported("lone", &intakev1.SubmitTicketRequest{
				Title: in("da", "Journalen svarer ikke"), Description: in("da", "Siden klokken 9"), Channel: commonv1.Channel_CHANNEL_WEB,
			})
			v.tells(v.happened(), map[string]string{"receipt": "persons/lone by mail portal"})
		})
		v.step("3 the national desk takes it", func() {
			v.taken(v.Tickets.StartWork(v.by("mette"), &triagev1.StartWorkRequest{
				Name: v.ticket.GetName(), RequestId: house.ID(),
			}))
		})
	})
}
