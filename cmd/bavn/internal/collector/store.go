// Package collector is the trace collector of `bavn dev`: it receives spans over OTLP/gRPC like any OpenTelemetry collector,
// keeps a bounded number of them across restarts, and gives a whole trace back for `bavn trace`.
package collector

import (
	"bytes"
	"cmp"
	"container/list"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/bavn/bavn/platform/clock"
)

const (
	defaultMaxSpans = 200_000
	defaultMaxAge   = 14 * 24 * time.Hour
	// oneTraceShare of all spans may belong to one trace, so that a runaway loop does not push out everything else.
	oneTraceShare = 4
)

// Config says how much to keep and where. Zero values take the defaults named beside them.
type Config struct {
	File     string        // survives a restart; default memory only
	MaxSpans int           // default 200,000; one trace may hold a quarter of them
	MaxAge   time.Duration // since a trace last grew; default 14 days
	// Prefer says whether a span makes its whole trace worth keeping longer: such traces go only when no other is left. The
	// journeys of tickets are few and are asked for long after the requests that made them.
	Prefer func(scope string, span *tracepb.Span) bool
	Clock  clock.Clock
	Logger *slog.Logger // default silent
}

// Store keeps spans by trace. It is safe for concurrent use.
type Store struct {
	config  Config
	mu      sync.Mutex
	traces  map[trace.TraceID]*storedTrace
	spans   int
	origins map[string]*origin
	// Both lists hold *storedTrace, the one that grew last at the back.
	ordinary, preferred *list.List
	journal             *journal
	changed             chan struct{} // closed and replaced at every change
}

type storedTrace struct {
	id      trace.TraceID
	spans   map[trace.SpanID]storedSpan
	grownAt time.Time
	home    *list.List
	place   *list.Element
}

// Open reads what an earlier run kept.
func Open(cfg Config) (*Store, error) {
	if cfg.Clock == nil {
		return nil, errors.New("open trace store: a clock is required")
	}
	cfg.MaxSpans = cmp.Or(cfg.MaxSpans, defaultMaxSpans)
	cfg.MaxAge = cmp.Or(cfg.MaxAge, defaultMaxAge)
	cfg.Logger = cmp.Or(cfg.Logger, slog.New(slog.DiscardHandler))
	if cfg.Prefer == nil {
		cfg.Prefer = func(string, *tracepb.Span) bool { return false }
	}
	s := &Store{
		config: cfg, traces: map[trace.TraceID]*storedTrace{}, origins: map[string]*origin{},
		ordinary: list.New(), preferred: list.New(), changed: make(chan struct{}),
	}
	if cfg.File == "" {
		return s, nil
	}
	if err := s.load(); err != nil {
		return nil, fmt.Errorf("open trace store: %w", err)
	}
	return s, nil
}

// Close ends the file. What was added is already in it.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal == nil {
		return nil
	}
	return s.journal.close()
}

// Add keeps spans. A span that comes again (journey spans are exported anew after a crash) replaces itself. Invalid spans are
// left out and counted, with the reason of the last; an error means that none was kept and that sending them again is right.
func (s *Store) Add(batch []*tracepb.ResourceSpans) (rejected int64, reason string, err error) {
	arrivals, rejected, reason, err := unpack(batch)
	if err != nil {
		return 0, "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := make([]arrival, 0, len(arrivals))
	for _, a := range arrivals {
		switch known := s.traces[a.trace]; {
		case known == nil:
		case bytes.Equal(known.spans[a.span].raw, a.raw):
			continue
		case len(known.spans) >= s.config.MaxSpans/oneTraceShare && known.spans[a.span].raw == nil:
			rejected++
			reason = fmt.Sprintf("trace %s is full", a.trace)
			continue
		}
		fresh = append(fresh, a)
	}
	if len(fresh) == 0 {
		return rejected, reason, nil
	}
	now := s.config.Clock.Now()
	if s.journal != nil {
		if err := s.journal.append(now, pack(fresh)); err != nil {
			return 0, "", fmt.Errorf("keep spans: %w", err)
		}
	}
	s.insert(now, fresh)
	close(s.changed)
	s.changed = make(chan struct{})
	s.compactIfGrown()
	return rejected, reason, nil
}

// Trace returns every span of a trace that is still kept, ordered by start, grouped by who made them. Nil: unknown.
func (s *Store) Trace(id trace.TraceID) *tracepb.TracesData {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.traces[id]
	if known == nil {
		return nil
	}
	return &tracepb.TracesData{ResourceSpans: pack(known.arrivals())}
}

// Links returns the other traces that the spans of a trace point to, each once, in the order of the spans. They need not be
// kept any more.
func (s *Store) Links(id trace.TraceID) []trace.TraceID {
	var linked []trace.TraceID
	for _, resource := range s.Trace(id).GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				for _, link := range span.GetLinks() {
					if other, ok := traceID(link.GetTraceId()); ok && other != id && !slices.Contains(linked, other) {
						linked = append(linked, other)
					}
				}
			}
		}
	}
	return linked
}

// Wait returns the trace as soon as it is enough for the caller: spans arrive in batches, some time after what they report.
func (s *Store) Wait(
	ctx context.Context, id trace.TraceID, enough func(*tracepb.TracesData) bool,
) (*tracepb.TracesData, error) {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if data := s.Trace(id); data != nil && enough(data) {
			return data, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for trace %s: %w", id, context.Cause(ctx))
		}
	}
}

func (s *Store) insert(at time.Time, arrivals []arrival) {
	for _, a := range arrivals {
		known := s.traces[a.trace]
		if known == nil {
			known = &storedTrace{id: a.trace, spans: map[trace.SpanID]storedSpan{}, home: s.ordinary}
			known.place = known.home.PushBack(known)
			s.traces[a.trace] = known
		}
		if _, again := known.spans[a.span]; !again {
			s.spans++
		}
		known.spans[a.span] = storedSpan{raw: a.raw, start: a.start, origin: s.intern(a.origin)}
		known.grownAt = at
		if known.home != s.preferred && s.config.Prefer(a.origin.scope.GetName(), a.decoded) {
			known.home.Remove(known.place)
			known.home = s.preferred
			known.place = known.home.PushBack(known)
		}
		known.home.MoveToBack(known.place)
	}
	s.evict(at)
}

// intern keeps one copy of what every span of a service would otherwise repeat. There are as many as services and
// instrumentations, so they are never removed.
func (s *Store) intern(o *origin) *origin {
	if known := s.origins[o.key]; known != nil {
		return known
	}
	s.origins[o.key] = o
	return o
}

// evict drops whole traces, those that have not grown for the longest time first.
func (s *Store) evict(now time.Time) {
	for _, traces := range []*list.List{s.ordinary, s.preferred} {
		for front := traces.Front(); front != nil; front = traces.Front() {
			oldest := front.Value.(*storedTrace)
			if s.spans <= s.config.MaxSpans && now.Sub(oldest.grownAt) <= s.config.MaxAge {
				break
			}
			traces.Remove(front)
			delete(s.traces, oldest.id)
			s.spans -= len(oldest.spans)
		}
	}
}
