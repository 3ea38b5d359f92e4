package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bavn/bavn/platform/clock"
)

// remembered is how long a desk is not asked for again: its profile may change, by another replica too.
const remembered = 5 * time.Second

// Known remembers desks, parties and groups that exist: none is ever deleted. What does not exist is asked for again.
type Known struct {
	pool   *pgxpool.Pool
	clock  clock.Clock
	desks  sync.Map // id -> seenDesk
	places sync.Map // place -> struct{}
}

type seenDesk struct {
	Desk
	at time.Time
}

type place struct{ desk, name string }

// NewKnown makes the memory of a process.
func NewKnown(pool *pgxpool.Pool, c clock.Clock) *Known { return &Known{pool: pool, clock: c} }

// Desk returns a desk by its id. Returns ErrNotFound.
func (k *Known) Desk(ctx context.Context, desk string) (Desk, error) {
	now := k.clock.Now()
	if known, ok := k.desks.Load(desk); ok && now.Sub(known.(seenDesk).at) < remembered {
		return known.(seenDesk).Desk, nil
	}
	row, err := New(k.pool).ReadDesk(ctx, desk)
	if err != nil {
		return Desk{}, notFound("read desk", err)
	}
	k.desks.Store(desk, seenDesk{row, now})
	return row, nil
}

// ForgetDesk asks for a desk again: it has changed.
func (k *Known) ForgetDesk(desk string) { k.desks.Delete(desk) }

// Place reports whether a party or group exists in a desk. Its name is relative to the desk.
func (k *Known) Place(ctx context.Context, desk, name string) (bool, error) {
	key := place{desk, name}
	if _, ok := k.places.Load(key); ok {
		return true, nil
	}
	var err error
	if strings.Contains(name, "/groups/") {
		_, err = New(k.pool).ReadGroup(ctx, ReadGroupParams{Desk: desk, Group: name})
	} else {
		_, err = New(k.pool).ReadParty(ctx, ReadPartyParams{Desk: desk, Party: name})
	}
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look up %s: %w", name, err)
	}
	k.places.Store(key, struct{}{})
	return true, nil
}
