package suite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/bavn/bavn/cmd/bavn/internal/collector"
	"github.com/bavn/bavn/platform/devissuer"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/platform/journey"
	"github.com/bavn/bavn/platform/localpg"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/platform/phonesink"
	"github.com/bavn/bavn/platform/run"
)

// ground is what the services stand on and do not bring along: a database server, certificates, an issuer, a mailbox, a
// collector. The same for services in this process and in processes of their own.
type ground struct {
	cfg       Config
	folder    Folder
	ports     Ports
	addresses Addresses
	keys      keys
	issuer    *devissuer.Issuer
	postgres  *localpg.Server
	spans     *collector.Store
	mail      *mailsink.Sink
	phone     *phonesink.Sink
	log       *slog.Logger
	ca        *identity.DevCA

	leave   func(context.Context) error // stops it all
	release func() error                // of the folder
}

// layGround starts everything, or nothing.
func layGround(ctx context.Context, cfg Config) (g *ground, err error) {
	g = &ground{cfg: cfg, ports: cfg.Ports, phone: phonesink.New(cfg.Clock)}
	if g.ports == (Ports{}) {
		if g.ports, err = FreePorts(ctx); err != nil {
			return nil, err
		}
	} else if err := g.ports.Check(ctx); err != nil {
		return nil, err
	}
	if err := g.openFolder(); err != nil {
		return nil, errors.Join(err, g.leaveFolder())
	}
	parts := []run.Part{
		{Name: "PostgreSQL", Start: g.startPostgres, Stop: func(ctx context.Context) error { return g.postgres.Stop(ctx) }},
		g.collectorPart(),
		httpPart("traces", g.ports.Traces, func() http.Handler { return g.spans.Handler() }),
		g.mailPart(),
		httpPart("mailbox", g.ports.Mailbox, g.mailbox),
		httpPart("sign-in", g.ports.Issuer, g.issuer.Handler),
	}
	running, err := start(ctx, run.New(run.Config{StopTimeout: stopTimeout}, g.log, parts...))
	if err != nil {
		return nil, errors.Join(err, g.leaveFolder())
	}
	g.leave = func(ctx context.Context) error { return errors.Join(running.stop(ctx), g.leaveFolder()) }
	return g, nil
}

func (g *ground) openFolder() (err error) {
	g.folder = Folder(g.cfg.Dir)
	if g.cfg.Dir == "" {
		temporary, err := os.MkdirTemp("/var/tmp", "bavn-")
		if err != nil {
			return fmt.Errorf("make the suite's folder: %w", err)
		}
		g.folder = Folder(temporary)
	}
	// Others may pass through to the database's own folder, and list nothing: PostgreSQL may run as another user.
	if err := os.MkdirAll(g.folder.Path("log"), 0o711); err != nil {
		return fmt.Errorf("make the suite's folder: %w", err)
	}
	if err := os.Chmod(string(g.folder), 0o711); err != nil { //nolint:gosec // see above
		return fmt.Errorf("make the suite's folder: %w", err)
	}
	if g.release, err = g.folder.lock(); err != nil {
		return err
	}
	logFile, err := g.openLog("ground")
	if err != nil {
		return err
	}
	g.log = slog.New(slog.NewTextHandler(logFile, nil))
	g.addresses = g.ports.addresses()
	g.addresses.Persons = g.cfg.Persons
	if g.keys, err = g.folder.keys(); err != nil {
		return err
	}
	if g.issuer, err = g.folder.Issuer(g.addresses, g.cfg.Clock); err != nil {
		return err
	}
	if g.ca, err = identity.OpenDevCA(g.folder.Path("ca"), g.cfg.Clock.Now()); err != nil {
		return err
	}
	return g.folder.writeAddresses(g.addresses)
}

// openLog opens a log of the suite's folder. It stays open for as long as the process lives.
func (g *ground) openLog(name string) (*os.File, error) {
	file, err := os.OpenFile(g.folder.Path("log", name+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	return file, nil
}

// tailBytes of a log tell why a start failed; a temporary folder takes the rest with it.
const tailBytes = 2000

// lastWords are the end of a service's log.
func (g *ground) lastWords(name string) string {
	content, err := os.ReadFile(g.folder.Path("log", name+".log"))
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(content[max(0, len(content)-tailBytes):]))
}

// leaveFolder lets others have the folder, or nobody if it was a temporary one.
func (g *ground) leaveFolder() error {
	var errs []error
	if g.release != nil {
		errs = append(errs, g.release())
	}
	if g.cfg.Dir == "" {
		errs = append(errs, os.RemoveAll(string(g.folder)))
	}
	return errors.Join(errs...)
}

func (g *ground) startPostgres(ctx context.Context) (err error) {
	g.postgres, err = startPostgres(ctx, g.cfg, g.folder, g.ports.Postgres)
	if err != nil && g.postgres != nil {
		err = errors.Join(err, g.postgres.Stop(ctx))
	}
	return err
}

// isJourney keeps the journeys of tickets when there is no room for everything.
func isJourney(scope string, _ *tracepb.Span) bool { return scope == journey.Scope }

func (g *ground) collectorPart() run.Part {
	var listener net.Listener
	ended := make(chan struct{})
	return run.Part{
		Name: "collector",
		Start: func(ctx context.Context) (err error) {
			file := ""
			if g.cfg.Dir != "" {
				file = g.folder.Path("spans")
			}
			g.spans, err = collector.Open(collector.Config{File: file, Clock: g.cfg.Clock, Logger: g.log, Prefer: isJourney})
			if err != nil {
				return err
			}
			listener, err = new(net.ListenConfig).Listen(ctx, "tcp", address(g.ports.OTLP))
			return err
		},
		Serve: func(ctx context.Context) error {
			server := collector.NewServer(g.spans)
			go func() {
				defer close(ended)
				<-ctx.Done()
				server.Stop()
			}()
			err := server.Serve(listener)
			<-ended
			return errors.Join(err, g.spans.Close())
		},
	}
}

func (g *ground) mailPart() run.Part {
	return run.Part{
		Name: "SMTP",
		Start: func(ctx context.Context) (err error) {
			folder := ""
			if g.cfg.Dir != "" {
				folder = g.folder.Path("mail")
			}
			g.mail, err = mailsink.Start(ctx, mailsink.Config{
				Addr: address(g.ports.SMTP), Clock: g.cfg.Clock, Folder: folder, Logger: g.log,
			})
			return err
		},
		Stop: func(context.Context) error { return g.mail.Close() },
	}
}

// mailbox is the mailbox with, beside it, what text messages and calls end in.
func (g *ground) mailbox() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", g.mail.Handler())
	mux.Handle("/phone/", http.StripPrefix("/phone", g.phone.Handler()))
	return mux
}

func httpPart(name string, port int, handler func() http.Handler) run.Part {
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second}
	var listener net.Listener
	return run.Part{
		Name: name,
		Start: func(ctx context.Context) (err error) {
			server.Handler = handler()
			listener, err = new(net.ListenConfig).Listen(ctx, "tcp", address(port))
			return err
		},
		Serve: func(context.Context) error {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		},
		Stop: server.Shutdown,
	}
}
