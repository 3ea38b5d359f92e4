package command

import (
	"context"
	"log/slog"
	"sync"

	"github.com/bavn/bavn/services/intake/internal/store"
)

// Inbox settles what came in as soon as it is kept; what it does not get to is left to the backstops (docs/adr/0005).
type Inbox struct {
	// Handlers by source. Set them before anything is received.
	Handlers map[string]InboundHandler

	queue chan store.InboundItem
}

const (
	inboxWorkers = 4
	// inboxQueue bounds what waits in memory: beyond it the backstops are soon enough.
	inboxQueue = 256
)

// NewInbox makes an inbox without handlers.
func NewInbox() *Inbox {
	return &Inbox{Handlers: map[string]InboundHandler{}, queue: make(chan store.InboundItem, inboxQueue)}
}

// soon never waits.
func (b *Inbox) soon(item store.InboundItem) {
	select {
	case b.queue <- item:
	default:
	}
}

// ServeInbox settles what is received until ctx ends.
func (c *Commands) ServeInbox(ctx context.Context) error {
	var working sync.WaitGroup
	for range inboxWorkers {
		working.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case item := <-c.Inbox.queue:
					c.settleNow(ctx, item)
				}
			}
		})
	}
	working.Wait()
	return nil
}

func (c *Commands) settleNow(ctx context.Context, item store.InboundItem) {
	ctx, cancel := context.WithTimeout(ctx, 2*c.InlineTimeout)
	defer cancel()
	if err := c.settleInbound(ctx, item); err != nil {
		c.Logger.WarnContext(ctx, "something that came in was not settled at once: its job will",
			append(notSettled(item, err), slog.String("source", item.Source))...)
	}
}
