package resilience

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/bavn/bavn/cmd/bavn/suite"
)

// postgreSQL is a victim beside the five.
const postgreSQL = "PostgreSQL"

// strike ends one of the five, or the database server, a while after the strike before it.
type strike struct {
	after  time.Duration
	victim string
}

// campaign says how many strikes there are, and the shortest and longest time between two.
type campaign struct {
	services, postgres int
	shortest, longest  time.Duration
}

// plan deals the strikes: each of the five in every round of five, in an order of chance, and PostgreSQL at even distances
// between them. The same chance makes the same plan.
func (c campaign) plan(chance *rand.Rand) []strike {
	var victims []string
	for len(victims) < c.services {
		round := slices.Clone(suite.Names)
		chance.Shuffle(len(round), func(i, j int) { round[i], round[j] = round[j], round[i] })
		victims = append(victims, round...)
	}
	victims = victims[:c.services]
	for n := range c.postgres {
		victims = slices.Insert(victims, (n+1)*c.services/(c.postgres+1)+n, postgreSQL)
	}
	strikes := make([]strike, len(victims))
	for i, victim := range victims {
		pause := c.shortest + time.Duration(chance.Int64N(int64(c.longest-c.shortest)+1))
		strikes[i] = strike{after: pause, victim: victim}
	}
	return strikes
}
