package store

import (
	"context"
	"fmt"
)

// Insert keeps a new ticket. A submission or number that exists already fails with a unique violation.
func Insert(ctx context.Context, db DBTX, t *Ticket) error {
	row, err := t.insertion()
	if err != nil {
		return err
	}
	if err := New(db).InsertTicket(ctx, row); err != nil {
		return fmt.Errorf("insert ticket: %w", err)
	}
	return nil
}

// Update keeps a ticket that the transaction has locked.
func Update(ctx context.Context, db DBTX, t *Ticket) error {
	row, err := t.update()
	if err != nil {
		return err
	}
	if err := New(db).UpdateTicket(ctx, row); err != nil {
		return fmt.Errorf("update ticket: %w", err)
	}
	return nil
}
