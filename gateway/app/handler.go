package app

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/rs/cors"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/gateway/internal/board"
	"github.com/bavn/bavn/gateway/internal/extracts"
	"github.com/bavn/bavn/gateway/internal/files"
	"github.com/bavn/bavn/gateway/internal/linkpage"
	pages "github.com/bavn/bavn/gateway/internal/processpage"
	"github.com/bavn/bavn/gateway/internal/refusal"
	"github.com/bavn/bavn/gateway/internal/rest"
	"github.com/bavn/bavn/gateway/internal/signin"
	"github.com/bavn/bavn/gateway/internal/static"
	"github.com/bavn/bavn/gateway/internal/webhook"
	"github.com/bavn/bavn/gateway/web"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	"github.com/bavn/bavn/gen/go/openapi"
	"github.com/bavn/bavn/gen/go/processpage"
	"github.com/bavn/bavn/platform/fault"
)

// handler is the public door. From outside inwards: trace, headers, route; for the API also CORS, sign-in, contract.
func (a *App) handler(draining context.Context, services rest.Services) (http.Handler, error) {
	publicURL, err := url.Parse(a.cfg.HTTP.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("read the public URL: %w", err)
	}
	refusals, err := refusal.NewWriter(a.telemetry.Logger)
	if err != nil {
		return nil, err
	}
	api, err := rest.New(draining, services, rest.Limits{
		BodyBytes:          a.cfg.HTTP.BodyBytes,
		RequestTimeout:     a.cfg.HTTP.RequestTimeout,
		StreamWriteTimeout: a.cfg.HTTP.StreamWriteTimeout,
		UploadBytes:        uploadBytes,
		UploadTimeout:      a.cfg.HTTP.UploadTimeout,
	}, refusals)
	if err != nil {
		return nil, fmt.Errorf("build the REST API: %w", err)
	}
	auth := signin.Unavailable(refusals)
	if a.cfg.SignIn.Enabled() {
		signIn, err := signin.New(a.cfg.SignIn, publicURL, signin.Deps{
			Clock: a.deps.Clock, Log: a.telemetry.Logger, Refusals: refusals, Client: a.issuerClient(),
		})
		if err != nil {
			return nil, fmt.Errorf("build the sign-in: %w", err)
		}
		api, auth = signIn.Authorize(api), signIn.Handler()
	}
	nothing := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refusals.Write(w, r, fault.New(codes.NotFound, refusal.NoSuchRoute))
	})
	site, err := web.New(nothing)
	if err != nil {
		return nil, err
	}
	if !site.Built() {
		a.telemetry.Logger.Warn("the web page is not in this build: run make web and build again")
	}

	contract, err := static.New(openapi.Document, "application/yaml")
	if err != nil {
		return nil, err
	}
	processes, err := a.processPages(site, nothing)
	if err != nil {
		return nil, err
	}

	if a.extracts, err = extracts.New(a.cfg.Extracts, extracts.Deps{
		Source: reportingv1.NewPublicExtractServiceClient(services.Reporting), Logger: a.telemetry.Logger,
		Stylesheets: site.Stylesheets(), Missing: nothing,
	}); err != nil {
		return nil, fmt.Errorf("build the public extracts: %w", err)
	}
	if a.boards, err = board.New(a.cfg.Board, board.Deps{
		Source: notifyv1.NewBoardServiceClient(services.Notify), Clock: a.deps.Clock, Logger: a.telemetry.Logger,
		PublicURL: strings.TrimSuffix(a.cfg.HTTP.PublicURL, "/"), Stylesheets: site.Stylesheets(),
		Extracts: a.extracts.Of, Missing: nothing,
	}); err != nil {
		return nil, fmt.Errorf("build the announcement boards: %w", err)
	}

	mux := http.NewServeMux()
	mux.Handle("/v1/", private(a.crossOrigin(api)))
	mux.Handle(webhook.Pattern, webhook.New(services.Intake, webhook.Limits{
		BodyBytes: a.cfg.HTTP.BodyBytes, RequestTimeout: a.cfg.HTTP.RequestTimeout,
	}, refusals))
	mux.Handle("/auth/", auth)
	mux.Handle("GET /openapi.yaml", a.crossOrigin(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		contract.Serve(w, r, static.CacheAsk)
	})))
	mux.Handle("GET "+pages.Path, processes)
	links := linkpage.New(services.Notify, append(site.Stylesheets(), pages.Path+"style.css"), a.telemetry.Logger)
	mux.HandleFunc("GET "+linkpage.Path, links.Show)
	mux.HandleFunc("POST "+linkpage.Path, links.Act)
	mux.Handle("POST "+linkpage.TextPath, linkpage.NewTexts(services.Notify, a.telemetry.Logger))
	mux.Handle(board.Path, a.boards)
	mux.Handle("GET "+extracts.Path, a.extracts)
	mux.HandleFunc("GET /healthz", a.healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.Handle("/", site)
	handler, err := a.withFiles(mux, nothing, &files.Handler{
		Intake: intakev1.NewAttachmentServiceClient(services.Intake), Refusals: refusals, WriteTimeout: a.cfg.HTTP.StreamWriteTimeout,
	})
	if err != nil {
		return nil, err
	}
	return otelhttp.NewHandler(withHeaders(publicURL.Scheme == "https", handler), Service,
		otelhttp.WithTracerProvider(a.telemetry.TracerProvider),
		otelhttp.WithMeterProvider(a.telemetry.MeterProvider),
		otelhttp.WithPropagators(a.telemetry.Propagator),
		otelhttp.WithFilter(func(r *http.Request) bool { return r.URL.Path != "/healthz" && r.URL.Path != "/readyz" }),
		// A stranger's trace is linked, never continued: its owner would choose our trace ids and what we keep.
		otelhttp.WithPublicEndpointFn(func(*http.Request) bool { return true }),
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string { return spanName(r) }),
	), nil
}

// uploadBytes is the largest file that is passed on; intake has the last word.
const uploadBytes = 25 << 20

// withFiles adds the files that strangers have sent: on an origin of their own where one is configured, which then has nothing
// else, so that nothing of theirs is ever of the page's origin; below their path of the page's origin otherwise, in a sandbox.
func (a *App) withFiles(site *http.ServeMux, nothing http.Handler, handler http.Handler) (http.Handler, error) {
	if a.cfg.HTTP.FilesURL == "" {
		site.Handle("GET "+files.Path+"{token}", handler)
		return site, nil
	}
	apart, err := url.Parse(a.cfg.HTTP.FilesURL)
	if err != nil {
		return nil, fmt.Errorf("read the files' URL: %w", err)
	}
	alone := http.NewServeMux()
	alone.Handle("GET "+files.Path+"{token}", handler)
	alone.Handle("/", nothing)
	site.Handle(files.Path, nothing)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.EqualFold(r.Host, apart.Host) {
			alone.ServeHTTP(w, r)
			return
		}
		site.ServeHTTP(w, r)
	}), nil
}

// spanName is asked before and after the request. Afterwards the API has left its route as a label, which says more than the
// pattern of our own mux.
func spanName(r *http.Request) string {
	if labels, ok := otelhttp.LabelerFromContext(r.Context()); ok {
		for _, label := range labels.Get() {
			if label.Key == semconv.HTTPRouteKey {
				return r.Method + " " + label.Value.AsString()
			}
		}
	}
	if _, path, ok := strings.Cut(r.Pattern, " "); ok {
		return r.Method + " " + path
	}
	return strings.TrimSpace(r.Method + " " + r.Pattern)
}

// crossOrigin lets the pages of configured origins call the API with a token of their own, never with a cookie of ours.
func (a *App) crossOrigin(next http.Handler) http.Handler {
	if len(a.cfg.HTTP.CORSOrigins) == 0 {
		return next
	}
	return cors.New(cors.Options{
		AllowedOrigins: a.cfg.HTTP.CORSOrigins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost, http.MethodPatch},
		AllowedHeaders: []string{
			"Accept-Language", "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "Traceparent",
		},
		ExposedHeaders: []string{"ETag", "Traceparent", "WWW-Authenticate"},
		MaxAge:         int(time.Hour / time.Second),
	}).Handler(next)
}

// processPages are the public pages of the desks' processes: those of the shipped profiles, or of the folder that is configured.
func (a *App) processPages(site *web.Site, missing http.Handler) (http.Handler, error) {
	var folder fs.FS = processpage.Pages
	if a.cfg.Process.Pages != "" {
		folder = os.DirFS(a.cfg.Process.Pages)
	}
	return pages.New(folder, site.Stylesheets(), missing)
}

// issuerClient calls the issuer with traces of its own.
func (a *App) issuerClient() *http.Client {
	return &http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport,
		otelhttp.WithTracerProvider(a.telemetry.TracerProvider),
		otelhttp.WithMeterProvider(a.telemetry.MeterProvider),
		otelhttp.WithPropagators(a.telemetry.Propagator),
	)}
}
