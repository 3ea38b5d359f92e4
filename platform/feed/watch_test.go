package feed_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
)

const nsp = "desks/nsp"

func seenBy(resource string, audience ...string) feed.Draft {
	d := draft(resource, title("Printeren er død"))
	d.Audience = audience
	return d
}

func TestAServiceGetsStoredBytesAndRawPositions(t *testing.T) {
	t.Parallel()
	s := serve(t, newPool(t))
	mustWrite(t, s.pool, ticket(1), seenBy(ticket(1), "parties/sds"))
	stream := s.watch(as(t.Context(), "service", "notify"), t, &eventv1.WatchRequest{})
	first := nextEvent(t, stream)
	if first.GetRecord() != nil || first.GetResumeToken() != "" {
		t.Error("a service got a decoded record or a sealed token, which it has no use for")
	}
	row := readAll(t, s.pool, 10)[0]
	if !bytes.Equal(first.GetStored(), row.Stored) || feed.PositionOf(first.GetPosition()) != row.Position {
		t.Error("the event is not the stored one")
	}
	if len(first.GetTexts()) != 1 || len(first.GetTexts()[0].GetSalt()) == 0 {
		t.Errorf("texts = %v, want the title with its salt", first.GetTexts())
	}
	if mark := nextMark(t, stream); feed.PositionOf(mark.GetPosition()) != row.Position {
		t.Errorf("caught up at %v, want %s", mark, row.Position)
	}
	mustWrite(t, s.pool, ticket(1), seenBy(ticket(1)))
	s.wake.Committed()
	if live := nextEvent(t, stream); bytes.Equal(live.GetStored(), first.GetStored()) {
		t.Error("the live event is the first one again")
	}

	again := s.watch(as(t.Context(), "service", "notify"), t, &eventv1.WatchRequest{After: first.GetPosition()})
	if e := nextEvent(t, again); bytes.Equal(e.GetStored(), first.GetStored()) {
		t.Error("a stream after a position began with the event at it")
	}
}

// TestALongTransactionArrivesWhole: pages end in the middle of it.
func TestALongTransactionArrivesWhole(t *testing.T) {
	t.Parallel()
	s := serve(t, newPool(t))
	drafts := make([]feed.Draft, 700)
	for i := range drafts {
		drafts[i] = draft(ticket(1))
	}
	mustWrite(t, s.pool, ticket(1), drafts...)
	sent := untilMark(t, s.watch(as(t.Context(), "service", "notify"), t, &eventv1.WatchRequest{}))
	if len(sent) != len(drafts) {
		t.Fatalf("%d of %d events arrived", len(sent), len(drafts))
	}
	for i, e := range sent {
		if event, err := feed.Received(e, nil); err != nil || event.Record.GetRevision() != int64(i+1) {
			t.Fatalf("event %d is %v, %v", i, event, err)
		}
	}
}

func TestAnOutsiderGetsOnlyWhatHisPartiesMaySeeAndNothingToCount(t *testing.T) {
	t.Parallel()
	s := serve(t, newPool(t))
	s.sight.set("mette", "parties/netic")
	mustWrite(t, s.pool, ticket(1), seenBy(ticket(1), "parties/sds"))
	mustWrite(t, s.pool, ticket(1), seenBy(ticket(1), "parties/netic", "parties/sds"))
	mustWrite(t, s.pool, ticket(2), seenBy(ticket(2)))
	mustWrite(t, s.pool, ticket(2), seenBy(ticket(2), "persons/mette"))

	stream := s.watch(as(t.Context(), "person", "mette"), t, &eventv1.WatchRequest{Parent: nsp})
	events := untilMark(t, stream)
	if len(events) != 1 || events[0].GetRecord().GetResource() != ticket(1) {
		t.Fatalf("%d events, want the one that netic may see", len(events))
	}
	e := events[0]
	if e.GetRecord().GetRevision() != 0 || e.GetPosition() != nil || e.GetShard() != 0 ||
		len(e.GetStored())+len(e.GetHash())+len(e.GetPreviousHash()) > 0 || len(e.GetRecord().GetAudience()) > 0 {
		t.Errorf("the event says what its reader may not know: %v", e)
	}
	if got := e.GetTexts(); len(got) != 1 || got[0].GetText() != "Printeren er død" || len(got[0].GetSalt()) > 0 {
		t.Errorf("texts = %v, want the title without its salt", got)
	}

	// Membership changes while the stream is open.
	s.sight.set("mette", "persons/mette")
	mustWrite(t, s.pool, ticket(3), seenBy(ticket(3), "parties/netic"))
	mustWrite(t, s.pool, ticket(4), seenBy(ticket(4), "persons/mette"))
	s.wake.Committed()
	if e := nextEvent(t, stream); e.GetRecord().GetResource() != ticket(4) {
		t.Errorf("after leaving netic, mette still hears of %s", e.GetRecord().GetResource())
	}
}

func TestAnAuditorGetsTheProof(t *testing.T) {
	t.Parallel()
	s := serve(t, newPool(t))
	s.sight.set("revisor", everything)
	for range 3 {
		mustWrite(t, s.pool, ticket(1), seenBy(ticket(1), "parties/sds"))
	}
	stream := s.watch(as(t.Context(), "person", "revisor"), t, &eventv1.WatchRequest{Parent: nsp})
	var chain []*feed.Event
	for _, sent := range untilMark(t, stream) {
		if sent.GetPosition() != nil {
			t.Error("an auditor from outside got a raw position")
		}
		event, err := feed.Received(sent, nil)
		if err != nil {
			t.Fatal(err)
		}
		chain = append(chain, event)
	}
	if head, err := feed.VerifyChain(feed.Head{}, chain); err != nil || head.Revision != 3 {
		t.Errorf("verified up to revision %d, %v; want 3", head.Revision, err)
	}
}

func TestAnotherDesksEventsDoNotExist(t *testing.T) {
	t.Parallel()
	s := serve(t, newPool(t))
	s.sight.set("mette", everything)
	other := seenBy("desks/au/tickets/AU1", "parties/netic")
	other.Desk = "au"
	mustWrite(t, s.pool, other.Resource, other)
	mustWrite(t, s.pool, ticket(1), seenBy(ticket(1)))
	for name, filter := range map[string]*eventv1.Filter{
		"no filter":       nil,
		"by its type":     {Types: []string{"ticket.noted"}},
		"by its resource": {Resources: []string{other.Resource, ticket(1)}},
	} {
		stream := s.watch(as(t.Context(), "person", "mette"), t, &eventv1.WatchRequest{Parent: nsp, Filter: filter})
		events := untilMark(t, stream)
		if len(events) != 1 || events[0].GetRecord().GetDesk() != nsp {
			t.Errorf("%s: got %v, want the one event of nsp", name, events)
		}
	}
}

func TestAStreamResumesAfterItsToken(t *testing.T) {
	t.Parallel()
	s := serve(t, newPool(t))
	s.sight.set("mette", "parties/netic")
	for n := range 5 {
		mustWrite(t, s.pool, ticket(n), seenBy(ticket(n), "parties/netic"))
	}
	mustWrite(t, s.pool, ticket(9), seenBy(ticket(9), "parties/sds"))
	ctx := as(t.Context(), "person", "mette")
	open := func(token string) eventv1.Feed_WatchClient {
		return s.watch(ctx, t, &eventv1.WatchRequest{Parent: nsp, ResumeToken: token})
	}
	stream := open("")
	nextEvent(t, stream)
	second := nextEvent(t, stream)
	if rest := untilMark(t, open(second.GetResumeToken())); len(rest) != 3 || rest[0].GetRecord().GetResource() != ticket(2) {
		t.Errorf("after the second of five came %d events", len(rest))
	}
	if rest := untilMark(t, open(nextMark(t, stream).GetResumeToken())); len(rest) != 0 {
		t.Errorf("after the bookmark came %d events", len(rest))
	}
}

func TestWhatNobodyMayAskForIsRefused(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	s := serve(t, pool)
	intake := serve(t, pool, func(c *feed.ServerConfig) { c.Source = "intake" })
	s.sight.set("mette", "parties/netic")
	intake.sight.set("mette", "parties/netic")
	mustWrite(t, pool, ticket(1), seenBy(ticket(1), "parties/netic"))
	mette, notify := as(t.Context(), "person", "mette"), as(t.Context(), "service", "notify")
	foreign := nextEvent(t, intake.watch(mette, t, &eventv1.WatchRequest{Parent: nsp})).GetResumeToken()
	own := nextEvent(t, s.watch(mette, t, &eventv1.WatchRequest{Parent: nsp})).GetResumeToken()

	gateway := as(mette, "service", "gateway")
	future := &eventv1.Position{Epoch: 1, Xid: 1 << 40, Position: 1}
	for name, c := range map[string]struct {
		caller  context.Context
		request *eventv1.WatchRequest
		code    codes.Code
		reason  string
	}{
		"nobody": {
			t.Context(), &eventv1.WatchRequest{Parent: nsp}, codes.Unauthenticated, fault.TokenMissing,
		},
		"all desks, for a person":                {mette, &eventv1.WatchRequest{}, codes.PermissionDenied, fault.PermissionDenied},
		"all desks, by the gateway for a person": {gateway, &eventv1.WatchRequest{}, codes.PermissionDenied, fault.PermissionDenied},
		"a raw position, from a person": {
			mette, &eventv1.WatchRequest{Parent: nsp, After: &eventv1.Position{Epoch: 1, Xid: 1}},
			codes.InvalidArgument, fault.InvalidResumeToken,
		},
		"another service's token": {
			mette, &eventv1.WatchRequest{Parent: nsp, ResumeToken: foreign}, codes.InvalidArgument, fault.InvalidResumeToken,
		},
		"another desk's token": {
			mette, &eventv1.WatchRequest{Parent: "desks/au", ResumeToken: own}, codes.InvalidArgument, fault.InvalidResumeToken,
		},
		"an altered token": {
			mette, &eventv1.WatchRequest{Parent: nsp, ResumeToken: altered(own)}, codes.InvalidArgument, fault.InvalidResumeToken,
		},
		"a position from the future": {notify, &eventv1.WatchRequest{After: future}, codes.DataLoss, feed.PositionAhead},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			response, err := s.watch(c.caller, t, c.request).Recv()
			if status.Code(err) != c.code || !fault.Is(err, c.reason) {
				t.Errorf("got %v, %v; want %s %s", response, err, c.code, c.reason)
			}
		})
	}
}

// altered changes one character in the middle of a token.
func altered(token string) string {
	half := len(token) / 2
	other := "A"
	if token[half] == 'A' {
		other = "B"
	}
	return token[:half] + other + token[half+1:]
}

func TestAProcessServesABoundedNumberOfStreams(t *testing.T) {
	t.Parallel()
	s := serve(t, newPool(t), func(c *feed.ServerConfig) { c.MaxStreams = 2 })
	notify := as(t.Context(), "service", "notify")
	first := s.watch(notify, t, &eventv1.WatchRequest{})
	nextMark(t, first)
	nextMark(t, s.watch(notify, t, &eventv1.WatchRequest{}))
	_, err := s.watch(notify, t, &eventv1.WatchRequest{}).Recv()
	if status.Code(err) != codes.ResourceExhausted || !fault.Is(err, feed.TooManyStreams) {
		t.Errorf("the third stream got %v, want RESOURCE_EXHAUSTED TOO_MANY_STREAMS", err)
	}
	mustWrite(t, s.pool, ticket(1), draft(ticket(1)))
	nextEvent(t, first) // the refused one took nothing away
}

func TestStreamsEndWithUnavailableAtShutdown(t *testing.T) {
	t.Parallel()
	s := serve(t, newPool(t))
	stream := s.watch(as(t.Context(), "service", "notify"), t, &eventv1.WatchRequest{})
	nextMark(t, stream)
	s.server.Stop()
	if _, err := stream.Recv(); status.Code(err) != codes.Unavailable {
		t.Errorf("got %v, want UNAVAILABLE", err)
	}
}

func TestAnotherReplicasCommitIsHeard(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	s := serve(t, pool, func(c *feed.ServerConfig) { c.Pace = feed.Pace{Poll: time.Hour} })
	stream := s.watch(as(t.Context(), "service", "notify"), t, &eventv1.WatchRequest{})
	nextMark(t, stream)
	other := startWake(t, pool)
	for range 3 { // the first may be read because the replica has only just begun to listen
		mustWrite(t, pool, ticket(1), draft(ticket(1)))
		other.Committed()
		nextEvent(t, stream)
	}
}

func TestALostNotificationDelaysAndLosesNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, newPool(t))
	stream := s.watch(as(t.Context(), "service", "notify"), t, &eventv1.WatchRequest{})
	nextMark(t, stream)
	for range 3 {
		mustWrite(t, s.pool, ticket(1), draft(ticket(1))) // and nobody says so
		nextEvent(t, stream)
	}
}
