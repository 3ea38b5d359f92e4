package feed_test

import (
	"testing"

	"github.com/bavn/bavn/platform/pg"
)

// TestAnIllegalEventCannotBeStored breaks each rule behind the feed's back: the database holds them, too.
func TestAnIllegalEventCannotBeStored(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	mustWrite(t, pool, ticket(1), draft(ticket(1), title("Printeren er død")), draft(ticket(1)))
	const last = " WHERE revision = 2"
	for rule, change := range map[string]string{
		"desk_is_an_id":           "events SET desk = 'nsp/x'" + last,
		"resource_is_of_its_desk": "events SET resource = 'desks/au/tickets/A1'" + last,
		"versions_are_counted":    "events SET schema_version = 0" + last,
		"type_is_a_name":          "events SET type = ''" + last,
		"shard_exists":            "events SET shard = 64" + last,
		"hash_is_sha256":          "events SET hash = 'x'" + last,
		"chain_starts_empty":      "events SET previous_hash = ''" + last,
		"text_has_a_name":         "event_texts SET name = ''",
		"salt_goes_with_its_text": "event_texts SET salt = NULL",
		"salt_is_long_enough":     "event_texts SET salt = 'x'",
		"erased_says_when":        "event_texts SET erased_at = now()",
	} {
		if _, err := pool.Exec(t.Context(), "UPDATE "+change); !pg.IsCheckViolation(err, rule) {
			t.Errorf("UPDATE %s: %v, want %s to refuse it", change, err, rule)
		}
	}
}
