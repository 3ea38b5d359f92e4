package profile_test

import (
	"os"
	"testing"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile"
)

// receptionOf is what a shipped profile says about coming in, as intake has it: from the settings that it keeps.
func receptionOf(t *testing.T, file string) *profile.Reception {
	t.Helper()
	p := load(t, os.DirFS("../../profiles"), file)
	r, err := profile.NewReception(profile.ForReception(p.Settings()), p.Version())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// R3, R11, R12, R13, R20: who is let in where, in the words of the five sources.
func TestEachDeskLetsInWhomItsProcessSays(t *testing.T) {
	t.Parallel()
	const (
		web, api, mail = profilev1.Way_WAY_WEB, profilev1.Way_WAY_API, profilev1.Way_WAY_MAIL
		phone, event   = profilev1.Way_WAY_PHONE, profilev1.Way_WAY_EVENT
	)
	let, register := "", []string{"registermyndighed"}
	for _, tt := range []struct {
		desk, who string
		arrival   profile.Arrival
		ground    string
	}{
		{"nsp", "a region with its number", profile.Arrival{Way: web, Group: "region", OwnNumber: true}, let}, // R12, R13
		{"nsp", "an end user", profile.Arrival{Way: web, Group: "end_user", OwnNumber: true}, profile.ReporterRefused},
		{"nsp", "an end user by phone", profile.Arrival{Way: phone, Group: "end_user"}, profile.ReporterRefused},
		{"nsp", "somebody nobody knows", profile.Arrival{Way: web}, profile.ReporterRefused},
		{"nsp", "a user who says region", profile.Arrival{Way: web, Registered: "end_user", Group: "region"}, profile.ReporterRefused},
		{"nsp", "a region that says nothing", profile.Arrival{Way: web, Registered: "region", OwnNumber: true}, let},
		{"nsp", "an operations supplier", profile.Arrival{Way: web, Parties: []string{"netic"}}, let},
		{"nsp", "a supplier that says it is a user", profile.Arrival{Way: web, Parties: []string{"netic"}, Group: "end_user"}, let},
		{"nsp", "a supplier that found it", profile.Arrival{Way: api, FoundInside: true, Parties: []string{"netic"}}, let}, // R3
		{"nsp", "an EHR vendor", profile.Arrival{Way: web, Group: "ehr_vendor"}, let},                                      // §17.3
		{"nsp", "a pharmacy's own tool", profile.Arrival{Way: api, Group: "pharmacy", OwnNumber: true}, profile.ChannelOfOthers},
		{"nsp", "a mail", profile.Arrival{Way: mail, Group: "region", OwnNumber: true}, profile.ChannelClosed},
		{"datafordeler", "a data user by the site", profile.Arrival{Way: web}, let}, // R11
		{"datafordeler", "a register by the site", profile.Arrival{Way: web, Parties: register}, profile.ChannelOfOthers},
		{"datafordeler", "a register by the tool", profile.Arrival{Way: api, Parties: register}, let},
		{"datafordeler", "a data user by phone", profile.Arrival{Way: phone, Group: "data_consumer"}, profile.ChannelOfOthers},
		{"datafordeler", "a mail", profile.Arrival{Way: mail, Group: "data_consumer"}, profile.ChannelClosed},
		{"au", "a student", profile.Arrival{Way: web, Group: "student"}, let},
		{"au", "somebody nobody knows", profile.Arrival{Way: mail}, let}, // R20: forwarded, not rejected (§17.12)
		{"au", "an alarm", profile.Arrival{Way: event}, profile.ChannelClosed},
		{"au", "an alarm by its name", profile.Arrival{Way: web, Channel: "monitoring"}, profile.ChannelClosed}, // R3
		{"itil-sv", "an alarm", profile.Arrival{Way: event, Group: "technician"}, let},                          // §17.5
		{"itil-sv", "an alarm of an end user", profile.Arrival{Way: event, Group: "end_user"}, profile.ChannelOfOthers},
	} {
		t.Run(tt.desk+"/"+tt.who, func(t *testing.T) {
			t.Parallel()
			admitted := receptionOf(t, tt.desk+".yaml").Admit(tt.arrival)
			if admitted.Ground != tt.ground {
				t.Fatalf("answered with %q, want %q (as %s, by %s)", admitted.Ground, tt.ground,
					admitted.Group.GetId(), admitted.Channel.GetId())
			}
			if tt.ground == profile.ReporterRefused && profile.In("da", admitted.Group.GetReferral()) == "" {
				t.Error("refused, and not told where to turn")
			}
			if tt.ground != let && (admitted.Why.Rule == "" || admitted.Why.Version == "") {
				t.Errorf("refused without saying by what: %+v", admitted.Why)
			}
		})
	}
}

// R13: who has a tool of their own tells the number that the case has there; who has none is not asked.
func TestNSPAsksLocalDesksForTheirOwnNumber(t *testing.T) {
	t.Parallel()
	door := receptionOf(t, "nsp.yaml")
	for group, asked := range map[string]bool{"region": true, "municipality": true, "pharmacy": true, "ehr_vendor": false} {
		arrival := profile.Arrival{Way: profilev1.Way_WAY_WEB, Group: group}
		if got := door.Admit(arrival).OwnNumberMissing; got != asked {
			t.Errorf("%s is asked for its number: %t, want %t", group, got, asked)
		}
		arrival.OwnNumber = true
		if door.Admit(arrival).OwnNumberMissing {
			t.Errorf("%s told its number and is asked for it", group)
		}
	}
}

// What is not let in by one way is told which other ways there are (R11).
func TestWhoComesByTheWrongWayIsToldTheRightOne(t *testing.T) {
	t.Parallel()
	admitted := receptionOf(t, "datafordeler.yaml").Admit(profile.Arrival{
		Way: profilev1.Way_WAY_WEB, Parties: []string{"registermyndighed"},
	})
	var ways []string
	for _, channel := range admitted.Instead {
		ways = append(ways, channel.GetId())
	}
	if len(ways) != 2 || ways[0] != "itsm" || ways[1] != "phone" {
		t.Errorf("a register authority is sent to %v, want itsm and phone", ways)
	}
}
