package app_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"google.golang.org/grpc"

	"github.com/bavn/bavn/gateway/app"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/devissuer"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/platform/rpc"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/telemetry"
)

var morning = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

// house is a gateway in front of four services that answer as the test says, over mutual TLS, and an issuer.
type house struct {
	t       *testing.T
	clock   *clock.Manual
	url     string
	admin   string
	issuer  *devissuer.Issuer
	token   string // mette's
	spans   *tracetest.InMemoryExporter
	gateway *app.App
	stop    func() error
}

// doubles are the services; a method that is nil is not implemented.
type doubles struct {
	triagev1.UnimplementedTicketServiceServer
	triagev1.UnimplementedDirectoryServiceServer
	triagev1.UnimplementedKnownSolutionServiceServer
	eventv1.UnimplementedFeedServer
	intakev1.UnimplementedSubmissionServiceServer
	intakev1.UnimplementedPersonServiceServer
	intakev1.UnimplementedAttachmentServiceServer
	intakev1.UnimplementedInboundServiceServer
	notifyv1.UnimplementedNotificationServiceServer
	notifyv1.UnimplementedLinkServiceServer
	notifyv1.UnimplementedPagingServiceServer
	reportingv1.UnimplementedReportingServiceServer

	getTicket    func(context.Context, *triagev1.GetTicketRequest) (*triagev1.Ticket, error)
	listTickets  func(context.Context, *triagev1.ListTicketsRequest) (*triagev1.ListTicketsResponse, error)
	holdTicket   func(context.Context, *triagev1.HoldTicketRequest) (*triagev1.Ticket, error)
	updateTicket func(context.Context, *triagev1.UpdateTicketRequest) (*triagev1.Ticket, error)
	submit       func(context.Context, *intakev1.SubmitTicketRequest) (*intakev1.Submission, error)
	download     func(*intakev1.DownloadAttachmentRequest, grpc.ServerStreamingServer[intakev1.DownloadAttachmentResponse]) error
	upload       func(grpc.ClientStreamingServer[intakev1.UploadAttachmentRequest, intakev1.Attachment]) error
	original     func(
		*intakev1.DownloadInboundOriginalRequest, grpc.ServerStreamingServer[intakev1.DownloadInboundOriginalResponse],
	) error
	getLink     func(context.Context, *notifyv1.GetLinkRequest) (*notifyv1.Link, error)
	followLink  func(context.Context, *notifyv1.FollowLinkRequest) (*notifyv1.Link, error)
	receiveText func(context.Context, *notifyv1.ReceiveTextRequest) (*notifyv1.ReceiveTextResponse, error)
	watch       func(*eventv1.WatchRequest, grpc.ServerStreamingServer[eventv1.WatchResponse]) error
}

func (d doubles) GetTicket(ctx context.Context, r *triagev1.GetTicketRequest) (*triagev1.Ticket, error) {
	return d.getTicket(ctx, r)
}

func (d doubles) ListTickets(ctx context.Context, r *triagev1.ListTicketsRequest) (*triagev1.ListTicketsResponse, error) {
	return d.listTickets(ctx, r)
}

func (d doubles) HoldTicket(ctx context.Context, r *triagev1.HoldTicketRequest) (*triagev1.Ticket, error) {
	return d.holdTicket(ctx, r)
}

func (d doubles) UpdateTicket(ctx context.Context, r *triagev1.UpdateTicketRequest) (*triagev1.Ticket, error) {
	return d.updateTicket(ctx, r)
}

func (d doubles) SubmitTicket(ctx context.Context, r *intakev1.SubmitTicketRequest) (*intakev1.Submission, error) {
	return d.submit(ctx, r)
}

func (d doubles) GetLink(ctx context.Context, r *notifyv1.GetLinkRequest) (*notifyv1.Link, error) {
	return d.getLink(ctx, r)
}

func (d doubles) FollowLink(ctx context.Context, r *notifyv1.FollowLinkRequest) (*notifyv1.Link, error) {
	return d.followLink(ctx, r)
}

func (d doubles) ReceiveText(ctx context.Context, r *notifyv1.ReceiveTextRequest) (*notifyv1.ReceiveTextResponse, error) {
	return d.receiveText(ctx, r)
}

func (d doubles) Watch(r *eventv1.WatchRequest, s grpc.ServerStreamingServer[eventv1.WatchResponse]) error {
	return d.watch(r, s)
}

func (d doubles) DownloadAttachment(
	r *intakev1.DownloadAttachmentRequest, s grpc.ServerStreamingServer[intakev1.DownloadAttachmentResponse],
) error {
	return d.download(r, s)
}

func (d doubles) UploadAttachment(s grpc.ClientStreamingServer[intakev1.UploadAttachmentRequest, intakev1.Attachment]) error {
	return d.upload(s)
}

func (d doubles) DownloadInboundOriginal(
	r *intakev1.DownloadInboundOriginalRequest, s grpc.ServerStreamingServer[intakev1.DownloadInboundOriginalResponse],
) error {
	return d.original(r, s)
}

func newHouse(t *testing.T, d doubles, adjust ...func(*app.Config)) *house {
	t.Helper()
	h := &house{t: t, clock: clock.NewManual(morning), spans: tracetest.NewInMemoryExporter()}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0") // the issuer must know it beforehand
	must(t, err)
	h.url = "http://" + listener.Addr().String()

	issuerURL := h.startIssuer()
	ca, err := identity.OpenDevCA(t.TempDir(), time.Now())
	must(t, err)
	observed := h.telemetry()
	cfg := app.DefaultConfig()
	cfg.HTTP.PublicURL, cfg.Admin.Listen = h.url, "127.0.0.1:0"
	cfg.SignIn.Issuer, cfg.SignIn.ClientID, cfg.SignIn.SessionKeys = issuerURL, "web", []string{app.NewSessionKey()}
	cfg.Run.DrainDelay = 0
	for service, target := range map[string]*dial.Config{
		"intake": &cfg.Services.Intake, "triage": &cfg.Services.Triage,
		"notify": &cfg.Services.Notify, "reporting": &cfg.Services.Reporting,
	} {
		target.Target = h.startService(service, issuerURL, ca, observed, d)
	}
	for _, f := range adjust {
		f(&cfg)
	}
	credentials, err := ca.Credentials(app.Service, time.Now())
	must(t, err)
	h.gateway, err = app.New(cfg, app.Deps{Clock: h.clock, Credentials: credentials, Telemetry: observed, Listener: listener})
	must(t, err)
	h.run(cfg.Run, observed.Logger)
	h.token, err = h.issuer.Token("mette", time.Hour)
	must(t, err)
	return h
}

func (h *house) run(cfg run.Config, log *slog.Logger) {
	h.t.Helper()
	group := run.New(cfg, log, h.gateway.Parts()...)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- group.Run(ctx) }()
	select {
	case <-group.Ready():
	case err := <-ended:
		h.t.Fatal(err)
	}
	h.admin = "http://" + h.gateway.AdminAddr()
	stopped := false
	h.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-ended
	}
	h.t.Cleanup(func() {
		if err := h.stop(); err != nil {
			h.t.Errorf("the gateway did not stop as it should: %v", err)
		}
	})
}

func (h *house) telemetry() *telemetry.Telemetry {
	return &telemetry.Telemetry{
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSyncer(h.spans)),
		MeterProvider:  sdkmetric.NewMeterProvider(),
		Propagator:     propagation.TraceContext{},
		Logger:         slog.New(slog.DiscardHandler),
		MetricsHandler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "up 1\n") }),
	}
}

func (h *house) startIssuer() string {
	h.t.Helper()
	server := httptest.NewUnstartedServer(nil)
	url := "http://" + server.Listener.Addr().String()
	var err error
	h.issuer, err = devissuer.New(devissuer.Config{
		Issuer: url, Clock: h.clock,
		Persons: []devissuer.Person{{ID: "mette", Name: "Mette Holm"}, {ID: "lars", Name: "Lars Bo"}},
		Clients: []devissuer.Client{{ID: "web", RedirectURIs: []string{h.url + "/auth/callback"}}},
	})
	must(h.t, err)
	server.Config.Handler = h.issuer.Handler()
	server.Start()
	h.t.Cleanup(server.Close)
	return url
}

// startService serves all of d under the certificate of one service, with the platform's own interceptors.
func (h *house) startService(name, issuerURL string, ca *identity.DevCA, observed *telemetry.Telemetry, d doubles) string {
	h.t.Helper()
	credentials, err := ca.Credentials(name, time.Now())
	must(h.t, err)
	catalog, err := fault.NewCatalog()
	must(h.t, err)
	tokens, err := auth.NewTokenVerifier(auth.TokenConfig{
		CacheSize: 10, Issuers: []auth.Issuer{{URL: issuerURL, Audience: devissuer.Audience}},
	}, h.clock, &http.Client{Timeout: 5 * time.Second})
	must(h.t, err)
	server, err := rpc.NewServer(rpc.DefaultServerConfig(), rpc.Deps{
		Credentials: credentials, Catalog: catalog, Clock: h.clock, Logger: observed.Logger,
		Authenticator:  auth.NewAuthenticator(tokens, auth.Policy{Public: auth.PublicMethods}, h.clock),
		TracerProvider: observed.TracerProvider, MeterProvider: observed.MeterProvider, Propagator: observed.Propagator,
	})
	must(h.t, err)
	triagev1.RegisterTicketServiceServer(server, d)
	triagev1.RegisterDirectoryServiceServer(server, d)
	triagev1.RegisterKnownSolutionServiceServer(server, d)
	eventv1.RegisterFeedServer(server, d)
	intakev1.RegisterSubmissionServiceServer(server, d)
	intakev1.RegisterPersonServiceServer(server, d)
	intakev1.RegisterAttachmentServiceServer(server, d)
	intakev1.RegisterInboundServiceServer(server, d)
	notifyv1.RegisterNotificationServiceServer(server, d)
	notifyv1.RegisterLinkServiceServer(server, d)
	notifyv1.RegisterPagingServiceServer(server, d)
	reportingv1.RegisterReportingServiceServer(server, d)
	must(h.t, server.Listen(context.Background()))
	go func() { _ = server.Serve(context.Background()) }()
	h.t.Cleanup(func() { _ = server.Stop(context.Background()) })
	return server.Addr()
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// refusal is the body of an answer that says no.
type refusal struct {
	Code    int
	Message string
	Details []struct {
		Type            string `json:"@type"`
		Reason          string
		Domain          string
		Metadata        map[string]string
		Locale          string
		Message         string
		FieldViolations []struct{ Field, Reason, Description string }
	}
}

func (a answer) refusal(t *testing.T) refusal {
	t.Helper()
	var r refusal
	if err := json.Unmarshal([]byte(a.body), &r); err != nil {
		t.Fatalf("the answer %d %q is not a google.rpc.Status: %v", a.status, a.body, err)
	}
	return r
}

func (r refusal) reason() string {
	for _, d := range r.Details {
		if strings.HasSuffix(d.Type, "ErrorInfo") {
			return d.Reason
		}
	}
	return ""
}

func (r refusal) field() string {
	for _, d := range r.Details {
		if len(d.FieldViolations) > 0 {
			return d.FieldViolations[0].Field
		}
	}
	return ""
}

func (r refusal) local() (language, text string) {
	for _, d := range r.Details {
		if strings.HasSuffix(d.Type, "LocalizedMessage") {
			return d.Locale, d.Message
		}
	}
	return "", ""
}

// request describes one call; the zero values are a GET at the public door with mette's token.
type request struct {
	method, at, path, body string
	header                 map[string]string
	anonymous              bool
	client                 *http.Client
}

func (h *house) do(r request) answer {
	h.t.Helper()
	response := h.send(r)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(h.t, err)
	return answer{status: response.StatusCode, header: response.Header, body: string(body)}
}

func (h *house) send(r request) *http.Response {
	h.t.Helper()
	if r.method == "" {
		r.method = http.MethodGet
	}
	if r.at == "" {
		r.at = h.url
	}
	out, err := http.NewRequestWithContext(h.t.Context(), r.method, r.at+r.path, strings.NewReader(r.body))
	must(h.t, err)
	if r.body != "" {
		out.Header.Set("Content-Type", "application/json")
	}
	if !r.anonymous {
		out.Header.Set("Authorization", "Bearer "+h.token)
	}
	for name, value := range r.header {
		out.Header.Set(name, value)
	}
	if r.client == nil {
		r.client = &http.Client{}
	}
	response, err := r.client.Do(out)
	must(h.t, err)
	return response
}

// browser keeps cookies, and follows no redirect unless it is told to.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
