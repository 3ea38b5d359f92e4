package journeytree_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/trace"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/bavn/bavn/cmd/bavn/internal/journeytree"
)

func stepNames(steps []journeytree.Step) []string {
	var names []string
	for _, s := range steps {
		names = append(names, s.Name)
	}
	return names
}

func TestTheOrderAndRepetitionOfSpansDoNotMatter(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(newSample().tree(t), newSample().shuffled().tree(t)); diff != "" {
		t.Errorf("the same spans in another order make another tree:\n%s", diff)
	}
}

func TestRequestsNamesEveryTraceToLookUpOnce(t *testing.T) {
	t.Parallel()
	want := []trace.TraceID{traceID(1), traceID(2), traceID(3)}
	if diff := cmp.Diff(want, journeytree.Requests(newSample().shuffled().journey)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAJourneyWithoutItsRootIsShownAllTheSame(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.journey = s.journey[3:] // root, open and categorise were not kept
	tree := s.tree(t)
	want := []string{"ticket.assign", "notification.send", "ticket.hand_over", "ticket.hold", "ticket.resolve"}
	if diff := cmp.Diff(want, stepNames(tree.Steps)); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if tree.Steps[0].Offset != 0 {
		t.Errorf("the first step that is known is at %v, want 0: time counts from it", time.Duration(tree.Steps[0].Offset))
	}
}

func TestAStepWhoseParentIsMissingKeepsItsPlaceInTime(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.journey[3].Parent = spanID(99)
	want := stepNames(newSample().tree(t).Steps)
	if diff := cmp.Diff(want, stepNames(s.tree(t).Steps)); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestSpansThatAreEachOthersParentAreNotLost(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.journey[3].Parent, s.journey[4].Parent = s.journey[4].ID, s.journey[3].ID
	want := stepNames(newSample().tree(t).Steps)
	if diff := cmp.Diff(want, stepNames(s.tree(t).Steps)); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestAStepMayHaveStepsOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.journey[4].Parent = s.journey[3].ID
	tree := s.tree(t)
	if got := stepNames(tree.Steps[2].Steps); !cmp.Equal(got, []string{"notification.send"}) {
		t.Errorf("below ticket.assign is %v, want notification.send", got)
	}
}

func TestTheRequestOfTheRootIsShownUnlessAStepShowsIt(t *testing.T) {
	t.Parallel()
	s := newSample()
	if tree := s.tree(t); len(tree.Requests) != 0 || len(tree.Steps[0].Requests) != 1 || tree.Steps[0].Requests[0].Repeated {
		t.Errorf("the request is not shown at ticket.open alone: %+v", tree.Requests)
	}
	s.journey[1].Links, s.journey[2].Links = nil, nil
	if tree := s.tree(t); len(tree.Requests) != 1 || len(tree.Requests[0].Calls) == 0 {
		t.Errorf("the request that only the root points to is lost: %+v", tree.Requests)
	}
}

func TestAnUnknownJourneyIsSaidToBeUnknown(t *testing.T) {
	t.Parallel()
	if _, err := journeytree.New("ASCP00000001", nil, nil); !errors.Is(err, journeytree.ErrNoSpans) {
		t.Errorf("%v, want ErrNoSpans", err)
	}
}

func TestSpansReadsOTLP(t *testing.T) {
	t.Parallel()
	text := func(key, value string) *commonpb.KeyValue {
		return &commonpb.KeyValue{Key: key, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: value}}}
	}
	of, other, parent, id := traceID(1), traceID(2), spanID(1), spanID(2)
	data := &tracepb.TracesData{ResourceSpans: []*tracepb.ResourceSpans{{
		Resource: &resourcepb.Resource{Attributes: []*commonpb.KeyValue{text("service.name", "triage")}},
		ScopeSpans: []*tracepb.ScopeSpans{{Spans: []*tracepb.Span{{
			TraceId: of[:], SpanId: id[:], ParentSpanId: parent[:], Name: "ticket.open",
			StartTimeUnixNano: uint64(registered.UnixNano()), EndTimeUnixNano: uint64(registered.UnixNano()) + 1000,
			Attributes: []*commonpb.KeyValue{
				text("bavn.party", "sds"),
				{Key: "bavn.revision", Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_IntValue{IntValue: 7}}},
			},
			Links:  []*tracepb.Span_Link{{TraceId: other[:]}, {TraceId: of[:]}, {TraceId: make([]byte, 16)}},
			Status: &tracepb.Status{Code: tracepb.Status_STATUS_CODE_ERROR},
		}}}},
	}}}
	want := []journeytree.Span{{
		Trace: of, ID: id, Parent: parent, Name: "ticket.open", Service: "triage",
		Start: registered, End: registered.Add(time.Microsecond), Error: "failed", Links: []trace.TraceID{other},
		Attributes: map[string]string{"bavn.party": "sds", "bavn.revision": "7"},
	}}
	if diff := cmp.Diff(want, journeytree.Spans(data)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
