package feed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/platform/feed/internal/subscriptions"
)

// Shards without events are moved to where the stream is, so that a later session does not begin with what they have long
// passed: when the stream has been quiet for settleQuiet, and every settleBusy while it is not, because it writes all shards.
const (
	settleQuiet = 100 * time.Millisecond
	settleBusy  = time.Second
)

// errLost says that another replica has taken a shard: what was written for it is rolled back.
var errLost = errors.New("a shard was taken by another replica")

// errOtherDesks says that the stream leaves out a desk that is wanted by now: it must not be said to have come past its events.
var errOtherDesks = errors.New("other desks are wanted than the stream has")

// session is one stream over the shards that a replica has, from the smallest of their positions.
type session struct {
	*Subscriber
	owned  map[int]*shard
	parked map[string]bool // resources with parked events: a hint, the table decides
	resets int64           // of the replica when the session began: what it says of an earlier life does not count
	at     Position        // everything up to here is applied, parked or not for these shards
	desks  []string        // whose events arrive; nil for all
	// advanced says that a position was moved, which tells a source and a database that work from ones that do not.
	advanced bool
}

// session runs until shards were taken (nil) or something fails. advanced says whether it moved any position.
func (s *Subscriber) session(ctx context.Context, moved <-chan struct{}) (advanced bool, err error) {
	resets := s.metrics.resets.Load()
	owned, err := s.ownedShards(ctx)
	if err != nil {
		return false, err
	}
	s.metrics.owned.Store(int64(len(owned)))
	if len(owned) == 0 {
		select {
		case <-moved:
		case <-ctx.Done():
		}
		return false, nil
	}
	c := &session{Subscriber: s, owned: owned, resets: resets}
	if c.parked, err = c.parkedResources(ctx); err != nil {
		return false, err
	}
	if c.desks, err = s.wantedDesks(ctx, s.Pool); err != nil {
		return false, err
	}
	begin := c.start()
	c.at = begin

	streaming, cancel := context.WithCancel(ctx)
	arrivals := make(chan Arrival, s.MaxBatch)
	ended := make(chan struct{})
	var whyEnded error
	go func() {
		defer close(ended)
		whyEnded = s.Source.Follow(streaming, begin, c.filter(), s.Upcasters, func(a Arrival) error {
			select {
			case arrivals <- a:
				return nil
			case <-streaming.Done():
				return streaming.Err()
			}
		})
	}()
	ours, err := c.consume(ctx, arrivals, ended, moved)
	cancel()
	<-ended
	switch {
	case errors.Is(err, errLost), errors.Is(err, errOtherDesks):
		err = nil
	case err == nil && !ours:
		err = whyEnded
	}
	return c.advanced, err
}

// start is the smallest position of the shards.
func (c *session) start() Position {
	var first *Position
	for _, shard := range c.owned {
		if first == nil || first.After(shard.at) {
			first = &shard.at
		}
	}
	return *first
}

func (c *session) filter() Filter {
	filter := Filter{Types: c.Types, Desks: c.desks}
	if len(c.owned) < Shards {
		for shard := range c.owned {
			filter.Shards = append(filter.Shards, shard)
		}
	}
	return filter
}

// consume applies what arrives, in batches. ours is false when it returns because the stream ended.
func (c *session) consume(
	ctx context.Context, arrivals <-chan Arrival, ended, moved <-chan struct{},
) (ours bool, err error) {
	settle := time.NewTicker(settleQuiet)
	defer settle.Stop()
	var (
		busy    bool // something was applied since the last tick
		settled time.Time
	)
	for {
		select {
		case first := <-arrivals:
			batch, last := c.gather(ctx, first, arrivals)
			if err := c.apply(ctx, batch, last); err != nil {
				return true, err
			}
			busy = true
		case now := <-settle.C:
			if busy && now.Sub(settled) < settleBusy {
				busy = false
				continue
			}
			if err := c.settle(ctx); err != nil {
				return true, err
			}
			busy, settled = false, now
		case <-ended:
			return false, nil
		case <-moved:
			return true, nil
		case <-ctx.Done():
			return true, ctx.Err()
		}
	}
}

// gather collects what is available within the linger, at most MaxBatch events, and says what came last.
func (c *session) gather(ctx context.Context, first Arrival, arrivals <-chan Arrival) (batch []*Event, last Arrival) {
	linger := time.NewTimer(c.Linger)
	defer linger.Stop()
	add := func(a Arrival) {
		last = a
		if a.Event != nil && c.wants(a.Event) {
			batch = append(batch, a.Event)
		}
	}
	add(first)
	for len(batch) < c.MaxBatch {
		select {
		case a := <-arrivals:
			add(a)
		case <-linger.C:
			return batch, last
		case <-ctx.Done():
			return batch, last
		}
	}
	return batch, last
}

// wants drops what the event's shard has already seen: the stream began at the slowest of all shards.
func (c *session) wants(e *Event) bool {
	shard, mine := c.owned[e.Shard]
	return mine && !shard.halted && e.Position.After(shard.at)
}

// apply handles a batch and moves the shards that it touches.
func (c *session) apply(ctx context.Context, batch []*Event, last Arrival) error {
	c.spans.begin(ctx, batch, c.Clock.Now())
	if err := c.applyOrSplit(ctx, batch); err != nil {
		return err
	}
	c.at = last.Through
	c.metrics.heard(last, c.resets, c.Clock.Now())
	return nil
}

// settle moves every shard that is behind the stream.
func (c *session) settle(ctx context.Context) error {
	behind := c.behind(nil)
	if len(behind) == 0 {
		return nil
	}
	err := c.applying(ctx, func(tx pgx.Tx) error { return c.moveShards(ctx, tx, behind, c.at) })
	if err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	c.movedTo(behind, c.at)
	return nil
}

// behind lists the shards that may move to the stream's place: those of a batch, or all.
func (c *session) behind(batch []*Event) []int16 {
	var shards []int16
	to := c.at
	of := func(int) bool { return true }
	if batch != nil {
		touched := make(map[int]bool, len(batch))
		for _, e := range batch {
			touched[e.Shard] = true
		}
		to = batch[len(batch)-1].Position
		of = func(shard int) bool { return touched[shard] }
	}
	for number, shard := range c.owned {
		if of(number) && !shard.halted && to.After(shard.at) {
			shards = append(shards, int16(number))
		}
	}
	return shards
}

// moveShards is the fence of every transaction.
func (c *session) moveShards(ctx context.Context, tx pgx.Tx, shards []int16, to Position) error {
	desks, err := c.wantedDesks(ctx, tx)
	switch {
	case err != nil:
		return err
	case !slices.Equal(desks, c.desks):
		return errOtherDesks
	}
	generations := make([]int64, len(shards))
	for i, number := range shards {
		generations[i] = c.owned[int(number)].generation
	}
	n, err := subscriptions.New(tx).MoveShards(ctx, subscriptions.MoveShardsParams{
		Subscriber: c.Name, Source: c.Source.Name(), Owner: c.replica, Shards: shards, Generations: generations,
		Epoch: to.Epoch, Xid: to.XID, Position: to.Seq,
	})
	switch {
	case err != nil:
		return fmt.Errorf("move shards: %w", err)
	case n != int64(len(shards)):
		return errLost
	}
	return nil
}

// maxDesks is how many the contract lets a filter name; of more, everything is sent.
const maxDesks = 1024

// wantedDesks are those whose events are to arrive, sorted; nil for all.
func (s *Subscriber) wantedDesks(ctx context.Context, db DBTX) ([]string, error) {
	if s.Desks == nil {
		return nil, nil
	}
	desks, err := s.Desks(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("read whose events are wanted: %w", err)
	}
	if len(desks) > maxDesks {
		return nil, nil
	}
	slices.Sort(desks)
	return append([]string{}, desks...), nil
}

// checkOwned returns errLost when another replica has the shard. A handler that fails because another one was faster never
// gets to the fence.
func (c *session) checkOwned(ctx context.Context, number int) error {
	owned, err := subscriptions.New(c.Pool).OwnsShard(ctx, subscriptions.OwnsShardParams{
		Subscriber: c.Name, Source: c.Source.Name(), Shard: int16(number), Owner: c.replica,
		Generation: c.owned[number].generation,
	})
	switch {
	case err != nil:
		return fmt.Errorf("look for shard %d: %w", number, err)
	case !owned:
		return errLost
	}
	return nil
}

// movedTo remembers a committed move.
func (c *session) movedTo(shards []int16, to Position) {
	for _, number := range shards {
		c.owned[int(number)].at = to
	}
	c.advanced = true
	c.progress.Raise()
}
