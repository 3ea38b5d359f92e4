// Package app is the gateway as a program uses it: New, then Run. The gateway keeps no state, so any number of replicas may
// stand side by side.
package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"

	"google.golang.org/grpc"

	"github.com/bavn/bavn/gateway/internal/board"
	"github.com/bavn/bavn/gateway/internal/extracts"
	"github.com/bavn/bavn/gateway/internal/rest"
	"github.com/bavn/bavn/gateway/internal/signin"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/telemetry"
)

// NewSessionKey makes a key for Config.SignIn.SessionKeys. Replicas that serve the same browsers share their keys.
func NewSessionKey() string { return signin.NewKey() }

// Deps are what the process brings along.
type Deps struct {
	Clock       clock.Clock
	Credentials *identity.Credentials // of the service "gateway"
	Telemetry   *telemetry.Telemetry
	// Listener is used in place of HTTP.Listen by a caller that must know the address beforehand; nil otherwise.
	Listener net.Listener
}

// App is a gateway.
type App struct {
	cfg       Config
	deps      Deps
	telemetry *telemetry.Telemetry
	public    *door
	admin     *door
	boards    *board.Boards
	extracts  *extracts.Extracts
	conns     []*grpc.ClientConn
	drain     context.CancelFunc // ends the streams
	ready     atomic.Bool
}

// New builds a gateway that is complete and does not listen yet. Its services need not be up.
func New(cfg Config, deps Deps) (*App, error) {
	if deps.Clock == nil || deps.Credentials == nil || deps.Telemetry == nil {
		return nil, errors.New("build gateway: clock, credentials or telemetry are missing")
	}
	a := &App{cfg: cfg, deps: deps, telemetry: deps.Telemetry}
	services, err := a.connect()
	if err != nil {
		return nil, errors.Join(err, a.disconnect(context.Background()))
	}
	draining, drain := context.WithCancel(context.Background())
	a.drain = drain
	handler, err := a.handler(draining, services)
	if err != nil {
		drain()
		return nil, errors.Join(err, a.disconnect(context.Background()))
	}
	a.public = newDoor("HTTP", cfg.HTTP.Listen, handler, cfg.HTTP, deps.Telemetry.Logger)
	a.public.listener = deps.Listener
	a.admin = newDoor("admin HTTP", cfg.Admin.Listen, a.adminHandler(), cfg.HTTP, deps.Telemetry.Logger)
	return a, nil
}

// connect makes the connections, which connect when first needed. Every call over HTTP is a read or carries a request id, so all
// may be repeated when a replica has just gone.
func (a *App) connect() (rest.Services, error) {
	var services rest.Services
	for _, peer := range []struct {
		name     string
		cfg      dial.Config
		conn     *grpc.ClientConnInterface
		contract []string
	}{
		{"intake", a.cfg.Services.Intake, &services.Intake, []string{
			intakev1.SubmissionService_ServiceDesc.ServiceName, intakev1.PersonService_ServiceDesc.ServiceName,
			intakev1.ConnectionService_ServiceDesc.ServiceName, intakev1.ToolService_ServiceDesc.ServiceName,
			intakev1.InboundService_ServiceDesc.ServiceName,
			intakev1.AttachmentService_ServiceDesc.ServiceName,
			intakev1.FormService_ServiceDesc.ServiceName, intakev1.CallService_ServiceDesc.ServiceName,
			intakev1.QuickTicketService_ServiceDesc.ServiceName,
		}},
		{"triage", a.cfg.Services.Triage, &services.Triage, []string{
			triagev1.TicketService_ServiceDesc.ServiceName, triagev1.AssessmentService_ServiceDesc.ServiceName,
			triagev1.DirectoryService_ServiceDesc.ServiceName, triagev1.KnownSolutionService_ServiceDesc.ServiceName,
			triagev1.ExplanationService_ServiceDesc.ServiceName, triagev1.LegalService_ServiceDesc.ServiceName,
			triagev1.ProfileService_ServiceDesc.ServiceName, triagev1.EscalationService_ServiceDesc.ServiceName,
			triagev1.AttestationService_ServiceDesc.ServiceName, triagev1.OnCallService_ServiceDesc.ServiceName,
			triagev1.LinkService_ServiceDesc.ServiceName, triagev1.ReleaseService_ServiceDesc.ServiceName,
			triagev1.OrderService_ServiceDesc.ServiceName, triagev1.ClosingService_ServiceDesc.ServiceName,
			triagev1.ConfigurationItemService_ServiceDesc.ServiceName, eventv1.Feed_ServiceDesc.ServiceName,
		}},
		{"notify", a.cfg.Services.Notify, &services.Notify, []string{
			notifyv1.NotificationService_ServiceDesc.ServiceName, notifyv1.ProposalService_ServiceDesc.ServiceName,
			notifyv1.StakeholderService_ServiceDesc.ServiceName, notifyv1.OutboxService_ServiceDesc.ServiceName,
			notifyv1.PreferenceService_ServiceDesc.ServiceName, notifyv1.WebhookService_ServiceDesc.ServiceName,
			notifyv1.PagingService_ServiceDesc.ServiceName, notifyv1.LinkService_ServiceDesc.ServiceName,
			notifyv1.AnnouncementService_ServiceDesc.ServiceName, notifyv1.BoardService_ServiceDesc.ServiceName,
			notifyv1.TemplateService_ServiceDesc.ServiceName,
		}},
		{"reporting", a.cfg.Services.Reporting, &services.Reporting, []string{
			reportingv1.ReportingService_ServiceDesc.ServiceName, reportingv1.ExtractService_ServiceDesc.ServiceName,
			reportingv1.PublicExtractService_ServiceDesc.ServiceName,
		}},
	} {
		conn, err := dial.To(peer.cfg, dial.Deps{
			Credentials:    a.deps.Credentials.Client(peer.name),
			TracerProvider: a.telemetry.TracerProvider,
			MeterProvider:  a.telemetry.MeterProvider,
			Propagator:     a.telemetry.Propagator,
			Idempotent:     peer.contract,
		})
		if err != nil {
			return rest.Services{}, fmt.Errorf("build the connection to %s: %w", peer.name, err)
		}
		a.conns = append(a.conns, conn)
		*peer.conn = conn
	}
	return services, nil
}

func (a *App) disconnect(context.Context) error {
	var errs []error
	for _, conn := range a.conns {
		errs = append(errs, conn.Close())
	}
	return errors.Join(errs...)
}

// Parts are the gateway for run.Group, in its order of starting and stopping: first it says that it leaves, then it ends the
// streams and lets the calls finish.
func (a *App) Parts() []run.Part {
	return []run.Part{
		{Name: "admin", Stage: run.Telemetry, Start: a.admin.listen, Serve: a.admin.serve, Stop: a.admin.stop},
		{Name: "connections", Stage: run.Pool, Stop: a.disconnect},
		{Name: "announcement boards", Stage: run.Workers, Serve: a.boards.Serve},
		{Name: "public extracts", Stage: run.Workers, Serve: a.extracts.Serve},
		{Name: "http", Stage: run.Servers, Start: a.public.listen, Serve: a.public.serve, Stop: func(ctx context.Context) error {
			a.drain()
			return a.public.stop(ctx)
		}},
		{
			Name: "ready", Stage: run.Health,
			Start: func(context.Context) error { a.ready.Store(true); return nil },
			Stop:  func(context.Context) error { a.ready.Store(false); return nil },
		},
	}
}

// Addr is where browsers and scripts are served, as host:port; empty before the part "http" has started.
func (a *App) Addr() string { return a.public.addr() }

// AdminAddr is where probes and scrapers are served, as host:port; empty before the part "admin" has started.
func (a *App) AdminAddr() string { return a.admin.addr() }

func (a *App) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.telemetry.MetricsHandler)
	mux.HandleFunc("GET /healthz", a.healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	return mux
}

// healthz says that the process answers.
func (a *App) healthz(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") }

// readyz says whether requests should come here. A service that is down does not make the gateway unready: each of them is
// useful without the others, and no other replica would reach it either.
func (a *App) readyz(w http.ResponseWriter, _ *http.Request) {
	if !a.ready.Load() {
		say(w, http.StatusServiceUnavailable, "not ready")
		return
	}
	say(w, http.StatusOK, "ok")
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // a prober that has gone away needs no answer
}
