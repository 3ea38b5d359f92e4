package feed

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
)

var (
	//go:embed sql/lock_resource.sql
	lockResourceSQL string
	//go:embed sql/lock_resources.sql
	lockResourcesSQL string
)

// Lock takes a resource for the rest of the transaction, and takes no transaction id for it. It is the first statement of
// every command that changes an existing resource, before the SELECT … FOR UPDATE of its row; through a pg.Pipeline both
// travel together.
//
// The row lock alone does not keep the order. When its holder has updated the row and commits, every waiter follows the
// update chain, and PostgreSQL gives it its transaction id for that (heap_lock_updated_tuple) before it competes for the
// new version: of two waiters, the one with the lower id may get the row last, and its revision would be read first.
// Behind this lock there is never more than one waiter. A command that goes without it (SKIP LOCKED) is safe too, but may
// be refused by the events table with a serialization failure (ABORTED), and tries again.
func Lock(ctx context.Context, tx Execer, resource string) error {
	if _, err := tx.Exec(ctx, lockResourceSQL, resource); err != nil {
		return fmt.Errorf("lock %s: %w", resource, err)
	}
	return nil
}

// LockAll takes many resources by one statement, always in the same order: two that want the same ones do not wait for each other
// for ever.
func LockAll(ctx context.Context, tx Execer, resources []string) error {
	resources = slices.Sorted(slices.Values(resources))
	if _, err := tx.Exec(ctx, lockResourcesSQL, resources); err != nil {
		return fmt.Errorf("lock %d resources: %w", len(resources), err)
	}
	return nil
}
