package acceptance_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/bavn/bavn/test/house"
)

// span is what a test asks of one.
type span struct {
	service, name string
	id, parent    string
	links         []string // traces
	sql           bool
	party         string // who took the step, or on whose behalf
}

// edge is a span that caused another, service to service.
type edge struct{ parent, child string }

// notes are no steps of the way, and an internal one would tell an outsider who reads traces that there is something to know.
var notes = map[string]bool{"ticket.note_added": true, "ticket.work_logged": true}

// oneTraceShowsIt asks the collector for the ticket's own trace: one root, one span under it for each step and each message, each
// with a link to the request that caused it; and for the requests behind: who called whom.
func (w *walk) oneTraceShowsIt(ctx context.Context, t *testing.T) {
	t.Helper()
	steps := map[string]int{"ticket.opened": 1, "notification.send": len(messages)}
	shown := 2 + len(messages) // the root and the opening
	for _, s := range incident {
		if !notes[s.event] {
			steps[s.event]++
			shown++
		}
	}
	var journey []span
	err := house.Until(ctx, func(ctx context.Context) error {
		var err error
		if journey, err = w.trace(ctx, w.ticket.GetJourneyTraceId()); err != nil {
			return err
		}
		if len(journey) != shown {
			return fmt.Errorf("the journey has %d spans, want %d", len(journey), shown)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	root := slices.IndexFunc(journey, func(s span) bool { return s.parent == "" })
	if root < 0 {
		t.Fatal("the journey has no root")
	}
	requests := map[string][]string{} // steps by the trace of the request behind them
	for i, s := range journey {
		if i == root {
			continue
		}
		steps[s.name]--
		if !strings.HasPrefix(s.party, house.Desk+"/parties/") {
			t.Errorf("%s of %s says %q where it should name a party", s.name, s.service, s.party)
		}
		if s.parent != journey[root].id {
			t.Errorf("%s of %s does not hang under the root", s.name, s.service)
		}
		if len(s.links) != 1 {
			t.Errorf("%s of %s has %d links, want the one to its request", s.name, s.service, len(s.links))
			continue
		}
		requests[s.links[0]] = append(requests[s.links[0]], s.service+" "+s.name)
	}
	for step, missing := range steps {
		if missing != 0 {
			t.Errorf("%d spans %s are missing from the journey", missing, step)
		}
	}
	for id, of := range requests {
		w.requestHasItsEdges(ctx, t, id, of)
	}
}

// requestHasItsEdges looks behind a step, once its spans have arrived. What a service sent because of it links to the same
// request as the step itself.
func (w *walk) requestHasItsEdges(ctx context.Context, t *testing.T, id string, of []string) {
	t.Helper()
	if !slices.ContainsFunc(of, func(step string) bool { return strings.HasPrefix(step, "triage ticket.") }) {
		t.Errorf("%v link to a request that took no step", of)
	}
	want := []edge{{"triage", "triage SQL"}}
	if slices.Contains(of, "triage ticket.opened") {
		want = append(want, edge{"intake", "triage"}, edge{"intake", "intake SQL"})
		if w.door.Name == "REST" {
			want = append(want, edge{"gateway", "intake"})
		}
	} else if w.door.Name == "REST" {
		want = append(want, edge{"gateway", "triage"})
	}
	err := house.Until(ctx, func(ctx context.Context) error {
		spans, err := w.trace(ctx, id)
		if err != nil {
			return err
		}
		got := edges(spans)
		for _, e := range want {
			if !got[e] {
				return fmt.Errorf("nothing leads from %s to %s; there are %v", e.parent, e.child, got)
			}
		}
		if roots := slices.DeleteFunc(spans, func(s span) bool { return s.parent != "" }); len(roots) != 1 {
			return fmt.Errorf("it has %d roots", len(roots))
		}
		return nil
	})
	if err != nil {
		t.Errorf("the request behind %v: %v", of, err)
	}
}

// edges are the steps from one service to another, and from a service to its SQL. A span without its parent is none.
func edges(spans []span) map[edge]bool {
	byID := map[string]span{}
	for _, s := range spans {
		byID[s.id] = s
	}
	found := map[edge]bool{}
	for _, s := range spans {
		parent, there := byID[s.parent]
		switch {
		case !there:
		case s.sql:
			found[edge{parent.service, s.service + " SQL"}] = true
		case parent.service != s.service:
			found[edge{parent.service, s.service}] = true
		}
	}
	return found
}

// trace reads a trace from the collector, as `bavn trace` does.
func (w *walk) trace(ctx context.Context, id string) ([]span, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.Addresses().Traces+"/traces/"+id, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/x-protobuf")
	response, err := (&http.Client{}).Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("trace %s: %s: %s", id, response.Status, body)
	}
	data := new(tracepb.TracesData)
	if err := proto.Unmarshal(body, data); err != nil {
		return nil, err
	}
	var spans []span
	for _, resource := range data.GetResourceSpans() {
		service := ""
		for _, attribute := range resource.GetResource().GetAttributes() {
			if attribute.GetKey() == "service.name" {
				service = attribute.GetValue().GetStringValue()
			}
		}
		for _, scope := range resource.GetScopeSpans() {
			for _, s := range scope.GetSpans() {
				one := span{
					service: service, name: s.GetName(), id: hex.EncodeToString(s.GetSpanId()), parent: hex.EncodeToString(s.GetParentSpanId()),
					sql: strings.HasSuffix(scope.GetScope().GetName(), "otelpgx"),
				}
				for _, attribute := range s.GetAttributes() {
					if attribute.GetKey() == "bavn.party" {
						one.party = attribute.GetValue().GetStringValue()
					}
				}
				for _, link := range s.GetLinks() {
					one.links = append(one.links, hex.EncodeToString(link.GetTraceId()))
				}
				spans = append(spans, one)
			}
		}
	}
	return spans, nil
}
