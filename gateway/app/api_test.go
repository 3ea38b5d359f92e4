package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"github.com/bavn/bavn/gateway/app"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
)

const (
	ticketName = "desks/nsp/tickets/ASCP00000042"
	requestID  = "8e03978e-40d5-43dd-bc93-6894a57f9324"
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
	quoted := map[string]string{"Idempotency-Key": `"` + requestID + `"`}
	got := h.do(request{method: http.MethodPost, path: submitPath, body: submitBody, header: quoted})
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
	if got.status != http.StatusPreconditionFailed || got.refusal(t).reason() != "STALE_ETAG" {
		t.Errorf("a stale etag in the body answers %d %s, want 412 STALE_ETAG as If-Match does", got.status, got.body)
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
		md, _ := metadata.FromIncomingContext(ctx)
		for _, name := range []string{"bavn-on-behalf-of", "cookie", "grpcgateway-cookie"} {
			if len(md.Get(name)) > 0 {
				return nil, errors.New("forwarded " + name)
			}
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
	empty := func(context.Context, *triagev1.ListTicketsRequest) (*triagev1.ListTicketsResponse, error) {
		return &triagev1.ListTicketsResponse{}, nil
	}
	h := newHouse(t, doubles{listTickets: empty}, func(cfg *app.Config) { cfg.Services.Intake.Target = "127.0.0.1:1" })
	got := h.do(request{path: "/v1/desks/nsp/submissions"})
	if got.status != http.StatusServiceUnavailable || got.refusal(t).reason() != "UNAVAILABLE" {
		t.Errorf("intake is down: %d %s, want 503", got.status, got.body)
	}
	if got := h.do(request{path: "/v1/desks/nsp/tickets"}); got.status != http.StatusOK {
		t.Errorf("triage is up: %d %s", got.status, got.body)
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
