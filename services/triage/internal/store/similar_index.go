package store

import (
	"context"
	"fmt"
)

// Index rebuilds the words and terms of tickets of one desk, from the texts that they show and that still exist; so it may run
// twice, or late.
func Index(ctx context.Context, db DBTX, desk string, numbers []string) error {
	if err := New(db).IndexTickets(ctx, IndexTicketsParams{Desk: desk, Numbers: numbers}); err != nil {
		return fmt.Errorf("index words: %w", err)
	}
	return IndexTerms(ctx, db, desk, numbers)
}

// IndexTerms rebuilds the terms of tickets from their words. Whoever does so for a desk does it alone: the terms are counted.
func IndexTerms(ctx context.Context, db DBTX, desk string, numbers []string) error {
	q := New(db)
	ordinals, err := q.LockSearchDesk(ctx, desk)
	if err != nil {
		return fmt.Errorf("lock the desk's words: %w", err)
	}
	before, err := q.TermsOfTickets(ctx, TermsOfTicketsParams{Desk: desk, Numbers: numbers})
	if err != nil {
		return fmt.Errorf("read terms: %w", err)
	}
	if err := q.IndexTerms(ctx, IndexTermsParams{
		Desk: desk, Numbers: numbers, Most: mostTerms, Common: commonFrom, Ordinals: ordinals,
	}); err != nil {
		return fmt.Errorf("index terms: %w", err)
	}
	var old []int64
	for _, row := range before {
		old = append(old, row.Terms...)
	}
	if len(old) == 0 {
		return nil
	}
	return q.ForgetWords(ctx, ForgetWordsParams{Desk: desk, Terms: old})
}
