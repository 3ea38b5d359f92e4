package devissuer

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"time"
)

const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	// grantDev gives `person=<id>` a token at once: for the command line client and for tests.
	grantDev = "urn:bavn:dev"

	maxFormBytes = 64 << 10
)

// oauthError is RFC 6749 §5.2.
type oauthError struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func invalidGrant(description string) *oauthError { return &oauthError{"invalid_grant", description} }

// token redeems whatever the caller holds for tokens.
func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	if err := r.ParseForm(); err != nil {
		answer(w, http.StatusBadRequest, oauthError{"invalid_request", "the body is not a form of at most 64 KiB"})
		return
	}
	redeem, known := map[string]func(*http.Request) (grant, *oauthError){
		grantCode:    i.redeemCode,
		grantRefresh: i.redeemRefreshToken,
		grantDev:     i.redeemNothing,
	}[r.PostForm.Get("grant_type")]
	if !known {
		answer(w, http.StatusBadRequest, oauthError{"unsupported_grant_type", "see grant_types_supported"})
		return
	}
	g, refused := redeem(r)
	if refused != nil {
		answer(w, http.StatusBadRequest, refused)
		return
	}
	response, err := i.respond(g)
	if err != nil {
		answer(w, http.StatusInternalServerError, oauthError{"server_error", "the token could not be signed"})
		return
	}
	answer(w, http.StatusOK, response)
}

// redeemCode takes the code away before it looks at anything else, so that a guess at the verifier spends it too.
func (i *Issuer) redeemCode(r *http.Request) (grant, *oauthError) {
	g, ok := i.codes.take(r.PostForm.Get("code"))
	if !ok {
		return grant{}, invalidGrant("the code is unknown, used or older than a minute")
	}
	if g.client != clientID(r) || g.redirectURI != r.PostForm.Get("redirect_uri") {
		return grant{}, invalidGrant("the code was given to another client or redirect_uri")
	}
	hash := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	challenge := base64.RawURLEncoding.EncodeToString(hash[:])
	if subtle.ConstantTimeCompare([]byte(challenge), []byte(g.challenge)) != 1 {
		return grant{}, invalidGrant("code_verifier does not match the code_challenge")
	}
	return g, nil
}

// redeemRefreshToken renews a grant. A refresh token works once, because a public client cannot prove that it is the one the
// token was given to; which ones are spent is forgotten in a restart.
func (i *Issuer) redeemRefreshToken(r *http.Request) (grant, *oauthError) {
	c, err := i.verify(r.PostForm.Get("refresh_token"), i.endpoint(tokenPath))
	if err != nil {
		return grant{}, invalidGrant("the refresh token is not ours or has expired")
	}
	if c.Client != clientID(r) {
		return grant{}, invalidGrant("the refresh token was given to another client")
	}
	if _, ok := i.person(c.Subject); !ok {
		return grant{}, invalidGrant("the person is no longer among the demo persons")
	}
	if !i.spent.put(c.ID, struct{}{}, c.Expiry.Time().Add(time.Second)) { // a token is still good in its last second
		return grant{}, invalidGrant("the refresh token was already used")
	}
	return grant{person: c.Subject, client: c.Client, scope: c.Scope, nonce: c.Nonce, signedInAt: c.AuthTime.Time()}, nil
}

// redeemNothing is the dev grant. With a client_id it also brings a refresh token and, with scope openid, an ID token.
func (i *Issuer) redeemNothing(r *http.Request) (grant, *oauthError) {
	person, ok := i.person(r.PostForm.Get("person"))
	if !ok {
		return grant{}, invalidGrant("person: not among the demo persons")
	}
	client := clientID(r)
	if _, known := i.clients[client]; client != "" && !known {
		return grant{}, &oauthError{"invalid_client", "client_id: not known here"}
	}
	return grant{person: person.ID, client: client, scope: r.PostForm.Get("scope"), signedInAt: i.clock.Now()}, nil
}

// clientID reads the client's id where libraries put it: in the form, or as the user of HTTP Basic with an empty password.
func clientID(r *http.Request) string {
	if id, _, ok := r.BasicAuth(); ok {
		return id
	}
	return r.PostForm.Get("client_id")
}
