// Package pg is how services talk to PostgreSQL: one pool, closure transactions, one place where SQLSTATEs become faults,
// and migrations.
package pg

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/metric"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
)

// Deps are what the pool reports to and is checked by. Every field may be nil.
type Deps struct {
	Tracer trace.TracerProvider
	Meter  metric.MeterProvider
	// Logger receives PostgreSQL's warnings.
	Logger *slog.Logger
	// OnConnect runs on every new connection before anyone may use it; its error refuses the connection. The feed checks
	// its epoch here.
	OnConnect func(ctx context.Context, conn *pgx.Conn) error
}

// statementsKept is how many prepared statements a connection keeps: more than the largest service has.
const statementsKept = 256

// Open makes the pool. It does not connect: a database that cannot be reached shows at the first use, and in health. Close
// the pool last of all that uses it.
func Open(ctx context.Context, config Config, deps Deps) (*pgxpool.Pool, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("database configuration: %w", err)
	}
	config = config.completed()
	deps.Tracer = cmp.Or[trace.TracerProvider](deps.Tracer, nooptrace.NewTracerProvider())
	deps.Meter = cmp.Or[metric.MeterProvider](deps.Meter, noopmetric.NewMeterProvider())
	deps.Logger = cmp.Or(deps.Logger, slog.New(slog.DiscardHandler))

	pc, err := pgxpool.ParseConfig(config.URL)
	if err != nil {
		return nil, fmt.Errorf("database configuration: %w", err)
	}
	pc.MaxConns = config.MaxConns
	pc.PingTimeout = config.ConnectTimeout
	pc.AfterConnect = deps.OnConnect
	pc.ConnConfig.ConnectTimeout = config.ConnectTimeout
	if pc.ConnConfig.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement {
		// The caches are made at their full size, for every connection: 512 statements and as many descriptions that nobody asks for.
		pc.ConnConfig.StatementCacheCapacity, pc.ConnConfig.DescriptionCacheCapacity = statementsKept, 0
	}
	pc.ConnConfig.Tracer = newTracer(pc.ConnConfig, deps)
	pc.ConnConfig.OnNotice = func(_ *pgconn.PgConn, notice *pgconn.Notice) {
		if notice.SeverityUnlocalized == "WARNING" {
			deps.Logger.Warn("PostgreSQL warns", "sqlstate", notice.Code, "message", notice.Message)
		}
	}
	for setting, limit := range config.serverLimits() { // sent with the connection's start, so they cost no round trip
		pc.ConnConfig.RuntimeParams[setting] = strconv.FormatInt(limit.Milliseconds(), 10)
	}

	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("open database pool: %w", err)
	}
	if err := otelpgx.RecordStats(pool, otelpgx.WithStatsMeterProvider(deps.Meter)); err != nil {
		pool.Close()
		return nil, fmt.Errorf("measure database pool: %w", err)
	}
	return pool, nil
}
