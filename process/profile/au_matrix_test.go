package profile_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile"
)

// group finds a group by its name in references: "drift/skyen".
func group(p *profile.Profile, name string) *profilev1.Group {
	for _, party := range p.Settings().GetParties() {
		for _, group := range party.GetGroups() {
			if party.GetId()+"/"+group.GetId() == name {
				return group
			}
		}
	}
	return nil
}

func TestAUHasEveryRowOfTheEscalationMatrix(t *testing.T) { // R55, R56: annex 1, as it is written there
	t.Parallel()
	p := au(t)
	for _, tc := range []struct {
		group, label string
		level        int32
		caseTypes    []string // the first words of each
	}{
		{"support/arts", "ARTS Support", 1, nil},
		{"support/arts-emdrup", "ARTS Emdrup", 2, nil},
		{"support/arts-indkoeb", "ARTS Indkøb", 2, nil},
		{"support/arts-aarhus", "ARTS Aarhus", 2, nil},
		{"support/bss", "BSS Support", 1, nil},
		{"support/bss-bartholins-alle", "BSS Bartholins Allé", 2, nil},
		{"support/bss-fuglesangs-alle", "BSS Fuglesangs Allé", 2, nil},
		{"support/bss-herning", "BSS Herning", 2, nil},
		{"support/bss-indkoeb", "BSS Indkøb", 2, nil},
		{"support/he", "HE Support", 1, nil},
		{"support/he-bartholin", "HE Bartholin", 2, nil},
		{"support/he-indkoeb", "HE Indkøb", 2, nil},
		{"support/he-skejby", "HE Skejby", 2, nil},
		{"support/he-tandlaegeskolen", "HE Tandlægeskolen", 2, nil},
		{"support/st", "ST Support", 1, nil},
		{"support/st-foulum", "ST Foulum", 2, nil},
		{"support/st-indkoeb", "ST Indkøb", 2, nil},
		{"support/st-roskilde", "ST Roskilde", 2, nil},
		{"support/st-aarhus", "ST Aarhus", 2, nil},
		{"drift/generelle-applikationer", "Drift Generelle Applikationer", 3, []string{
			"File services", "Print services", "Licens services", "Deployment/Image", "Software pakkekonstruktion", "Special setups",
			"Directory Services", "IDM", "Mail og kalender/Exchange", "SharePoint",
		}},
		{"drift/administrative-applikationer", "Drift Administrative Applikationer", 3, []string{
			"Regnskabssystem - Navision", "HR (ikke applikationssupport)", "ScanJour/Captia", "LMS: Blackboard, Aula",
			"STADS/EDDI - 2. level", "Web - drift af Typo3", "Selvbetjening - sager vedr. mitAU.dk",
		}},
		{"drift/netvaerk", "Drift Netværksteam", 3, []string{
			"Wireless LAN", "Sikkerhed - firewall", "LAN", "Backbone", "Management og overvågning",
		}},
		{"drift/skyen", "Drift Skyen", 3, []string{
			"Datacenter/serverrum", "Virtualiseringsplatform", "Storageplatform", "Telefoni", "Netservices", "Backup",
			"Driftsovervågning",
		}},
		{"drift/stab", "Drift Stab", 3, []string{"Change Management", "Driftindkøb", "Afklaring af arkitekturspørgsmål"}},
	} {
		row := group(p, tc.group)
		if row.GetLabel().GetDa() != tc.label || row.GetLevel() != tc.level || row.GetSource() == "" || row.GetPrimaryTasks() == nil {
			t.Errorf("%s is %v", tc.group, row)
		}
		if len(row.GetCaseTypes()) != len(tc.caseTypes) {
			t.Errorf("%s is given %d types of case, want %d", tc.group, len(row.GetCaseTypes()), len(tc.caseTypes))
			continue
		}
		for i, caseType := range row.GetCaseTypes() {
			if !strings.HasPrefix(caseType.GetDa(), tc.caseTypes[i]) {
				t.Errorf("%s is given %q, want %q", tc.group, caseType.GetDa(), tc.caseTypes[i])
			}
		}
	}
	missing := group(p, "system-udvikling/udvikling") // named in the text, not in the matrix (§17.16)
	if missing == nil || !missing.GetDerived() {
		t.Errorf("System og Udvikling is %v, want it derived", missing)
	}
	if adsl := group(p, "drift/netvaerk").GetPrimaryTasks().GetDa(); !strings.Contains(adsl, "ikke ADSL") {
		t.Errorf("the network team's tasks read %q", adsl)
	}
}

func TestAUSendsWhatSupportCannotSolveByTheMatrix(t *testing.T) { // R41, R56, R57, R60
	t.Parallel()
	p := au(t)
	routed := map[string]int{}
	for category, want := range map[string]string{
		"general-file": "drift/generelle-applikationer", "general-print": "drift/generelle-applikationer",
		"general-licence": "drift/generelle-applikationer", "general-deployment": "drift/generelle-applikationer",
		"general-packaging": "drift/generelle-applikationer", "general-labs": "drift/generelle-applikationer",
		"general-directory": "drift/generelle-applikationer", "general-idm": "drift/generelle-applikationer",
		"general-mail": "drift/generelle-applikationer", "general-sharepoint": "drift/generelle-applikationer",
		"administrative-accounting": "drift/administrative-applikationer", "administrative-hr": "drift/administrative-applikationer",
		"administrative-records": "drift/administrative-applikationer", "administrative-lms": "drift/administrative-applikationer",
		"administrative-stads": "drift/administrative-applikationer", "administrative-web": "drift/administrative-applikationer",
		"administrative-self-service": "drift/administrative-applikationer",
		"network-wlan":                "drift/netvaerk", "network-security": "drift/netvaerk", "network-lan": "drift/netvaerk",
		"network-backbone": "drift/netvaerk", "network-management": "drift/netvaerk",
		"network-non-standard": "drift/netvaerk", "network-new-building": "drift/netvaerk", // primary tasks
		"cloud-datacentre": "drift/skyen", "cloud-virtualisation": "drift/skyen", "cloud-storage": "drift/skyen",
		"cloud-telephony": "drift/skyen", "cloud-net-services": "drift/skyen", "cloud-backup": "drift/skyen",
		"cloud-monitoring":      "drift/skyen",
		"staff-function-change": "drift/stab", "staff-function-purchasing": "drift/stab",
		"staff-function-architecture": "drift/stab",
		"development":                 "system-udvikling/udvikling",
	} {
		got, err := p.Route(&profilev1.TicketFacts{Category: category, Categories: p.Categories(category)})
		if err != nil || got.Route.GetGroup() != want {
			t.Errorf("%s goes to %v (%v), want %s", category, got.Route, err, want)
		}
		routed[want]++
	}
	for name, want := range map[string]int{ // each type of case in the matrix has its category; the network two more
		"drift/generelle-applikationer": 10, "drift/administrative-applikationer": 7, "drift/netvaerk": 5 + 2,
		"drift/skyen": 7, "drift/stab": 3,
	} {
		if routed[name] != want {
			t.Errorf("%d categories lead to %s, want %d", routed[name], name, want)
		}
	}
	for category, party := range map[string]string{
		"workplace-adsl": "support", "workplace-printer": "support", "other-area": "andet-omraade",
	} {
		got, err := p.Route(&profilev1.TicketFacts{Category: category})
		if err != nil || got.Route.GetParty() != party || got.Route.GetWithResponsibility() != (party == "andet-omraade") {
			t.Errorf("%s goes to %v (%v), want %s", category, got.Route, err, party)
		}
	}
}

func TestAUKeepsWhatIsSupportsWithTheRightCentre(t *testing.T) { // R20, R33, R55; purchases alone go on as requests, R29
	t.Parallel()
	p := au(t)
	for _, tc := range []struct{ nature, category, centre, want string }{
		{"incident", "", "", "support"},
		{"incident", "", "arts", "support/arts"},
		{"incident", "workplace-printer", "", "support"},
		{"incident", "workplace-printer", "st", "support/st"},
		{"incident", "network-wlan", "st", "drift/netvaerk"},
		{"incident", "purchasing-special", "he", "support"},
		{"service_request", "general-licence", "he", "drift/generelle-applikationer"},
		{"service_request", "purchasing-special", "he", "support/he-indkoeb"},
		{"service_request", "purchasing-standard", "bss", "support/bss-indkoeb"},
		{"service_request", "purchasing-standard", "arts", "support/arts-indkoeb"},
		{"service_request", "purchasing-standard", "st", "support/st-indkoeb"},
	} {
		got, err := p.Route(&profilev1.TicketFacts{
			Nature: tc.nature, Category: tc.category, Categories: p.Categories(tc.category),
			Answers: map[string]string{"centre": tc.centre},
		})
		if to := got.Route.GetGroup() + got.Route.GetParty(); err != nil || to != tc.want {
			t.Errorf("%v goes to %s (%v)", tc, to, err)
		}
	}
}

func TestAUTurnsToBackDeskThenToOtherDepartmentsAndToManagers(t *testing.T) { // R54, R57, R58, R60
	t.Parallel()
	p := au(t)
	ways := func(ticket *profilev1.TicketFacts, kind profilev1.EscalationKind) (to []string) {
		escalations, err := p.Escalations(ticket)
		if err != nil {
			t.Fatal(err)
		}
		for _, escalation := range escalations {
			if escalation.Setting.GetKind() != kind {
				continue
			}
			for _, route := range escalation.Setting.GetTo() {
				to = append(to, route.GetGroup()+route.GetParty())
			}
			to = append(to, escalation.Setting.GetRoles()...)
			if escalation.Setting.GetAutomatic() {
				t.Errorf("%s happens by itself; a person judges whether it is needed", escalation.Setting.GetId())
			}
		}
		return to
	}
	up := profilev1.EscalationKind_ESCALATION_KIND_HIERARCHICAL
	for centre, backDesk := range map[string][]string{
		"arts": {"support/arts-emdrup", "support/arts-aarhus", "support/arts-indkoeb"},
		"bss":  {"support/bss-bartholins-alle", "support/bss-fuglesangs-alle", "support/bss-herning", "support/bss-indkoeb"},
		"he":   {"support/he-bartholin", "support/he-skejby", "support/he-tandlaegeskolen", "support/he-indkoeb"},
		"st":   {"support/st-foulum", "support/st-roskilde", "support/st-aarhus", "support/st-indkoeb"},
	} {
		want := slices.Concat(backDesk, []string{
			"support/arts", "support/bss", "support/he", "support/st", // the wrong department, R20
			"drift/generelle-applikationer", "drift/administrative-applikationer", "drift/netvaerk", "drift/skyen", "drift/stab",
			"system-udvikling/udvikling", "andet-omraade",
		})
		got := ways(&profilev1.TicketFacts{HolderParty: "support", HolderGroup: "support/" + centre},
			profilev1.EscalationKind_ESCALATION_KIND_FUNCTIONAL)
		if !slices.Equal(got, want) {
			t.Errorf("from %s one turns to\n%v, want\n%v", centre, got, want)
		}
	}
	for _, tc := range []struct {
		ticket *profilev1.TicketFacts
		want   string
	}{
		{&profilev1.TicketFacts{HolderParty: "support"}, "head_of_support"},
		{&profilev1.TicketFacts{HolderParty: "drift"}, "team_leader"},
		{&profilev1.TicketFacts{HolderParty: "drift", Complained: true}, "head_of_support team_leader"},
		{&profilev1.TicketFacts{HolderParty: "drift", TargetMissed: true}, "head_of_support team_leader"},
		{&profilev1.TicketFacts{HolderParty: "drift", TargetAtRisk: true}, "head_of_support team_leader"},
	} {
		if got := strings.Join(ways(tc.ticket, up), " "); got != tc.want {
			t.Errorf("%v goes up to %q, want %q", tc.ticket, got, tc.want)
		}
	}
}

func TestAUsCentresRefineTheirDeskAndNoMore(t *testing.T) { // R70, R134
	t.Parallel()
	desk := au(t)
	shipped := os.DirFS("../../profiles")
	centresSay := []string{
		"id", "kind", "extends", "label", "support_centre", "centre_when", "categories", "knowledge", "templates", "drop",
	}
	for centre, want := range map[string]struct {
		knowledge, buyers string
		places            []string
	}{
		"arts": {"arfa", "support/arts-indkoeb", []string{"arts-emdrup", "arts-aarhus"}},
		"bss":  {"bss_works", "support/bss-indkoeb", []string{"bss-bartholins-alle", "bss-fuglesangs-alle", "bss-herning"}},
		"he":   {"he_works", "support/he-indkoeb", []string{"he-bartholin", "he-skejby", "he-tandlaegeskolen"}},
		"st":   {"st_works", "support/st-indkoeb", []string{"st-foulum", "st-roskilde", "st-aarhus"}},
	} {
		overlay := load(t, shipped, "au-"+centre+".yaml")
		if got := overlay.Settings().GetSupportCentre(); got != "support/"+centre {
			t.Errorf("%s belongs to %s", centre, got)
		}
		var links []string
		for _, link := range overlay.Knowledge("network-wlan") {
			links = append(links, link.GetId())
		}
		if slices.Sort(links); !slices.Equal(links, slices.Sorted(slices.Values([]string{want.knowledge, "nilex"}))) {
			t.Errorf("%s looks a network fault up in %v", centre, links)
		}
		for _, article := range []string{"purchasing-standard", "purchasing-special"} {
			got, err := overlay.Route(&profilev1.TicketFacts{Category: article})
			if err != nil || got.Route.GetGroup() != want.buyers {
				t.Errorf("%s buys by %v (%v), want %s", centre, got.Route, err, want.buyers)
			}
		}
		for _, place := range want.places {
			category := "place" + strings.TrimPrefix(place, centre)
			got, err := overlay.Route(&profilev1.TicketFacts{
				Category: category, Categories: overlay.Categories(category), Answers: map[string]string{"centre": centre},
			})
			if err != nil || got.Route.GetGroup() != "support/"+place {
				t.Errorf("%s goes to %v (%v), want %s", category, got.Route, err, place)
			}
		}
		if more := len(overlay.Settings().GetTemplates()) - len(desk.Settings().GetTemplates()); more != len(want.places) {
			t.Errorf("%s adds %d templates, want one for each of its %d places", centre, more, len(want.places))
		}
		for _, change := range profile.Diff(desk, overlay) { // whatever else the centre says is the desk's
			said := change.After
			if said == nil {
				said = change.Before
			}
			top := said.Path
			if cut := strings.IndexAny(top, ".["); cut >= 0 {
				top = top[:cut]
			}
			if !slices.Contains(centresSay, top) {
				t.Errorf("%s changes %s", centre, said.Path)
			}
		}
	}
}
