package feed_test

import (
	"bytes"
	"errors"
	"testing"

	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/feed"
)

// renamed is the upcast of a test: version 1 said a text, version 2 says a number.
func renamed(r *eventv1.Record) error {
	payload, err := anypb.New(wrapperspb.Int64(42))
	if err != nil {
		return err
	}
	r.Payload = payload
	return nil
}

func TestOldEventsAreBroughtUpToDateWhenReadAndNeverChanged(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	mustWrite(t, pool, ticket(1), draft(ticket(1)))
	var upcasters feed.Upcasters
	upcasters.Add("ticket.noted", 1, renamed)
	upcasters.Add("ticket.noted", 2, func(r *eventv1.Record) error { r.Type = "ticket.annotated"; return nil })

	row := readAll(t, pool, 10)[0]
	stored := bytes.Clone(row.Stored)
	event, err := row.Decode(&upcasters)
	if err != nil {
		t.Fatal(err)
	}
	if got := event.Record; got.GetSchemaVersion() != 3 || got.GetType() != "ticket.annotated" {
		t.Errorf("read as %s version %d, want ticket.annotated version 3", got.GetType(), got.GetSchemaVersion())
	}
	var number wrapperspb.Int64Value
	if err := event.Record.GetPayload().UnmarshalTo(&number); err != nil || number.GetValue() != 42 {
		t.Errorf("payload %v, %v; want 42", number.GetValue(), err)
	}
	if !bytes.Equal(stored, event.Stored) {
		t.Error("the stored bytes changed")
	}
	if _, err := feed.VerifyChain(feed.Head{}, []*feed.Event{event}); err != nil {
		t.Errorf("an upcast event does not verify: %v", err)
	}
}

func TestAnUpcastThatFailsSaysWhichEvent(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	mustWrite(t, pool, ticket(1), draft(ticket(1)))
	var upcasters feed.Upcasters
	broken := errors.New("no such version")
	upcasters.Add("ticket.noted", 1, func(*eventv1.Record) error { return broken })
	row := readAll(t, pool, 10)[0]
	if _, err := row.Decode(&upcasters); !errors.Is(err, broken) {
		t.Errorf("error = %v, want the upcast's", err)
	}
}
