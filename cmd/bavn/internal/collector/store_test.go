package collector_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/trace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/bavn/bavn/cmd/bavn/internal/collector"
	"github.com/bavn/bavn/platform/clock"
)

func TestATraceIsGivenBackWholeInTheOrderOfItsSpans(t *testing.T) {
	t.Parallel()
	store := open(t)
	add(t, store, from("triage", span(id(1), 3, "assign"), span(id(2), 1, "other")))
	add(t, store, from("intake", span(id(1), 1, "submit")))
	add(t, store, from("triage", span(id(1), 2, "open")))
	want(t, store, id(1), "intake/submit triage/open triage/assign")
	want(t, store, id(2), "triage/other")
	if store.Trace(id(9)) != nil {
		t.Error("a trace that nobody sent is not nil")
	}
}

func TestASpanThatComesAgainIsOneSpan(t *testing.T) {
	t.Parallel()
	file, kept := inFile(t)
	store := open(t, kept)
	add(t, store, from("triage", span(id(1), 1, "open"), span(id(1), 2, "assign")))
	before, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	add(t, store, from("triage", span(id(1), 2, "assign"), span(id(1), 1, "open")))
	want(t, store, id(1), "triage/open triage/assign")
	if after, err := os.Stat(file); err != nil || after.Size() != before.Size() {
		t.Errorf("the file grew from %d to %d bytes by nothing new (%v)", before.Size(), after.Size(), err)
	}
	add(t, store, from("triage", span(id(1), 2, "reassign")))
	want(t, store, id(1), "triage/open triage/reassign")
}

func TestASpanWithoutValidIDsIsLeftOutAndSaidSo(t *testing.T) {
	t.Parallel()
	store := open(t)
	batch := from("triage", span(id(1), 1, "good"), span(id(1), 0, "no span id"), span(trace.TraceID{}, 1, "no trace id"))
	batch[0].ScopeSpans[0].Spans = append(batch[0].ScopeSpans[0].Spans, &tracepb.Span{TraceId: []byte("short"), Name: "odd"})
	rejected, reason, err := store.Add(batch)
	if rejected != 3 || !strings.Contains(reason, `"odd"`) || err != nil {
		t.Errorf("rejected %d (%s), %v; want 3 and why", rejected, reason, err)
	}
	want(t, store, id(1), "triage/good")
}

func TestLinksNamesEachOtherTraceOnce(t *testing.T) {
	t.Parallel()
	store := open(t)
	add(t, store, from("triage",
		span(id(1), 2, "second", id(7), id(8)), span(id(1), 1, "first", id(8)), span(id(1), 3, "itself", id(1), trace.TraceID{})))
	if diff := cmp.Diff([]trace.TraceID{id(8), id(7)}, store.Links(id(1))); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if links := store.Links(id(9)); links != nil {
		t.Errorf("an unknown trace links to %v", links)
	}
}

func TestTheTracesThatHaveNotGrownForTheLongestTimeGoFirst(t *testing.T) {
	t.Parallel()
	store := open(t, func(c *collector.Config) { c.MaxSpans = 8 })
	for n := byte(1); n <= 4; n++ {
		add(t, store, from("triage", span(id(n), 1, "a"), span(id(n), 2, "b")))
	}
	add(t, store, from("triage", span(id(1), 1, "grown")))
	add(t, store, from("triage", span(id(5), 1, "new")))
	want(t, store, id(1), "triage/grown triage/b")
	want(t, store, id(2), "")
	want(t, store, id(3), "triage/a triage/b")
	want(t, store, id(5), "triage/new")
}

func TestPreferredTracesOutliveOrdinaryOnes(t *testing.T) {
	t.Parallel()
	store := open(t, func(c *collector.Config) {
		c.MaxSpans = 8
		c.Prefer = func(scope string, span *tracepb.Span) bool {
			return scope == "scope of journey" && strings.HasPrefix(span.GetName(), "ticket")
		}
	})
	add(t, store, from("triage", span(id(1), 1, "unpreferred start")))
	add(t, store, from("journey", span(id(1), 2, "ticket.open")))
	for n := byte(2); n <= 20; n++ {
		add(t, store, from("triage", span(id(n), 1, "request")))
	}
	want(t, store, id(1), "triage/unpreferred start journey/ticket.open")
	want(t, store, id(14), "")
	want(t, store, id(15), "triage/request")
}

func TestTracesGoWhenTheyAreOld(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(morning)
	store := open(t, func(c *collector.Config) { c.Clock, c.MaxAge = now, time.Hour })
	add(t, store, from("triage", span(id(1), 1, "old")))
	now.Advance(time.Hour)
	add(t, store, from("triage", span(id(2), 1, "young")))
	want(t, store, id(1), "triage/old")
	now.Advance(time.Microsecond)
	add(t, store, from("triage", span(id(3), 1, "new")))
	want(t, store, id(1), "")
	want(t, store, id(2), "triage/young")
}

func TestOneTraceCannotPushOutAllOthers(t *testing.T) {
	t.Parallel()
	store := open(t, func(c *collector.Config) { c.MaxSpans = 8 })
	add(t, store, from("triage", span(id(1), 1, "quiet")))
	var rejected int64
	for n := byte(1); n <= 20; n++ {
		refused, _, err := store.Add(from("triage", span(id(2), n, "loop")))
		if err != nil {
			t.Fatal(err)
		}
		rejected += refused
	}
	want(t, store, id(1), "triage/quiet")
	want(t, store, id(2), "triage/loop triage/loop")
	if rejected != 18 {
		t.Errorf("%d spans were rejected, want 18", rejected)
	}
}

func TestWaitReturnsWhenTheTraceIsEnough(t *testing.T) {
	t.Parallel()
	store := open(t)
	twoSpans := func(data *tracepb.TracesData) bool { return strings.Contains(names(data), " ") }
	answer := make(chan string)
	go func() {
		data, err := store.Wait(t.Context(), id(1), twoSpans)
		if err != nil {
			t.Error(err)
		}
		answer <- names(data)
	}()
	add(t, store, from("triage", span(id(1), 1, "open")))
	add(t, store, from("triage", span(id(1), 2, "assign")))
	if got := <-answer; got != "triage/open triage/assign" {
		t.Errorf("waited for %q", got)
	}

	ctx, cancel := context.WithCancelCause(t.Context())
	given := errors.New("patience has an end")
	cancel(given)
	if _, err := store.Wait(ctx, id(9), twoSpans); !errors.Is(err, given) {
		t.Errorf("waiting in vain: %v", err)
	}
}

func TestSpansOutliveARestart(t *testing.T) {
	t.Parallel()
	_, kept := inFile(t)
	before := open(t, kept)
	add(t, before, from("triage", span(id(1), 1, "open", id(2)), span(id(2), 1, "request")))
	add(t, before, from("intake", span(id(1), 2, "notify")))
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	after := open(t, kept)
	for _, of := range []trace.TraceID{id(1), id(2)} {
		if diff := cmp.Diff(before.Trace(of), after.Trace(of), protocmp.Transform()); diff != "" {
			t.Errorf("trace %s after the restart (-before +after):\n%s", of, diff)
		}
	}
}

func TestAfterARestartTheOldestStillGoesFirst(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(morning)
	_, kept := inFile(t)
	bounds := func(c *collector.Config) { c.Clock, c.MaxSpans, c.MaxAge = now, 4, time.Hour }
	before := open(t, kept, bounds)
	for n := byte(1); n <= 4; n++ {
		add(t, before, from("triage", span(id(n), 1, "request")))
		now.Advance(20 * time.Minute)
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	after := open(t, kept, bounds)
	want(t, after, id(1), "") // 80 minutes old by now
	want(t, after, id(2), "triage/request")
	add(t, after, from("triage", span(id(5), 1, "request"), span(id(6), 1, "request")))
	want(t, after, id(2), "")
	want(t, after, id(3), "triage/request")
}

func TestAFileCutAnywhereIsReadAsFarAsItIsWhole(t *testing.T) {
	t.Parallel()
	file, kept := inFile(t)
	store := open(t, kept)
	add(t, store, from("triage", span(id(1), 1, "whole")))
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	add(t, store, from("triage", span(id(2), 1, "cut")))
	both, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for length := len(whole); length < len(both); length++ {
		if err := os.WriteFile(file, both[:length], 0o600); err != nil {
			t.Fatal(err)
		}
		after := open(t, kept)
		want(t, after, id(1), "triage/whole")
		want(t, after, id(2), "")
		add(t, after, from("triage", span(id(3), 1, "later")))
		want(t, open(t, kept), id(3), "triage/later")
	}
}

func TestTheFileStaysBoundedAndKeepsWhatTheStoreKeeps(t *testing.T) {
	t.Parallel()
	file, kept := inFile(t)
	few := func(c *collector.Config) { c.MaxSpans = 20 }
	store := open(t, kept, few)
	large := strings.Repeat("x", 200<<10)
	for n := byte(1); n <= 200; n++ { // 40 MB in all, 4 MB at a time
		heavy := span(id(n), 1, "heavy")
		heavy.Status = &tracepb.Status{Message: large}
		add(t, store, from("triage", heavy))
	}
	const bound = 16 << 20
	if info, err := os.Stat(file); err != nil || info.Size() > bound {
		t.Errorf("the file has %d bytes, want at most %d (%v)", info.Size(), bound, err)
	}
	after := open(t, kept, few)
	want(t, after, id(180), "")
	want(t, after, id(181), "triage/heavy")
	want(t, after, id(200), "triage/heavy")
}
