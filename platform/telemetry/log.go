package telemetry

import (
	"context"
	"encoding"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/trace"
)

type attrsKey struct{}

// WithAttrs returns ctx in which every log record carries attrs, so that a ticket is named once and found on each line:
//
//	ctx = telemetry.WithAttrs(ctx, slog.String("ticket", "ASCP00000042"))
func WithAttrs(ctx context.Context, attrs ...slog.Attr) context.Context {
	return context.WithValue(ctx, attrsKey{}, slices.Concat(contextAttrs(ctx), attrs))
}

func contextAttrs(ctx context.Context) []slog.Attr {
	attrs, _ := ctx.Value(attrsKey{}).([]slog.Attr)
	return attrs
}

// newLogger writes one record per line as JSON, or as text for a person at a terminal.
func newLogger(cfg Config, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel, ReplaceAttr: hideAttr}
	var lines slog.Handler = slog.NewJSONHandler(w, options)
	if cfg.LogFormat == LogText {
		lines = slog.NewTextHandler(w, options)
	}
	return slog.New(contextHandler{root: lines, open: lines}).With(slog.String("service", cfg.Service))
}

// contextHandler adds to each record what its context knows: trace, span and WithAttrs. They belong at the top level of the
// line, so a logger inside a group is rebuilt from root for the record.
type contextHandler struct {
	root    slog.Handler                      // before the first group
	open    slog.Handler                      // with all attributes and groups
	grouped []func(slog.Handler) slog.Handler // what leads from root to open
}

func (h contextHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.open.Enabled(ctx, level)
}

func (h contextHandler) Handle(ctx context.Context, record slog.Record) error {
	attrs := contextAttrs(ctx)
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		attrs = slices.Concat(attrs, []slog.Attr{
			slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()),
		})
	}
	if len(h.grouped) == 0 || len(attrs) == 0 {
		record = record.Clone()
		record.AddAttrs(attrs...)
		return h.open.Handle(ctx, record)
	}
	open := h.root.WithAttrs(attrs)
	for _, step := range h.grouped {
		open = step(open)
	}
	return open.Handle(ctx, record)
}

func (h contextHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return h.with(func(next slog.Handler) slog.Handler { return next.WithAttrs(attrs) }, len(h.grouped) > 0)
}

func (h contextHandler) WithGroup(name string) slog.Handler {
	return h.with(func(next slog.Handler) slog.Handler { return next.WithGroup(name) }, name != "")
}

func (h contextHandler) with(step func(slog.Handler) slog.Handler, inGroup bool) slog.Handler {
	if !inGroup {
		root := step(h.root)
		return contextHandler{root: root, open: root}
	}
	return contextHandler{root: h.root, open: step(h.open), grouped: append(slices.Clip(h.grouped), step)}
}

// hideAttr hides personal data by name and mail addresses by form. A struct is shown as its type: what is in its fields cannot
// be known here, and what matters deserves an attribute of its own.
func hideAttr(groups []string, attr slog.Attr) slog.Attr {
	if len(groups) == 0 && (attr.Key == slog.TimeKey || attr.Key == slog.LevelKey) {
		return attr
	}
	if isHidden(attr.Key) || slices.ContainsFunc(groups, isHidden) {
		return slog.String(attr.Key, hidden)
	}
	switch attr.Value.Kind() {
	case slog.KindString:
		attr.Value = slog.StringValue(clean(attr.Value.String()))
	case slog.KindAny:
		attr.Value = slog.StringValue(cleanAny(attr.Value.Any()))
	default: // numbers and times
	}
	return attr
}

func cleanAny(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case error:
		return clean(value.Error())
	case []string:
		return clean(strings.Join(value, ","))
	case encoding.TextMarshaler:
		if text, err := value.MarshalText(); err == nil {
			return clean(string(text))
		}
	}
	return fmt.Sprintf("%T", value)
}
