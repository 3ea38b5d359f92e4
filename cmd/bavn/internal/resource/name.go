// Package resource turns what people type into resource names: `ASCP00000001` is `desks/nsp/tickets/ASCP00000001` at the desk
// nsp. A full name is taken as it is, so that what one command prints can be given to the next.
package resource

import (
	"fmt"
	"strings"
)

// Desk is a desk's name, `desks/nsp`, from its id or name.
func Desk(typed string) string {
	if strings.HasPrefix(typed, "desks/") {
		return typed
	}
	return "desks/" + typed
}

// Ticket is a ticket's name; the number may be typed in small letters.
func Ticket(desk, typed string) string {
	if strings.HasPrefix(typed, "desks/") {
		return typed
	}
	return Desk(desk) + "/tickets/" + strings.ToUpper(typed)
}

// KnownSolution is a known solution's name.
func KnownSolution(desk, typed string) string { return under(desk, "knownSolutions", typed) }

// Person is a person's name; nobody stays nobody.
func Person(desk, typed string) string { return under(desk, "persons", typed) }

// Party is a party's name; no party stays no party.
func Party(desk, typed string) string { return under(desk, "parties", typed) }

// Announcement is an announcement's name.
func Announcement(desk, typed string) string { return under(desk, "announcements", typed) }

// Extract is an extract's name.
func Extract(desk, typed string) string { return under(desk, "extracts", typed) }

// Item is a configuration item's name.
func Item(desk, typed string) string { return under(desk, "configurationItems", typed) }

// Attachment is a file's name.
func Attachment(desk, typed string) string { return under(desk, "attachments", typed) }

func under(desk, collection, typed string) string {
	switch {
	case typed == "", strings.HasPrefix(typed, "desks/"):
		return typed
	default:
		return Desk(desk) + "/" + collection + "/" + strings.TrimPrefix(typed, collection+"/")
	}
}

// Holder is a party, or a party and its group: "netic" or "netic/drift" or the full name of either.
func Holder(desk, typed string) (party, group string, err error) {
	full := typed
	if !strings.HasPrefix(typed, "desks/") {
		id, groupID, grouped := strings.Cut(typed, "/")
		full = Party(desk, id)
		if grouped {
			full += "/groups/" + groupID
		}
	}
	parts := strings.Split(full, "/")
	switch {
	case len(parts) == 4 && parts[2] == "parties" && parts[3] != "":
		return full, "", nil
	case len(parts) == 6 && parts[2] == "parties" && parts[4] == "groups" && parts[5] != "":
		return strings.Join(parts[:4], "/"), full, nil
	default:
		return "", "", fmt.Errorf("%q is neither a party (netic) nor a group (netic/drift)", typed)
	}
}

// ID is the last part of a name.
func ID(name string) string { return name[strings.LastIndex(name, "/")+1:] }

// Short is a name as a person of the desk would write it: "netic", "netic/drift", "mette", "ASCP00000001".
func Short(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) == 6 && parts[4] == "groups" {
		return parts[3] + "/" + parts[5]
	}
	return parts[len(parts)-1]
}
