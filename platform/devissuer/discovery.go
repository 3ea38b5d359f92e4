package devissuer

import (
	"encoding/json"
	"net/http"

	"github.com/go-jose/go-jose/v4"
)

const (
	authorizePath  = "/authorize"
	tokenPath      = "/token"
	userinfoPath   = "/userinfo"
	jwksPath       = "/jwks.json"
	stylesheetPath = "/sign_in.css"
)

func (i *Issuer) endpoint(path string) string { return i.url.String() + path }

// discovery serves OpenID Connect Discovery 1.0 §3.
func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"issuer":                                         i.url.String(),
		"authorization_endpoint":                         i.endpoint(authorizePath),
		"token_endpoint":                                 i.endpoint(tokenPath),
		"userinfo_endpoint":                              i.endpoint(userinfoPath),
		"jwks_uri":                                       i.endpoint(jwksPath),
		"response_types_supported":                       []string{"code"},
		"response_modes_supported":                       []string{"query"},
		"grant_types_supported":                          []string{grantCode, grantRefresh, grantDev},
		"code_challenge_methods_supported":               []string{"S256"},
		"token_endpoint_auth_methods_supported":          []string{"none"},
		"subject_types_supported":                        []string{"public"},
		"id_token_signing_alg_values_supported":          []string{string(jose.ES256)},
		"scopes_supported":                               []string{"openid", "profile", "offline_access"},
		"claims_supported":                               []string{"sub", "name", "preferred_username", "auth_time", "nonce"},
		"authorization_response_iss_parameter_supported": true,
	})
}

func (i *Issuer) jwks(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{i.key.public()}})
}

func (i *Issuer) userinfo(w http.ResponseWriter, r *http.Request) {
	person, ok := i.bearer(r)
	if !ok {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		answer(w, http.StatusUnauthorized, oauthError{Code: "invalid_token", Description: "a valid access token is required"})
		return
	}
	answer(w, http.StatusOK, map[string]string{
		"sub": person.ID, "name": person.Name, "preferred_username": person.ID,
	})
}

func (i *Issuer) bearer(r *http.Request) (Person, bool) {
	const scheme = "Bearer "
	header := r.Header.Get("Authorization")
	if len(header) < len(scheme) || header[:len(scheme)] != scheme {
		return Person{}, false
	}
	c, err := i.verify(header[len(scheme):], Audience)
	if err != nil {
		return Person{}, false
	}
	return i.person(c.Subject)
}

// answer writes JSON that no cache keeps (RFC 6749 §5.1).
func answer(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "server_error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that has gone away needs no answer
}
