package feed

import "slices"

// fairShare says which shards a replica takes now: those whose owner is not live, up to its share, and when that leaves it
// below everyone's share, some of those that others have above it. The shares of n live replicas differ by one at most,
// and once they do, nobody takes anything from a live owner. owners holds the owner of each shard, "" for none; live holds
// the replicas whose lease runs, me among them.
func fairShare(owners, live []string, me string) []int16 {
	held := make(map[string][]int16, len(live))
	var free []int16
	for shard, owner := range owners {
		if slices.Contains(live, owner) {
			held[owner] = append(held[owner], int16(shard))
		} else {
			free = append(free, int16(shard))
		}
	}
	least := len(owners) / len(live)
	most := (len(owners) + len(live) - 1) / len(live)

	take := free[:min(len(free), max(most-len(held[me]), 0))]
	takeAbove := func(theirs, mine int) {
		for _, replica := range live {
			missing := max(mine-len(held[me])-len(take), 0)
			above := max(len(held[replica])-theirs, 0)
			if n := min(missing, above); replica != me && n > 0 {
				take = append(take, held[replica][:n]...)
				held[replica] = held[replica][n:]
			}
		}
	}
	takeAbove(most, most)
	takeAbove(least, least)
	return take
}
