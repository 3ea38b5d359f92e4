// Package extracts shows the desks' public lists of cases to everybody, without sign-in and from memory: a page, CSV and JSON
// (R90). What it shows is read anew every few seconds and made ready then; while reporting is away, what was last known stays,
// and each list says when it was taken.
package extracts

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/bavn/bavn/gateway/internal/public"
	"github.com/bavn/bavn/gateway/internal/static"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	"github.com/bavn/bavn/platform/config"
)

// Path is where the lists are.
const Path = "/extracts/"

const (
	// cacheFor lets browsers and caches between them keep a list for a moment.
	cacheFor = "public, max-age=60"
	// readTimeout bounds one reading.
	readTimeout = 5 * time.Second
)

//go:embed style.css
var style string

// Source is where the lists are read: reporting.
type Source interface {
	ListPublicExtracts(
		ctx context.Context, r *reportingv1.ListPublicExtractsRequest, opts ...grpc.CallOption,
	) (*reportingv1.ListPublicExtractsResponse, error)
}

// Config says how often lists are read.
type Config struct {
	Refresh time.Duration `koanf:"refresh" usage:"how often the public lists of cases are read anew"`
}

// DefaultConfig is what a process starts from.
func DefaultConfig() Config { return Config{Refresh: 10 * time.Second} }

// Validate returns what cannot work.
func (c Config) Validate() error {
	if c.Refresh <= 0 {
		return config.Invalid("refresh", "must be more than 0, is %v", c.Refresh)
	}
	return nil
}

// Deps are what lists are shown with.
type Deps struct {
	Source Source
	Logger *slog.Logger
	// Stylesheets are those of the web page, which the lists wear as well.
	Stylesheets []string
	// Missing answers for a list that there is not.
	Missing http.Handler
}

// Extracts are the public lists of all desks, ready to be sent.
type Extracts struct {
	Deps
	refresh time.Duration
	style   static.Document
	shown   atomic.Pointer[shown]
}

// shown is what was last read, and made of it. It never changes.
type shown struct {
	raw   []byte // what was read, the same for the same lists
	desks map[string]*desk
}

// desk is what one desk publishes: its documents by the rest of their path, those with words by language.
type desk struct {
	language  string
	documents map[string]static.Document // "da", "da/open.csv", "extracts.json"
}

// New makes lists that know nothing yet.
func New(cfg Config, deps Deps) (*Extracts, error) {
	e := &Extracts{Deps: deps, refresh: cfg.Refresh}
	var err error
	e.style, err = public.Stylesheet(deps.Stylesheets, style)
	return e, err
}

// Serve reads the lists again and again, until ctx ends.
func (e *Extracts) Serve(ctx context.Context) error {
	public.Repeat(ctx, e.refresh, e.Refresh, func(err error) {
		e.Logger.WarnContext(ctx, "the lists of cases could not be read: what was last known is shown", slog.Any("error", err))
	})
	return nil
}

// Of reports whether a desk publishes lists, as far as is known.
func (e *Extracts) Of(desk string) bool {
	now := e.shown.Load()
	return now != nil && now.desks[desk] != nil
}

// Refresh reads the lists once, and makes ready what has changed.
func (e *Extracts) Refresh(ctx context.Context) error {
	desks, err := e.read(ctx)
	if err != nil {
		return err
	}
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(&reportingv1.ListPublicExtractsResponse{Desks: desks})
	if err != nil {
		return fmt.Errorf("compare lists: %w", err)
	}
	if last := e.shown.Load(); last != nil && bytes.Equal(raw, last.raw) {
		return nil
	}
	next := &shown{raw: raw, desks: map[string]*desk{}}
	for _, one := range desks {
		ready := &desk{language: one.GetLanguageCode(), documents: map[string]static.Document{}}
		if err := ready.write(one); err != nil {
			return fmt.Errorf("write the lists of %s: %w", one.GetDesk(), err)
		}
		next.desks[strings.TrimPrefix(one.GetDesk(), "desks/")] = ready
	}
	e.shown.Store(next)
	return nil
}

// read asks reporting for every page.
func (e *Extracts) read(ctx context.Context) ([]*reportingv1.DeskExtracts, error) {
	ctx, cancel := context.WithTimeout(public.Untraced(ctx), readTimeout)
	defer cancel()
	var all []*reportingv1.DeskExtracts
	for token := ""; ; {
		page, err := e.Source.ListPublicExtracts(ctx, &reportingv1.ListPublicExtractsRequest{PageToken: token})
		if err != nil {
			return nil, fmt.Errorf("read lists: %w", err)
		}
		all = append(all, page.GetDesks()...)
		if token = page.GetNextPageToken(); token == "" {
			return all, nil
		}
	}
}

// ServeHTTP answers from memory.
func (e *Extracts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Path), "/")
	if name == "style.css" && rest == "" {
		e.style.Serve(w, r, static.CacheAsk)
		return
	}
	now := e.shown.Load()
	if now == nil { // just started, and reporting has not answered yet
		public.NotYet(w, 10*time.Second, "The lists are not here yet. Please try again in a moment.")
		return
	}
	d := now.desks[name]
	if d == nil {
		e.Missing.ServeHTTP(w, r)
		return
	}
	speaks := public.Spoken(r, d.language)
	document, found := d.documents[strings.TrimSuffix(speaks+"/"+rest, "/")]
	if rest == object {
		document, found = d.documents[object]
	}
	if !found {
		e.Missing.ServeHTTP(w, r)
		return
	}
	public.Show(w, r, document, speaks, cacheFor)
}
