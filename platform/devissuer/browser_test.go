package devissuer_test

import (
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

// get opens a page without following redirects.
func (h *house) get(address string) (*http.Response, string) {
	h.t.Helper()
	response, err := stayHere().Get(address)
	return h.read(response, err)
}

func (h *house) post(path string, form url.Values) (*http.Response, string) {
	h.t.Helper()
	response, err := stayHere().PostForm(h.config.Issuer+path, form)
	return h.read(response, err)
}

func (h *house) read(response *http.Response, err error) (*http.Response, string) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return response, string(body)
}

// pick opens the sign-in page, presses the person's button and returns where the browser is sent.
func (h *house) pick(person, authURL string) url.Values {
	h.t.Helper()
	response, page := h.get(authURL)
	if response.StatusCode != http.StatusOK {
		h.t.Fatalf("the sign-in page answers %s: %s", response.Status, page)
	}
	action, form := formOf(h.t, page)
	form.Set("person", person)
	response, err := stayHere().PostForm(action, form)
	response, page = h.read(response, err)
	if response.StatusCode != http.StatusSeeOther {
		h.t.Fatalf("picking %s answers %s: %s", person, response.Status, page)
	}
	return h.sentBack(response)
}

func (h *house) sentBack(response *http.Response) url.Values {
	h.t.Helper()
	target, err := response.Location()
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
