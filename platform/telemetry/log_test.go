package telemetry_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bavn/bavn/platform/telemetry"
)

func TestALogLineNamesItsTraceAndTicket(t *testing.T) {
	t.Parallel()
	lines := &log{}
	tel := start(t, telemetry.DefaultConfig("triage"), telemetry.Deps{Log: lines})
	ctx, span := tel.TracerProvider.Tracer("test").Start(t.Context(), "request")
	defer span.End()
	ctx = telemetry.WithAttrs(ctx, slog.String("desk", "nsp"))
	ctx = telemetry.WithAttrs(ctx, slog.String("ticket", "ASCP00000042"))

	tel.Logger.With("party", "netic").WithGroup("change").With("to", "RESOLVED").InfoContext(ctx, "ticket changed", "revision", 7)

	var got map[string]any
	if err := json.Unmarshal([]byte(lines.String()), &got); err != nil {
		t.Fatalf("one JSON object per line, got %v:\n%s", err, lines)
	}
	delete(got, "time")
	want := map[string]any{
		"level": "INFO", "msg": "ticket changed", "service": "triage", "party": "netic", "desk": "nsp", "ticket": "ASCP00000042",
		"trace_id": span.SpanContext().TraceID().String(), "span_id": span.SpanContext().SpanID().String(),
		"change": map[string]any{"to": "RESOLVED", "revision": 7.0},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log line (-want +got):\n%s", diff)
	}
}

func TestALineBelowTheLevelIsNotWritten(t *testing.T) {
	t.Parallel()
	lines := &log{}
	cfg := telemetry.DefaultConfig("triage")
	cfg.LogLevel, cfg.LogFormat = slog.LevelWarn, telemetry.LogText
	tel := start(t, cfg, telemetry.Deps{Log: lines})
	tel.Logger.Info("quiet")
	tel.Logger.Warn("loud")
	if text := lines.String(); strings.Contains(text, "quiet") || !strings.Contains(text, `msg=loud service=triage`) {
		t.Errorf("got %q", text)
	}
}
