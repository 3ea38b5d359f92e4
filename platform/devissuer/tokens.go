package devissuer

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// grant is what a person allowed a client: the content of an authorization code and, later, of a refresh token.
type grant struct {
	person, client, scope, nonce string
	redirectURI, challenge       string // only of a code, which must be redeemed by whoever asked for it
	signedInAt                   time.Time
}

// claims are those of RFC 7519 and OpenID Connect that one of the three kinds of token carries. An access token says who
// someone is and nothing else: no name, no rights.
type claims struct {
	jwt.Claims
	Client          string           `json:"client_id,omitempty"`
	Scope           string           `json:"scope,omitempty"`
	Nonce           string           `json:"nonce,omitempty"`
	AuthTime        *jwt.NumericDate `json:"auth_time,omitempty"`
	Name            string           `json:"name,omitempty"`
	Username        string           `json:"preferred_username,omitempty"`
	AccessTokenHash string           `json:"at_hash,omitempty"`
}

// The three kinds differ in their audience, so that none can be used in another's place.
const (
	accessToken  jose.ContentType = "at+jwt"
	idToken      jose.ContentType = "JWT"
	refreshToken jose.ContentType = "rt+jwt"
)

// tokenResponse is RFC 6749 §5.1; the lifetime is in seconds.
type tokenResponse struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	Scope        string `json:"scope,omitempty"`
}

// Token returns an access token for a person without the ceremony, valid for ttl from now. A ttl that is not positive makes
// a token that has already expired, which is what a test of refusal needs.
func (i *Issuer) Token(person string, ttl time.Duration) (string, error) {
	if _, ok := i.person(person); !ok {
		return "", fmt.Errorf("token: no person %q at the dev issuer", person)
	}
	return i.accessToken(grant{person: person}, ttl)
}

// respond makes the tokens that belong to a grant: always an access token, a refresh token for a client that may come back,
// an ID token if it asked who the person is.
func (i *Issuer) respond(g grant) (tokenResponse, error) {
	access, err := i.accessToken(g, i.ttl.access)
	if err != nil {
		return tokenResponse{}, err
	}
	response := tokenResponse{
		AccessToken: access, TokenType: "Bearer", ExpiresIn: int64(i.ttl.access / time.Second), Scope: g.scope,
	}
	if g.client == "" {
		return response, nil
	}
	if response.RefreshToken, err = i.refreshToken(g); err != nil {
		return tokenResponse{}, err
	}
	if slices.Contains(strings.Fields(g.scope), "openid") {
		response.IDToken, err = i.idToken(g, access)
	}
	return response, err
}

func (i *Issuer) accessToken(g grant, ttl time.Duration) (string, error) {
	return i.sign(accessToken, claims{Claims: i.registered(g.person, Audience, ttl), Client: g.client, Scope: g.scope})
}

func (i *Issuer) idToken(g grant, access string) (string, error) {
	person, _ := i.person(g.person)
	hash := sha256.Sum256([]byte(access))
	return i.sign(idToken, claims{
		Claims:          i.registered(g.person, g.client, i.ttl.access),
		Nonce:           g.nonce,
		AuthTime:        jwt.NewNumericDate(g.signedInAt),
		Name:            person.Name,
		Username:        person.ID,
		AccessTokenHash: base64.RawURLEncoding.EncodeToString(hash[:len(hash)/2]),
	})
}

func (i *Issuer) refreshToken(g grant) (string, error) {
	return i.sign(refreshToken, claims{
		Claims:   i.registered(g.person, i.endpoint(tokenPath), i.ttl.refresh),
		Client:   g.client,
		Scope:    g.scope,
		Nonce:    g.nonce,
		AuthTime: jwt.NewNumericDate(g.signedInAt),
	})
}

func (i *Issuer) registered(person, audience string, ttl time.Duration) jwt.Claims {
	now := i.clock.Now()
	return jwt.Claims{
		Issuer:   i.url.String(),
		Subject:  person,
		Audience: jwt.Audience{audience},
		IssuedAt: jwt.NewNumericDate(now),
		Expiry:   jwt.NewNumericDate(now.Add(ttl)),
		ID:       rand.Text(),
	}
}

func (i *Issuer) sign(kind jose.ContentType, c claims) (string, error) {
	signer, err := i.key.signer(kind)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	text, err := jwt.Signed(signer).Claims(c).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return text, nil
}

// verify checks a token that comes back to the issuer itself, by the issuer's clock and to the second.
func (i *Issuer) verify(text, audience string) (claims, error) {
	token, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return claims{}, fmt.Errorf("parse token: %w", err)
	}
	var c claims
	if err := token.Claims(i.key.public().Key, &c); err != nil {
		return claims{}, fmt.Errorf("verify token: %w", err)
	}
	expected := jwt.Expected{Issuer: i.url.String(), AnyAudience: jwt.Audience{audience}, Time: i.clock.Now()}
	if err := c.ValidateWithLeeway(expected, 0); err != nil {
		return claims{}, fmt.Errorf("verify token: %w", err)
	}
	if c.Expiry == nil {
		return claims{}, errors.New("verify token: it never expires")
	}
	return c, nil
}
