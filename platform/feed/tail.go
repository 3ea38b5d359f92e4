package feed

import (
	"context"
	"time"
)

const (
	maxPage   = 500
	minPage   = 16
	pageBytes = 1 << 20 // what a page may weigh, so that a slow consumer holds a bounded part of memory

	// defaultLiveGap is what subscribers feel of load: an event that comes alone is read at once. Every read ends in a transaction
	// of each subscriber, so a shorter one buys milliseconds with processor time that the commands need.
	defaultLiveGap = 70 * time.Millisecond
	defaultPoll    = time.Second
)

// Pace says how often a live stream reads. The zero Pace is the default.
type Pace struct {
	// LiveGap is the least time between two reads that found the stream up to date: under load, events are read in batches.
	// 70 ms if 0.
	LiveGap time.Duration
	// Poll is how long a stream waits without being woken. 1 s if 0.
	Poll time.Duration
}

// Unhurried is for what nobody waits for, such as a search index: it reads a few times a second under load, in large batches.
func Unhurried() Pace { return Pace{LiveGap: 300 * time.Millisecond} }

func (p Pace) complete() Pace {
	if p.LiveGap == 0 {
		p.LiveGap = defaultLiveGap
	}
	if p.Poll == 0 {
		p.Poll = defaultPoll
	}
	return p
}

// tail follows the feed: it catches up and then reads what is committed, one query per wake-up.
type tail struct {
	reader *Reader
	wake   *Wake
	pace   Pace
}

// run gives emit every page after a position, in order, empty ones too, until ctx ends or something fails. The filter is
// asked for before every read, because what a caller may see can change while the stream is open. While emit blocks,
// nothing is read: a slow consumer costs one page.
func (t *tail) run(
	ctx context.Context, after Position, filter func(context.Context) (Filter, error), emit func(Page) error,
) error {
	limit := minPage // until the weight of events is known
	for {
		raised := t.wake.Raised() // before the read: a commit after it must not be missed
		f, err := filter(ctx)
		if err != nil {
			return err
		}
		page, err := t.reader.Read(ctx, after, f, limit)
		if err != nil {
			return err
		}
		if err := emit(page); err != nil {
			return err
		}
		after, limit = page.Through, nextLimit(page, limit)
		if page.More {
			continue
		}
		if f.nothing() {
			raised = nil // no commit brings anything: the poll is often enough to mark where the feed is
		}
		if err := t.rest(ctx, raised, page.HeldBack && !f.nothing()); err != nil {
			return err
		}
	}
}

// rest waits until another read is worth it.
func (t *tail) rest(ctx context.Context, raised <-chan struct{}, heldBack bool) error {
	if !pause(ctx, t.pace.LiveGap) {
		return ctx.Err()
	}
	if heldBack {
		return nil
	}
	timer := time.NewTimer(t.pace.Poll)
	defer timer.Stop()
	select {
	case <-raised:
		return nil
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// nextLimit keeps a page within pageBytes, going by the weight of the last one.
func nextLimit(page Page, limit int) int {
	if len(page.Rows) == 0 {
		return limit
	}
	weight := 0
	for i := range page.Rows {
		weight += len(page.Rows[i].Stored)
		for _, t := range page.Rows[i].Texts {
			weight += len(t.GetText())
		}
	}
	return min(max(pageBytes*len(page.Rows)/max(weight, 1), minPage), maxPage)
}
