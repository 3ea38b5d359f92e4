package journeytree_test

import (
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/bavn/bavn/cmd/bavn/internal/journeytree"
)

var registered = time.Date(2026, 11, 2, 8, 12, 4, 0, time.UTC)

// sample is an incident that goes from a service desk to a supplier and back, with the requests behind two of its steps.
type sample struct {
	journey  []journeytree.Span
	requests map[trace.TraceID][]journeytree.Span
}

func traceID(n byte) trace.TraceID { return trace.TraceID{0: 0xb0 + n, 1: 0x7e, 15: n} }
func spanID(n byte) trace.SpanID   { return trace.SpanID{7: n} }

// call makes the n-th span of a request; it begins and ends at microseconds after the request.
func call(of trace.TraceID, n, parent byte, service, name string, begin, end int) journeytree.Span {
	return journeytree.Span{
		Trace: of, ID: spanID(n), Parent: spanID(parent), Service: service, Name: name,
		Start: registered.Add(time.Duration(begin) * time.Microsecond), End: registered.Add(time.Duration(end) * time.Microsecond),
	}
}

func newSample() sample {
	journey, submit, handOver, gone := traceID(0), traceID(1), traceID(2), traceID(3)
	s := sample{requests: map[trace.TraceID][]journeytree.Span{
		submit: {
			call(submit, 1, 0, "gateway", "POST /v1/{parent=desks/*}/tickets:submit", 0, 21400),
			call(submit, 2, 1, "gateway", "bavn.intake.v1.IntakeService/SubmitTicket", 600, 20900),
			call(submit, 3, 2, "intake", "bavn.intake.v1.IntakeService/SubmitTicket", 1100, 20300),
			call(submit, 4, 3, "intake", "BEGIN", 1500, 1700),
			call(submit, 5, 3, "intake", "INSERT submissions", 1800, 2900),
			call(submit, 6, 3, "intake", "COMMIT", 3000, 4100),
			call(submit, 7, 3, "intake", "bavn.triage.v1.TriageService/OpenTicket", 4400, 19800),
			call(submit, 8, 7, "triage", "bavn.triage.v1.TriageService/OpenTicket", 5000, 19100),
			call(submit, 9, 8, "triage", "SELECT memberships", 5400, 5900),
			call(submit, 10, 8, "triage", "SELECT memberships", 6000, 6400),
			call(submit, 11, 8, "triage", "SELECT memberships", 6500, 6750),
			call(submit, 12, 8, "triage", "INSERT tickets", 7000, 9000),
			call(submit, 13, 3, "intake", "river.work open_ticket", 2500000, 2507000),
		},
		handOver: {
			call(handOver, 1, 0, "gateway", "POST /v1/{name=desks/*/tickets/*}:handOver", 0, 9300),
			call(handOver, 2, 1, "triage", "bavn.triage.v1.TriageService/HandOverTicket", 900, 8800),
		},
	}}
	s.requests[handOver][1].Error = "stale etag"

	add := func(n byte, service, name string, at time.Duration, attributes map[string]string, links ...trace.TraceID) {
		s.journey = append(s.journey, journeytree.Span{
			Trace: journey, ID: spanID(n), Parent: spanID(1), Service: service, Name: name,
			Start: registered.Add(at), End: registered.Add(at + time.Duration(n)*100*time.Microsecond),
			Attributes: attributes, Links: links,
		})
	}
	at := func(revision, party, group, status, priority string) map[string]string {
		return map[string]string{
			"bavn.revision": revision, "bavn.party": "desks/nsp/parties/" + party, "bavn.group": group,
			"bavn.status": status, "bavn.priority": priority,
		}
	}
	add(1, "triage", "ticket", 0, at("1", "sds", "servicedesk", "New", "P3"), submit)
	s.journey[0].Parent = trace.SpanID{}
	add(2, "triage", "ticket.open", 0, at("1", "sds", "servicedesk", "New", "P3"), submit)
	add(3, "triage", "ticket.categorise", 0, at("2", "sds", "servicedesk", "New", "P2"), submit)
	add(4, "triage", "ticket.assign", 4*time.Minute+12*time.Second, at("3", "sds", "servicedesk", "In progress", "P2"))
	add(5, "notify", "notification.send", 4*time.Minute+12*time.Second+180*time.Millisecond, at("", "sds", "", "", ""))
	add(6, "triage", "ticket.hand_over", 3*time.Hour+5*time.Minute, at("4", "netic", "drift", "In progress", "P2"), handOver)
	add(7, "triage", "ticket.hold", 5*time.Hour, at("5", "netic", "drift", "Awaiting user", "P2"), gone)
	add(8, "triage", "ticket.resolve", 50*time.Hour+30*time.Minute, at("6", "netic", "drift", "Resolved", "P2"))
	return s
}

func (s sample) tree(t *testing.T) journeytree.Journey {
	t.Helper()
	tree, err := journeytree.New("ASCP00000001", s.journey, s.requests)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// shuffled gives the same spans in another order, and some twice, as they arrive after a crash.
func (s sample) shuffled() sample {
	turned := sample{journey: slices.Concat(s.journey, s.journey), requests: map[trace.TraceID][]journeytree.Span{}}
	slices.Reverse(turned.journey)
	for id, spans := range s.requests {
		turned.requests[id] = slices.Concat(spans[1:], spans)
		slices.Reverse(turned.requests[id])
	}
	return turned
}
