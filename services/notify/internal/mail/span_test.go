package mail_test

import (
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/platform/telemetry"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

const (
	request = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	unkept  = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
	ofAJob  = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	inside  = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01" // of a job that continues the request's trace
)

func TestAMailIsDrawnInTheTraceOfTheRequestThatItTellsOfAndARetryInTheJobs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		job           string
		attempt       int
		cause         string
		parent, links string // traceparents, empty for none
		unseen        bool
	}{
		"a job of several requests":      {job: ofAJob, attempt: 1, cause: request, parent: request, links: ofAJob},
		"a job of this request alone":    {job: inside, attempt: 1, cause: request, parent: inside},
		"a second attempt":               {job: ofAJob, attempt: 2, cause: request, parent: ofAJob, links: request},
		"a request that nobody keeps":    {job: ofAJob, attempt: 1, cause: unkept, unseen: true},
		"an event that came without one": {job: ofAJob, attempt: 1, parent: ofAJob},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spans := tracetest.NewSpanRecorder()
			w := newTracedWorld(t, sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)), nil)
			m := message("1")
			m.Attempt, m.Cause, m.Notification = tt.attempt, tt.cause, "desks/nsp/notifications/1"
			w.Send(telemetry.ContextWithTraceparent(t.Context(), tt.job), []domain.Dispatch{m})
			if n := len(w.sink.Messages(mailsink.Filter{})); n != 1 {
				t.Fatalf("%d mails arrived, want 1", n)
			}
			drawn := spans.Ended()
			if tt.unseen {
				if len(drawn) != 0 {
					t.Errorf("%d spans are drawn for it", len(drawn))
				}
				return
			}
			if len(drawn) != 1 {
				t.Fatalf("%d spans are drawn, want 1", len(drawn))
			}
			parent := drawn[0].Parent()
			if got := "00-" + parent.TraceID().String() + "-" + parent.SpanID().String() + "-01"; got != tt.parent {
				t.Errorf("it hangs under %s, want %s", got, tt.parent)
			}
			links := ""
			for _, l := range drawn[0].Links() {
				links += "00-" + l.SpanContext.TraceID().String() + "-" + l.SpanContext.SpanID().String() + "-01"
			}
			if links != tt.links {
				t.Errorf("it has a link to %q, want %q", links, tt.links)
			}
		})
	}
}
