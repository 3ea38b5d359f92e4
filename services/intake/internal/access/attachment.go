package access

import (
	"context"
	"slices"

	"github.com/cedar-policy/cedar-go"

	"github.com/bavn/bavn/services/intake/internal/store"
)

// Sight is what a caller sees of the ticket that a file belongs to, as triage says it.
type Sight struct{ Seen, Internal bool }

// Attachment asks about a file, or about one that is to be added. Whoever does not see it is told that there is none.
func (g *Gate) Attachment(ctx context.Context, action, desk string, sight Sight, internal bool) error {
	set, err := g.caller(ctx, desk)
	if err != nil {
		return err
	}
	return g.ask(ctx, action, set, cedar.Entity{
		UID: cedar.NewEntityUID("Attachment", cedar.String(desk)),
		Attributes: cedar.NewRecord(cedar.RecordMap{
			"seen": cedar.Boolean(sight.Seen), "insider": cedar.Boolean(sight.Internal), "internal": cedar.Boolean(internal),
		}),
	}, nil, !sight.Seen || action != "UploadAttachment")
}

// Concerns reports whether a submission is about the caller.
func (g *Gate) Concerns(ctx context.Context, s store.Submission) (bool, error) {
	set, err := g.caller(ctx, s.Desk)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(set.Keys(), func(key string) bool { return slices.Contains(s.Audience(), key) }), nil
}
