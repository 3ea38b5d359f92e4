// Package board shows the announcement boards to everybody, without sign-in and from memory: a page, feeds and a calendar
// (R87). What it shows is read anew every few seconds and made ready then, so that however many ask, notify is asked once;
// and while notify is away, what was last known stays.
package board

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/bavn/bavn/gateway/internal/public"
	"github.com/bavn/bavn/gateway/internal/static"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/config"
)

// Path is where the boards are.
const Path = "/board/"

const (
	// cacheFor lets browsers and caches between them keep a board for a moment: a storm of readers then does not even come here.
	cacheFor = "public, max-age=15"
	// staleAfter is when a board that could not be read anew says so.
	staleAfter = 2 * time.Minute
	// readTimeout bounds one reading.
	readTimeout = 5 * time.Second
)

//go:embed style.css
var style string

//go:embed page.html.tmpl said.html.tmpl
var templates embed.FS

// Source is where the boards are read, and where addresses are handed on: notify.
type Source interface {
	ListBoards(ctx context.Context, r *notifyv1.ListBoardsRequest, opts ...grpc.CallOption) (*notifyv1.ListBoardsResponse, error)
	Subscribe(ctx context.Context, r *notifyv1.SubscribeRequest, opts ...grpc.CallOption) (*notifyv1.SubscribeResponse, error)
	ConfirmSubscription(
		ctx context.Context, r *notifyv1.ConfirmSubscriptionRequest, opts ...grpc.CallOption,
	) (*notifyv1.ConfirmSubscriptionResponse, error)
	Unsubscribe(ctx context.Context, r *notifyv1.UnsubscribeRequest, opts ...grpc.CallOption) (*notifyv1.UnsubscribeResponse, error)
}

// Config says how often boards are read.
type Config struct {
	Refresh time.Duration `koanf:"refresh" usage:"how often the public announcement boards are read anew"`
}

// DefaultConfig is what a process starts from.
func DefaultConfig() Config { return Config{Refresh: 2 * time.Second} }

// Validate returns what cannot work.
func (c Config) Validate() error {
	if c.Refresh <= 0 {
		return config.Invalid("refresh", "must be more than 0, is %v", c.Refresh)
	}
	return nil
}

// Deps are what boards are made with.
type Deps struct {
	Source Source
	Clock  clock.Clock
	Logger *slog.Logger
	// PublicURL begins the links of feeds and mails: "https://bavn.example.dk".
	PublicURL string
	// Stylesheets are those of the web page, which the boards wear as well.
	Stylesheets []string
	// Extracts reports whether a desk publishes lists of its cases, which its board then leads to (R90).
	Extracts func(desk string) bool
	// Missing answers for a board that there is not.
	Missing http.Handler
}

// Boards are the boards of all desks, ready to be sent.
type Boards struct {
	Deps
	refresh time.Duration
	style   static.Document
	shown   atomic.Pointer[shown]
}

// shown is what was last read, and made of it. It never changes.
type shown struct {
	// raw is what was read, the same for the same boards.
	raw    []byte
	boards []*notifyv1.Board
	desks  map[string]*desk
	read   time.Time // when notify last answered
	stale  bool
	// until is when something on it has been shown for long enough; zero for never.
	until time.Time
}

// desk is one board: its documents by the rest of their path, those with words by language.
type desk struct {
	board     *notifyv1.Board
	documents map[string]static.Document // "da", "da/feed.atom", "board.json"
}

// New makes boards that know nothing yet.
func New(cfg Config, deps Deps) (*Boards, error) {
	b := &Boards{Deps: deps, refresh: cfg.Refresh}
	var err error
	if b.style, err = public.Stylesheet(deps.Stylesheets, style); err != nil {
		return nil, err
	}
	return b, nil
}

// Serve reads the boards again and again, until ctx ends.
func (b *Boards) Serve(ctx context.Context) error {
	public.Repeat(ctx, b.refresh, b.Refresh, func(err error) {
		b.Logger.WarnContext(ctx, "the announcement boards could not be read: what was last known is shown", slog.Any("error", err))
	})
	return nil
}

// Refresh reads the boards once, and makes ready what has changed.
func (b *Boards) Refresh(ctx context.Context) error {
	boards, err := b.read(ctx)
	now, last := b.Clock.Now(), b.shown.Load()
	if err != nil {
		if last == nil {
			return err
		}
		stale := now.Sub(last.read) > staleAfter
		if stale == last.stale && !last.over(now) {
			return err
		}
		if showErr := b.show(last.boards, last.raw, last.read, now, stale); showErr != nil {
			return showErr
		}
		return err
	}
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(&notifyv1.ListBoardsResponse{Boards: boards})
	if err != nil {
		return fmt.Errorf("compare boards: %w", err)
	}
	for _, board := range boards {
		raw = strconv.AppendBool(raw, b.Extracts(strings.TrimPrefix(board.GetDesk(), "desks/")))
	}
	if last != nil && !last.stale && !last.over(now) && bytes.Equal(raw, last.raw) {
		same := *last
		same.read = now
		b.shown.Store(&same)
		return nil
	}
	return b.show(boards, raw, now, now, false)
}

// over reports whether something has been shown for long enough.
func (s *shown) over(now time.Time) bool { return !s.until.IsZero() && !now.Before(s.until) }

// read asks notify for every page.
func (b *Boards) read(ctx context.Context) ([]*notifyv1.Board, error) {
	ctx, cancel := context.WithTimeout(public.Untraced(ctx), readTimeout)
	defer cancel()
	var all []*notifyv1.Board
	for token := ""; ; {
		page, err := b.Source.ListBoards(ctx, &notifyv1.ListBoardsRequest{PageToken: token})
		if err != nil {
			return nil, fmt.Errorf("read boards: %w", err)
		}
		all = append(all, page.GetBoards()...)
		if token = page.GetNextPageToken(); token == "" {
			return all, nil
		}
	}
}

// show makes everything ready, and only then shows it.
func (b *Boards) show(boards []*notifyv1.Board, raw []byte, read, now time.Time, stale bool) error {
	next := &shown{raw: raw, boards: boards, desks: map[string]*desk{}, read: read, stale: stale}
	for _, board := range boards {
		ready := &desk{board: board, documents: map[string]static.Document{}}
		v := viewOf(board, now, b.PublicURL)
		v.Stale, v.Read, v.Extracts = stale, read, b.Extracts(v.Desk)
		for _, a := range board.GetAnnouncements() {
			if until := a.GetShowUntilTime(); until != nil && until.AsTime().After(now) &&
				(next.until.IsZero() || until.AsTime().Before(next.until)) {
				next.until = until.AsTime()
			}
		}
		if err := ready.write(v); err != nil {
			return fmt.Errorf("write the board of %s: %w", board.GetDesk(), err)
		}
		next.desks[strings.TrimPrefix(board.GetDesk(), "desks/")] = ready
	}
	b.shown.Store(next)
	return nil
}

// write makes the documents of one board.
func (d *desk) write(v view) error {
	for _, language := range public.Languages {
		spoken := v.in(language)
		for name, write := range map[string]func(view) ([]byte, string, error){
			language: page, language + "/feed.atom": atom, language + "/calendar.ics": calendar,
		} {
			content, kind, err := write(spoken)
			if err != nil {
				return err
			}
			if err := d.keep(name, content, kind); err != nil {
				return err
			}
		}
	}
	content, kind, err := object(v)
	if err != nil {
		return err
	}
	return d.keep("board.json", content, kind)
}

func (d *desk) keep(name string, content []byte, kind string) error {
	document, err := static.New(content, kind)
	d.documents[name] = document
	return err
}
