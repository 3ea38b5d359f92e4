package api_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/notify/internal/command"
)

func (w *boardWorld) subscribe(email string, services ...string) {
	w.t.Helper()
	_, err := w.boards.Subscribe(asGateway(w.t), &notifyv1.SubscribeRequest{
		Parent: "desks/nsp", RequestId: uuid.NewString(), Email: email, Services: services, LanguageCode: "sv",
	})
	must(w.t, err)
}

// secretIn is the token of the link in a mail.
func secretIn(t *testing.T, body, path string) string {
	t.Helper()
	_, rest, found := strings.Cut(body, "https://bavn.example/board/nsp/"+path+"?token=")
	if !found {
		t.Fatalf("the mail has no link to %s:\n%s", path, body)
	}
	token, err := url.QueryUnescape(strings.Fields(rest)[0])
	must(t, err)
	return token
}

// tell writes to those who asked to hear of an announcement.
func (w *boardWorld) tell() {
	w.t.Helper()
	args, _ := last[command.TellSubscribersArgs](w, "tell_subscribers")
	worker := &command.TellSubscribersWorker{Board: w.board}
	must(w.t, worker.Work(w.t.Context(), &river.Job[command.TellSubscribersArgs]{Args: args}))
}

// R87: nobody is written to about the board who did not confirm that the address is theirs, and one click ends it.
func TestASubscriptionBeginsWithAConfirmationAndEndsWithOneClick(t *testing.T) {
	t.Parallel()
	w := newBoardWorld(t)
	w.ticket("nsp", "ASCP00000001", "ticket.prioritised")
	w.subscribe("Lis@Region.example", "fmk")
	w.subscribe("lis@region.example") // again at once, by somebody who wants to annoy
	asked := w.deliver()
	if len(asked) != 1 || asked[0].Address != "lis@region.example" || asked[0].LanguageCode != "sv" {
		t.Fatalf("written to are %v, want one mail in Swedish", asked)
	}
	w.published("before")
	w.tell()
	if mails := w.deliver(); len(mails) != 0 {
		t.Errorf("who has not confirmed is written to: %v", mails)
	}
	confirm := &notifyv1.ConfirmSubscriptionRequest{
		Parent: "desks/nsp", RequestId: uuid.NewString(), Token: secretIn(t, asked[0].Body, "confirm"),
	}
	for range 2 {
		_, err := w.boards.ConfirmSubscription(asGateway(t), confirm)
		must(t, err)
	}
	w.published("after")
	w.tell()
	mails := w.deliver()
	if len(mails) != 1 || !strings.Contains(mails[0].Body, "Gemensamt läkemedelskort") || mails[0].Unsubscribe == "" {
		t.Fatalf("%d mails are sent: %v", len(mails), mails)
	}
	w.tell() // the job again, after a crash
	if again := w.deliver(); len(again) != 0 {
		t.Errorf("the same announcement is told again: %v", again)
	}
	end := &notifyv1.UnsubscribeRequest{
		Parent: "desks/nsp", RequestId: uuid.NewString(), Token: secretIn(t, mails[0].Unsubscribe, "unsubscribe"),
	}
	for range 2 {
		_, err := w.boards.Unsubscribe(asGateway(t), end)
		must(t, err)
	}
	if n := w.count("SELECT count(*) FROM board_subscriptions"); n != 0 {
		t.Error("the address is kept after its owner has left")
	}
	for _, table := range []string{"notifications", "events", "river_job"} {
		if n := w.count("SELECT count(*) FROM " + table + " t WHERE t::text LIKE '%region.example%'"); n != 0 {
			t.Errorf("%d rows of %s have the address", n, table)
		}
	}
}

func TestASecretIsGoodForItsPurposeAndItsDeskAlone(t *testing.T) {
	t.Parallel()
	w := newBoardWorld(t)
	w.subscribe("lis@region.example")
	token := secretIn(t, w.deliver()[0].Body, "confirm")
	for _, r := range []*notifyv1.ConfirmSubscriptionRequest{
		{Parent: "desks/other", Token: token}, {Parent: "desks/nsp", Token: "made-up"}, {Parent: "desks/nsp", Token: token[1:]},
	} {
		r.RequestId = uuid.NewString()
		if _, err := w.boards.ConfirmSubscription(asGateway(t), r); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s is taken: %v", r, err)
		}
	}
	_, err := w.boards.Unsubscribe(asGateway(t), &notifyv1.UnsubscribeRequest{
		Parent: "desks/nsp", RequestId: uuid.NewString(), Token: token,
	})
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("the link that confirms also ends: %v", err)
	}
	if _, err := w.boards.Subscribe(asGateway(t), &notifyv1.SubscribeRequest{
		Parent: "desks/plain", RequestId: uuid.NewString(), Email: "a@b.example", LanguageCode: "da",
	}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a desk without a public board takes addresses: %v", err)
	}
}

// Who wants to hear of one service is not told of another.
func TestASubscriberHearsOfTheirServicesAlone(t *testing.T) {
	t.Parallel()
	w := newBoardWorld(t)
	w.ticket("nsp", "ASCP00000001", "ticket.prioritised")
	for _, who := range []struct{ email, service string }{
		{"fmk@x.example", "fmk"}, {"nsp@x.example", "nsp"}, {"all@x.example", ""},
	} {
		if who.service == "" {
			w.subscribe(who.email)
		} else {
			w.subscribe(who.email, who.service)
		}
	}
	for _, mail := range w.deliver() {
		_, err := w.boards.ConfirmSubscription(asGateway(t), &notifyv1.ConfirmSubscriptionRequest{
			Parent: "desks/nsp", RequestId: uuid.NewString(), Token: secretIn(t, mail.Body, "confirm"),
		})
		must(t, err)
	}
	w.published("nede") // affects fmk
	w.tell()
	told := map[string]bool{}
	for _, mail := range w.deliver() {
		told[mail.Address] = true
	}
	if !told["fmk@x.example"] || !told["all@x.example"] || told["nsp@x.example"] {
		t.Errorf("told are %v", told)
	}
}

// While triage is away the board is shown by what was last known of the profile, also by a notify that has just started.
func TestTheBoardIsShownWhileTriageIsAway(t *testing.T) {
	t.Parallel()
	w := newBoardWorld(t)
	if w.onBoard("nsp") == nil {
		t.Fatal("there is no board")
	}
	w.around.away = true
	w.clock.Advance(time.Hour)
	if w.onBoard("nsp") == nil {
		t.Error("with triage away there is no board")
	}
	w.board.Profiles = newProfiles(w)
	if w.onBoard("nsp") == nil {
		t.Error("with triage away a notify that has just started has no board")
	}
}
