// Package project keeps what triage derives from its own feed and can make again from nothing: the words that tickets and known
// solutions are found by.
package project

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// WordIndex keeps the words of tickets and of published known solutions findable: it hears the service's own feed, because an
// index in the command's own transaction would halve what a desk can take in.
type WordIndex struct{}

// Handle rebuilds the words of everything whose texts changed or were erased (R147), from the texts that exist now: it may run
// twice, late, or for many events at once. Desks come in order, since each is locked.
func (WordIndex) Handle(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	numbers, known := map[string][]string{}, map[string]bool{}
	for _, e := range batch {
		resource := e.Record.GetResource()
		desk, number, isTicket := strings.Cut(strings.TrimPrefix(resource, "desks/"), "/tickets/")
		switch {
		case isTicket && rewritesWords(e.Record) && !slices.Contains(numbers[desk], number):
			numbers[desk] = append(numbers[desk], number)
		case strings.Contains(resource, "/knownSolutions/"):
			known[resource] = true
		}
	}
	for _, desk := range slices.Sorted(maps.Keys(numbers)) {
		if err := store.Index(ctx, tx, desk, numbers[desk]); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if err := store.New(tx).IndexKnownSolution(ctx, store.IndexKnownSolutionParams{
			Desk: resourcename.Desk(name), Number: store.KnownSolutionNumber(name),
		}); err != nil {
			return fmt.Errorf("index known solution: %w", err)
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
