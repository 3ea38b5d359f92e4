package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/bavn/bavn/platform/clock"
)

// provider is the issuer. Discovery happens with the first sign-in and is retried until it succeeds, so that the gateway
// starts while the issuer is down.
type provider struct {
	cfg      Config
	redirect string
	client   *http.Client
	clock    clock.Clock

	mu    sync.Mutex
	known *discovered
}

type discovered struct {
	oauth2     oauth2.Config
	verifier   *oidc.IDTokenVerifier
	endSession string
}

func (p *provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known != nil {
		return p.known, nil
	}
	issuer, err := oidc.NewProvider(p.through(context.WithoutCancel(ctx)), p.cfg.Issuer)
	if err != nil {
		return nil, fmt.Errorf("discover issuer %s: %w", p.cfg.Issuer, err)
	}
	var further struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := issuer.Claims(&further); err != nil {
		return nil, fmt.Errorf("read discovery of issuer %s: %w", p.cfg.Issuer, err)
	}
	p.known = &discovered{
		oauth2: oauth2.Config{
			ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret, Endpoint: issuer.Endpoint(),
			RedirectURL: p.redirect, Scopes: p.cfg.Scopes,
		},
		verifier:   issuer.Verifier(&oidc.Config{ClientID: p.cfg.ClientID, Now: p.clock.Now}),
		endSession: further.EndSession,
	}
	return p.known, nil
}

// through makes both libraries use our client.
func (p *provider) through(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}

// redeem exchanges a code for tokens and checks that the ID token answers our own question.
func (p *provider) redeem(ctx context.Context, code string, asked question) (session, error) {
	issuer, err := p.discover(ctx)
	if err != nil {
		return session{}, err
	}
	tokens, err := issuer.oauth2.Exchange(p.through(ctx), code, oauth2.VerifierOption(asked.Verifier))
	if err != nil {
		return session{}, fmt.Errorf("redeem code: %w", err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	identity, err := issuer.verifier.Verify(p.through(ctx), raw)
	if err != nil {
		return session{}, fmt.Errorf("verify ID token: %w", err)
	}
	if identity.Nonce != asked.Nonce {
		return session{}, errors.New("verify ID token: it answers another sign-in")
	}
	var claims struct {
		Name string `json:"name"`
	}
	if err := identity.Claims(&claims); err != nil {
		return session{}, fmt.Errorf("read ID token: %w", err)
	}
	now := p.clock.Now()
	return session{
		Access: tokens.AccessToken, Refresh: tokens.RefreshToken, Expires: p.expiry(tokens),
		Person: identity.Subject, Name: claims.Name, Ends: now.Add(p.cfg.SessionTTL),
	}, nil
}

// renew trades the refresh token for a new access token.
func (p *provider) renew(ctx context.Context, s session) (session, error) {
	issuer, err := p.discover(ctx)
	if err != nil {
		return session{}, err
	}
	tokens, err := issuer.oauth2.TokenSource(p.through(ctx), &oauth2.Token{RefreshToken: s.Refresh}).Token()
	if err != nil {
		return session{}, fmt.Errorf("renew access token: %w", err)
	}
	s.Access, s.Expires = tokens.AccessToken, p.expiry(tokens)
	if tokens.RefreshToken != "" {
		s.Refresh = tokens.RefreshToken
	}
	return s, nil
}

// expiry counts from our clock; an issuer that does not say gets an hour, and the services know better.
func (p *provider) expiry(tokens *oauth2.Token) time.Time {
	seconds := tokens.ExpiresIn
	if seconds <= 0 {
		seconds = int64(time.Hour / time.Second)
	}
	return p.clock.Now().Add(time.Duration(seconds) * time.Second)
}
