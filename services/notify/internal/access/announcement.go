package access

import (
	"context"

	"github.com/cedar-policy/cedar-go"

	"github.com/bavn/bavn/platform/fault"
)

// Announcement is what the policies know of an announcement.
type Announcement struct {
	Desk, ID string
	// Audience are those who see it before it is published.
	Audience []string
	// Party is responsible, Heir where the ticket was handed over since, and Authority is the desk's; ids.
	Party, Heir, Authority string
	// Approvers are the roles of which one approves.
	Approvers []string
	// Published is true from then on, and Public where everybody sees the desk's board.
	Published, Public bool
}

// Announcement asks about one announcement. hidden refuses as if it did not exist.
func (g *Gate) Announcement(ctx context.Context, action string, a Announcement, hidden bool) error {
	set, err := g.Caller(ctx, a.Desk)
	if err != nil {
		return err
	}
	err = g.ask(ctx, action, set, cedar.Entity{
		UID: cedar.NewEntityUID("Announcement", cedar.String(a.Desk+"/"+a.ID)),
		Attributes: cedar.NewRecord(cedar.RecordMap{
			"audience": words(a.Audience), "approvers": words(a.Approvers),
			"editors":   words(append(workers(a.Party, a.Heir), a.Authority+":coordinator")),
			"published": cedar.Boolean(a.Published), "public": cedar.Boolean(a.Public),
		}),
	}, hidden)
	if action == "CreateAnnouncement" && fault.Is(err, fault.PermissionDenied) && !set.Member() {
		return fault.Missing("parent") // in the same words as for a desk that does not exist
	}
	return err
}

// Board asks about what the gateway does for everybody.
func (g *Gate) Board(ctx context.Context, action, desk string) error {
	set, err := g.Caller(ctx, desk)
	if err != nil {
		return err
	}
	return g.ask(ctx, action, set, cedar.Entity{UID: cedar.NewEntityUID("Desk", cedar.String(desk))}, false)
}

// workers are the roles in which somebody works for a party.
func workers(parties ...string) (roles []string) {
	for _, party := range parties {
		for _, role := range []string{"agent", "dispatcher", "coordinator"} {
			if party != "" {
				roles = append(roles, party+":"+role)
			}
		}
	}
	return roles
}

func words(all []string) cedar.Set {
	values := make([]cedar.Value, len(all))
	for i, word := range all {
		values[i] = cedar.String(word)
	}
	return cedar.NewSet(values...)
}
