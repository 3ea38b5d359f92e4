package acceptance_test

import (
	"strings"
	"testing"
)

// matrix is the escalation matrix of [0] annex 1: which group a case of which type belongs to.
var matrix = []struct{ group, category string }{
	{"support", "workplace-printer"},
	{"support", "workplace-adsl"}, // "the team does not handle ADSL"
	{"drift/generelle-applikationer", "general-file"},
	{"drift/generelle-applikationer", "general-print"},
	{"drift/generelle-applikationer", "general-licence"},
	{"drift/generelle-applikationer", "general-deployment"},
	{"drift/generelle-applikationer", "general-packaging"},
	{"drift/generelle-applikationer", "general-labs"},
	{"drift/generelle-applikationer", "general-directory"},
	{"drift/generelle-applikationer", "general-idm"},
	{"drift/generelle-applikationer", "general-mail"},
	{"drift/generelle-applikationer", "general-sharepoint"},
	{"drift/administrative-applikationer", "administrative-accounting"},
	{"drift/administrative-applikationer", "administrative-hr"},
	{"drift/administrative-applikationer", "administrative-records"},
	{"drift/administrative-applikationer", "administrative-lms"},
	{"drift/administrative-applikationer", "administrative-stads"},
	{"drift/administrative-applikationer", "administrative-web"},
	{"drift/administrative-applikationer", "administrative-self-service"},
	{"drift/netvaerk", "network-wlan"},
	{"drift/netvaerk", "network-security"},
	{"drift/netvaerk", "network-lan"},
	{"drift/netvaerk", "network-backbone"},
	{"drift/netvaerk", "network-management"},
	{"drift/netvaerk", "network-non-standard"},
	{"drift/netvaerk", "network-new-building"},
	{"drift/skyen", "cloud-datacentre"},
	{"drift/skyen", "cloud-virtualisation"},
	{"drift/skyen", "cloud-storage"},
	{"drift/skyen", "cloud-telephony"},
	{"drift/skyen", "cloud-net-services"},
	{"drift/skyen", "cloud-backup"},
	{"drift/skyen", "cloud-monitoring"},
	{"drift/stab", "staff-function-change"},
	{"drift/stab", "staff-function-purchasing"},
	{"drift/stab", "staff-function-architecture"},
	{"system-udvikling/udvikling", "development"},
	{"andet-omraade", "other-area"},
}

// [0] annex 1: a case of each type belongs to the group that the matrix names, and Support can send it there (R56, R57).
func TestAUsMatrixSaysWhereEachTypeOfCaseBelongs(t *testing.T) {
	t.Parallel()
	atWork(t, "au", auCast...).byHand(t, func(h hands) {
		h.reported("karen", h.report("web", "Noget virker ikke", nil))
		for _, row := range matrix {
			h.taken(h.categorise("ditte", "incident", row.category))
			if got := h.why("ditte", "route"); got.GetAnswer() != placed(row.group) {
				t.Errorf("%s belongs to %s by %s, want %s", row.category, got.GetAnswer(), got.GetRule(), row.group)
			}
		}
		for _, row := range []struct{ group, category, rule string }{
			{"drift/generelle-applikationer", "general-sharepoint", "general_applications"},
			{"drift/administrative-applikationer", "administrative-lms", "administrative_applications"},
			{"drift/netvaerk", "network-backbone", "network"},
			{"drift/skyen", "cloud-backup", "cloud"},
			{"drift/stab", "staff-function-change", "staff_function"},
			{"system-udvikling/udvikling", "development", "development"},
		} {
			h.reported("karen", h.report("web", "Noget virker ikke", nil))
			h.taken(h.take("ditte"))
			answers := map[string]string{"symptoms": "Intet sker"}
			if strings.HasPrefix(row.category, "network") {
				answers = describedNetwork
			}
			h.described(row.category, answers)
			h.happened()
			h.taken(h.escalate("ditte", row.rule, "", "Ikke set før"))
			h.stands(row.group, "", assigned)
		}
	})
}

// placed is a group or party relative to the desk: "parties/drift/groups/skyen" of "drift/skyen".
func placed(at string) string { return "parties/" + strings.Replace(at, "/", "/groups/", 1) }
