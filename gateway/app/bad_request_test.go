package app_test

import (
	"net/http"
	"strings"
	"testing"
)

// submit is a request to report an incident.
func submit(body string) request {
	return request{method: http.MethodPost, path: submitPath, body: body}
}

// hold is a request to put the ticket to wait.
func hold(body string) request {
	return request{method: http.MethodPost, path: "/v1/" + ticketName + ":hold", body: body}
}

func get(path string) request { return request{path: path} }

func (r request) with(name, value string) request {
	r.header = map[string]string{name: value}
	return r
}

func TestEachBadRequestIsRefusedWithItsReasonAndField(t *testing.T) {
	t.Parallel()
	const list = "/v1/desks/nsp/tickets"
	h := newHouse(t, doubles{}) // a request that reached a service would fail the test with a panic
	for name, c := range map[string]struct {
		request       request
		status        int
		reason, field string
	}{
		"no token":     {request{path: list, anonymous: true}, 401, "TOKEN_MISSING", ""},
		"not a bearer": {get(list).with("Authorization", "Basic eDp5"), 401, "TOKEN_INVALID", ""},
		"forged token": {get(list).with("Authorization", "Bearer a.b.c"), 401, "TOKEN_INVALID", ""},

		"unknown field":      {submit(`{"titel":{"text":"x"}}`), 400, "UNKNOWN_FIELD", "titel"},
		"unknown field deep": {submit(`{"title":{"txt":"x"}}`), 400, "UNKNOWN_FIELD", "title.txt"},
		"unknown field in a resource": {
			request{method: http.MethodPatch, path: "/v1/" + ticketName, body: `{"titel":"x"}`}, 400, "UNKNOWN_FIELD", "ticket.titel",
		},
		"wrong enum":    {submit(`{"channel":"CHANNEL_PIGEON"}`), 400, "INVALID_ENUM", "channel"},
		"wrong kind":    {submit(`{"title":"text"}`), 400, "INVALID_VALUE", "title"},
		"wrong time":    {submit(`{"import":{"occurredAt":"noon"}}`), 400, "INVALID_VALUE", "import.occurred_at"},
		"wrong map":     {submit(`{"externalIds":{"jira":1}}`), 400, "INVALID_VALUE", `external_ids["jira"]`},
		"not JSON":      {submit(`{"title":`), 400, "MALFORMED_JSON", ""},
		"not an object": {submit(`[]`), 400, "MALFORMED_JSON", ""},
		"name twice":    {submit(`{"reporter":"a","reporter":"b"}`), 400, "MALFORMED_JSON", ""},
		"more than one": {submit(submitBody + submitBody), 400, "MALFORMED_JSON", ""},
		"not UTF-8":     {submit("{\"title\":{\"text\":\"\xff\"}}"), 400, "INVALID_UTF8", "title.text"},

		"body too large": {submit(`{"title":{"text":"` + strings.Repeat("x", 1<<20) + `"}}`), 413, "BODY_TOO_LARGE", ""},
		"form":           {submit("a=b").with("Content-Type", "application/x-www-form-urlencoded"), 415, "UNSUPPORTED_MEDIA_TYPE", ""},
		"compressed":     {submit("{}").with("Content-Encoding", "gzip"), 415, "UNSUPPORTED_MEDIA_TYPE", ""},

		"unknown parameter":          {get(list + "?fliter=x"), 400, "UNKNOWN_FIELD", "fliter"},
		"parameter that is the path": {get(list + "?parent=desks/au"), 400, "UNKNOWN_FIELD", "parent"},
		"parameter of wrong kind":    {get(list + "?pageSize=ten"), 400, "INVALID_VALUE", "page_size"},
		"parameter that is no time":  {get("/v1/desks/nsp:whoIsOnDuty?time=noon"), 400, "INVALID_VALUE", "time"},
		"parameter below a time":     {get("/v1/desks/nsp:whoIsOnDuty?time.seconds=1"), 400, "UNKNOWN_FIELD", "time.seconds"},
		"parameter not UTF-8":        {get(list + "?filter=%ff"), 400, "INVALID_UTF8", "filter"},
		"path not UTF-8":             {get("/v1/desks/%ff"), 400, "INVALID_UTF8", "path"},
		"parameter beside a body": {
			request{method: http.MethodPost, path: submitPath + "?requestId=" + requestID, body: "{}"}, 400, "UNKNOWN_FIELD", "requestId",
		},

		"two request ids": {
			submit(`{"requestId":"1b4e28ba-2fa1-11d2-883f-0016d3cca427"}`).with("Idempotency-Key", requestID),
			400, "HEADER_CONFLICT", "request_id",
		},
		"two etags":                   {hold(`{"etag":"7"}`).with("If-Match", `"8"`), 400, "HEADER_CONFLICT", "etag"},
		"weak etag":                   {hold(`{}`).with("If-Match", `W/"8"`), 400, "HEADER_INVALID", ""},
		"precondition without effect": {submit(submitBody).with("If-Match", `"8"`), 400, "HEADER_NOT_SUPPORTED", ""},

		"rule of the contract": {submit(submitBody), 400, "INVALID_ARGUMENT", "request_id"},
		"NUL":                  {submit(`{"title":{"text":"a\u0000b"}}`), 400, "NUL_BYTE", "title.text"},

		"route that is not there": {get("/v1/nowhere"), 404, "NO_SUCH_ROUTE", ""},
		"page that is not there":  {get("/assets/none.js"), 404, "NO_SUCH_ROUTE", ""},
		"nothing under auth":      {get("/auth/nowhere"), 404, "NO_SUCH_ROUTE", ""},
		"verb that is not there":  {request{method: http.MethodDelete, path: "/v1/" + ticketName}, 405, "METHOD_NOT_ALLOWED", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := h.do(c.request)
			r := got.refusal(t)
			if got.status != c.status || r.reason() != c.reason || r.field() != c.field {
				t.Errorf("answers %d %s at %q, want %d %s at %q: %s",
					got.status, r.reason(), r.field(), c.status, c.reason, c.field, got.body)
			}
			if got.header.Get("Content-Type") != "application/json" || strings.Contains(r.Message, "{") {
				t.Errorf("%s %q", got.header.Get("Content-Type"), r.Message)
			}
			if challenge := got.header.Get("WWW-Authenticate"); (got.status == 401) != strings.HasPrefix(challenge, "Bearer ") {
				t.Errorf("WWW-Authenticate is %q", challenge)
			}
			if allow := got.header.Get("Allow"); got.status == 405 && allow != "GET, PATCH" {
				t.Errorf("Allow is %q, want what the address does take", allow)
			}
		})
	}
}

func TestACustomMethodCalledWithTheWrongVerbSaysWhichVerbItTakes(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{})
	for path, c := range map[string]struct {
		method string
		status int
		allow  string
	}{
		"/v1/" + ticketName + ":take":        {http.MethodGet, 405, "POST"},
		"/v1/" + ticketName + ":resolve":     {http.MethodPatch, 405, "POST"},
		"/v1/" + ticketName + ":clocks":      {http.MethodPatch, 405, "GET"},
		"/v1/desks/nsp/tickets:submit":       {http.MethodGet, 405, "POST"},
		"/v1/" + ticketName + ":fly":         {http.MethodGet, 404, ""},
		"/v1/desks/nsp:take":                 {http.MethodGet, 404, ""},
		"/v1/desks/nsp/parties/sds:handOver": {http.MethodPost, 404, ""},
	} {
		got := h.do(request{method: c.method, path: path})
		want := map[int]string{405: "METHOD_NOT_ALLOWED", 404: "NO_SUCH_ROUTE"}[c.status]
		if allow := got.header.Get("Allow"); got.status != c.status || allow != c.allow || got.refusal(t).reason() != want {
			t.Errorf("%s %s answers %d, Allow %q, %s; want %d, %q, %s",
				c.method, path, got.status, allow, got.body, c.status, c.allow, want)
		}
	}
}
