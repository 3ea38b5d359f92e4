package feed_test

import (
	"strings"
	"testing"

	"github.com/bavn/bavn/platform/feed"
)

// TestASlowConsumerHoldsABoundedPartOfMemory: a stream holds one page while its consumer does not take it, so a page shrinks
// as its events grow.
func TestASlowConsumerHoldsABoundedPartOfMemory(t *testing.T) {
	t.Parallel()
	const longest = 20_000 // characters of a text in the contract
	pool := newPool(t)
	drafts := make([]feed.Draft, 100)
	for i := range drafts {
		drafts[i] = draft(ticket(1), note(strings.Repeat("å", longest)))
	}
	mustWrite(t, pool, ticket(1), drafts...)
	sizes := feed.PageSizes(t, pool)
	if len(sizes) < 3 {
		t.Fatalf("100 events of 40 kB came in pages of %v", sizes)
	}
	for _, n := range sizes[1:] {
		if n*2*longest > 2<<20 {
			t.Errorf("a page of %d such events weighs %d bytes", n, n*2*longest)
		}
	}
}
