package board_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Whoever opens every link in a mail neither subscribes nor unsubscribes anybody; a person presses the button, and a mail
// program posts (RFC 8058).
func TestALinkDoesNothingAndAPressDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.refresh()
	for _, what := range []string{"confirm", "unsubscribe"} {
		page := w.get("/board/nsp/" + what + "?token=a%2Bb&language=en")
		if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), `<form method="post" action="/board/nsp/`+what) ||
			!strings.Contains(page.Body.String(), `value="a&#43;b"`) || page.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", what, page.Code, page.Body)
		}
		sound(t, what, page.Body.String())
	}
	if len(w.notify.confirmed)+len(w.notify.ended) > 0 {
		t.Fatal("opening the link did it")
	}
	if answer := w.post("/board/nsp/confirm", "token=secret"); answer.Code != http.StatusOK || w.notify.confirmed[0] != "secret" {
		t.Errorf("the press: %d, %v", answer.Code, w.notify.confirmed)
	}
	one := w.post("/board/nsp/unsubscribe?token=secret", url.Values{"List-Unsubscribe": {"One-Click"}}.Encode())
	if one.Code != http.StatusOK || len(w.notify.ended) != 1 || w.notify.ended[0] != "secret" {
		t.Errorf("one click: %d, %v", one.Code, w.notify.ended)
	}
	w.notify.unknownLink = true
	if answer := w.post("/board/nsp/confirm", "token=old"); answer.Code != http.StatusNotFound {
		t.Errorf("an old link: %d", answer.Code)
	}
	if answer := w.post("/board/nsp/subscribe", "email=lis%40x.example&service=fmk&language=sv"); answer.Code != http.StatusOK ||
		w.notify.subscribed[0].GetEmail() != "lis@x.example" || w.notify.subscribed[0].GetLanguageCode() != "sv" ||
		len(w.notify.subscribed[0].GetServices()) != 1 {
		t.Errorf("the form: %d, %v", answer.Code, w.notify.subscribed)
	}
	if answer := w.post("/board/nsp/subscribe", "email=nobody"); answer.Code != http.StatusBadRequest {
		t.Errorf("no address: %d", answer.Code)
	}
	if answer := w.post("/board/nsp", "x=y"); answer.Code != http.StatusNotFound {
		t.Errorf("the page itself takes a form: %d", answer.Code)
	}
}
