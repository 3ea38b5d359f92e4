// Package store is reporting's SQL: history, steps, and what is read from them.
package store

import (
	"context"
	"fmt"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/feed"
)

// Events reads the events of one resource as they were stored, with the texts that still exist, in order.
func Events(ctx context.Context, db DBTX, desk, resource string) ([]*feed.Event, error) {
	rows, err := New(db).History(ctx, HistoryParams{Desk: desk, Resource: resource})
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	texts, err := New(db).Texts(ctx, TextsParams{Desk: desk, Resource: resource})
	if err != nil {
		return nil, fmt.Errorf("read texts: %w", err)
	}
	events := make([]*feed.Event, len(rows))
	for i, row := range rows {
		stored := &eventv1.Event{Stored: row.Stored, Hash: row.Hash, PreviousHash: row.PreviousHash}
		for len(texts) > 0 && texts[0].Revision == row.Revision {
			stored.Texts = append(stored.Texts, text(texts[0]))
			texts = texts[1:]
		}
		if events[i], err = feed.Received(stored, nil); err != nil {
			return nil, fmt.Errorf("decode %s@%d: %w", resource, row.Revision, err)
		}
	}
	return events, nil
}

func text(row TextsRow) *eventv1.Text {
	t := &eventv1.Text{Name: row.Name, LanguageCode: row.LanguageCode, Salt: row.Salt, Erased: row.Text == nil}
	if row.Text != nil {
		t.Text = *row.Text
	}
	return t
}
