package mailsink_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bavn/bavn/platform/mailsink"
)

func get(t *testing.T, sink *mailsink.Sink, path string) *httptest.ResponseRecorder {
	t.Helper()
	recorder := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	sink.Handler().ServeHTTP(recorder, request)
	return recorder
}

func TestTheMailboxIsAPageThatNeverRunsWhatAMailContains(t *testing.T) {
	t.Parallel()
	sink := start(t)
	if page := get(t, sink, "/").Body.String(); !strings.Contains(page, "No mail yet") {
		t.Errorf("an empty mailbox does not say so:\n%s", page)
	}
	raw := "Subject: <script>alert(1)</script>\r\nContent-Type: text/html\r\n\r\n<img src=x onerror=alert(2)>\r\n"
	if err := sendRaw(t, sink, raw, "a@example.dk"); err != nil {
		t.Fatal(err)
	}
	for path, part := range map[string]string{
		"/":       "&lt;script&gt;alert(1)&lt;/script&gt;",
		"/mail/1": "&lt;img src=x onerror=alert(2)&gt;",
	} {
		answer := get(t, sink, path)
		page := answer.Body.String()
		if !strings.Contains(page, part) || strings.Contains(page, "<script") || strings.Contains(page, "<img") {
			t.Errorf("%s does not show the mail as text:\n%s", path, page)
		}
		if !strings.HasPrefix(answer.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s has no content security policy", path)
		}
	}
	if answer := get(t, sink, "/messages/1/raw"); answer.Body.String() != raw {
		t.Errorf("the download differs from what was sent: %q", answer.Body)
	}
}

func TestTheMailboxIsJSONForScripts(t *testing.T) {
	t.Parallel()
	sink := start(t)
	if body := get(t, sink, "/messages").Body.String(); strings.TrimSpace(body) != `{"messages":[]}` {
		t.Errorf("an empty mailbox is %s", body)
	}
	mustSend(t, sink, "first", "a@example.dk")
	mustSend(t, sink, "second", "b@example.dk")
	var list struct{ Messages []mailsink.Message }
	if err := json.Unmarshal(get(t, sink, "/messages?to=b@example.dk").Body.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	if subjectsOf(list.Messages) != "second" {
		t.Errorf("b has %q, want second", subjectsOf(list.Messages))
	}
	var one mailsink.Message
	if err := json.Unmarshal(get(t, sink, "/messages/1").Body.Bytes(), &one); err != nil || one.Subject != "first" {
		t.Errorf("message 1: %+v, %v", one, err)
	}
	for _, path := range []string{"/messages/9", "/mail/9", "/messages/9/raw"} {
		if answer := get(t, sink, path); answer.Code != http.StatusNotFound {
			t.Errorf("%s answers %d, want 404", path, answer.Code)
		}
	}
}
