package resilience

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/bavn/bavn/cmd/bavn/suite"
)

func TestAPlanStrikesEveryServiceAlikeAndPostgreSQLInBetween(t *testing.T) {
	t.Parallel()
	c := campaign{services: 55, postgres: 5, shortest: time.Second, longest: 3 * time.Second}
	strikes := c.plan(rand.New(rand.NewPCG(1, 2)))
	kills := map[string]int{}
	for i, s := range strikes {
		kills[s.victim]++
		if s.after < c.shortest || s.after > c.longest {
			t.Errorf("strike %d comes %v after the one before, want %v to %v", i, s.after, c.shortest, c.longest)
		}
	}
	for _, name := range suite.Names {
		if kills[name] != 11 {
			t.Errorf("%s is killed %d times of 55, want 11", name, kills[name])
		}
	}
	if kills[postgreSQL] != 5 || strikes[0].victim == postgreSQL || strikes[len(strikes)-1].victim == postgreSQL {
		t.Errorf("PostgreSQL is killed %d times, want 5 times and between the others: %v", kills[postgreSQL], strikes)
	}
	if again := c.plan(rand.New(rand.NewPCG(1, 2))); !slices.Equal(strikes, again) {
		t.Error("the same seed makes another plan")
	}
}
