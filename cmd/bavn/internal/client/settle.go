package client

import (
	"context"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Settle repeats a call whose refusal may only mean that the news has not arrived yet: services hear of a new desk, a new
// membership or a new ticket from each other, moments after it was made. Refusals with other codes than soon are final.
func Settle[T any](ctx context.Context, limit time.Duration, call func() (T, error), soon ...codes.Code) (T, error) {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = 20*time.Millisecond, time.Second
	return backoff.Retry(ctx, func() (T, error) {
		answer, err := call()
		if err != nil && (limit <= 0 || !slices.Contains(soon, status.Code(err))) {
			err = backoff.Permanent(err)
		}
		return answer, err
	}, backoff.WithBackOff(wait), backoff.WithMaxElapsedTime(max(limit, time.Nanosecond)))
}
