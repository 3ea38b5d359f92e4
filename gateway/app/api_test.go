package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"github.com/bavn/bavn/gateway/app"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
)

const (
	ticketName = "desks/nsp/tickets/ASCP00000042"
	requestID  = "8e03978e-40d5-43dd-bc93-6894a57f9324"
	otherID    = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
	submitPath = "/v1/desks/nsp/tickets:submit"
	submitBody = `{"title":{"text":"Printer down","languageCode":"en"},"channel":"CHANNEL_WEB"}`
)

func TestATicketIsReadAsJSONWithNamesDefaultsAndETag(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{getTicket: func(ctx context.Context, r *triagev1.GetTicketRequest) (*triagev1.Ticket, error) {
		if p, _ := auth.FromContext(ctx); p.Person != "mette" || p.Service != app.Service {
			return nil, errors.New("the call is not mette's through the gateway")
		}
		return &triagev1.Ticket{Name: r.GetName(), Etag: "7", Status: triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS}, nil
	}})
	got := h.do(request{path: "/v1/" + ticketName})
	if got.status != http.StatusOK || got.header.Get("ETag") != `"7"` || got.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v %s", got.status, got.header, got.body)
	}
	var ticket map[string]any
	must(t, json.Unmarshal([]byte(got.body), &ticket))
	for field, want := range map[string]any{
		"name": ticketName, "status": "TICKET_STATUS_IN_PROGRESS", "statusClass": "STATUS_CLASS_UNSPECIFIED",
		"holderParty": "", "solutionAccepted": false, "reopenCount": 0.0,
	} {
		if ticket[field] != want {
			t.Errorf("%s is %v, want %v", field, ticket[field], want)
		}
	}
	if _, ok := ticket["resolveTime"]; ok {
		t.Error("a time that is not set must be left out: the contract has no null")
	}
}

func TestRequestIDAndETagMayComeAsHeaders(t *testing.T) {
	t.Parallel()
	var submitted *intakev1.SubmitTicketRequest
	var updated *triagev1.UpdateTicketRequest
	var held *triagev1.HoldTicketRequest
	h := newHouse(t, doubles{
		submit: func(_ context.Context, r *intakev1.SubmitTicketRequest) (*intakev1.Submission, error) {
			submitted = r
			return &intakev1.Submission{}, nil
		},
		updateTicket: func(_ context.Context, r *triagev1.UpdateTicketRequest) (*triagev1.Ticket, error) {
			updated = r
			return r.GetTicket(), nil
		},
		holdTicket: func(_ context.Context, r *triagev1.HoldTicketRequest) (*triagev1.Ticket, error) {
			held = r
			return nil, fault.New(codes.Aborted, fault.StaleETag).Meta("etag", "9")
		},
	})
	got := h.do(request{
		method: http.MethodPost, path: submitPath, body: submitBody, header: map[string]string{"Idempotency-Key": `"` + requestID + `"`},
	})
	if got.status != http.StatusOK || submitted.GetRequestId() != requestID || submitted.GetParent() != "desks/nsp" {
		t.Errorf("submit: %d %s, request %v", got.status, got.body, submitted)
	}

	got = h.do(request{
		method: http.MethodPatch, path: "/v1/" + ticketName, body: `{"title":"Printer and scanner down"}`,
		header: map[string]string{"Idempotency-Key": requestID, "If-Match": `"7"`},
	})
	if got.status != http.StatusOK || updated.GetRequestId() != requestID || updated.GetTicket().GetEtag() != "7" ||
		strings.Join(updated.GetUpdateMask().GetPaths(), ",") != "title" {
		t.Errorf("update: %d %s, request %v; the etag is the resource's, the mask what the body names", got.status, got.body, updated)
	}

	hold := `{"status":"TICKET_STATUS_ON_HOLD","reason":{"text":"strike"},"requestId":"` + requestID + `"`
	got = h.do(request{
		method: http.MethodPost, path: "/v1/" + ticketName + ":hold", body: hold + `}`, header: map[string]string{"If-Match": `"8"`},
	})
	if got.status != http.StatusPreconditionFailed || held.GetEtag() != "8" || got.refusal(t).reason() != "STALE_ETAG" {
		t.Errorf("a stale If-Match answers %d %s, want 412 STALE_ETAG", got.status, got.body)
	}
	got = h.do(request{method: http.MethodPost, path: "/v1/" + ticketName + ":hold", body: hold + `,"etag":"8"}`})
	if got.status != http.StatusConflict || got.refusal(t).reason() != "STALE_ETAG" {
		t.Errorf("a stale etag in the body answers %d %s, want 409 STALE_ETAG", got.status, got.body)
	}
	held = nil
	h.do(request{
		method: http.MethodPost, path: "/v1/" + ticketName + ":hold", body: hold + `}`,
		header: map[string]string{"If-Match": "*", "Idempotency-Key": requestID},
	})
	if held.GetEtag() != "" || held.GetRequestId() != requestID {
		t.Errorf("If-Match: * means whatever is there, and the same id twice is no conflict: %v", held)
	}
}

func TestEachBadRequestIsRefusedWithItsReasonAndField(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{}) // a request that reached a service would fail the test with a panic
	post, patch := http.MethodPost, http.MethodPatch
	hold := "/v1/" + ticketName + ":hold"
	key := map[string]string{"Idempotency-Key": requestID}
	for name, c := range map[string]struct {
		request       request
		status        int
		reason, field string
	}{
		"no token":           {request{path: "/v1/" + ticketName, anonymous: true}, 401, "TOKEN_MISSING", ""},
		"not a bearer":       {request{path: "/v1/desks", header: map[string]string{"Authorization": "Basic eDp5"}}, 401, "TOKEN_INVALID", ""},
		"forged token":       {request{path: "/v1/desks", header: map[string]string{"Authorization": "Bearer a.b.c"}}, 401, "TOKEN_INVALID", ""},
		"unknown field":      {request{method: post, path: submitPath, body: `{"titel":{"text":"x"}}`}, 400, "UNKNOWN_FIELD", "titel"},
		"unknown field deep": {request{method: post, path: submitPath, body: `{"title":{"txt":"x"}}`}, 400, "UNKNOWN_FIELD", "title.txt"},
		"unknown field in a resource": {
			request{method: patch, path: "/v1/" + ticketName, body: `{"titel":"x"}`, header: key}, 400, "UNKNOWN_FIELD", "ticket.titel",
		},
		"wrong enum":    {request{method: post, path: submitPath, body: `{"channel":"CHANNEL_PIGEON"}`}, 400, "INVALID_ENUM", "channel"},
		"wrong kind":    {request{method: post, path: submitPath, body: `{"title":"text"}`}, 400, "INVALID_VALUE", "title"},
		"wrong time":    {request{method: post, path: submitPath, body: `{"import":{"occurredAt":"noon"}}`}, 400, "INVALID_VALUE", "import.occurred_at"},
		"wrong map":     {request{method: post, path: submitPath, body: `{"externalIds":{"jira":1}}`}, 400, "INVALID_VALUE", `external_ids["jira"]`},
		"not JSON":      {request{method: post, path: submitPath, body: `{"title":`}, 400, "MALFORMED_JSON", ""},
		"not an object": {request{method: post, path: submitPath, body: `[]`}, 400, "MALFORMED_JSON", ""},
		"name twice":    {request{method: post, path: submitPath, body: `{"reporter":"a","reporter":"b"}`}, 400, "MALFORMED_JSON", ""},
		"not UTF-8":     {request{method: post, path: submitPath, body: "{\"title\":{\"text\":\"\xff\"}}"}, 400, "INVALID_UTF8", "title.text"},
		"body too large": {
			request{method: post, path: submitPath, body: `{"title":{"text":"` + strings.Repeat("x", 1<<20) + `"}}`}, 413, "BODY_TOO_LARGE", "",
		},
		"form": {
			request{method: post, path: submitPath, body: "a=b", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}},
			415, "UNSUPPORTED_MEDIA_TYPE", "",
		},
		"compressed": {
			request{method: post, path: submitPath, body: "{}", header: map[string]string{"Content-Encoding": "gzip"}},
			415, "UNSUPPORTED_MEDIA_TYPE", "",
		},
		"unknown parameter":          {request{path: "/v1/desks/nsp/tickets?fliter=x"}, 400, "UNKNOWN_FIELD", "fliter"},
		"parameter beside a body":    {request{method: post, path: submitPath + "?requestId=" + requestID, body: "{}"}, 400, "UNKNOWN_FIELD", "requestId"},
		"parameter that is the path": {request{path: "/v1/desks/nsp/tickets?parent=desks/au"}, 400, "UNKNOWN_FIELD", "parent"},
		"parameter of wrong kind":    {request{path: "/v1/desks/nsp/tickets?pageSize=ten"}, 400, "INVALID_VALUE", "page_size"},
		"parameter not UTF-8":        {request{path: "/v1/desks/nsp/tickets?filter=%ff"}, 400, "INVALID_UTF8", "filter"},
		"path not UTF-8":             {request{path: "/v1/desks/%ff"}, 400, "INVALID_UTF8", "path"},
		"two request ids": {
			request{method: post, path: submitPath, body: `{"requestId":"` + otherID + `"}`, header: key}, 400, "HEADER_CONFLICT", "request_id",
		},
		"two etags": {
			request{method: post, path: hold, body: `{"etag":"7"}`, header: map[string]string{"If-Match": `"8"`}}, 400, "HEADER_CONFLICT", "etag",
		},
		"weak etag": {
			request{method: post, path: hold, body: `{}`, header: map[string]string{"If-Match": `W/"8"`}}, 400, "HEADER_INVALID", "",
		},
		"precondition without effect": {
			request{method: post, path: submitPath, body: submitBody, header: map[string]string{"If-Match": `"8"`}}, 400, "HEADER_NOT_SUPPORTED", "",
		},
		"rule of the contract":    {request{method: post, path: submitPath, body: submitBody}, 400, "INVALID_ARGUMENT", "request_id"},
		"NUL":                     {request{method: post, path: submitPath, body: `{"title":{"text":"a\u0000b"}}`}, 400, "NUL_BYTE", "title.text"},
		"route that is not there": {request{path: "/v1/nowhere"}, 404, "NO_SUCH_ROUTE", ""},
		"page that is not there":  {request{path: "/assets/none.js"}, 404, "NO_SUCH_ROUTE", ""},
		"nothing under auth":      {request{path: "/auth/nowhere"}, 404, "NO_SUCH_ROUTE", ""},
		"verb that is not there":  {request{method: http.MethodDelete, path: "/v1/" + ticketName}, 405, "METHOD_NOT_ALLOWED", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := h.do(c.request)
			r := got.refusal(t)
			if got.status != c.status || r.reason() != c.reason || r.field() != c.field {
				t.Errorf("answers %d %s at %q (%s), want %d %s at %q", got.status, r.reason(), r.field(), got.body, c.status, c.reason, c.field)
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

func TestARefusalSpeaksTheCallersLanguage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{getTicket: func(context.Context, *triagev1.GetTicketRequest) (*triagev1.Ticket, error) {
		return nil, fault.New(codes.NotFound, fault.NotFound)
	}})
	danish := map[string]string{"Accept-Language": "da-DK,da;q=0.9"}
	for _, path := range []string{"/v1/" + ticketName, "/v1/nowhere"} { // one by a service, one by the gateway
		got := h.do(request{path: path, header: danish}).refusal(t)
		if language, text := got.local(); language != "da" || !strings.HasPrefix(text, "De") {
			t.Errorf("%s is refused in %q: %q", path, language, text)
		}
	}
}

func TestAnInsideErrorShowsNothingOfTheInside(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{getTicket: func(context.Context, *triagev1.GetTicketRequest) (*triagev1.Ticket, error) {
		return nil, errors.New("pq: relation tickets does not exist at 10.0.0.7")
	}})
	got := h.do(request{path: "/v1/" + ticketName})
	if got.status != http.StatusInternalServerError || strings.Contains(got.body, "pq:") || got.refusal(t).reason() != "INTERNAL" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestNothingButTokenAndLanguageReachesAService(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{getTicket: func(ctx context.Context, r *triagev1.GetTicketRequest) (*triagev1.Ticket, error) {
		if md, _ := metadata.FromIncomingContext(ctx); len(md.Get("bavn-on-behalf-of"))+len(md.Get("cookie"))+len(md.Get("grpcgateway-cookie")) > 0 {
			return nil, errors.New("forwarded")
		}
		return &triagev1.Ticket{Name: r.GetName()}, nil
	}})
	got := h.do(request{path: "/v1/" + ticketName, header: map[string]string{
		"Grpc-Metadata-Bavn-On-Behalf-Of": "lars", "Bavn-On-Behalf-Of": "lars", "Cookie": "a=b",
	}})
	if got.status != http.StatusOK {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestTheDeadlineTravelsAndEndsTheCall(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{getTicket: func(ctx context.Context, _ *triagev1.GetTicketRequest) (*triagev1.Ticket, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}, func(cfg *app.Config) { cfg.HTTP.RequestTimeout = 100 * time.Millisecond })
	got := h.do(request{path: "/v1/" + ticketName})
	if got.status != http.StatusGatewayTimeout || got.refusal(t).reason() != "DEADLINE_EXCEEDED" {
		t.Errorf("%d %s, want 504", got.status, got.body)
	}
}

func TestAServiceThatIsDownIsUnavailableAndTheOthersAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{listTickets: func(context.Context, *triagev1.ListTicketsRequest) (*triagev1.ListTicketsResponse, error) {
		return &triagev1.ListTicketsResponse{}, nil
	}}, func(cfg *app.Config) { cfg.Services.Intake.Target = "127.0.0.1:1" })
	got := h.do(request{path: "/v1/desks/nsp/submissions"})
	if got.status != http.StatusServiceUnavailable || got.refusal(t).reason() != "UNAVAILABLE" {
		t.Errorf("intake is down: %d %s, want 503", got.status, got.body)
	}
	if got := h.do(request{path: "/v1/desks/nsp/tickets"}); got.status != http.StatusOK {
		t.Errorf("triage is up: %d %s", got.status, got.body)
	}
}

// twoEvents sends two bookmarks and then waits for the stream to end.
func twoEvents(_ *eventv1.WatchRequest, s grpc.ServerStreamingServer[eventv1.WatchResponse]) error {
	for _, token := range []string{"one", "two"} {
		err := s.Send(&eventv1.WatchResponse{Payload: &eventv1.WatchResponse_Bookmark{Bookmark: &eventv1.Bookmark{ResumeToken: token}}})
		if err != nil {
			return err
		}
	}
	<-s.Context().Done()
	return s.Context().Err()
}

func TestTheFeedIsALineOfJSONForEachEventUntilTheGatewayLeaves(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{watch: twoEvents}, func(cfg *app.Config) { cfg.HTTP.RequestTimeout = time.Millisecond })
	response := h.send(request{path: "/v1/desks/nsp/events:watch?resumeToken=zero&filter.types=ticket.resolved"})
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	for _, token := range []string{"one", "two"} {
		var line struct {
			Result struct{ Bookmark struct{ ResumeToken string } }
		}
		if !lines.Scan() || json.Unmarshal(lines.Bytes(), &line) != nil || line.Result.Bookmark.ResumeToken != token {
			t.Fatalf("line %q, want the bookmark %s", lines.Text(), token)
		}
	}
	must(t, h.stop())
	if !lines.Scan() || !strings.Contains(lines.Text(), `"error"`) || !strings.Contains(lines.Text(), "UNAVAILABLE") {
		t.Errorf("the last line is %q, want an error that says: come back", lines.Text())
	}
	if lines.Scan() {
		t.Errorf("more after the end: %q", lines.Text())
	}
}

func TestABrowserGetsTheFeedAsServerSentEvents(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{watch: twoEvents})
	response := h.send(request{path: "/v1/desks/nsp/events:watch", header: map[string]string{"Accept": "text/event-stream"}})
	defer response.Body.Close()
	if kind := response.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("content type %q", kind)
	}
	reader := bufio.NewReader(response.Body)
	for range 2 {
		data, err := reader.ReadString('\n')
		must(t, err)
		if !strings.HasPrefix(data, `data: {"result":`) {
			t.Errorf("got %q", data)
		}
		if blank, err := reader.ReadString('\n'); err != nil || blank != "\n" {
			t.Errorf("an event ends with an empty line, got %q, %v", blank, err)
		}
	}
}

func TestARefusedStreamIsAnOrdinaryRefusal(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{watch: func(*eventv1.WatchRequest, grpc.ServerStreamingServer[eventv1.WatchResponse]) error {
		return fault.New(codes.InvalidArgument, fault.InvalidResumeToken).Field("resume_token", "resume_token")
	}})
	got := h.do(request{path: "/v1/desks/nsp/events:watch?resumeToken=foreign"})
	if got.status != http.StatusBadRequest || got.refusal(t).reason() != "INVALID_RESUME_TOKEN" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestAnAnswerNamesItsTraceAndTheSpanItsRoute(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{submit: func(context.Context, *intakev1.SubmitTicketRequest) (*intakev1.Submission, error) {
		return &intakev1.Submission{Channel: commonv1.Channel_CHANNEL_WEB}, nil
	}})
	const strangers = "4bf92f3577b34da6a3ce929d0e0e4736"
	got := h.do(request{method: http.MethodPost, path: submitPath, body: submitBody, header: map[string]string{
		"Idempotency-Key": requestID, "Traceparent": "00-" + strangers + "-00f067aa0ba902b7-01",
	}})
	parts := strings.Split(got.header.Get("Traceparent"), "-")
	if got.status != http.StatusOK || len(parts) != 4 || parts[1] == strangers {
		t.Fatalf("%d, traceparent %q: a stranger's trace is not continued", got.status, got.header.Get("Traceparent"))
	}
	names := map[string]string{}
	deadline := time.Now().Add(5 * time.Second)
	for len(names) < 3 && time.Now().Before(deadline) { // the server's span ends just after its answer
		for _, span := range h.spans.GetSpans() {
			if span.SpanContext.TraceID().String() == parts[1] {
				names[span.SpanKind.String()+" "+span.Name] = ""
			}
		}
	}
	for _, want := range []string{
		"server POST /v1/{parent=desks/*}/tickets:submit",
		"client bavn.intake.v1.SubmissionService/SubmitTicket", "server bavn.intake.v1.SubmissionService/SubmitTicket",
	} {
		if _, ok := names[want]; !ok {
			t.Errorf("the trace lacks the span %q, it has %v", want, names)
		}
	}
}

func TestEveryAnswerProtectsTheBrowser(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{})
	for _, path := range []string{"/", "/desks/nsp/tickets/ASCP00000042", "/v1/desks", "/auth/session", "/openapi.yaml"} {
		got := h.do(request{path: path, anonymous: true})
		policy := got.header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") ||
			got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("Referrer-Policy") == "" {
			t.Errorf("%s: %v", path, got.header)
		}
		if got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: other origins are let in although none is configured", path)
		}
	}
}

func TestOnlyConfiguredOriginsMayCallAcross(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{}, func(cfg *app.Config) { cfg.HTTP.CORSOrigins = []string{"https://partner.example"} })
	for origin, want := range map[string]string{"https://partner.example": "https://partner.example", "https://evil.example": ""} {
		got := h.do(request{method: http.MethodOptions, path: submitPath, anonymous: true, header: map[string]string{
			"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type",
		}})
		if allowed := got.header.Get("Access-Control-Allow-Origin"); allowed != want || got.header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s is answered %q, want %q and never with credentials", origin, allowed, want)
		}
	}
}

func TestTheContractIsServedAndTheAdminDoorMeasures(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{})
	got := h.do(request{path: "/openapi.yaml", anonymous: true})
	if got.status != http.StatusOK || !strings.Contains(got.body, "openapi: 3.0.3") || got.header.Get("ETag") == "" {
		t.Errorf("%d %.80s", got.status, got.body)
	}
	again := h.do(request{path: "/openapi.yaml", anonymous: true, header: map[string]string{"If-None-Match": got.header.Get("ETag")}})
	if again.status != http.StatusNotModified {
		t.Errorf("unchanged, but answers %d", again.status)
	}
	for _, address := range []string{h.admin + "/metrics", h.admin + "/readyz", h.admin + "/healthz", h.url + "/readyz", h.url + "/healthz"} {
		response, err := http.Get(address) //nolint:noctx // a probe
		must(t, err)
		body, err := io.ReadAll(response.Body)
		must(t, err)
		must(t, response.Body.Close())
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s answers %s %s", address, response.Status, body)
		}
	}
	if got := h.do(request{path: "/metrics", anonymous: true}); strings.Contains(got.body, "up 1") {
		t.Error("metrics are for the admin door only")
	}
}
