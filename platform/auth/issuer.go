package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
)

// issuer verifies the tokens of one provider. Discovery happens with the first token and is retried until it succeeds.
type issuer struct {
	Issuer
	personClaim string
	client      *http.Client

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier
}

func newIssuer(cfg Issuer, now clock.Clock, client *http.Client) *issuer {
	patient := *client
	patient.Transport = &patience{base: client.Transport, clock: now, asked: map[string]answer{}}
	is := &issuer{Issuer: cfg, personClaim: cfg.PersonClaim, client: &patient}
	if is.personClaim == "" {
		is.personClaim = "sub"
	}
	return is
}

func (i *issuer) verify(ctx context.Context, token string) (*oidc.IDToken, error) {
	verifier, err := i.ready(ctx)
	if err != nil {
		return nil, fault.New(codes.Unavailable, fault.Unavailable).RetryAfter(retryAfter).Cause(err)
	}
	var fetch error
	idToken, err := verifier.Verify(context.WithValue(ctx, fetchErrorKey{}, &fetch), token)
	switch {
	case err == nil:
		return idToken, nil
	case errors.Is(fetch, errUnreachable), ctx.Err() != nil:
		return nil, fault.New(codes.Unavailable, fault.Unavailable).RetryAfter(retryAfter).Cause(errors.Join(fetch, err))
	default:
		return nil, errInvalid.Cause(err)
	}
}

// ready returns the verifier, after discovery if need be.
func (i *issuer) ready(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.verifier != nil {
		return i.verifier, nil
	}
	keysURL := i.JWKSURL
	if keysURL == "" {
		provider, err := oidc.NewProvider(oidc.ClientContext(ctx, i.client), i.URL)
		if err != nil {
			return nil, fmt.Errorf("discover issuer %s: %w", i.URL, err)
		}
		var metadata struct {
			JWKSURL string `json:"jwks_uri"`
		}
		if err := provider.Claims(&metadata); err != nil {
			return nil, fmt.Errorf("read discovery of issuer %s: %w", i.URL, err)
		}
		keysURL = metadata.JWKSURL
	}
	keys := oidc.NewRemoteKeySet(oidc.ClientContext(context.WithoutCancel(ctx), i.client), keysURL)
	i.verifier = oidc.NewVerifier(i.URL, keySet{keys}, &oidc.Config{
		ClientID:             i.Audience,
		SupportedSigningAlgs: signingAlgorithms,
		SkipExpiryCheck:      true, // checked by TokenVerifier, with our clock and our leeway
	})
	return i.verifier, nil
}

type fetchErrorKey struct{}

// keySet hands the error of a key fetch past the verifier, which keeps only its text.
type keySet struct{ oidc.KeySet }

func (k keySet) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, jwt)
	if fetch, ok := ctx.Value(fetchErrorKey{}).(*error); ok {
		*fetch = err
	}
	return payload, err
}
