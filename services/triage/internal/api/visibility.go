package api

import (
	"context"
	"errors"

	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// Visibility tells the feed what a caller may see: the events whose audience holds one of the caller's keys. An auditor of the
// desk's authority party sees everything, with hashes and salts, to check the chains.
type Visibility struct {
	Access *access.Access
	Known  *store.Known
}

// Sees implements feed.Visibility.
func (v *Visibility) Sees(ctx context.Context, desk string) (keys []string, all bool, err error) {
	caller, err := v.Access.Caller(ctx, "desks/"+desk)
	if err != nil {
		return nil, false, err
	}
	if err := v.Access.Listing(ctx, caller, "Watch"); err != nil {
		return nil, false, err
	}
	known, err := v.Known.Desk(ctx, desk)
	if errors.Is(err, store.ErrNotFound) {
		return caller.Keys(), false, nil // of a desk that does not exist there is nothing, as of one that shows nothing
	}
	if err != nil {
		return nil, false, err
	}
	return caller.Keys(), caller.IsAuditorOf(known.AuthorityParty), nil
}
