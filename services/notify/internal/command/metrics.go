package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

// Metrics count what goes over the wire.
type Metrics struct{ attempts, doubts, held, dropped metric.Int64Counter }

// NewMetrics makes the instruments.
func NewMetrics(provider metric.MeterProvider) (*Metrics, error) {
	meter := provider.Meter("github.com/bavn/bavn/services/notify")
	attempts, errAttempts := meter.Int64Counter("bavn.notify.attempts",
		metric.WithDescription("Attempts to hand a message to the mail server, by where it stands after it and why."))
	doubts, errDoubts := meter.Int64Counter("bavn.notify.in_doubt",
		metric.WithDescription("Messages sent again because nobody knows what came of the attempt before."))
	held, errHeld := meter.Int64Counter("bavn.notify.held_back",
		metric.WithDescription("Messages beyond what one person is sent in an hour, left to a digest: a storm, where it rises fast."))
	dropped, errDropped := meter.Int64Counter("bavn.notify.calmed",
		metric.WithDescription("Messages that were not sent because another says the same, or the recipient does not want the medium."))
	if err := errors.Join(errAttempts, errDoubts, errHeld, errDropped); err != nil {
		return nil, fmt.Errorf("measure notify: %w", err)
	}
	return &Metrics{attempts: attempts, doubts: doubts, held: held, dropped: dropped}, nil
}

// attempted counts an attempt and what it led to. A message that was cut off after it was handed over is in doubt as well.
func (m *Metrics) attempted(ctx context.Context, v domain.Verdict) {
	m.attempts.Add(ctx, 1, metric.WithAttributes(
		attribute.String("delivery", strings.ToLower(strings.TrimPrefix(v.Delivery.String(), "DELIVERY_"))),
		attribute.String("reason", v.Reason)))
	if v.Delivery == notifyv1.Delivery_DELIVERY_QUEUED && v.Reason == domain.ReasonInDoubt {
		m.inDoubt(ctx)
	}
}

func (m *Metrics) inDoubt(ctx context.Context) { m.doubts.Add(ctx, 1) }

func (m *Metrics) heldBack(ctx context.Context, n int) { m.held.Add(ctx, int64(n)) }

func (m *Metrics) calmed(ctx context.Context, reason string) {
	m.dropped.Add(ctx, 1, metric.WithAttributes(attribute.String("reason", reason)))
}
