package auth

import (
	"crypto/sha256"
	"sync"
	"time"
)

// reverifyAfter is how long a verified token is believed without looking at the issuer's keys again, so that a key that
// the issuer has withdrawn stops counting.
const reverifyAfter = 5 * time.Minute

type tokenKey = [sha256.Size]byte

type cachedToken struct {
	principal Principal
	verified  time.Time
}

// tokenCache keeps at most two generations of tokens: when the young one is full it becomes the old one, and what the old
// one held and nobody asked for is forgotten.
type tokenCache struct {
	mu         sync.RWMutex
	young, old map[tokenKey]cachedToken
	generation int
}

func newTokenCache(size int) *tokenCache {
	return &tokenCache{young: map[tokenKey]cachedToken{}, generation: max(size/2, 1)}
}

func (c *tokenCache) get(key tokenKey, now time.Time) (Principal, bool) {
	c.mu.RLock()
	found, ok := c.young[key]
	aged := false
	if !ok {
		found, ok = c.old[key]
		aged = ok
	}
	c.mu.RUnlock()
	if !ok || now.Sub(found.verified) >= reverifyAfter {
		return Principal{}, false
	}
	if aged {
		c.store(key, found)
	}
	return found.principal, true
}

func (c *tokenCache) put(key tokenKey, p Principal, now time.Time) {
	c.store(key, cachedToken{principal: p, verified: now})
}

func (c *tokenCache) store(key tokenKey, t cachedToken) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.young) >= c.generation {
		c.old, c.young = c.young, make(map[tokenKey]cachedToken, c.generation)
	}
	c.young[key] = t
}

func (c *tokenCache) len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.young) + len(c.old)
}
