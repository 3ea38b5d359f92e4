package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
)

// Profiles keep what each desk follows.
type Profiles struct{ DB DBTX }

// Keep keeps what a desk follows.
func (p Profiles) Keep(ctx context.Context, desk, version string, settings []byte) error {
	return New(p.DB).KeepExtractProfile(ctx, KeepExtractProfileParams{Desk: desk, ProfileVersion: version, Profile: settings})
}

// Remember is what was kept last; empty where nothing was.
func (p Profiles) Remember(ctx context.Context, desk string) ([]byte, error) {
	row, err := New(p.DB).GetExtractDesk(ctx, desk)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return row.Profile, err
}

// EachCase gives visit every ticket of a desk as it stands, one at a time: a desk may have more of them than fit into memory.
func EachCase(ctx context.Context, db DBTX, desk string, visit func(*triagev1.Ticket, int64) error) error {
	rows, err := db.Query(ctx, `SELECT h.revision, h.stored, h.hash, h.previous_hash FROM tickets t
		JOIN history h ON h.desk = t.desk AND h.resource = 'desks/' || t.desk || '/tickets/' || t.ticket AND h.revision = t.revision
		WHERE t.desk = $1`, desk)
	if err != nil {
		return fmt.Errorf("read tickets: %w", err)
	}
	var revision int64
	var stored, hash, previous []byte
	_, err = pgx.ForEachRow(rows, []any{&revision, &stored, &hash, &previous}, func() error {
		event, err := feed.Received(&eventv1.Event{Stored: stored, Hash: hash, PreviousHash: previous}, nil)
		if err != nil {
			return err
		}
		payload := new(triagev1.TicketEvent)
		if err := event.Record.GetPayload().UnmarshalTo(payload); err != nil {
			return err
		}
		return visit(payload.GetTicket(), revision)
	})
	if err != nil {
		return fmt.Errorf("read tickets: %w", err)
	}
	return nil
}
