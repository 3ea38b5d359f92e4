package devissuer

import (
	"sync"
	"time"

	"github.com/bavn/bavn/platform/clock"
)

// expiring holds values until they are taken or too old. What has expired is swept at the next put, so it cannot grow beyond
// what was put within one lifetime.
type expiring[V any] struct {
	clock   clock.Clock
	mu      sync.Mutex
	entries map[string]entry[V]
}

type entry[V any] struct {
	value   V
	expires time.Time
}

func newExpiring[V any](c clock.Clock) *expiring[V] {
	return &expiring[V]{clock: c, entries: map[string]entry[V]{}}
}

// put keeps value until expires. It returns false, and changes nothing, if the key is already there.
func (e *expiring[V]) put(key string, value V, expires time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.clock.Now()
	for k, old := range e.entries {
		if !now.Before(old.expires) {
			delete(e.entries, k)
		}
	}
	if _, taken := e.entries[key]; taken {
		return false
	}
	e.entries[key] = entry[V]{value: value, expires: expires}
	return true
}

// take hands the value out once.
func (e *expiring[V]) take(key string) (V, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	found, ok := e.entries[key]
	delete(e.entries, key)
	if !ok || !e.clock.Now().Before(found.expires) {
		var none V
		return none, false
	}
	return found.value, true
}
