package feed_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"github.com/bavn/bavn/platform/feed"
)

// script is an interleaving of commands and a reader, as a property test draws it. Each turn lets one actor take one step: a
// command locks its ticket (which gives it a transaction id), then appends, then commits or rolls back. Between its
// steps anything may happen: so there are slow committers, commands that have their transaction id and wait, commands
// that wait for each other's ticket, and reads in the middle of it all.
type script struct {
	Commands []scriptCommand
	Turns    []int // index of a command; reader and restore are negative
	Limit    int   // of the reader's pages
}

type scriptCommand struct {
	Ticket   int
	Events   int
	RollBack bool
}

const (
	readerTurn  = -1
	restoreTurn = -2

	scriptTickets = 3
)

var scripts = rapid.Custom(func(t *rapid.T) script {
	s := script{Limit: rapid.IntRange(1, 4).Draw(t, "limit")}
	for range rapid.IntRange(2, 6).Draw(t, "commands") {
		s.Commands = append(s.Commands, scriptCommand{
			Ticket:   rapid.IntRange(1, scriptTickets).Draw(t, "ticket"),
			Events:   rapid.IntRange(1, 2).Draw(t, "events"),
			RollBack: rapid.IntRange(0, 5).Draw(t, "roll back") == 0,
		})
	}
	actor := rapid.OneOf(rapid.IntRange(0, len(s.Commands)-1), rapid.IntRange(0, len(s.Commands)-1), rapid.Just(readerTurn))
	s.Turns = rapid.SliceOfN(actor, 4, 5*len(s.Commands)).Draw(t, "turns")
	if rapid.IntRange(0, 3).Draw(t, "restore") == 0 {
		at := rapid.IntRange(0, len(s.Turns)).Draw(t, "when")
		s.Turns = slices.Insert(s.Turns, at, restoreTurn)
	}
	return s
})

// practice is how the commands write and how the reader reads: as the package does it, or with something wrong.
type practice struct {
	lock lockFunc
	read func(ctx context.Context, after feed.Position, limit int) (feed.Page, error)
}

type lockFunc func(ctx context.Context, tx pgx.Tx, ticket string) (feed.Head, error)

// stage runs scripts against one database, one after the other.
type stage struct {
	t        testing.TB
	pool     *pgxpool.Pool
	practice practice
	tickets  int // used by earlier scripts

	mu        sync.Mutex
	committed map[string]int64 // events per ticket of this script
	after     feed.Position
	read      map[string]int64
}

// perform runs one script and returns what is wrong with what the reader got: a gap or a reordering. Nothing else may fail.
func (st *stage) perform(ctx context.Context, s script) (wrong error) {
	st.committed, st.read = map[string]int64{}, map[string]int64{}
	for n := 1; n <= scriptTickets; n++ {
		if err := write(ctx, st.pool, st.ticket(n), draft(st.ticket(n))); err != nil {
			st.t.Fatal(err)
		}
		st.committed[st.ticket(n)] = 1
	}
	defer func() { st.tickets += scriptTickets }()

	actors := st.cast(ctx, s)
	for _, turn := range s.Turns {
		switch turn {
		case readerTurn:
			if wrong == nil {
				wrong = st.readPage(ctx, s.Limit)
			}
		case restoreTurn:
			st.finish(actors)
			if err := st.restore(ctx); err != nil {
				st.t.Fatal(err)
			}
			actors = st.cast(ctx, s)
		default:
			actors[turn].step()
		}
	}
	st.finish(actors)
	if wrong == nil {
		wrong = st.readToTheEnd(ctx)
	}
	if wrong != nil {
		st.after = last(ctx, st.t, st.pool) // the next script begins after this one
	}
	return wrong
}

func (st *stage) ticket(n int) string { return ticket(st.tickets + n) }

func (st *stage) cast(ctx context.Context, s script) []*actor {
	actors := make([]*actor, len(s.Commands))
	for i, c := range s.Commands {
		actors[i] = &actor{stage: st, command: c, steps: make(chan struct{}, 3)}
		go actors[i].run(ctx)
	}
	return actors
}

func (st *stage) finish(actors []*actor) {
	for _, a := range actors {
		for a.taken < 3 {
			a.step()
		}
	}
	for _, a := range actors {
		a.done.Wait()
	}
}

func (st *stage) readPage(ctx context.Context, limit int) error {
	page, err := st.practice.read(ctx, st.after, limit)
	if err != nil {
		return err
	}
	for _, row := range page.Rows {
		if want := st.read[row.Resource] + 1; row.Revision != want {
			return fmt.Errorf("%s: revision %d came when %d was next", row.Resource, row.Revision, want)
		}
		st.read[row.Resource]++
	}
	st.after = page.Through
	return nil
}

// readToTheEnd reads until nothing is left, and holds what was read against what was committed.
func (st *stage) readToTheEnd(ctx context.Context) error {
	for range 100 {
		before := st.after
		if err := st.readPage(ctx, 100); err != nil {
			return err
		}
		if st.after == before {
			break
		}
	}
	for resource, n := range st.committed {
		if st.read[resource] != n {
			return fmt.Errorf("%s: %d of %d events were read", resource, st.read[resource], n)
		}
	}
	return nil
}

// restore makes the database what it is after its contents were put into a younger cluster: what was written before has
// higher transaction ids than what comes now, and an epoch that has ended.
func (st *stage) restore(ctx context.Context) error {
	const ahead = 1_000_000
	err := pgx.BeginFunc(ctx, st.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE events SET xid = (xid::text::bigint + $1)::text::xid8
			WHERE epoch = (SELECT max(epoch) FROM feed_epochs)`, ahead)
		return err
	})
	if err != nil {
		return err
	}
	err = feed.MoveEpoch(ctx, st.pool)
	st.pool.Reset() // connections do not survive a restore
	if st.after != (feed.Position{}) {
		st.after.XID += ahead
	}
	return err
}

// actor is a command that waits for its turn before every step.
type actor struct {
	stage   *stage
	command scriptCommand
	steps   chan struct{}
	taken   int
	done    sync.WaitGroup
}

func (a *actor) step() {
	if a.taken < 3 {
		if a.taken == 0 {
			a.done.Add(1)
		}
		a.taken++
		a.steps <- struct{}{}
	}
}

// refusedForItsOrder reports whether the events table refused an event that would be read before the one it follows.
func refusedForItsOrder(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && refused.Code == "40001"
}

var errRollBack = errors.New("the script says so")

func (a *actor) run(ctx context.Context) {
	<-a.steps
	defer a.done.Done()
	resource := a.stage.ticket(a.command.Ticket)
	err := pgx.BeginFunc(ctx, a.stage.pool, func(tx pgx.Tx) error {
		head, err := a.stage.practice.lock(ctx, tx, resource)
		if err != nil {
			return err
		}
		<-a.steps
		drafts := make([]feed.Draft, a.command.Events)
		for i := range drafts {
			drafts[i] = draft(resource)
		}
		if err := appendTo(ctx, tx, resource, head, drafts...); err != nil {
			return err
		}
		<-a.steps
		if a.command.RollBack {
			return errRollBack
		}
		return nil
	})
	switch {
	case err == nil:
		a.stage.mu.Lock()
		a.stage.committed[resource] += int64(a.command.Events)
		a.stage.mu.Unlock()
	case !errors.Is(err, errRollBack) && !refusedForItsOrder(err):
		a.stage.t.Errorf("a command failed: %v", err)
	}
}
