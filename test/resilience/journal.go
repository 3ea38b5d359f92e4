package resilience

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// journal is what the clients know: which calls were answered, and how.
type journal struct {
	mu       sync.Mutex
	answered []acknowledged
	attempts map[string]int // by door
	retries  map[string]int // by why
	unlike   []string       // requests that were answered twice at the same time, and not alike
	doubled  int            // requests that were answered twice at the same time
}

func newJournal() *journal { return &journal{attempts: map[string]int{}, retries: map[string]int{}} }

func (j *journal) acknowledge(a acknowledged) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.answered = append(j.answered, a)
}

func (j *journal) sent(door string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.attempts[door]++
}

func (j *journal) retry(err error) {
	why := "connection lost"
	var said interface{ GRPCStatus() *status.Status }
	switch {
	case errors.As(err, &said):
		why = said.GRPCStatus().Code().String()
	case errors.Is(err, context.DeadlineExceeded):
		why = codes.DeadlineExceeded.String()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.retries[why]++
}

func (j *journal) compare(k call, a, b proto.Message) {
	same := alike(a, b)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.doubled++
	if !same {
		j.unlike = append(j.unlike, fmt.Sprintf("%v, sent twice at the same time: %v and %v", k, a, b))
	}
}

// all are the calls that were answered.
func (j *journal) all() []acknowledged {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.answered)
}

// tally is what the clients did.
type tally struct {
	answered, attempts, attemptsByREST, retried, doubled int
	retries                                              map[string]int
}

func (j *journal) tally() tally {
	j.mu.Lock()
	defer j.mu.Unlock()
	t := tally{
		answered: len(j.answered), attempts: j.attempts["gRPC"] + j.attempts["REST"], attemptsByREST: j.attempts["REST"],
		doubled: j.doubled, retries: maps.Clone(j.retries),
	}
	for _, a := range j.answered {
		if a.attempts > 1 {
			t.retried++
		}
	}
	return t
}
