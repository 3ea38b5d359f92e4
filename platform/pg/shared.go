package pg

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// mostTogether bounds a shared transaction, and with it how long the first of its callers waits for the others' statements.
	mostTogether = 32
	// sharedLimit bounds one that hangs: those behind it must hear something.
	sharedLimit = 15 * time.Second
)

// Write keeps the statements of one caller. It decides nothing and changes nothing but the pipeline: one that was refused among
// others is made again alone.
type Write func(p *Pipeline) error

// Shared lets callers who write at the same moment share a transaction: one BEGIN, one COMMIT, one flush of the log, where they
// cost more than the rows do. Nobody waits for others to come; who comes while a transaction is under way goes with the next. It
// is for writes that were decided before and that a constraint refuses if they came too late, not for those that lock, read and
// decide.
type Shared struct {
	pool *pgxpool.Pool

	mu      sync.Mutex
	waiting []*sharedWrite
	running bool
}

type sharedWrite struct {
	ctx   context.Context //nolint:containedctx // whose statements these are; its trace shows them when they go alone
	write Write
	done  chan error
}

// NewShared makes the shared transactions of one kind of write.
func NewShared(pool *pgxpool.Pool) *Shared { return &Shared{pool: pool} }

// Do returns when the write is committed, or with what refused it: the others' failures are not its own. When ctx ends first the
// write may still be committed, as with every COMMIT that is not waited for.
func (s *Shared) Do(ctx context.Context, write Write) error {
	own := &sharedWrite{ctx: ctx, write: write, done: make(chan error, 1)}
	s.mu.Lock()
	s.waiting = append(s.waiting, own)
	first := !s.running
	s.running = true
	s.mu.Unlock()
	if first {
		go s.run()
	}
	select {
	case err := <-own.done:
		return err
	case <-ctx.Done():
		return Translate(ctx.Err())
	}
}

// run commits what waits, until nothing does.
func (s *Shared) run() {
	for {
		s.mu.Lock()
		n := min(len(s.waiting), mostTogether)
		if n == 0 {
			s.running = false
			s.mu.Unlock()
			return
		}
		together := s.waiting[:n:n]
		s.waiting = s.waiting[n:]
		s.mu.Unlock()
		s.commit(together)
	}
}

func (s *Shared) commit(together []*sharedWrite) {
	err := s.transaction(together)
	if err == nil || len(together) == 1 || errors.Is(err, ErrOutcomeUnknown) { // what may have happened is not made again here
		for _, w := range together {
			w.done <- err
		}
		return
	}
	for _, w := range together {
		w.done <- s.transaction([]*sharedWrite{w})
	}
}

// transaction is not cancelled by the caller whose context it goes by: the others' writes are in it too.
func (s *Shared) transaction(together []*sharedWrite) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(together[0].ctx), sharedLimit)
	defer cancel()
	return InPipeline(ctx, s.pool, func(_ context.Context, p *Pipeline) error {
		for _, w := range together {
			if err := w.write(p); err != nil {
				return err
			}
		}
		return nil
	})
}
