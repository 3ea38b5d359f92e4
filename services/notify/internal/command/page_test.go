package command_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/phonesink"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/phone"
)

// duty plays triage for those on duty: one page, whose turns and answers it keeps.
type duty struct {
	triagev1.DelegateServiceClient
	mu       sync.Mutex
	page     *triagev1.Page
	answers  []string // "contacts/spoc", "persons/mette"
	accepted []*triagev1.AcceptSolutionForRequest
	passed   []int32
	refuse   error
}

func (d *duty) GetPage(context.Context, *triagev1.GetPageRequest, ...grpc.CallOption) (*triagev1.Page, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return proto.CloneOf(d.page), nil
}

func (d *duty) AcknowledgePageFor(
	_ context.Context, r *triagev1.AcknowledgePageForRequest, _ ...grpc.CallOption,
) (*triagev1.Page, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	who := "contacts/" + r.GetContact()
	if r.GetPerson() != "" {
		who = strings.TrimPrefix(r.GetPerson(), desk+"/")
	}
	d.answers = append(d.answers, who)
	d.page.State = triagev1.PageState_PAGE_STATE_ACKNOWLEDGED
	return d.page, d.refuse
}

func (d *duty) PassPage(_ context.Context, r *triagev1.PassPageRequest, _ ...grpc.CallOption) (*triagev1.Page, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.passed = append(d.passed, r.GetTurn())
	return d.page, nil
}

func (d *duty) AcceptSolutionFor(
	_ context.Context, r *triagev1.AcceptSolutionForRequest, _ ...grpc.CallOption,
) (*triagev1.Ticket, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.accepted = append(d.accepted, r)
	return &triagev1.Ticket{}, d.refuse
}

// onDuty is a world in which somebody can be called: spoc by number and mail, then a person who stands in.
type onDuty struct {
	*world
	duty   *duty
	phone  *phonesink.Sink
	paging *command.Paging
	events int
}

func newOnDuty(t *testing.T) *onDuty {
	t.Helper()
	w := newWorld(t)
	o := &onDuty{world: w, phone: phonesink.New(w.clock), duty: &duty{page: &triagev1.Page{
		Name: desk + "/pages/" + uuid.NewString(), Ticket: desk + "/tickets/ASCP00000042", State: triagev1.PageState_PAGE_STATE_CALLING,
		Links: []*triagev1.DutyLink{
			{Contact: "spoc", DisplayName: "SPOC", Party: sds, Role: "agent", Phone: "+4511111111", Email: "spoc@example.org"},
			{Person: who("jonas")},
		},
	}}}
	w.ticket("ASCP00000042")
	w.intake.persons[who("jonas")].Phone = "+4522222222"
	server := httptest.NewServer(o.phone.Handler())
	t.Cleanup(server.Close)
	cfg := phone.DefaultConfig()
	cfg.Timeout = 2 * time.Second
	for medium, path := range map[notifyv1.Medium]string{notifyv1.Medium_MEDIUM_SMS: "/sms", notifyv1.Medium_MEDIUM_CALL: "/call"} {
		provider := cfg.SMS
		provider.URL, provider.EndURL = server.URL+path, server.URL+"/call/{ref}/end"
		courier, err := phone.New(cfg, provider)
		if err != nil {
			t.Fatal(err)
		}
		w.commands.Couriers[medium] = courier
	}
	sealer, err := pagetoken.New([]byte(strings.Repeat("k", pagetoken.KeyBytes)))
	if err != nil {
		t.Fatal(err)
	}
	o.paging = &command.Paging{
		Messages: w.commands, Pool: w.pool, Clock: w.clock, Jobs: w.commands.Jobs, Intake: w.intake, Tickets: w.triage, Triage: o.duty,
		Couriers: w.commands.Couriers, Ender: w.commands.Couriers[notifyv1.Medium_MEDIUM_CALL].(*phone.Courier),
		References: w.commands.References, MailDomain: "bavn.example", InboundToken: "word", SendTimeout: 2 * time.Second,
		Links: &command.Links{
			Pool: w.pool, Clock: w.clock, Sealer: sealer, Triage: o.duty,
			URL: "https://desk.example/l/{desk}/{link}",
		},
	}
	return o
}

// turns lets triage call the next, and notify hear of it.
func (o *onDuty) turns() {
	o.duty.mu.Lock()
	o.duty.page.Turn++
	o.duty.page.CallTime = timestamppb.New(o.clock.Now())
	o.duty.mu.Unlock()
	o.hears("page.next")
}

// hears lets notify hear how the page stands.
func (o *onDuty) hears(typ string) {
	o.t.Helper()
	o.duty.mu.Lock()
	e := o.event(o.duty.page.GetName(), typ, "", &triagev1.PageEvent{Page: proto.CloneOf(o.duty.page)})
	o.duty.mu.Unlock()
	e.Record.Audience = []string{"parties/sds"}
	if err := pgx.BeginFunc(o.t.Context(), o.pool, func(tx pgx.Tx) error {
		return o.paging.Handle(o.t.Context(), tx, o.triage.events[o.duty.page.GetName()][o.events:])
	}); err != nil {
		o.t.Fatal(err)
	}
	o.events++
}

// calls runs every call that waits in River once.
func (o *onDuty) calls() {
	o.t.Helper()
	for _, args := range jobsOf[command.CallPage](o, "call_page") {
		worker := &command.CallWorker{Paging: o.paging}
		_ = worker.Work(o.t.Context(), &river.Job[command.CallPage]{JobRow: attempt(1), Args: args}) // it may want to come back
	}
	for _, args := range jobsOf[command.EndCalls](o, "end_calls") {
		worker := &command.EndWorker{Paging: o.paging}
		if err := worker.Work(o.t.Context(), &river.Job[command.EndCalls]{JobRow: attempt(1), Args: args}); err != nil {
			o.t.Fatal(err)
		}
	}
}

func jobsOf[A any](o *onDuty, kind string) []A {
	o.t.Helper()
	rows, err := o.pool.Query(o.t.Context(), "SELECT args FROM river_job WHERE kind = $1 ORDER BY id", kind)
	if err != nil {
		o.t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[A])
	if err != nil {
		o.t.Fatal(err)
	}
	return all
}

// R50, R67: whoever is on duty is called by every medium that reaches them, and the next in their turn.
func TestWhoeverIsOnDutyIsCalledByEveryMediumThatReachesThem(t *testing.T) {
	t.Parallel()
	o := newOnDuty(t)
	o.turns()
	o.calls()
	o.calls() // the same jobs again call nobody again
	got := o.phone.Messages("+4511111111")
	if len(got) != 2 || len(o.phone.Messages("")) != 2 || len(o.sink.Messages(mailsink.Filter{To: "spoc@example.org"})) != 1 {
		t.Fatalf("the first on duty got %+v and %d mails, want a text message, a call and a mail",
			got, len(o.sink.Messages(mailsink.Filter{})))
	}
	for _, m := range got {
		if strings.Contains(m.Text, "Receptserveren") {
			t.Errorf("a %s tells the title: %s", m.Kind, m.Text)
		}
	}
	o.turns()
	o.calls()
	if got := o.phone.Messages("+4522222222"); len(got) != 2 || len(o.sink.Messages(mailsink.Filter{To: "jonas@example.org"})) != 1 {
		t.Errorf("the next got %+v", got)
	}
}

// Paging: acknowledgement stops every channel.
func TestOnceSomebodyHasAnsweredNobodyIsCalledAndACallThatRingsIsEnded(t *testing.T) {
	t.Parallel()
	o := newOnDuty(t)
	o.phone.Answer(http.StatusServiceUnavailable) // the provider is away: what is not sent yet waits
	o.turns()
	o.calls()
	o.duty.mu.Lock()
	o.duty.page.State = triagev1.PageState_PAGE_STATE_ACKNOWLEDGED
	o.duty.mu.Unlock()
	o.hears("page.acknowledged")
	o.phone.Answer(0)
	o.clock.Advance(time.Minute)
	o.calls()
	if got := o.phone.Messages(""); len(got) != 0 {
		t.Errorf("after the answer they got %+v", got)
	}
	if n := o.count("SELECT count(*) FROM page_calls WHERE delivery = 1"); n != 0 {
		t.Errorf("%d calls wait", n)
	}

	ringing := newOnDuty(t)
	ringing.turns()
	ringing.calls()
	ringing.duty.mu.Lock()
	ringing.duty.page.State = triagev1.PageState_PAGE_STATE_ENDED
	ringing.duty.mu.Unlock()
	ringing.hears("page.ended")
	ringing.calls()
	if !slices.ContainsFunc(ringing.phone.Messages(""), func(m phonesink.Message) bool { return m.Kind == "call" && m.HungUp }) {
		t.Errorf("the call rings on: %+v", ringing.phone.Messages(""))
	}
}

// An SMS or a call in doubt after a crash goes to the next contact, and is never made twice (architecture §3).
func TestACallInDoubtAfterACrashGoesToTheNextContactAndIsNeverMadeTwice(t *testing.T) {
	t.Parallel()
	o := newOnDuty(t)
	o.turns()
	_, err := o.pool.Exec(t.Context(), "UPDATE page_calls SET claimed_at = $1, due_at = $2, attempts = 1", // the process died here
		o.clock.Now(), o.clock.Now().Add(7*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	o.calls()
	if len(o.duty.passed) != 0 || len(o.phone.Messages("")) != 0 {
		t.Fatalf("while the attempt may still be under way: passed %v, %+v", o.duty.passed, o.phone.Messages(""))
	}
	o.clock.Advance(8 * time.Second)
	o.calls()
	if len(o.phone.Messages("")) != 0 || !slices.Equal(o.duty.passed, []int32{1}) {
		t.Errorf("called again: %+v; passed on: %v", o.phone.Messages(""), o.duty.passed)
	}
	if mails := o.sink.Messages(mailsink.Filter{}); len(mails) != 1 {
		t.Errorf("%d mails, want the one in doubt again under its Message-ID", len(mails))
	}
}

func TestWhoeverCannotBeReachedAtAllIsPassedOverAtOnce(t *testing.T) {
	t.Parallel()
	o := newOnDuty(t)
	o.duty.page.Links[0] = &triagev1.DutyLink{Contact: "nobody"}
	o.turns()
	o.calls()
	if !slices.Equal(o.duty.passed, []int32{1}) {
		t.Errorf("passed on: %v, want turn 1", o.duty.passed)
	}
}

var linkIn = regexp.MustCompile(`https://desk\.example/l/nsp/([A-Za-z0-9_-]+)`)

// R50: an answer by link, by a reply to the mail, by a text message.
func TestACallIsAnsweredByItsLinkByAReplyAndByATextMessage(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(o *onDuty) error{
		"link": func(o *onDuty) error {
			link := "desks/nsp/links/" + linkIn.FindStringSubmatch(o.phone.Messages("")[0].Text + "\n" + o.phone.Messages("")[1].Text)[1]
			_, err := o.paging.Links.FollowLink(t.Context(), &notifyv1.FollowLinkRequest{
				Name: link, RequestId: uuid.NewString(), Choice: notifyv1.LinkChoice_LINK_CHOICE_ACKNOWLEDGE,
			})
			return err
		},
		"reply": func(o *onDuty) error {
			_, err := o.paging.AnswerPage(t.Context(), &notifyv1.AnswerPageRequest{
				Name: o.duty.page.GetName(), RequestId: uuid.NewString(), Address: "Spoc@example.org",
			})
			return err
		},
		"text": func(o *onDuty) error {
			_, err := o.paging.ReceiveText(t.Context(), &notifyv1.ReceiveTextRequest{
				Parent: desk, RequestId: uuid.NewString(), Token: "word", Sender: "+4511111111", Text: "ok, den tager jeg",
			})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOnDuty(t)
			o.turns()
			o.calls()
			if err := answer(o); err != nil || !slices.Equal(o.duty.answers, []string{"contacts/spoc"}) {
				t.Errorf("%v; answered by %v", err, o.duty.answers)
			}
		})
	}
}

func TestAStrangerAnswersNoCall(t *testing.T) {
	t.Parallel()
	o := newOnDuty(t)
	o.turns()
	o.calls()
	code := domain.PageCode(strings.TrimPrefix(o.duty.page.GetName(), desk+"/pages/"))
	for name, r := range map[string]*notifyv1.ReceiveTextRequest{
		"another number": {Token: "word", Sender: "+4599999999", Text: "OK " + code},
		"another word":   {Token: "guess", Sender: "+4511111111", Text: "OK"},
		"a refusal":      {Token: "word", Sender: "+4511111111", Text: "Nej tak"},
		"another code":   {Token: "word", Sender: "+4511111111", Text: fmt.Sprintf("OK %04d", len(code))},
	} {
		r.Parent, r.RequestId = desk, uuid.NewString()
		if _, err := o.paging.ReceiveText(t.Context(), r); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := o.paging.AnswerPage(t.Context(), &notifyv1.AnswerPageRequest{
		Name: o.duty.page.GetName(), RequestId: uuid.NewString(), Address: "stranger@example.org",
	})
	if !fault.Is(err, fault.NotFound) || len(o.duty.answers) != 0 {
		t.Errorf("%v; answered by %v", err, o.duty.answers)
	}
}
