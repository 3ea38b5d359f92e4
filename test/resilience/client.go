package resilience

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/test/house"
)

const (
	// patience bounds one call with all its attempts, and waiting for a ticket to be opened.
	patience = 3 * time.Minute
	// attemptWithin bounds one attempt.
	attemptWithin = 5 * time.Second
	// Between two attempts.
	retrySoonest, retryLatest = 50 * time.Millisecond, 500 * time.Millisecond

	// Habits that make for doubles: of so many calls one attempt hangs up after hastyWithin at most, whatever the service is
	// doing by then, and of so many the request is sent twice at the same time.
	hastyOf, hastyWithin = 12, 40 * time.Millisecond
	twiceOf              = 15
)

// client makes calls as a careful program does: every call has a request id, and is made again with the same id until it is
// answered, by whichever way is open.
type client struct {
	house *house.House
	seed  uint64
	log   *journal
}

// do makes a call until it is answered, and writes it down.
func (c *client) do(ctx context.Context, k call) (proto.Message, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("%v has no answer after %v", k, patience))
	defer cancel()
	chance := c.chance(k)
	for attempts := 1; ; attempts++ {
		answer, err := c.attempt(ctx, chance, k)
		if err == nil {
			c.log.acknowledge(acknowledged{call: k, answer: answer, attempts: attempts})
			return answer, nil
		}
		if ctx.Err() == nil && !passing(err) {
			return nil, fmt.Errorf("%v, attempt %d: %w", k, attempts, err)
		}
		c.log.retry(err)
		if pause(ctx, retrySoonest+time.Duration(chance.Int64N(int64(retryLatest-retrySoonest)))) != nil {
			return nil, fmt.Errorf("%w: %w", context.Cause(ctx), err)
		}
	}
}

// chance is a call's own, so that calls at the same time need not share one.
func (c *client) chance(k call) *rand.Rand {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(k.id)) // never fails
	return rand.New(rand.NewPCG(c.seed, hash.Sum64()))
}

// attempt sends the request once or twice.
func (c *client) attempt(ctx context.Context, chance *rand.Rand, k call) (proto.Message, error) {
	within := attemptWithin
	if chance.IntN(hastyOf) == 0 {
		within = time.Duration(chance.Int64N(int64(hastyWithin)))
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	doors := []*house.Door{c.door(chance)}
	if chance.IntN(twiceOf) == 0 {
		doors = append(doors, c.door(chance))
	}
	answers, errs := make([]proto.Message, len(doors)), make([]error, len(doors))
	var all sync.WaitGroup
	for i, door := range doors {
		all.Go(func() { answers[i], errs[i] = c.send(ctx, door, k) })
	}
	all.Wait()
	if len(doors) == 2 && errs[0] == nil && errs[1] == nil {
		c.log.compare(k, answers[0], answers[1])
	}
	for i := range doors {
		if errs[i] == nil || !passing(errs[i]) {
			return answers[i], errs[i]
		}
	}
	return nil, errs[0]
}

// door is one of the ways in: the service's own, or REST through the gateway.
func (c *client) door(chance *rand.Rand) *house.Door {
	return []*house.Door{c.house.GRPC, c.house.REST}[chance.IntN(2)]
}

// send makes one attempt by one door.
func (c *client) send(ctx context.Context, door *house.Door, k call) (proto.Message, error) {
	answer, err := k.newAnswer()
	if err != nil {
		return nil, err
	}
	c.log.sent(door.Name)
	if err := door.Conn(k.method).Invoke(c.house.As(ctx, k.by), k.method, k.request, answer); err != nil {
		return nil, fmt.Errorf("%s: %w", door.Name, err)
	}
	return answer, nil
}

// passing reports whether an error says "try again": nobody there, no answer in time, somebody else was faster, or the
// connection to the gateway broke before it could say anything.
func passing(err error) bool {
	var said interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &said) {
		_, network := errors.AsType[net.Error](err)
		return network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	}
	switch said.GRPCStatus().Code() {
	case codes.Unavailable, codes.DeadlineExceeded:
		return true
	case codes.Aborted: // trying again makes no old etag current
		return fault.ReasonOf(said.GRPCStatus().Err()) != fault.StaleETag
	default:
		return false
	}
}
