package signin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// carry returns a request of a browser that has held, and then got what an answer set.
func carry(t *testing.T, held []*http.Cookie, answer *httptest.ResponseRecorder) (*http.Request, []*http.Cookie) {
	t.Helper()
	jar := map[string]*http.Cookie{}
	for _, c := range append(held, answer.Result().Cookies()...) {
		jar[c.Name] = c
		if c.MaxAge < 0 {
			delete(jar, c.Name)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	var kept []*http.Cookie
	for _, c := range jar {
		r.AddCookie(c)
		kept = append(kept, c)
	}
	return r, kept
}

func sealed(t *testing.T, keys ...string) *seal {
	t.Helper()
	s, err := newSeal(keys)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASessionOfAnySizeSurvivesTheBrowserInPieces(t *testing.T) {
	t.Parallel()
	c := newCookie("session", true, sealed(t, NewKey()))
	var held []*http.Cookie
	for _, size := range []int{10, 9000, 2816, 2817, 5000, 10} { // growing and shrinking, also where the last piece is just full
		answer := httptest.NewRecorder()
		want := session{Access: strings.Repeat("x", size)}
		if !c.write(answer, want, time.Hour) {
			t.Fatalf("%d bytes are refused", size)
		}
		for _, set := range answer.Result().Cookies() {
			if len(set.String()) > 4096 {
				t.Errorf("a piece of %d bytes is more than browsers take", len(set.String()))
			}
		}
		var r *http.Request
		r, held = carry(t, held, answer)
		var got session
		if !c.read(r, &got) || got.Access != want.Access {
			t.Errorf("%d bytes come back as %d", size, len(got.Access))
		}
	}
	if c.write(httptest.NewRecorder(), session{Access: strings.Repeat("x", 20000)}, time.Hour) {
		t.Error("more than four pieces are accepted, but would not be read")
	}
}

func TestAKeyIsReplacedWithoutSigningAnybodyOut(t *testing.T) {
	t.Parallel()
	older, newer := NewKey(), NewKey()
	value, err := sealed(t, older).close("session", "lars")
	if err != nil {
		t.Fatal(err)
	}
	var got string
	if !sealed(t, newer, older).open("session", value, &got) || got != "lars" {
		t.Errorf("got %q with the older key still listed", got)
	}
	if sealed(t, newer).open("session", value, &got) {
		t.Error("opened with the older key gone")
	}
	if sealed(t, older).open("sign-in", value, &got) {
		t.Error("a cookie of one kind passes as another")
	}
}
