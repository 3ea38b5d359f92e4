package pg

import (
	"context"
	"errors"
	"strings"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	semconv "go.opentelemetry.io/otel/semconv/v1.40.0"
)

// tracer makes a span per query when, and only when, the caller's span is recorded. Spans carry the SQL text, which holds
// placeholders only, never parameters.
//
// otelpgx would record errors with their text, and PostgreSQL repeats the refused value in some of them. Personal data is
// in no trace, so errors go in as their SQLSTATE or reason.
type tracer struct{ *otelpgx.Tracer }

func newTracer(conn *pgx.ConnConfig, deps Deps) tracer {
	return tracer{otelpgx.NewTracer(
		otelpgx.WithTracerProvider(deps.Tracer),
		// A duration of every statement costs a service 4 % of its processor time and says what the calls' own durations and the
		// spans say better.
		otelpgx.WithMeterProvider(noopmetric.NewMeterProvider()),
		otelpgx.WithSpanNameFunc(spanName),
		otelpgx.WithDisableAcquireTracer(), // the wait for a connection is a metric of the pool
		// otelpgx copies the whole connection configuration for every span; these are its parts, taken once.
		otelpgx.WithDisableConnectionDetailsInAttributes(),
		otelpgx.WithTracerAttributes(semconv.ServerAddress(conn.Host), semconv.ServerPort(int(conn.Port)),
			semconv.DBNamespace(conn.Database)),
	)}
}

// spanName is the name that sqlc writes above each query, or the SQL's first word.
func spanName(sql string) string {
	if rest, named := strings.CutPrefix(sql, "-- name: "); named {
		name, _, _ := strings.Cut(rest, " ")
		return name
	}
	return otelpgx.SQLOperationName(context.Background(), sql)
}

func (t tracer) TraceQueryEnd(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryEndData) {
	data.Err = withoutValues(data.Err)
	t.Tracer.TraceQueryEnd(ctx, conn, data)
}

func (t tracer) TraceBatchQuery(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchQueryData) {
	data.Err = withoutValues(data.Err)
	t.Tracer.TraceBatchQuery(ctx, conn, data)
}

func (t tracer) TraceBatchEnd(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchEndData) {
	data.Err = withoutValues(data.Err)
	t.Tracer.TraceBatchEnd(ctx, conn, data)
}

func (t tracer) TraceCopyFromEnd(ctx context.Context, conn *pgx.Conn, data pgx.TraceCopyFromEndData) {
	data.Err = withoutValues(data.Err)
	t.Tracer.TraceCopyFromEnd(ctx, conn, data)
}

func (t tracer) TracePrepareEnd(ctx context.Context, conn *pgx.Conn, data pgx.TracePrepareEndData) {
	data.Err = withoutValues(data.Err)
	t.Tracer.TracePrepareEnd(ctx, conn, data)
}

// withoutValues keeps of an error what can hold no value of a row.
func withoutValues(err error) error {
	if err == nil || errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return &pgconn.PgError{
			Severity: refused.Severity, Code: refused.Code, ConstraintName: refused.ConstraintName,
			Message: strings.TrimSpace("refused " + refused.ConstraintName),
		}
	}
	if reason, known := faultOf(err); known {
		return errors.New(reason.Reason())
	}
	return errors.New("query failed on the client's side")
}
