package command_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"google.golang.org/protobuf/types/known/durationpb"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/outbound"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/webhook"
)

// receiver plays a system that is told: it keeps what it was sent, and answers as it is told to.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	posts  []post
}

type post struct {
	header http.Header
	body   []byte
}

func newReceiver(t *testing.T, status int) *receiver {
	t.Helper()
	r := &receiver{status: status}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.posts = append(r.posts, post{q.Header, body})
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answers(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

func (r *receiver) got() []post {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.posts)
}

// told is what an event says.
type told struct {
	ID, Type, Subject, Traceparent string
	Data                           struct{ Revision int64 }
}

func (p post) told(t *testing.T) told {
	t.Helper()
	var e told
	if err := json.Unmarshal(p.body, &e); err != nil {
		t.Fatalf("%v: %s", err, p.body)
	}
	return e
}

// hooked is a world whose webhooks work.
type hooked struct {
	*world
	hooks *command.Webhooks
}

func newHooked(t *testing.T) *hooked {
	t.Helper()
	w := newWorld(t)
	guard, err := outbound.New(outbound.Config{Allow: []string{"127.0.0.0/8"}, Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := pagetoken.New(bytes.Repeat([]byte("k"), pagetoken.KeyBytes))
	if err != nil {
		t.Fatal(err)
	}
	return &hooked{w, &command.Webhooks{
		Pool: w.pool, Clock: w.clock, Wake: w.commands.Wake, Jobs: w.commands.Jobs, Sealer: sealer, Guard: guard,
		Sender: webhook.NewSender(guard, w.clock), JobTimeout: time.Minute,
		Patience: domain.WebhookPatience{
			Patience: domain.Patience{First: 5 * time.Second, Longest: time.Hour, GiveUp: 72 * time.Hour},
			Trips:    3, Pause: 5 * time.Minute, DisableAfter: 5 * 24 * time.Hour,
		},
	}}
}

func (h *hooked) subscribe(id, url string, personal bool, types ...string) *notifyv1.Webhook {
	h.t.Helper()
	return h.subscribeFor(netic, id, url, personal, types...)
}

func (h *hooked) subscribeFor(party, id, url string, personal bool, types ...string) *notifyv1.Webhook {
	h.t.Helper()
	made, err := h.hooks.CreateWebhook(h.t.Context(), &notifyv1.CreateWebhookRequest{
		Parent: desk, WebhookId: id, RequestId: uuid.NewString(),
		Webhook: &notifyv1.Webhook{Party: party, Url: url, EventTypes: types, PersonalData: personal},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return made
}

func (h *hooked) tell(batch ...*feed.Event) {
	h.t.Helper()
	if err := pgx.BeginFunc(h.t.Context(), h.pool, func(tx pgx.Tx) error {
		return h.hooks.Handle(h.t.Context(), tx,
			batch)
	}); err != nil {
		h.t.Fatal(err)
	}
}

// send runs every sending that waits in River once, as one worker would, and returns how many asked to come back.
func (h *hooked) send() (snoozed int) {
	h.t.Helper()
	rows, err := h.pool.Query(h.t.Context(), "SELECT id, args FROM river_job WHERE kind = 'send_deliveries' ORDER BY id")
	if err != nil {
		h.t.Fatal(err)
	}
	type job struct {
		ID   int64
		Args command.SendDeliveries
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[job])
	if err != nil {
		h.t.Fatal(err)
	}
	for _, j := range all {
		row := attempt(1)
		row.ID = j.ID
		worker := &command.SendWorker{Webhooks: h.hooks}
		err := worker.Work(h.t.Context(), &river.Job[command.SendDeliveries]{JobRow: row, Args: j.Args})
		if err != nil && !strings.HasPrefix(err.Error(), "JobSnoozeError") {
			h.t.Fatal(err)
		}
		if err != nil {
			snoozed++
		}
	}
	return snoozed
}

func (h *hooked) deliveries(id string) (states []int16) {
	h.t.Helper()
	rows, err := h.pool.Query(h.t.Context(), "SELECT state FROM webhook_deliveries WHERE webhook = $1 ORDER BY delivery", id)
	if err != nil {
		h.t.Fatal(err)
	}
	if states, err = pgx.CollectRows(rows, pgx.RowTo[int16]); err != nil {
		h.t.Fatal(err)
	}
	return states
}

// Webhooks: a dead receiver delays nobody. It is left alone after a few failures, and the others are told at once.
func TestADeadReceiverDelaysNobody(t *testing.T) {
	t.Parallel()
	h := newHooked(t)
	dead, alive := newReceiver(t, http.StatusServiceUnavailable), newReceiver(t, http.StatusNoContent)
	h.subscribe("dead", dead.URL, false, "ticket.*")
	h.subscribe("alive", alive.URL, false, "ticket.*")
	const tickets = 30
	for i := range tickets {
		h.tell(h.happens(h.ticket(fmt.Sprintf("ASCP%08d", i)), "ticket.held", "jonas"))
	}
	h.send()
	if got := len(alive.got()); got != tickets {
		t.Errorf("the living receiver was told of %d of %d tickets", got, tickets)
	}
	if got := len(dead.got()); got > 4 {
		t.Errorf("the dead receiver was tried %d times before it was left alone, want 4 at most", got)
	}
	if waiting := h.send(); waiting > 1 {
		t.Errorf("%d jobs wait for the dead receiver, want one", waiting)
	}
	dead.answers(http.StatusOK)
	h.clock.Advance(10 * time.Minute)
	h.send()
	if got := len(h.deliveries("dead")); got != tickets || slices.Contains(h.deliveries("dead"), 1) {
		t.Errorf("when it is back, %d deliveries are %v, want all settled", got, h.deliveries("dead"))
	}
}

func TestWhatIsPostedIsASignedCloudEventOfTheJourney(t *testing.T) {
	t.Parallel()
	h, r := newHooked(t), newReceiver(t, http.StatusOK)
	made := h.subscribe("tool", r.URL, false, "ticket.resolved")
	h.tell(h.happens(h.ticket("ASCP00000001"), "ticket.held", "jonas"), h.happens(h.ticket("ASCP00000001"), "ticket.resolved",
		"jonas"))
	h.send()
	if len(r.got()) != 1 {
		t.Fatalf("%d posts, want the one it asked for", len(r.got()))
	}
	p := r.got()[0]
	e := p.told(t)
	if e.Type != "dk.bavn.ticket.resolved" || e.Subject != desk+"/tickets/ASCP00000001" || e.Data.Revision != 2 ||
		!strings.HasPrefix(e.Traceparent, "00-30313233") {
		t.Errorf("the event is %s", p.body)
	}
	if got := p.header.Get("Content-Type"); !strings.HasPrefix(got, "application/cloudevents+json") {
		t.Errorf("its type is %q", got)
	}
	if err := verify(made.GetSecret(), p); err != nil || p.header.Get("webhook-id") != e.ID {
		t.Errorf("signature: %v; webhook-id %s, id %s", err, p.header.Get("webhook-id"), e.ID)
	}
	forged := post{p.header, append(slices.Clone(p.body), ' ')}
	if err := verify(made.GetSecret(), forged); err == nil {
		t.Error("a changed body verifies")
	}
}

func verify(secret string, p post) error {
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return err
	}
	return verifier.VerifyIgnoringTimestamp(p.body, p.header)
}

func TestWhileARotationOverlapsBothSecretsVerify(t *testing.T) {
	t.Parallel()
	h, r := newHooked(t), newReceiver(t, http.StatusOK)
	old := h.subscribe("tool", r.URL, false, "ticket.*").GetSecret()
	rotation := &notifyv1.RotateWebhookSecretRequest{
		Name: desk + "/webhooks/tool", RequestId: uuid.NewString(), Overlap: durationpb.New(time.Hour),
	}
	rotated, err := h.hooks.RotateWebhookSecret(t.Context(), rotation)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := h.hooks.RotateWebhookSecret(t.Context(), rotation); err != nil || again.GetSecret() != rotated.GetSecret() {
		t.Errorf("the same request gives another secret (%v)", err)
	}
	for _, after := range []time.Duration{0, 2 * time.Hour} {
		h.clock.Advance(after)
		h.tell(h.happens(h.ticket("ASCP00000001"), "ticket.held", "jonas"))
		h.send()
		p := r.got()[len(r.got())-1]
		if err := verify(rotated.GetSecret(), p); err != nil {
			t.Errorf("after %v the new secret: %v", after, err)
		}
		if err := verify(old, p); (err == nil) != (after == 0) {
			t.Errorf("after %v the old secret: %v", after, err)
		}
	}
}

func TestTheEventsOfATicketArriveInOrderAlsoWhenOneFails(t *testing.T) {
	t.Parallel()
	h, r := newHooked(t), newReceiver(t, http.StatusInternalServerError)
	h.subscribe("tool", r.URL, false, "ticket.*")
	one := h.ticket("ASCP00000001")
	h.tell(h.happens(one, "ticket.held", "jonas"))
	h.send()
	h.tell(h.happens(one, "ticket.resumed", "jonas"), h.happens(one, "ticket.resolved", "jonas"))
	h.send()
	r.answers(http.StatusOK)
	before := len(r.got())
	h.clock.Advance(time.Minute)
	h.send()
	var order []int64
	for _, p := range r.got()[before:] {
		order = append(order, p.told(t).Data.Revision)
	}
	if !slices.Equal(order, []int64{1, 2, 3}) {
		t.Errorf("they arrived in the order %v", order)
	}
	if first := r.got(); first[0].told(t).ID != first[before].told(t).ID {
		t.Error("the second attempt has another webhook-id")
	}
}

// R147, R149: what a webhook says leads to no person, unless the authority permits it; and never to what its party may not see.
func TestAWebhookNamesNobodyAndSaysNothingThatItsPartyMayNotSee(t *testing.T) {
	t.Parallel()
	h, plain, named := newHooked(t), newReceiver(t, http.StatusOK), newReceiver(t, http.StatusOK)
	h.subscribe("plain", plain.URL, false, "ticket.*", "page.*")
	h.subscribe("named", named.URL, true, "ticket.*", "page.*")
	call := h.event(desk+"/pages/"+uuid.NewString(), "page.requested", "", &triagev1.PageEvent{
		Page: &triagev1.Page{Requester: who("sofie"), Links: []*triagev1.DutyLink{{
			Contact: "spoc", Phone: "+4512345678",
			Email: "x@y.z",
		}}},
		Notifications: []*triagev1.NotificationRequest{{Recipients: []string{"persons/mette"}}},
	})
	call.Record.Audience = everyone
	secret := h.happens(h.ticket("ASCP00000002"), "ticket.held", "jonas")
	secret.Record.Audience = []string{"parties/sds"}
	imported := h.ticket("ASCP00000003")
	imported.Importing = true
	h.tell(h.happens(h.ticket("ASCP00000001"), "ticket.held", "jonas"), call, secret, h.happens(imported, "ticket.held", "jonas"),
		h.grants("kim", netic, "", "agent"))
	h.send()
	if len(plain.got()) != 2 || len(named.got()) != 2 {
		t.Fatalf("%d and %d posts, want the ticket and the page", len(plain.got()), len(named.got()))
	}
	for _, p := range plain.got() {
		for _, personal := range []string{"persons/", "mette", "+45", "x@y.z"} {
			if bytes.Contains(p.body, []byte(personal)) {
				t.Errorf("it says %q: %s", personal, p.body)
			}
		}
	}
	for _, p := range named.got() {
		about := p.told(t).Type == "dk.bavn.ticket.held"
		if about && !bytes.Contains(p.body, []byte(who("mette"))) || bytes.Contains(p.body, []byte("Receptserveren")) {
			t.Errorf("with permission it names persons, and still holds no text: %s", p.body)
		}
	}
}

func TestWhenATicketIsRestrictedNothingOfItIsLeftForThePartiesThatSeeItNoMore(t *testing.T) {
	t.Parallel()
	h, r := newHooked(t), newReceiver(t, http.StatusOK)
	h.subscribe("tool", r.URL, false, "ticket.*")
	one := h.ticket("ASCP00000001")
	h.tell(h.happens(one, "ticket.held", "jonas"))
	restricted := h.happens(one, "ticket.restricted", "jonas")
	restricted.Record.Audience = []string{"persons/mette"}
	h.tell(restricted)
	h.send()
	if len(r.got()) != 0 || len(h.deliveries("tool")) != 0 {
		t.Errorf("%d posts, %d deliveries kept, want none", len(r.got()), len(h.deliveries("tool")))
	}
}
