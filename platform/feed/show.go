package feed

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
)

//go:embed sql/show.sql
var showSQL string

// Showing says who sees the history of a resource from now on.
type Showing struct {
	// Desk is the desk's id, Resource the full name.
	Desk, Resource string
	// To see every event of it. Keep see those that they saw before.
	To, Keep []string
}

// Show changes who sees the events that a resource has so far (R149): when it is closed to most people, what happened before is
// closed as well, also to somebody who resumes an old watch. The audience in the stored bytes stays, as the hash chain covers
// it; it is given to nobody. The command that does so has locked the resource, and appends an event that tells every
// subscriber.
func Show(ctx context.Context, tx Execer, shown Showing) error {
	if shown.Desk == "" || shown.Resource == "" {
		return errors.New("show events: without desk or resource")
	}
	if shown.Keep == nil {
		shown.Keep = []string{}
	}
	if _, err := tx.Exec(ctx, showSQL, shown.Desk, shown.Resource, shown.To, shown.Keep); err != nil {
		return fmt.Errorf("show events of %s: %w", shown.Resource, err)
	}
	return nil
}
