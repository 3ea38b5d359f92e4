package request_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/pgtest"
	"github.com/bavn/bavn/platform/request"
)

var database = pgtest.NewTemplate(func(ctx context.Context, url string) error {
	return pg.Migrate(ctx, url, nil, request.Migrations())
})

func TestTheFingerprintCoversEveryFieldAndOnlyTheRequestIDIsLeftOut(t *testing.T) {
	t.Parallel()
	cause := func(edit func(*eventv1.Cause)) [32]byte {
		m := &eventv1.Cause{RequestId: "a", Event: "b", Rule: "c"}
		edit(m)
		return request.Fingerprint(m)
	}
	plain := cause(func(*eventv1.Cause) {})
	if got := cause(func(m *eventv1.Cause) { m.RequestId = "another" }); got != plain {
		t.Error("another request id changes the fingerprint, so no repetition would be recognised")
	}
	for what, edit := range map[string]func(*eventv1.Cause){
		"another value":            func(m *eventv1.Cause) { m.Event = "B" },
		"a field less":             func(m *eventv1.Cause) { m.Rule = "" },
		"a field more":             func(m *eventv1.Cause) { m.ImportRow = "d" },
		"the text in other fields": func(m *eventv1.Cause) { m.Event, m.Rule = m.Rule, m.Event },
		"text moved across":        func(m *eventv1.Cause) { m.Event, m.Rule = "bc", "" },
	} {
		if cause(edit) == plain {
			t.Errorf("%s has the same fingerprint", what)
		}
	}
}

func TestTheFingerprintIsOfTheMessageNotOfItsEncoding(t *testing.T) {
	t.Parallel()
	m := &commonv1.Membership{Person: "desks/nsp/persons/mette", Party: "desks/nsp/parties/sds", Roles: []string{"agent", "auditor"}}
	raw, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	again := new(commonv1.Membership)
	// Concatenated encodings merge: the person comes twice on the wire, once decoded.
	person, err := proto.Marshal(&commonv1.Membership{Person: "desks/nsp/persons/other"})
	if err != nil {
		t.Fatal(err)
	}
	if err := proto.Unmarshal(append(person, raw...), again); err != nil {
		t.Fatal(err)
	}
	if request.Fingerprint(m) != request.Fingerprint(again) {
		t.Error("the same message in another encoding has another fingerprint")
	}
	again.Roles = []string{"auditor", "agent"}
	if request.Fingerprint(m) == request.Fingerprint(again) {
		t.Error("a list in another order has the same fingerprint")
	}
}

func TestARepeatedRequestFindsItsEffectAndAReusedIDIsRefused(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	call := request.Request{Desk: "nsp", Principal: "mette", Method: "ResolveTicket", ID: uuid.New(), Payload: [32]byte{1}}
	if _, found, err := call.Lookup(t.Context(), pool); err != nil || found {
		t.Fatalf("before the first call: found %v, %v", found, err)
	}
	want := request.Effect{Resource: "desks/nsp/tickets/ASCP00000001", Revision: 3}
	if err := call.Insert(t.Context(), pool, want, time.Now()); err != nil {
		t.Fatal(err)
	}
	if got, found, err := call.Lookup(t.Context(), pool); err != nil || !found || got != want {
		t.Errorf("the repetition finds %v (%v, %v), want %v", got, found, err, want)
	}
	other := call
	other.Payload = [32]byte{2}
	if _, _, err := other.Lookup(t.Context(), pool); !fault.Is(err, fault.RequestIDReused) {
		t.Errorf("the same id with another payload gives %v, want REQUEST_ID_REUSED", err)
	}
	for what, stranger := range map[string]request.Request{
		"desk":      {Desk: "au", Principal: call.Principal, Method: call.Method, ID: call.ID, Payload: call.Payload},
		"principal": {Desk: call.Desk, Principal: "per", Method: call.Method, ID: call.ID, Payload: call.Payload},
		"method":    {Desk: call.Desk, Principal: call.Principal, Method: "CloseTicket", ID: call.ID, Payload: call.Payload},
	} {
		if _, found, err := stranger.Lookup(t.Context(), pool); err != nil || found {
			t.Errorf("another %s finds the request (%v, %v)", what, found, err)
		}
	}
	if err := call.Insert(t.Context(), pool, want, time.Now()); !request.Taken(err) {
		t.Errorf("a second insert gives %v, want the primary key to refuse it", err)
	}
}

func TestOnlyOldRequestsAreForgotten(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	now := time.Now()
	for i, age := range []time.Duration{0, request.Retention - time.Hour, request.Retention + time.Hour, 2 * request.Retention} {
		call := request.Request{Desk: "nsp", Principal: "mette", Method: "AddNote", ID: uuid.New(), Payload: [32]byte{byte(i)}}
		if err := call.Insert(t.Context(), pool, request.Effect{Resource: "r", Revision: 1}, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int64{1, 1, 0} {
		got, err := request.Prune(t.Context(), pool, now.Add(-request.Retention), 1)
		if err != nil || got != want {
			t.Errorf("forgot %d (%v), want %d", got, err, want)
		}
	}
}

func TestAnIllegalRequestCannotBeStored(t *testing.T) {
	t.Parallel()
	pool, err := pg.Open(t.Context(), pg.Config{URL: database.URL(t)}, pg.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	call := request.Request{Desk: "nsp", Principal: "persons/mette", Method: "TakeTicket", ID: uuid.New()}
	if err := call.Insert(t.Context(), pool, request.Effect{Resource: "desks/nsp/tickets/A1", Revision: 1}, time.Now()); err != nil {
		t.Fatal(err)
	}
	for rule, change := range map[string]string{
		"payload_is_sha256": "payload_sha256 = 'x'", "effect_has_a_revision": "revision = 0",
	} {
		if _, err := pool.Exec(t.Context(), "UPDATE requests SET "+change); !pg.IsCheckViolation(err, rule) {
			t.Errorf("UPDATE requests SET %s: %v, want %s to refuse it", change, err, rule)
		}
	}
}
