// Package webhook hands events to the systems that subscribed to them.
package webhook

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/outbound"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

// SecretBytes is the size of a secret (Standard Webhooks: 24 to 64).
const SecretBytes = 32

// Secret is a secret as its owner gets it: "whsec_…".
func Secret(raw []byte) string { return "whsec_" + base64.StdEncoding.EncodeToString(raw) }

// Post is one attempt at one delivery.
type Post struct {
	URL, ID string
	Body    []byte
	// Secrets sign it, each by itself: two while a rotation overlaps.
	Secrets [][]byte
	// Traceparent is that of the request that caused the event.
	Traceparent string
}

// Sender posts. It is safe for concurrent use.
type Sender struct {
	client *http.Client
	clock  clock.Clock
}

// NewSender makes a sender that calls nothing internal.
func NewSender(guard *outbound.Guard, now clock.Clock) *Sender {
	return &Sender{client: guard.Client(), clock: now}
}

// maxAnswer is as much of an answer as is read, so that the connection can be used again.
const maxAnswer = 64 << 10

// Send makes one attempt. The receiver knows a repetition by its webhook-id. Nothing of what it answers is kept but the status.
func (s *Sender) Send(ctx context.Context, p Post) domain.Attempt {
	request, err := s.request(ctx, p)
	if err != nil {
		return domain.Attempt{Reason: domain.ReasonForbiddenAddress}
	}
	answer, err := s.client.Do(request)
	switch {
	case errors.Is(err, outbound.ErrForbidden):
		return domain.Attempt{Reason: domain.ReasonForbiddenAddress}
	case err != nil:
		return domain.Attempt{Reason: domain.ReasonNoAnswer}
	}
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer) // what it says does not matter
	_ = answer.Body.Close()
	return domain.Attempt{Reply: answer.StatusCode}
}

func (s *Sender) request(ctx context.Context, p Post) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(p.Body))
	if err != nil {
		return nil, err
	}
	at := s.clock.Now()
	signature, err := sign(p, at)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
	request.Header.Set("User-Agent", "Bavn-Webhooks/1")
	request.Header.Set(standardwebhooks.HeaderWebhookID, p.ID)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	if p.Traceparent != "" {
		request.Header.Set("Traceparent", p.Traceparent)
	}
	return request, nil
}

func sign(p Post, at time.Time) (string, error) {
	signatures := make([]string, len(p.Secrets))
	for i, secret := range p.Secrets {
		signer, err := standardwebhooks.NewWebhookRaw(secret)
		if err != nil {
			return "", fmt.Errorf("sign: %w", err)
		}
		if signatures[i], err = signer.Sign(p.ID, at, p.Body); err != nil {
			return "", fmt.Errorf("sign: %w", err)
		}
	}
	return strings.Join(signatures, " "), nil
}
