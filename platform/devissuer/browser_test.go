package devissuer_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/oauth2"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/devissuer"
)

var morning = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

// house is a running issuer with two persons and two clients.
type house struct {
	t       *testing.T
	clock   *clock.Manual
	config  devissuer.Config
	server  *httptest.Server
	running atomic.Pointer[devissuer.Issuer]
}

func newHouse(t *testing.T, adjust ...func(*devissuer.Config)) *house {
	t.Helper()
	h := &house{t: t, clock: clock.NewManual(morning), server: httptest.NewUnstartedServer(nil)}
	h.config = devissuer.Config{
		Issuer: "http://" + h.server.Listener.Addr().String() + "/dev",
		Persons: []devissuer.Person{
			{ID: "mette", Name: "Mette <Holm>", Role: "Service desk agent, NSP"},
			{ID: "lars", Name: "Lars Bo", Role: "Technician, supplier"},
		},
		Clients: []devissuer.Client{
			{ID: "web", Name: "Bavn", RedirectURIs: []string{"https://bavn.example/back?keep=1"}},
			{ID: "cli", RedirectURIs: []string{"http://127.0.0.1/back"}},
		},
		Clock:   h.clock,
		KeyFile: filepath.Join(t.TempDir(), "keys", "issuer.jwk"),
	}
	for _, f := range adjust {
		f(&h.config)
	}
	h.restart()
	h.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.issuer().Handler().ServeHTTP(w, r) })
	h.server.Start()
	t.Cleanup(h.server.Close)
	return h
}

// restart replaces the issuer by a new one with the same configuration, as a restarted process would.
func (h *house) restart() {
	h.t.Helper()
	issuer, err := devissuer.New(h.config)
	if err != nil {
		h.t.Fatal(err)
	}
	h.running.Store(issuer)
}

func (h *house) issuer() *devissuer.Issuer { return h.running.Load() }

func (h *house) client(id, redirect string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: id, RedirectURL: redirect, Scopes: []string{"openid", "profile"},
		Endpoint: oauth2.Endpoint{AuthURL: h.config.Issuer + "/authorize", TokenURL: h.config.Issuer + "/token"},
	}
}

// answer is what a browser or a client gets; its body is already read.
type answer struct {
	status int
	header http.Header
	body   string
}

// get opens a page without following redirects.
func (h *house) get(address string) answer {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.do(request)
}

func (h *house) post(address string, form url.Values) answer {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		h.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.do(request)
}

// redeem asks the token endpoint.
func (h *house) redeem(form url.Values) answer {
	h.t.Helper()
	return h.post(h.config.Issuer+"/token", form)
}

func (h *house) do(request *http.Request) answer {
	h.t.Helper()
	response, err := stayHere().Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		h.t.Fatal(err)
	}
	return answer{status: response.StatusCode, header: response.Header, body: string(body)}
}

// pick opens the sign-in page, presses the person's button and returns what the browser brings back to the client.
func (h *house) pick(person, authURL string) url.Values {
	h.t.Helper()
	page := h.get(authURL)
	if page.status != http.StatusOK {
		h.t.Fatalf("the sign-in page answers %d: %s", page.status, page.body)
	}
	action, form := formOf(h.t, page.body)
	form.Set("person", person)
	picked := h.post(action, form)
	if picked.status != http.StatusSeeOther {
		h.t.Fatalf("picking %s answers %d: %s", person, picked.status, picked.body)
	}
	return h.sentBack(picked)
}

func (h *house) sentBack(a answer) url.Values {
	h.t.Helper()
	target, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		h.t.Fatal(err)
	}
	return target.Query()
}

func stayHere() *http.Client {
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// formOf reads the page's form as a browser would.
func formOf(t *testing.T, page string) (action string, fields url.Values) {
	t.Helper()
	document, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	fields = url.Values{}
	for node := range document.Descendants() {
		attributes := map[string]string{}
		for _, a := range node.Attr {
			attributes[a.Key] = a.Val
		}
		switch {
		case node.Data == "form":
			action = attributes["action"]
		case node.Data == "input" && attributes["type"] == "hidden":
			fields.Set(attributes["name"], attributes["value"])
		}
	}
	return action, fields
}
