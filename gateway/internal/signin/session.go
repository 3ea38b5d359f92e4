package signin

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/oauth2"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/gateway/internal/refusal"
	"github.com/bavn/bavn/platform/fault"
)

// renewBefore is how long before its end a token is renewed. Renewing while the old one is still good makes it harmless that
// two replicas try at once and an issuer with one-time refresh tokens refuses one of them.
const renewBefore = 2 * time.Minute

// session is what the browser's cookie holds.
type session struct {
	Access  string    `json:"a"`
	Refresh string    `json:"r,omitempty"`
	Expires time.Time `json:"e"` // of the access token
	Person  string    `json:"p"`
	Name    string    `json:"n,omitempty"`
	Ends    time.Time `json:"x"` // of the session, whatever is renewed
}

// Authorize turns a browser's session into the bearer token that next expects. A request with a token of its own passes
// untouched, and so does one without either: what it may do is not decided here.
func (s *SignIn) Authorize(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			next.ServeHTTP(w, r)
			return
		}
		current, ok := s.current(w, r)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		// A cookie travels by itself, so what changes something must come from our own page (Sec-Fetch-Site, Origin).
		if err := s.sameOrigin.Check(r); err != nil {
			s.refusals.Write(w, r, fault.New(codes.PermissionDenied, refusal.CrossOrigin).Cause(err))
			return
		}
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+current.Access)
		next.ServeHTTP(w, r)
	})
}

// current is the request's session with a token that is still good, renewed if it is about to end.
func (s *SignIn) current(w http.ResponseWriter, r *http.Request) (session, bool) {
	var held session
	if !s.sessions.read(r, &held) {
		return session{}, false
	}
	now := s.clock.Now()
	if !now.Before(held.Ends) {
		s.sessions.clear(w, r)
		return session{}, false
	}
	if now.Before(held.Expires.Add(-renewBefore)) || held.Refresh == "" {
		return held, now.Before(held.Expires)
	}
	renewed, err := s.renewOnce(r.Context(), held)
	if err == nil && s.sessions.write(w, renewed, renewed.Ends.Sub(now)) {
		return renewed, true
	}
	s.log.WarnContext(r.Context(), "session not renewed", slog.Any("error", err))
	if now.Before(held.Expires) {
		return held, true
	}
	if _, refused := errors.AsType[*oauth2.RetrieveError](err); refused {
		s.sessions.clear(w, r) // the issuer has said no; anything else may pass
	}
	return session{}, false
}

// renewOnce lets the requests of one page share one renewal.
func (s *SignIn) renewOnce(ctx context.Context, held session) (session, error) {
	key := sha256.Sum256([]byte(held.Refresh))
	result, err, _ := s.renewals.Do(string(key[:]), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), issuerTimeout)
		defer cancel()
		return s.provider.renew(ctx, held)
	})
	renewed, _ := result.(session)
	return renewed, err
}
