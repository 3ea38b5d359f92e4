package acceptance_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bavn/bavn/test/house"
)

// passage is a way through a trace: each of them has the one before it among its callers. A name may be left out.
type passage []span

// TestARequestIsOneTraceFromTheGatewayToTheMailboxes takes a ticket up over REST and asks for the trace of that one request: it
// goes through triage to its COMMIT, and on to what reporting and notify make of the event and to the mails that tell the user.
func TestARequestIsOneTraceFromTheGatewayToTheMailboxes(t *testing.T) {
	t.Parallel()
	_, h := furnished(t)
	ctx, cancel := context.WithTimeout(t.Context(), walkLimit)
	defer cancel()
	w := &walk{House: h, door: h.REST}
	if err := w.report(ctx, "Login svarer ikke"); err != nil {
		t.Fatal(err)
	}
	for _, s := range incident[:2] { // mette takes it and begins, which ole and ida are told by mail
		if err := w.takes(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	triage := []span{{service: "gateway"}, {service: "triage"}}
	hears := func(service string) []span {
		return append(slices.Clone(triage), span{service: service, name: "apply ticket.work_started"})
	}
	passages := []passage{
		append(slices.Clone(triage), span{service: "triage", name: "COMMIT", sql: true}),
		hears("reporting"),
		append(hears("notify"), span{service: "notify", name: "send mail"}),
		append(hears("notify"), span{service: "notify", name: "process deliver"}),
		append(hears("notify"), span{service: "reporting", name: "apply notification.sent"}),
	}
	err := house.Until(ctx, func(ctx context.Context) error {
		request, err := w.requestBehind(ctx, "ticket.work_started")
		if err != nil {
			return err
		}
		var missing []error
		for _, p := range passages {
			if !p.in(request) {
				missing = append(missing, fmt.Errorf("nothing goes through %v", p))
			}
		}
		if mails := count(request, "send mail"); mails != 2 {
			missing = append(missing, fmt.Errorf("%d mails are in it, want ole's and ida's", mails))
		}
		if roots := slices.DeleteFunc(slices.Clone(request), func(s span) bool { return s.parent != "" }); len(roots) != 1 {
			missing = append(missing, fmt.Errorf("it has %d roots, want the call of the gateway alone", len(roots)))
		}
		return errors.Join(missing...)
	})
	if err != nil {
		t.Errorf("the trace of mette's request: %v", err)
	}
}

// requestBehind is the trace of the request that a step of the journey has a link to.
func (w *walk) requestBehind(ctx context.Context, step string) ([]span, error) {
	journey, err := w.trace(ctx, w.ticket.GetJourneyTraceId())
	if err != nil {
		return nil, err
	}
	drawn := slices.IndexFunc(journey, func(s span) bool { return s.name == step && len(s.links) > 0 })
	if drawn < 0 {
		return nil, fmt.Errorf("the journey has no %s with a link", step)
	}
	return w.trace(ctx, journey[drawn].links[0])
}

// in looks for the passage among the spans of a trace, from its end to its beginning.
func (p passage) in(spans []span) bool {
	byID := map[string]span{}
	for _, s := range spans {
		byID[s.id] = s
	}
	return slices.ContainsFunc(spans, func(last span) bool {
		sought := len(p) - 1
		if !p[sought].is(last) {
			return false
		}
		for at, there := last, true; there; {
			if sought >= 0 && p[sought].is(at) {
				sought--
			}
			at, there = byID[at.parent]
		}
		return sought < 0
	})
}

// is reports whether a span is what a passage asks for.
func (s span) is(other span) bool {
	return s.service == other.service && (s.name == "" || s.name == other.name) && s.sql == other.sql
}

func (s span) String() string { return strings.TrimSpace(s.service + " " + s.name) }

func count(spans []span, name string) (n int) {
	for _, s := range spans {
		if s.name == name {
			n++
		}
	}
	return n
}
