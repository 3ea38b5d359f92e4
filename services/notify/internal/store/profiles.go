package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// Profiles keep what each desk follows.
type Profiles struct{ DB DBTX }

// Keep keeps what a desk follows.
func (p Profiles) Keep(ctx context.Context, desk, version string, settings []byte) error {
	return New(p.DB).PutDeskProfile(ctx, PutDeskProfileParams{Desk: desk, Version: version, Settings: settings})
}

// Remember is what was kept last; empty where nothing was.
func (p Profiles) Remember(ctx context.Context, desk string) ([]byte, error) {
	row, err := New(p.DB).GetDeskProfile(ctx, desk)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return row.Settings, err
}
