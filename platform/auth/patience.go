package auth

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/bavn/bavn/platform/clock"
)

const (
	// refetchAfter is how often a token with an unknown key may make us ask the issuer: anybody can invent key ids.
	refetchAfter = 10 * time.Second
	// retryAfter is how soon an issuer that did not answer is asked again.
	retryAfter = time.Second
	// maxKeySetBytes is far above any real key set.
	maxKeySetBytes = 1 << 20
)

// errUnreachable marks that the issuer did not answer, as opposed to a token it did not sign.
var errUnreachable = errors.New("issuer does not answer")

// patience keeps strangers from making us hammer the issuer: what was asked a moment ago is answered as it was then.
type patience struct {
	base  http.RoundTripper
	clock clock.Clock

	mu    sync.Mutex
	asked map[string]answer
}

type answer struct {
	at     time.Time
	header http.Header
	body   []byte
	err    error
}

func (a answer) fresh(now time.Time) bool {
	if a.err != nil {
		return now.Sub(a.at) < retryAfter
	}
	return now.Sub(a.at) < refetchAfter
}

func (p *patience) RoundTrip(req *http.Request) (*http.Response, error) {
	url, now := req.URL.String(), p.clock.Now()
	p.mu.Lock()
	last, before := p.asked[url]
	p.mu.Unlock()
	if !before || !last.fresh(now) {
		last = p.ask(req, now)
		p.mu.Lock()
		p.asked[url] = last
		p.mu.Unlock()
	}
	if last.err != nil {
		return nil, last.err
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: last.header.Clone(), Body: io.NopCloser(bytes.NewReader(last.body)), Request: req,
	}, nil
}

func (p *patience) ask(req *http.Request, now time.Time) answer {
	base := p.base
	if base == nil {
		base = http.DefaultTransport
	}
	response, err := base.RoundTrip(req)
	if err != nil {
		return answer{at: now, err: fmt.Errorf("%w: %w", errUnreachable, err)}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxKeySetBytes))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return answer{at: now, err: fmt.Errorf("%w: %w", errUnreachable, err)}
	}
	if response.StatusCode != http.StatusOK {
		return answer{at: now, err: fmt.Errorf("%w: status %s", errUnreachable, response.Status)}
	}
	return answer{at: now, header: response.Header, body: body}
}
