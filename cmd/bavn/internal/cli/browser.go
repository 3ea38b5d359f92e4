package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/bavn/bavn/cmd/bavn/suite"
)

// browserToken signs in as RFC 8252 has it for programs: the browser asks the issuer and comes back to a port of ours, and
// only who began can redeem the code (PKCE).
func (s *session) browserToken(ctx context.Context, wait time.Duration) (string, error) {
	a, err := s.addresses()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	issuer, err := oidc.NewProvider(ctx, a.Issuer)
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	config := oauth2.Config{
		ClientID: suite.CLIClient, Endpoint: issuer.Endpoint(), Scopes: []string{oidc.ScopeOpenID},
		RedirectURL: "http://" + listener.Addr().String() + "/callback",
	}
	state, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	s.Printf("Sign in with your browser:\n\n  %s\n\n", config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)))
	code, err := awaitCode(ctx, listener, state)
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	return token.AccessToken, nil
}

func awaitCode(ctx context.Context, listener net.Listener, state string) (string, error) {
	type answer struct {
		code string
		err  error
	}
	answers := make(chan answer, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		var a answer
		switch {
		case query.Get("state") != state:
			http.Error(w, "This sign-in was not asked for here.", http.StatusBadRequest)
			return
		case query.Get("code") == "":
			a.err = fmt.Errorf("the issuer says %q", query.Get("error"))
		default:
			a.code = query.Get("code")
		}
		fmt.Fprintln(w, "You may close this page and go back to the terminal.")
		select {
		case answers <- a:
		default: // answered already
		}
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	serving := make(chan error, 1)
	go func() { serving <- server.Serve(listener) }()
	defer func() {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = server.Shutdown(stopping) // it has said what it had to say
	}()
	select {
	case a := <-answers:
		return a.code, a.err
	case err := <-serving:
		return "", err
	case <-ctx.Done():
		return "", errors.Join(errors.New("nobody signed in"), ctx.Err())
	}
}
