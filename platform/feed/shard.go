package feed

import "hash/fnv"

// Shards is how many parts the feed is split in. It never changes: the shard is stored on every event.
const Shards = 64

// ShardOf returns the shard of a resource, 0 to Shards-1.
func ShardOf(resource string) int {
	h := fnv.New64a()
	_, _ = h.Write([]byte(resource)) // a hash never fails to write
	sum := h.Sum64()
	return int((sum ^ sum>>32) % Shards)
}
