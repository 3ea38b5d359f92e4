package app_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/gateway/app"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
)

// persons answers with whoever asks as the ticket's assignee.
func persons() doubles {
	whoAsks := func(ctx context.Context) (*triagev1.Ticket, error) {
		p, ok := auth.FromContext(ctx)
		if !ok {
			return nil, errors.New("nobody asks")
		}
		return &triagev1.Ticket{Assignee: p.Person}, nil
	}
	return doubles{
		getTicket: func(ctx context.Context, _ *triagev1.GetTicketRequest) (*triagev1.Ticket, error) { return whoAsks(ctx) },
		holdTicket: func(ctx context.Context, _ *triagev1.HoldTicketRequest) (*triagev1.Ticket, error) {
			return whoAsks(ctx)
		},
	}
}

// signIn goes through the issuer as lars and returns where the browser ends up.
func (h *house) signIn(client *http.Client, back string) string {
	h.t.Helper()
	return h.answerIssuer(client, back, func(answer url.Values) url.Values { return answer })
}

// answerIssuer does the same, and lets the test change what the issuer sends back.
func (h *house) answerIssuer(client *http.Client, back string, change func(url.Values) url.Values) string {
	h.t.Helper()
	start := h.do(request{path: "/auth/sign-in?return=" + url.QueryEscape(back), anonymous: true, client: client})
	asked, err := url.Parse(start.header.Get("Location"))
	must(h.t, err)
	form := asked.Query()
	if start.status != http.StatusSeeOther || form.Get("code_challenge_method") != "S256" || form.Get("nonce") == "" {
		h.t.Fatalf("sign-in answers %d and asks %s, want PKCE and a nonce", start.status, asked)
	}
	form.Set("person", "lars")
	picked, err := client.PostForm(asked.Scheme+"://"+asked.Host+asked.Path, form) // as the issuer's page does
	must(h.t, err)
	must(h.t, picked.Body.Close())
	landed, err := picked.Location()
	must(h.t, err)
	done := h.do(request{path: landed.Path + "?" + change(landed.Query()).Encode(), anonymous: true, client: client})
	if done.status != http.StatusSeeOther {
		h.t.Fatalf("the callback answers %d %s", done.status, done.body)
	}
	return done.header.Get("Location")
}

func (h *house) assignee(client *http.Client) string {
	h.t.Helper()
	got := h.do(request{path: "/v1/" + ticketName, anonymous: true, client: client})
	if got.status != http.StatusOK {
		return got.refusal(h.t).reason()
	}
	_, after, _ := strings.Cut(got.body, `"assignee":`)
	return strings.Trim(strings.TrimSpace(strings.SplitN(after, ",", 2)[0]), `"`)
}

func TestABrowserSignsInAndIsThatPersonUntilItSignsOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t, persons())
	client := browser(t)
	session := request{path: "/auth/session", anonymous: true, client: client}
	if got := h.do(session).body; !strings.Contains(got, `"available":true,"signedIn":false`) {
		t.Errorf("before: %s", got)
	}
	if back := h.signIn(client, "/desks/nsp/tickets/ASCP00000042?tab=1"); back != "/desks/nsp/tickets/ASCP00000042?tab=1" {
		t.Errorf("back at %s, want where it began", back)
	}
	if got := h.do(session).body; !strings.Contains(got, `"person":"lars","name":"Lars Bo"`) {
		t.Errorf("session: %s", got)
	}
	if got := h.assignee(client); got != "lars" {
		t.Errorf("the services see %q, want lars", got)
	}
	address, err := url.Parse(h.url)
	must(t, err)
	for _, c := range client.Jar.Cookies(address) {
		held, err := base64.RawURLEncoding.DecodeString(c.Value) // what a sealed cookie decodes to is noise
		// A token begins with {"alg": in base64; a shorter marker would turn up in noise by chance.
		if err == nil && strings.Contains(string(held), "lars") || strings.Contains(c.Value, "eyJhbGciOi") {
			t.Errorf("cookie %s shows what it holds: %s", c.Name, c.Value)
		}
	}
	out := h.do(request{method: http.MethodPost, path: "/auth/sign-out", anonymous: true, client: client})
	if out.status != http.StatusOK {
		t.Errorf("sign-out answers %d %s", out.status, out.body)
	}
	if got := h.assignee(client); got != "TOKEN_MISSING" {
		t.Errorf("after signing out: %s", got)
	}
}

func TestASessionCookieIsOutOfReachOfScriptsAndOtherSites(t *testing.T) {
	t.Parallel()
	for public, secure := range map[string]bool{"": false, "https://bavn.example": true} {
		h := newHouse(t, persons(), func(cfg *app.Config) {
			if public != "" {
				cfg.HTTP.PublicURL = public
			}
		})
		got := h.do(request{path: "/auth/sign-in", anonymous: true, client: browser(t)})
		set := got.header.Get("Set-Cookie")
		for _, part := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
			if !strings.Contains(set, part) {
				t.Errorf("cookie without %s: %s", part, set)
			}
		}
		if strings.Contains(set, "; Secure") != secure || strings.HasPrefix(set, "__Host-") != secure {
			t.Errorf("public URL %q: %s", public, set)
		}
	}
}

func TestACookieDoesNotActForAnotherSite(t *testing.T) {
	t.Parallel()
	h := newHouse(t, persons())
	client := browser(t)
	h.signIn(client, "/")
	hold := request{
		method: http.MethodPost, path: "/v1/" + ticketName + ":hold", anonymous: true, client: client,
		body: `{"status":"TICKET_STATUS_ON_HOLD","reason":{"text":"x"},"requestId":"` + requestID + `"}`,
	}
	for name, c := range map[string]struct {
		header map[string]string
		want   int
	}{
		"our page":        {map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		"another site":    {map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		"a sister site":   {map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		"an old browser":  {map[string]string{"Origin": "https://evil.example"}, 403},
		"behind a proxy":  {map[string]string{"Origin": h.url, "Sec-Fetch-Site": ""}, 200},
		"with own token":  {map[string]string{"Sec-Fetch-Site": "cross-site", "Authorization": "Bearer " + h.token}, 200},
		"without browser": {nil, 200},
	} {
		hold.header = c.header
		if got := h.do(hold); got.status != c.want || got.status == 403 && got.refusal(t).reason() != "CROSS_ORIGIN" {
			t.Errorf("%s: %d %s, want %d", name, got.status, got.body, c.want)
		}
	}
	out := h.do(request{
		method: http.MethodPost, path: "/auth/sign-out", anonymous: true, client: client,
		header: map[string]string{"Sec-Fetch-Site": "cross-site"},
	})
	if out.status != http.StatusForbidden {
		t.Errorf("another site can sign us out: %d", out.status)
	}
}

func TestATokenIsRenewedBeforeItEndsAndTheSessionEndsInTheEvening(t *testing.T) {
	t.Parallel()
	h := newHouse(t, persons())
	client := browser(t)
	h.signIn(client, "/")
	for range 11 {
		h.clock.Advance(59 * time.Minute) // the access token lasts an hour
		var page sync.WaitGroup
		for range 4 { // as a page does: several requests at once
			page.Go(func() {
				if got := h.assignee(client); got != "lars" {
					t.Errorf("%s: %s, want a renewed session", h.clock.Now(), got)
				}
			})
		}
		page.Wait()
	}
	h.clock.Set(morning.Add(12 * time.Hour))
	if got := h.assignee(client); got != "TOKEN_MISSING" {
		t.Errorf("after twelve hours: %s", got)
	}
}

func TestAnAnswerThatThisBrowserDidNotAskForMakesNoSession(t *testing.T) {
	t.Parallel()
	set := func(name, value string) func(*house, *http.Client, url.Values) url.Values {
		return func(_ *house, _ *http.Client, v url.Values) url.Values {
			v.Set(name, value)
			return v
		}
	}
	for name, c := range map[string]struct {
		change func(*house, *http.Client, url.Values) url.Values
		want   string
	}{
		"another state":  {set("state", "x"), "/?sign-in=unexpected"},
		"another issuer": {set("iss", "https://evil.example"), "/?sign-in=unexpected"},
		"another code":   {set("code", "x"), "/here?sign-in=failed"},
		"a refusal": {func(_ *house, _ *http.Client, v url.Values) url.Values {
			return url.Values{"error": {"access_denied"}, "state": v["state"]}
		}, "/here?sign-in=refused"},
		"too late": {func(h *house, _ *http.Client, v url.Values) url.Values {
			h.clock.Advance(time.Hour)
			return v
		}, "/?sign-in=unexpected"},
		"another browser": {func(_ *house, c *http.Client, v url.Values) url.Values {
			c.Jar = nil
			return v
		}, "/?sign-in=unexpected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, persons())
			client := browser(t)
			back := h.answerIssuer(client, "/here", func(v url.Values) url.Values { return c.change(h, client, v) })
			if back != c.want {
				t.Errorf("back at %s, want %s", back, c.want)
			}
			if got := h.assignee(client); got != "TOKEN_MISSING" {
				t.Errorf("signed in as %s", got)
			}
		})
	}
}

func TestSignInLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t, persons())
	for _, elsewhere := range []string{
		"https://evil.example", "//evil.example", `/\evil.example`, "/\t/evil.example", "javascript:alert(1)",
		"evil", "", "/auth/sign-in",
	} {
		if back := h.signIn(browser(t), elsewhere); back != "/" {
			t.Errorf("return=%q leads to %s", elsewhere, back)
		}
	}
}

func TestAnAlteredOrForeignCookieIsNoSession(t *testing.T) {
	t.Parallel()
	h, other := newHouse(t, persons()), newHouse(t, persons())
	client := browser(t)
	other.signIn(client, "/")
	address, err := url.Parse(h.url)
	must(t, err)
	cookies := client.Jar.Cookies(address) // both listen on 127.0.0.1, and cookies know no ports
	if len(cookies) == 0 {
		t.Fatal("no cookie to try")
	}
	for name, value := range map[string]string{
		"sealed by another": cookies[0].Value, "cut short": cookies[0].Value[:20], "not base64": "§", "empty": "",
	} {
		got := h.do(request{
			path: "/v1/" + ticketName, anonymous: true, header: map[string]string{"Cookie": cookies[0].Name + "=" + value},
		})
		if got.refusal(t).reason() != "TOKEN_MISSING" {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

func TestWithoutAnIssuerOnlyScriptsAreServed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{getTicket: func(context.Context, *triagev1.GetTicketRequest) (*triagev1.Ticket, error) {
		return nil, fault.New(codes.NotFound, fault.NotFound)
	}}, func(cfg *app.Config) { cfg.SignIn.Issuer = "" })
	if got := h.do(request{path: "/auth/session", anonymous: true}).body; !strings.Contains(got, `"available":false`) {
		t.Errorf("session: %s", got)
	}
	if got := h.do(request{path: "/auth/sign-in", anonymous: true}); got.status != http.StatusNotFound {
		t.Errorf("sign-in answers %d", got.status)
	}
	if got := h.do(request{path: "/v1/" + ticketName}); got.refusal(t).reason() != "NOT_FOUND" {
		t.Errorf("a script is answered %d %s", got.status, got.body)
	}
}

func TestAnIssuerThatIsDownIsSaidSo(t *testing.T) {
	t.Parallel()
	h := newHouse(t, persons(), func(cfg *app.Config) { cfg.SignIn.Issuer = "http://127.0.0.1:1" })
	got := h.do(request{path: "/auth/sign-in", anonymous: true})
	if got.status != http.StatusServiceUnavailable || got.refusal(t).reason() != "SIGN_IN_UNAVAILABLE" {
		t.Errorf("%d %s", got.status, got.body)
	}
}
