package signin

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/gateway/internal/refusal"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
)

const (
	startPath    = "/auth/sign-in"
	callbackPath = "/auth/callback"
	endPath      = "/auth/sign-out"
	sessionPath  = "/auth/session"

	// questionTTL is how long somebody may take at the issuer.
	questionTTL = 15 * time.Minute
	// issuerTimeout bounds one conversation with the issuer.
	issuerTimeout = 10 * time.Second
)

// question is what a browser was sent to the issuer with; it comes back with the answer, or the answer is not ours.
type question struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	Return   string    `json:"r"`
	Ends     time.Time `json:"x"`
}

// Deps are what sign-in is built from.
type Deps struct {
	Clock    clock.Clock
	Log      *slog.Logger
	Refusals *refusal.Writer
	Client   *http.Client // to the issuer
}

// SignIn serves /auth/ and knows the sessions it has made.
type SignIn struct {
	cfg        Config
	publicURL  *url.URL
	clock      clock.Clock
	log        *slog.Logger
	refusals   *refusal.Writer
	provider   *provider
	sessions   cookie
	questions  cookie
	sameOrigin *http.CrossOriginProtection
	renewals   singleflight.Group
}

// New makes the sign-in of a gateway that browsers reach at publicURL.
func New(cfg Config, publicURL *url.URL, deps Deps) (*SignIn, error) {
	keys, err := newSeal(cfg.SessionKeys)
	if err != nil {
		return nil, fmt.Errorf("use the session keys: %w", err)
	}
	secure := publicURL.Scheme == "https"
	client := *deps.Client
	client.Timeout = issuerTimeout
	s := &SignIn{
		cfg: cfg, publicURL: publicURL, clock: deps.Clock, log: deps.Log, refusals: deps.Refusals,
		provider: &provider{
			cfg: cfg, redirect: publicURL.JoinPath(callbackPath).String(), client: &client, clock: deps.Clock,
		},
		sessions:   newCookie("bavn-session", secure, keys),
		questions:  newCookie("bavn-sign-in", secure, keys),
		sameOrigin: http.NewCrossOriginProtection(),
	}
	// A proxy may show us another Host than the browser sees.
	if err := s.sameOrigin.AddTrustedOrigin(publicURL.Scheme + "://" + publicURL.Host); err != nil {
		return nil, fmt.Errorf("trust the public URL %s: %w", publicURL, err)
	}
	return s, nil
}

// Handler serves the four addresses under /auth/.
func (s *SignIn) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+startPath, s.start)
	mux.HandleFunc("GET "+callbackPath, s.callback)
	mux.HandleFunc("POST "+endPath, s.end)
	mux.HandleFunc("GET "+sessionPath, s.session)
	mux.HandleFunc("/", noSuchRoute(s.refusals))
	return mux
}

// start sends the browser to the issuer.
func (s *SignIn) start(w http.ResponseWriter, r *http.Request) {
	issuer, err := s.provider.discover(r.Context())
	if err != nil {
		s.unavailable(w, r, err)
		return
	}
	asked := question{
		State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(),
		Return: localPath(r.URL.Query().Get("return")), Ends: s.clock.Now().Add(questionTTL),
	}
	if !s.questions.write(w, asked, questionTTL) {
		asked.Return = "/" // only its length can be too much
		s.questions.write(w, asked, questionTTL)
	}
	noStore(w)
	http.Redirect(w, r, issuer.oauth2.AuthCodeURL(asked.State,
		oidc.Nonce(asked.Nonce), oauth2.S256ChallengeOption(asked.Verifier)), http.StatusSeeOther)
}

// callback takes the issuer's answer. One that this browser did not ask for goes to the start page without a session.
func (s *SignIn) callback(w http.ResponseWriter, r *http.Request) {
	var asked question
	known := s.questions.read(r, &asked) && s.clock.Now().Before(asked.Ends)
	s.questions.clear(w, r)
	noStore(w)
	answer := r.URL.Query()
	switch {
	case !known, subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(asked.State)) != 1,
		answer.Has("iss") && answer.Get("iss") != s.cfg.Issuer: // RFC 9207
		s.back(w, r, "/", "unexpected")
		return
	case answer.Get("code") == "":
		s.log.InfoContext(r.Context(), "the issuer refused a sign-in", slog.String("oauth_error", answer.Get("error")))
		s.back(w, r, asked.Return, "refused")
		return
	}
	made, err := s.provider.redeem(r.Context(), answer.Get("code"), asked)
	if err != nil {
		s.log.WarnContext(r.Context(), "sign-in failed", slog.Any("error", err))
		s.back(w, r, asked.Return, "failed")
		return
	}
	if !s.sessions.write(w, made, s.cfg.SessionTTL) {
		s.log.ErrorContext(r.Context(), "the issuer's tokens are too large for a cookie")
		s.back(w, r, asked.Return, "failed")
		return
	}
	http.Redirect(w, r, asked.Return, http.StatusSeeOther)
}

// back returns to the page with word of what went wrong, which the page says in the reader's language.
func (s *SignIn) back(w http.ResponseWriter, r *http.Request, path, problem string) {
	target, err := url.Parse(path)
	if err != nil {
		target = &url.URL{Path: "/"}
	}
	query := target.Query()
	query.Set("sign-in", problem)
	target.RawQuery = query.Encode()
	http.Redirect(w, r, target.String(), http.StatusSeeOther)
}

// end forgets the session, and tells the page where the issuer ends its own.
func (s *SignIn) end(w http.ResponseWriter, r *http.Request) {
	if err := s.sameOrigin.Check(r); err != nil {
		s.refusals.Write(w, r, fault.New(codes.PermissionDenied, refusal.CrossOrigin).Cause(err))
		return
	}
	s.sessions.clear(w, r)
	answer := struct {
		Continue string `json:"continue"`
	}{"/"}
	if issuer, err := s.provider.discover(r.Context()); err == nil && issuer.endSession != "" {
		if target, err := url.Parse(issuer.endSession); err == nil {
			query := target.Query()
			query.Set("client_id", s.cfg.ClientID)
			query.Set("post_logout_redirect_uri", s.publicURL.JoinPath("/").String())
			target.RawQuery = query.Encode()
			answer.Continue = target.String()
		}
	}
	writeJSON(w, answer)
}

// Session is what the page learns of who is signed in.
type Session struct {
	Available bool       `json:"available"` // false where only scripts are served
	SignedIn  bool       `json:"signedIn"`
	Person    string     `json:"person,omitempty"`
	Name      string     `json:"name,omitempty"`
	Ends      *time.Time `json:"ends,omitempty"`
}

func (s *SignIn) session(w http.ResponseWriter, r *http.Request) {
	answer := Session{Available: true}
	if held, ok := s.current(w, r); ok {
		answer = Session{Available: true, SignedIn: true, Person: held.Person, Name: held.Name, Ends: &held.Ends}
	}
	writeJSON(w, answer)
}

// Unavailable serves /auth/ where no issuer is configured.
func Unavailable(refusals *refusal.Writer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+sessionPath, func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, Session{}) })
	mux.HandleFunc("/", noSuchRoute(refusals))
	return mux
}

func noSuchRoute(refusals *refusal.Writer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		refusals.Write(w, r, fault.New(codes.NotFound, refusal.NoSuchRoute))
	}
}

func (s *SignIn) unavailable(w http.ResponseWriter, r *http.Request, err error) {
	s.log.ErrorContext(r.Context(), "the issuer cannot be reached", slog.Any("error", err))
	s.refusals.Write(w, r, fault.New(codes.Unavailable, refusal.SignInUnavailable).RetryAfter(5*time.Second).Cause(err))
}

// localPath accepts a path of this site and nothing that a browser could take for another one.
func localPath(path string) string {
	target, err := url.Parse(path)
	if err != nil || target.IsAbs() || target.Host != "" || !strings.HasPrefix(path, "/") ||
		strings.HasPrefix(path, "//") || strings.Contains(path, `\`) || strings.HasPrefix(target.Path, "/auth/") {
		return "/"
	}
	return path
}

func noStore(w http.ResponseWriter) { w.Header().Set("Cache-Control", "no-store") }

func writeJSON(w http.ResponseWriter, content any) {
	noStore(w)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(content) // a browser that has gone away needs no answer
}
