// Package phonesink plays a provider of text messages and telephone calls for development and tests: it takes everything, shows
// it on a page and sends nothing.
package phonesink

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/bavn/bavn/platform/clock"
)

// Message is a text message or a call.
type Message struct {
	ID string `json:"id"`
	// Kind is "sms" or "call".
	Kind string `json:"kind"`
	// To is the number, and Text what is written or spoken.
	To   string `json:"to"`
	Text string `json:"text"`
	// At is when it came, and HungUp whether a call was ended.
	At     time.Time `json:"at"`
	HungUp bool      `json:"hungUp"`
}

// Sink keeps what it was given. It is safe for concurrent use.
type Sink struct {
	clock clock.Clock

	mu       sync.Mutex
	messages []Message
	next     int
	answer   int // instead of 200, for tests
	changed  chan struct{}
}

// maxKept is how many of the newest are kept.
const maxKept = 1000

// New makes a sink.
func New(now clock.Clock) *Sink { return &Sink{clock: now, changed: make(chan struct{})} }

// Messages are what came, in order; to one number if it is given.
func (s *Sink) Messages(to string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.messages), func(m Message) bool { return to != "" && m.To != to })
}

// Changed is closed when something comes or is ended.
func (s *Sink) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// Answer makes the sink refuse what comes with an HTTP status; 0 takes it again.
func (s *Sink) Answer(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = status
}

//go:embed page.html
var pageFile string

var page = template.Must(template.New("phone").Parse(pageFile))

// Handler is the provider's API, `POST /sms`, `POST /call` and `POST /call/{id}/end`, and the page that shows what came.
func (s *Sink) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /sms", func(w http.ResponseWriter, r *http.Request) { s.take(w, r, "sms") })
	mux.HandleFunc("POST /call", func(w http.ResponseWriter, r *http.Request) { s.take(w, r, "call") })
	mux.HandleFunc("POST /call/{id}/end", s.end)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		all := s.Messages("")
		slices.Reverse(all)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		_ = page.Execute(w, all) // whoever looks has gone away
	})
	mux.HandleFunc("GET /messages", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.Messages(r.URL.Query().Get("to"))) // as above
	})
	return mux
}

func (s *Sink) take(w http.ResponseWriter, r *http.Request, kind string) {
	var sent struct {
		To   string `json:"to"`
		Text string `json:"text"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&sent); err != nil || sent.To == "" || sent.Text == "" {
		http.Error(w, "to and text are required", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answer != 0 {
		w.WriteHeader(s.answer)
		return
	}
	s.next++
	m := Message{ID: strconv.Itoa(s.next), Kind: kind, To: sent.To, Text: sent.Text, At: s.clock.Now()}
	s.messages = append(s.messages, m)
	s.messages = s.messages[max(0, len(s.messages)-maxKept):]
	s.tell()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(m) // as above
}

func (s *Sink) end(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.messages, func(m Message) bool { return m.Kind == "call" && m.ID == r.PathValue("id") })
	if i < 0 {
		http.NotFound(w, r)
		return
	}
	s.messages[i].HungUp = true
	s.tell()
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sink) tell() {
	close(s.changed)
	s.changed = make(chan struct{})
}
