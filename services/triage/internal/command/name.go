package command

import (
	"regexp"
	"strings"
)

var ticketName = regexp.MustCompile(`^(desks/[a-z][a-z0-9-]{1,30})/tickets/([A-Z0-9][A-Z0-9-]{3,31})$`)

// deskOf is the desk at the beginning of any resource name: "desks/nsp".
func deskOf(name string) string {
	parts := strings.SplitN(name, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// field is a field of a request that names something.
type field struct{ path, name string }

// sameDesk refuses names of another desk than the call's: nothing crosses from one to another. It does not say whether there
// is such a thing.
func sameDesk(desk string, fields ...field) error {
	for _, f := range fields {
		if f.name != "" && deskOf(f.name) != desk {
			return invalid(f.path, "other_desk")
		}
	}
	return nil
}
