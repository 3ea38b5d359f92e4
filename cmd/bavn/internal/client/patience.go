package client

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/platform/fault"
)

// attemptTimeout is the deadline of one attempt, so that a service that died without a word is asked again.
const attemptTimeout = 30 * time.Second

// The pause before another attempt grows from the first to the longest.
const (
	firstWait   = 50 * time.Millisecond
	longestWait = 2 * time.Second
)

// Transient reports whether the same call may succeed a moment later. Every call of the contract is a read or carries a
// request id, so trying again is always right: an attempt that did work is answered alike.
func Transient(err error) bool {
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded:
		return true
	case codes.ResourceExhausted:
		return fault.Is(err, fault.Overloaded)
	case codes.Aborted:
		return !fault.Is(err, fault.StaleETag) // two transactions met
	default:
		return false
	}
}

// tryAgain repeats a call with the same request, and so with the same request id, for as long as the caller has patience.
func tryAgain(patience time.Duration, retried func(method string, err error)) grpc.UnaryClientInterceptor {
	return func(
		ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker,
		opts ...grpc.CallOption,
	) error {
		attempt := func() (struct{}, error) {
			limited, cancel := context.WithTimeout(ctx, attemptTimeout)
			defer cancel()
			err := invoke(limited, method, req, reply, conn, opts...)
			if err != nil && (!Transient(err) || ctx.Err() != nil) {
				err = backoff.Permanent(err)
			}
			return struct{}{}, err
		}
		if patience <= 0 {
			return invoke(ctx, method, req, reply, conn, opts...)
		}
		wait := backoff.NewExponentialBackOff()
		wait.InitialInterval, wait.MaxInterval = firstWait, longestWait
		_, err := backoff.Retry(ctx, attempt, backoff.WithBackOff(wait), backoff.WithMaxElapsedTime(patience),
			backoff.WithNotify(func(err error, _ time.Duration) {
				if retried != nil {
					retried(method, err)
				}
			}))
		return err
	}
}
