package feed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
)

// Head is where the chain of a resource stands. It lives on the aggregate's own row and is locked and loaded with it, so
// that appending reads nothing. The zero Head is that of a resource without events.
type Head struct {
	// Revision of the last event, 0 before the first.
	Revision int64
	// Hash of the last event, empty before the first.
	Hash []byte
	// Time is the last event's occurred_at: an aggregate's own history never runs backwards.
	Time time.Time
}

// Draft is an event before it has its place in its resource's chain.
type Draft struct {
	// Desk is the desk's id ("nsp").
	Desk string
	// Resource is the full name ("desks/nsp/tickets/ASCP00000042").
	Resource string
	// Type is what happened ("ticket.handed_over").
	Type string
	// SchemaVersion of the payload; 0 means 1.
	SchemaVersion int32
	// Payload holds the facts: bounded, without personal data or free text.
	Payload proto.Message
	Actor   *eventv1.Actor
	Cause   *eventv1.Cause
	// ProfileVersion is the content hash of the process profile in force.
	ProfileVersion string
	// Traceparent of the request that caused it; see Traceparent.
	Traceparent string
	// Audience are the principals who may see the event, relative to the desk ("parties/netic", "persons/mette").
	Audience []string
	// Journey is the ticket's own trace; nil outside tickets.
	Journey *eventv1.Journey
	// Texts are stored beside the event and can be erased. One without text is left out.
	Texts []Text
	// OccurredAt is the source's time in an import; zero means now.
	OccurredAt time.Time
}

// Text is personal data or free text that belongs to an event.
type Text struct {
	// Name says what it is, once per event: "title", "note".
	Name string
	// LanguageCode is a BCP 47 tag.
	LanguageCode string
	Text         string
}

// Traceparent returns the W3C traceparent of the span in ctx, or "" without one.
func Traceparent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier["traceparent"]
}

// check returns what would make the draft unusable: mistakes of the calling code, never of a user.
func (d *Draft) check() error {
	switch {
	case d.Desk == "":
		return errors.New("draft without desk")
	case d.Type == "":
		return errors.New("draft without type")
	case d.Payload == nil:
		return errors.New("draft without payload")
	case d.Resource != "desks/"+d.Desk && !strings.HasPrefix(d.Resource, "desks/"+d.Desk+"/"):
		return fmt.Errorf("resource %q is not of desk %q", d.Resource, d.Desk)
	case slices.ContainsFunc(d.Audience, func(key string) bool { return key == "" || strings.Contains(key, "\n") }):
		return fmt.Errorf("audience %q has a key that is no name", d.Audience)
	}
	return nil
}
