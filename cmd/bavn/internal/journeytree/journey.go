// Package journeytree shows where a ticket has been: the steps of its journey trace as a tree, and behind each step the
// request that caused it, down to the SQL. It only arranges and renders; where the spans come from is the caller's business.
package journeytree

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// ErrNoSpans says that nothing of the journey was received.
var ErrNoSpans = errors.New("no span of the journey is known")

// Attributes of journey spans. Names of parties and groups may be whole resource names; the last segment is shown.
const (
	attributeParty    = "bavn.party"
	attributeGroup    = "bavn.group"
	attributeStatus   = "bavn.status"
	attributePriority = "bavn.priority"
	attributeRevision = "bavn.revision"
)

// Duration is written in JSON as the REST API writes one: seconds with an "s".
type Duration time.Duration

// MarshalJSON writes 90 minutes as "5400s".
func (d Duration) MarshalJSON() ([]byte, error) {
	return json.Marshal(strconv.FormatFloat(time.Duration(d).Seconds(), 'f', -1, 64) + "s")
}

// Journey is a ticket's way from registration on.
type Journey struct {
	Ticket   string        `json:"ticket"`
	Trace    trace.TraceID `json:"trace_id"`
	Start    time.Time     `json:"start_time"` // of the ticket's root span, or of the first step if that is missing
	Duration Duration      `json:"duration"`   // from the start to the end of the last step
	Status   string        `json:"status,omitempty"`
	Priority string        `json:"priority,omitempty"`
	Parties  []string      `json:"parties"`            // in the order in which they first took a step
	Requests []Request     `json:"requests,omitempty"` // that the root span points to and no step does
	Steps    []Step        `json:"steps"`
}

// Step is one thing that happened to the ticket at one party.
type Step struct {
	Name     string    `json:"name"`
	Service  string    `json:"service,omitempty"`
	Party    string    `json:"party,omitempty"`
	Group    string    `json:"group,omitempty"`
	Status   string    `json:"status,omitempty"`
	Priority string    `json:"priority,omitempty"`
	Revision int64     `json:"revision,omitempty"`
	Start    time.Time `json:"start_time"`
	Offset   Duration  `json:"offset"` // since the journey's start; negative if a clock was behind
	Duration Duration  `json:"duration"`
	Error    string    `json:"error,omitempty"`
	Requests []Request `json:"requests,omitempty"`
	Steps    []Step    `json:"steps,omitempty"` // that belong to this one
}

// Request is an ordinary trace that a step points to.
type Request struct {
	Trace trace.TraceID `json:"trace_id"`
	// Unknown says that none of its spans is kept (any more).
	Unknown bool `json:"unknown,omitempty"`
	// Repeated says that its calls are shown at an earlier step, which came from the same request.
	Repeated bool      `json:"repeated,omitempty"`
	Start    time.Time `json:"start_time,omitzero"`
	Duration Duration  `json:"duration,omitempty"`
	Calls    []Call    `json:"calls,omitempty"`
}

// Call is one span of a request, with what it caused in turn.
type Call struct {
	Name     string   `json:"name"`
	Service  string   `json:"service,omitempty"`
	Offset   Duration `json:"offset"` // since the request's start
	Duration Duration `json:"duration"`
	Error    string   `json:"error,omitempty"`
	Calls    []Call   `json:"calls,omitempty"`
}

// Requests returns the traces that a journey points to, each once: what the caller has to look up before New.
func Requests(journey []Span) []trace.TraceID {
	var linked []trace.TraceID
	for _, span := range inOrder(journey) {
		for _, other := range span.Links {
			if !slices.Contains(linked, other) {
				linked = append(linked, other)
			}
		}
	}
	return linked
}

// New arranges the spans of the journey trace and of the requests it points to; the order in which they are given is of no
// account. A journey whose root span is missing is arranged all the same.
func New(ticket string, journey []Span, requests map[trace.TraceID][]Span) (Journey, error) {
	if len(journey) == 0 {
		return Journey{}, fmt.Errorf("%s: %w", ticket, ErrNoSpans)
	}
	forest := arrange(journey)
	j := Journey{Ticket: ticket, Trace: journey[0].Trace, Start: forest[0].Start, Parties: []string{}}
	if root := slices.IndexFunc(forest, isTicket); root >= 0 {
		j.Start = forest[root].Start
	}
	b := builder{journey: &j, requests: requests, shown: map[trace.TraceID]bool{}}
	for _, tree := range forest {
		if isTicket(tree) {
			j.Steps = append(j.Steps, b.steps(tree.children)...)
		} else {
			j.Steps = append(j.Steps, b.step(tree))
		}
	}
	for _, tree := range forest {
		if isTicket(tree) {
			isShown := func(r Request) bool { return r.Repeated }
			j.Requests = append(j.Requests, slices.DeleteFunc(b.behind(tree), isShown)...)
		}
	}
	slices.SortStableFunc(j.Steps, func(a, b Step) int { return a.Start.Compare(b.Start) })
	end := j.Start
	for _, span := range inOrder(journey) {
		if span.End.After(end) {
			end = span.End
		}
		j.Status = cmp.Or(span.Attributes[attributeStatus], j.Status)
		j.Priority = cmp.Or(span.Attributes[attributePriority], j.Priority)
		if party := lastSegment(span.Attributes[attributeParty]); party != "" && !slices.Contains(j.Parties, party) {
			j.Parties = append(j.Parties, party)
		}
	}
	j.Duration = Duration(end.Sub(j.Start))
	return j, nil
}

// isTicket tells the root span, which stands for the ticket itself, from a step whose parent is missing.
func isTicket(t *node) bool { return !t.Parent.IsValid() }

type builder struct {
	journey  *Journey
	requests map[trace.TraceID][]Span
	shown    map[trace.TraceID]bool
}

func (b *builder) steps(nodes []*node) []Step {
	var steps []Step
	for _, n := range nodes {
		steps = append(steps, b.step(n))
	}
	return steps
}

func (b *builder) step(n *node) Step {
	step := Step{
		Name: n.Name, Service: n.Service, Error: n.Error,
		Party: lastSegment(n.Attributes[attributeParty]), Group: lastSegment(n.Attributes[attributeGroup]),
		Status: n.Attributes[attributeStatus], Priority: n.Attributes[attributePriority], Revision: revision(n.Span),
		Start: n.Start, Offset: Duration(n.Start.Sub(b.journey.Start)), Duration: Duration(n.End.Sub(n.Start)),
	}
	step.Requests, step.Steps = b.behind(n), b.steps(n.children)
	return step
}

func (b *builder) behind(n *node) []Request {
	var requests []Request
	for _, id := range n.Links {
		requests = append(requests, b.request(id))
	}
	return requests
}

func (b *builder) request(id trace.TraceID) Request {
	spans := b.requests[id]
	switch {
	case len(spans) == 0:
		return Request{Trace: id, Unknown: true}
	case b.shown[id]:
		return Request{Trace: id, Repeated: true}
	}
	b.shown[id] = true
	forest := arrange(spans)
	start, end := forest[0].Start, forest[0].End
	for _, span := range spans {
		if span.End.After(end) {
			end = span.End
		}
	}
	return Request{Trace: id, Start: start, Duration: Duration(end.Sub(start)), Calls: calls(forest, start)}
}

func calls(nodes []*node, start time.Time) []Call {
	var made []Call
	for _, n := range nodes {
		made = append(made, Call{
			Name: n.Name, Service: n.Service, Error: n.Error,
			Offset: Duration(n.Start.Sub(start)), Duration: Duration(n.End.Sub(n.Start)), Calls: calls(n.children, start),
		})
	}
	return made
}

// node is a span among the spans it caused.
type node struct {
	Span
	children []*node
}

// arrange makes trees of spans, siblings and roots in order. A span whose parent is not among them becomes a root, and so does
// one of a circle, which only broken data can hold.
func arrange(spans []Span) []*node {
	nodes := map[trace.SpanID]*node{}
	ordered := slices.DeleteFunc(inOrder(spans), func(span Span) bool {
		again := nodes[span.ID] != nil // the same span twice is one span
		if !again {
			nodes[span.ID] = &node{Span: span}
		}
		return again
	})
	var roots []*node
	for _, span := range ordered {
		n := nodes[span.ID]
		parent := nodes[span.Parent]
		if parent == nil || reaches(parent, n, nodes) {
			roots = append(roots, n)
			continue
		}
		parent.children = append(parent.children, n)
	}
	return roots
}

// reaches says whether going up from a node arrives at another, or nowhere at all.
func reaches(from, to *node, nodes map[trace.SpanID]*node) bool {
	for range len(nodes) {
		if from == nil {
			return false
		}
		if from == to {
			return true
		}
		from = nodes[from.Parent]
	}
	return true
}

// inOrder sorts by time, then by the ticket's revision, which is what tells apart the steps of one moment.
func inOrder(spans []Span) []Span {
	return slices.SortedStableFunc(slices.Values(spans), func(a, b Span) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(revision(a), revision(b)), bytes.Compare(a.ID[:], b.ID[:]))
	})
}

func revision(s Span) int64 {
	number, err := strconv.ParseInt(s.Attributes[attributeRevision], 10, 64)
	if err != nil {
		return 0 // not every span has one
	}
	return number
}
