package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// Relate keeps what tickets are looked up by beside their own rows: when their fixes are to be released, and what they are
// about. It writes nothing for a step that changes neither.
func Relate(ctx context.Context, db DBTX, before *triagev1.Ticket, after *Ticket) error {
	q, desk, number := New(db), strings.TrimPrefix(after.Desk.Name, "desks/"), after.Number()
	was, stood := domain.PendingRelease(before)
	is, stands := domain.PendingRelease(after.Facts)
	var err error
	switch {
	case stands && (!stood || !was.Equal(is)):
		err = q.ScheduleRelease(ctx, ScheduleReleaseParams{Desk: desk, Number: number, ReleaseTime: is})
	case stood && !stands:
		err = q.UnscheduleRelease(ctx, UnscheduleReleaseParams{Desk: desk, Number: number})
	}
	if err != nil {
		return fmt.Errorf("keep release of %s: %w", number, err)
	}
	for _, item := range after.Facts.GetConfigurationItems() {
		if !slices.Contains(before.GetConfigurationItems(), item) {
			err = q.PutTicketItem(ctx, PutTicketItemParams{Desk: desk, Item: resourcename.ID(item), Number: number})
		}
		if err != nil {
			return fmt.Errorf("keep item of %s: %w", number, err)
		}
	}
	for _, item := range before.GetConfigurationItems() {
		if !slices.Contains(after.Facts.GetConfigurationItems(), item) {
			err = q.DropTicketItem(ctx, DropTicketItemParams{Desk: desk, Item: resourcename.ID(item), Number: number})
		}
		if err != nil {
			return fmt.Errorf("keep item of %s: %w", number, err)
		}
	}
	return nil
}
