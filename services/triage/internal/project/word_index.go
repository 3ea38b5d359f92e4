// Package project keeps what triage derives from its own feed and can make again from nothing: the words that tickets are
// found by.
package project

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// WordIndex keeps the words of tickets findable: it hears the service's own feed, because an index in the command's own
// transaction would halve what a desk can take in.
type WordIndex struct{}

// Handle rebuilds the words of every ticket whose texts changed or were erased (R147), from the texts that exist now: it may run
// twice, late, or for many events at once.
func (WordIndex) Handle(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	numbers := map[string][]string{}
	for _, e := range batch {
		desk, number, isTicket := strings.Cut(strings.TrimPrefix(e.Record.GetResource(), "desks/"), "/tickets/")
		if isTicket && rewritesWords(e.Record) && !slices.Contains(numbers[desk], number) {
			numbers[desk] = append(numbers[desk], number)
		}
	}
	for desk, changed := range numbers {
		if err := store.New(tx).IndexTickets(ctx, store.IndexTicketsParams{Desk: desk, Numbers: changed}); err != nil {
			return fmt.Errorf("index words: %w", err)
		}
	}
	return nil
}

// rewritesWords reports whether a searched text was written, or one was erased.
func rewritesWords(r *eventv1.Record) bool {
	return strings.HasSuffix(r.GetType(), "_erased") || slices.ContainsFunc(r.GetTexts(), func(t *eventv1.TextDigest) bool {
		return t.GetName() == domain.TextTitle || t.GetName() == domain.TextDescription || t.GetName() == domain.TextSolution
	})
}
