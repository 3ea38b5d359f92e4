package domain

import (
	"net/url"
	"strings"

	"google.golang.org/protobuf/proto"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
)

// ConnectionName is the name of a connection with a party's tool.
func ConnectionName(desk, connection string) string {
	return "desks/" + desk + "/connections/" + connection
}

// changeableOfConnection are the fields of a connection that UpdateConnection may change.
var changeableOfConnection = map[string]func(to, from *intakev1.Connection){
	"display_name":  func(to, from *intakev1.Connection) { to.DisplayName = from.GetDisplayName() },
	"system":        func(to, from *intakev1.Connection) { to.System = from.GetSystem() },
	"disabled":      func(to, from *intakev1.Connection) { to.Disabled = from.GetDisabled() },
	"statuses":      func(to, from *intakev1.Connection) { to.Statuses = from.GetStatuses() },
	"priorities":    func(to, from *intakev1.Connection) { to.Priorities = from.GetPriorities() },
	"opens_tickets": func(to, from *intakev1.Connection) { to.OpensTickets = from.GetOpensTickets() },
	"jira":          func(to, from *intakev1.Connection) { to.Jira = from.GetJira() },
	"monitoring":    func(to, from *intakev1.Connection) { to.Monitoring = from.GetMonitoring() },
}

// ChangeConnection is a connection with the fields that the paths name from another. unknown is the first path that names none of
// them; empty where all do.
func ChangeConnection(
	to, from *intakev1.Connection, paths []string,
) (changed *intakev1.Connection, unknown string) {
	changed = proto.CloneOf(to)
	for _, path := range paths {
		change := changeableOfConnection[path]
		if change == nil {
			return to, path
		}
		change(changed, from)
	}
	return changed, ""
}

// CheckConnection proves that a connection can work as it is set up.
func CheckConnection(c *intakev1.Connection) (Flaw, bool) {
	desk := strings.Join(strings.Split(c.GetName(), "/")[:2], "/")
	required := func(field string) (Flaw, bool) { return Flaw{Field: "connection." + field, Rule: "required"}, false }
	unwanted := func(field string) (Flaw, bool) {
		return Flaw{Field: "connection." + field, Rule: "connection.other_kind"}, false
	}
	monitors := Monitors(c.GetKind())
	switch {
	case strings.TrimSpace(c.GetDisplayName()) == "":
		return required("display_name")
	case c.GetKind() == intakev1.ToolKind_TOOL_KIND_UNSPECIFIED:
		return required("kind")
	case c.GetParty() == "":
		return required("party")
	case !strings.HasPrefix(c.GetParty(), desk+"/"):
		return Flaw{Field: "connection.party", Rule: "connection.other_desk"}, false
	case c.GetSystem() == "":
		return required("system")
	case c.GetKind() == intakev1.ToolKind_TOOL_KIND_JIRA && c.GetJira() == nil:
		return required("jira")
	case c.GetKind() != intakev1.ToolKind_TOOL_KIND_JIRA && c.GetJira() != nil:
		return unwanted("jira")
	case !monitors && c.GetMonitoring() != nil:
		return unwanted("monitoring")
	case !monitors && len(c.GetStatuses()) == 0:
		return required("statuses")
	case monitors && len(c.GetStatuses()) > 0:
		return unwanted("statuses")
	}
	if base := c.GetJira().GetBaseUrl(); base != "" {
		u, err := url.Parse(base)
		if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
			u.Scheme != "https" && u.Scheme != "http" {
			return Flaw{Field: "connection.jira.base_url", Rule: "connection.base_url"}, false
		}
	}
	return CheckMapping(c.GetStatuses())
}

// Monitors reports whether a kind of tool tells of alarms (R3).
func Monitors(kind intakev1.ToolKind) bool {
	return kind == intakev1.ToolKind_TOOL_KIND_ALERTMANAGER || kind == intakev1.ToolKind_TOOL_KIND_CLOUD_EVENTS
}
