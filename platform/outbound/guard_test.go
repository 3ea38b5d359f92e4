package outbound_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/bavn/bavn/platform/outbound"
)

func guard(t *testing.T, allow ...string) *outbound.Guard {
	t.Helper()
	g, err := outbound.New(outbound.Config{Allow: allow, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestNothingInternalIsCalled(t *testing.T) {
	t.Parallel()
	g := guard(t)
	for _, internal := range []string{
		"127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.9.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
		"255.255.255.255",
		"224.0.0.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "fec0::1",
	} {
		if g.May(netip.MustParseAddr(internal)) {
			t.Errorf("%s may be called", internal)
		}
	}
	for _, public := range []string{
		"1.1.1.1", "130.225.1.1", "172.32.0.1", "100.128.0.1", "2a00:1450:4009::200e",
		"::ffff:8.8.8.8",
	} {
		if !g.May(netip.MustParseAddr(public)) {
			t.Errorf("%s may not be called", public)
		}
	}
}

func TestWhatIsAllowedByNameMayBeCalledAndNothingBesides(t *testing.T) {
	t.Parallel()
	g := guard(t, "10.20.0.0/16")
	for address, may := range map[string]bool{"10.20.3.4": true, "::ffff:10.20.3.4": true, "10.21.0.1": false, "127.0.0.1": false} {
		if got := g.May(netip.MustParseAddr(address)); got != may {
			t.Errorf("%s may be called: %v, want %v", address, got, may)
		}
	}
	if _, err := outbound.New(outbound.Config{Allow: []string{"everything"}, Timeout: time.Second}); err == nil {
		t.Error("a network that is none was taken")
	}
}

func TestAnAddressIsLookedAtBeforeItIsKept(t *testing.T) {
	t.Parallel()
	g := guard(t)
	for _, written := range []string{
		"", "hooks.example.org", "/hooks", "http://hooks.example.org/", "ftp://hooks.example.org/",
		"https://user:word@hooks.example.org/",
		"https://127.0.0.1/", "https://[::1]:8443/", "https://10.1.2.3/", "https://hooks.example.org/#part", "https://",
		"https://:443/",
	} {
		if err := g.CheckURL(written); !errors.Is(err, outbound.ErrForbidden) {
			t.Errorf("%q: %v, want it refused", written, err)
		}
	}
	for _, written := range []string{"https://hooks.example.org/bavn?desk=nsp", "https://hooks.example.org:8443/"} {
		if err := g.CheckURL(written); err != nil {
			t.Errorf("%q: %v", written, err)
		}
	}
	near := guard(t, "127.0.0.0/8")
	for written, good := range map[string]bool{
		"http://127.0.0.1:9000/": true, "http://localhost:9000/": true, "http://hooks.example.org/": false,
	} {
		if err := near.CheckURL(written); (err == nil) != good {
			t.Errorf("%q where loopback is allowed: %v", written, err)
		}
	}
}

// A name that points inside is found out when it is called, whatever it pointed to before.
func TestANameThatLeadsInsideIsNotCalled(t *testing.T) {
	t.Parallel()
	called := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer server.Close()
	named := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	for _, address := range []string{server.URL, named} {
		if err := call(t.Context(), guard(t), address); !errors.Is(err, outbound.ErrForbidden) || called {
			t.Errorf("%s: %v, called: %v", address, err, called)
		}
	}
	if err := call(t.Context(), guard(t, "127.0.0.0/8"), server.URL); err != nil || !called {
		t.Errorf("where loopback is allowed: %v, called: %v", err, called)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			t.Errorf("the redirect to %s was followed", r.URL.Path)
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	if err := call(t.Context(), guard(t, "127.0.0.0/8"), server.URL); err != nil {
		t.Error(err)
	}
}

func call(ctx context.Context, g *outbound.Guard, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader("{}"))
	if err != nil {
		return err
	}
	answer, err := g.Client().Do(request)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}
