package feed_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/bavn/bavn/platform/feed"
)

// TestReplicasShareTheShardsWhoeverComesAndGoes lets replicas join, die and take their share in any order, and then lets the
// dust settle.
func TestReplicasShareTheShardsWhoeverComesAndGoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		owners := make([]string, feed.Shards)
		takeTurn := func(live []string, me string) int {
			take := feed.FairShare(owners, live, me)
			if slices.Sort(take); len(slices.Compact(slices.Clone(take))) != len(take) {
				t.Fatalf("%s takes a shard twice: %v", me, take)
			}
			for _, shard := range take {
				if owners[shard] == me {
					t.Fatalf("%s takes shard %d, which it has", me, shard)
				}
				owners[shard] = me
			}
			return len(take)
		}
		names := []string{"a", "b", "c", "d", "e", "f", "g"}
		var live []string
		for range rapid.IntRange(1, 30).Draw(t, "turns") {
			live = rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, len(names), rapid.ID).Draw(t, "live")
			takeTurn(live, rapid.SampledFrom(live).Draw(t, "replica"))
		}
		for range 3 {
			for _, me := range live {
				takeTurn(live, me)
			}
		}
		held := map[string]int{}
		for shard, owner := range owners {
			if !slices.Contains(live, owner) {
				t.Fatalf("shard %d is left with %q, who is not there", shard, owner)
			}
			held[owner]++
		}
		for _, me := range live {
			if held[me] < feed.Shards/len(live) || held[me] > (feed.Shards+len(live)-1)/len(live) {
				t.Fatalf("%s has %d of %d shards among %d", me, held[me], feed.Shards, len(live))
			}
			if n := takeTurn(live, me); n != 0 {
				t.Fatalf("%s still takes %d shards from the others", me, n)
			}
		}
	})
}

// TestShardsAreSpread: tickets of one desk differ in a few digits only.
func TestShardsAreSpread(t *testing.T) {
	t.Parallel()
	const tickets = 64_000
	var held [feed.Shards]int
	for n := range tickets {
		held[feed.ShardOf(ticket(n))]++
	}
	for shard, n := range held {
		if n < tickets/feed.Shards*7/10 || n > tickets/feed.Shards*13/10 {
			t.Errorf("shard %d has %d of %d tickets", shard, n, tickets)
		}
	}
	if got := feed.ShardOf("desks/nsp/tickets/ASCP00000042"); got != shardOfTicket42 {
		t.Errorf("the shard of a resource is %d, was %d: it is stored on every event and never changes", got, shardOfTicket42)
	}
}

const shardOfTicket42 = 1
