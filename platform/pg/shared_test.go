package pg_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/bavn/bavn/platform/pg"
)

// crowd lets n writers come while a transaction of another one is under way, and returns what each of them was told.
func crowd(t *testing.T, shared *pg.Shared, n int, write func(i int) pg.Write) []error {
	t.Helper()
	begun, finish := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		first <- shared.Do(t.Context(), func(*pg.Pipeline) error {
			close(begun)
			<-finish
			return nil
		})
	}()
	<-begun
	told := make([]error, n)
	done := make(chan int, n)
	for i := range n {
		go func() {
			told[i] = shared.Do(t.Context(), write(i))
			done <- i
		}()
	}
	for shared.Waiting() < n {
		runtime.Gosched()
	}
	close(finish)
	for range n {
		<-done
	}
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	return told
}

func event(t *testing.T, body any) pg.Write {
	t.Helper()
	return func(p *pg.Pipeline) error {
		_, err := p.Exec(t.Context(), "INSERT INTO event (ticket, body) VALUES ('one', $1)", body)
		return err
	}
}

func TestWhoeverComesMeanwhileSharesTheNextTransaction(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	told := crowd(t, pg.NewShared(pool), 10, func(i int) pg.Write { return event(t, fmt.Sprint(i)) })
	if err := errors.Join(told...); err != nil {
		t.Fatal(err)
	}
	if n := count(t, pool, "SELECT count(DISTINCT body) FROM event"); n != 10 {
		t.Errorf("%d of 10 writes are there", n)
	}
	if n := count(t, pool, "SELECT count(DISTINCT xmin::text) FROM event"); n != 1 {
		t.Errorf("they took %d transactions instead of 1", n)
	}
}

func TestAWriteThatIsRefusedHarmsNobodyElse(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	own := errors.New("cannot even be put into words")
	told := crowd(t, pg.NewShared(pool), 9, func(i int) pg.Write {
		switch i {
		case 3:
			return event(t, nil) // which the column refuses
		case 6:
			return func(*pg.Pipeline) error { return own }
		default:
			return event(t, fmt.Sprint(i))
		}
	})
	for i, err := range told {
		if refused := i == 3 || i == 6; (err != nil) != refused {
			t.Errorf("writer %d was told: %v", i, err)
		}
	}
	if !errors.Is(told[6], own) {
		t.Errorf("writer 6 was told: %v", told[6])
	}
	if n := count(t, pool, "SELECT count(*) FROM event"); n != 7 {
		t.Errorf("%d of 7 writes are there", n)
	}
	poolIsClean(t, pool)
}

// Whoever wrote together hears alike that nobody knows, and asks again with the same request id.
func TestAnUnansweredCommitIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	var deaf atomic.Bool
	pool := dialledPool(t, database.URL(t), func(conn net.Conn) net.Conn { return &deafConn{Conn: conn, deaf: &deaf} })
	shared := pg.NewShared(pool)
	if err := shared.Do(t.Context(), event(t, "before")); err != nil {
		t.Fatal(err) // and now the statement is prepared
	}
	told := crowd(t, shared, 3, func(i int) pg.Write {
		return func(p *pg.Pipeline) error {
			deaf.Store(true) // nothing is sent before the COMMIT, with which it all goes
			return event(t, fmt.Sprint(i))(p)
		}
	})
	deaf.Store(false)
	for i, err := range told {
		if !errors.Is(err, pg.ErrOutcomeUnknown) {
			t.Errorf("writer %d was told %v, want ErrOutcomeUnknown", i, err)
		}
	}
	eventually(t, "each was written once", func() bool {
		return count(t, pool, "SELECT count(*) FROM event WHERE body <> 'before'") == 3
	})
}

func TestACallerWhoGoesAwayTakesNobodyAlong(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	shared := pg.NewShared(pool)
	told := crowd(t, shared, 3, func(i int) pg.Write {
		if i == 0 { // comes while the others do, with somebody who does not wait
			ctx, leave := context.WithCancel(t.Context())
			leave()
			if err := shared.Do(ctx, event(t, "left")); err == nil {
				t.Error("who left was told that all is well")
			}
		}
		return event(t, fmt.Sprint(i))
	})
	if err := errors.Join(told...); err != nil {
		t.Fatal(err)
	}
	if n := count(t, pool, "SELECT count(*) FROM event WHERE body <> 'left'"); n != 3 {
		t.Errorf("%d of 3 writes of those who stayed are there", n)
	}
}
