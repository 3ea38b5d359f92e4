package devissuer

import (
	"crypto/rand"
	"embed"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

//go:embed sign_in.html sign_in.css
var pages embed.FS

var signInPage = template.Must(template.ParseFS(pages, "sign_in.html"))

// authorizationRequest is what a client asks for (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect §3.1.2.1).
type authorizationRequest struct {
	client      Client
	redirectURI string
	form        url.Values
}

// carried are the parameters that the page hands on to the form it posts.
var carried = []string{
	"client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
}

// check refuses by returning an OAuth error code, which goes back to the client.
func (a authorizationRequest) check() *oauthError {
	challenge := a.form.Get("code_challenge")
	for _, rule := range []struct {
		broken            bool
		code, description string
	}{
		{a.form.Get("response_type") != "code", "unsupported_response_type", "response_type must be code"},
		{challenge == "", "invalid_request", "code_challenge is required (PKCE)"},
		{a.form.Get("code_challenge_method") != "S256", "invalid_request", "code_challenge_method must be S256"},
		{len(challenge) != 43, "invalid_request", "code_challenge must be 43 characters of base64url"},
		{a.form.Has("request") || a.form.Has("request_uri"), "request_not_supported", "request objects are not supported"},
		{a.form.Get("prompt") == "none", "login_required", "nobody stays signed in at the development issuer"},
	} {
		if rule.broken {
			return &oauthError{rule.code, rule.description}
		}
	}
	return nil
}

// showSignIn lets one pick who to be.
func (i *Issuer) showSignIn(w http.ResponseWriter, r *http.Request) {
	request, ok := i.authorizationRequest(w, r)
	if !ok {
		return
	}
	parameters := url.Values{}
	for _, name := range carried {
		if request.form.Has(name) {
			parameters.Set(name, request.form.Get(name))
		}
	}
	i.render(w, http.StatusOK, request.redirectURI, map[string]any{
		"Client": request.client, "Persons": i.persons, "Parameters": parameters, "Action": i.endpoint(authorizePath),
	})
}

// signIn sends the person who was picked back to the client with a code.
func (i *Issuer) signIn(w http.ResponseWriter, r *http.Request) {
	request, ok := i.authorizationRequest(w, r)
	if !ok {
		return
	}
	person, ok := i.person(request.form.Get("person"))
	if !ok {
		i.refuse(w, "The person you picked is not among the demo persons.")
		return
	}
	code, now := rand.Text(), i.clock.Now()
	i.codes.put(code, grant{
		person: person.ID, client: request.client.ID, scope: request.form.Get("scope"), nonce: request.form.Get("nonce"),
		redirectURI: request.redirectURI, challenge: request.form.Get("code_challenge"), signedInAt: now,
	}, now.Add(codeTTL))
	i.sendBack(w, r, request, url.Values{"code": {code}})
}

// authorizationRequest reads and checks what a client asks for, and answers itself where that must be refused. Until the
// client and its redirect URI are known to belong together the refusal is a page: redirecting would make this an open
// redirector.
func (i *Issuer) authorizationRequest(w http.ResponseWriter, r *http.Request) (authorizationRequest, bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	if err := r.ParseForm(); err != nil {
		i.refuse(w, "The request is not a form of at most 64 KiB.")
		return authorizationRequest{}, false
	}
	client, known := i.clients[r.Form.Get("client_id")]
	if !known {
		i.refuse(w, "The application (client_id) is not known here.")
		return authorizationRequest{}, false
	}
	request := authorizationRequest{client: client, redirectURI: r.Form.Get("redirect_uri"), form: r.Form}
	if !client.mayReceiveAt(request.redirectURI) {
		i.refuse(w, "The application may not send people back to this address (redirect_uri).")
		return authorizationRequest{}, false
	}
	if refused := request.check(); refused != nil {
		i.sendBack(w, r, request, url.Values{"error": {refused.Code}, "error_description": {refused.Description}})
		return authorizationRequest{}, false
	}
	return request, true
}

// sendBack redirects to the client with its own state and, against mix-up attacks, the issuer's name (RFC 9207).
func (i *Issuer) sendBack(w http.ResponseWriter, r *http.Request, request authorizationRequest, answer url.Values) {
	target, err := url.Parse(request.redirectURI)
	if err != nil {
		i.refuse(w, "The address to return to is not a URL.")
		return
	}
	query := target.Query()
	for name, values := range answer {
		query[name] = values
	}
	if request.form.Has("state") {
		query.Set("state", request.form.Get("state"))
	}
	query.Set("iss", i.url.String())
	target.RawQuery = query.Encode()
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, target.String(), http.StatusSeeOther)
}

func (c Client) mayReceiveAt(uri string) bool {
	return slices.Contains(c.RedirectURIs, uri) || slices.Contains(c.RedirectURIs, withoutLoopbackPort(uri))
}

// withoutLoopbackPort turns http://127.0.0.1:5000/back into http://127.0.0.1/back, and nothing else.
func withoutLoopbackPort(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "http" {
		return ""
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		return ""
	}
	u.Host = strings.TrimSuffix(u.Host, ":"+u.Port())
	return u.String()
}

func (i *Issuer) refuse(w http.ResponseWriter, reason string) {
	i.render(w, http.StatusBadRequest, "", map[string]any{"Refusal": reason})
}

// render sends the page. `form-action` names the client's address too, because browsers apply it to the redirect that answers
// the form.
func (i *Issuer) render(w http.ResponseWriter, status int, returnTo string, content map[string]any) {
	formAction := "'self'"
	if u, err := url.Parse(returnTo); err == nil && u.Host != "" {
		formAction += " " + u.Scheme + "://" + u.Host
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "+
		"form-action "+formAction)
	w.WriteHeader(status)
	content["Stylesheet"] = i.endpoint(stylesheetPath)
	_ = signInPage.Execute(w, content) // fails only when the browser has gone away
}

func (i *Issuer) stylesheet(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, pages, "sign_in.css")
}
