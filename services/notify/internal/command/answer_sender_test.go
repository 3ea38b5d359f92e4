package command_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

// senders plays intake: it knows who sent what.
type senders struct {
	mu sync.Mutex
	by map[string]*intakev1.InboundAnswer
}

func (s *senders) GetInboundAnswer(
	_ context.Context, r *intakev1.GetInboundAnswerRequest, _ ...grpc.CallOption,
) (*intakev1.InboundAnswer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answer := s.by[r.GetName()]; answer != nil {
		return answer, nil
	}
	return nil, status.Error(codes.NotFound, "nobody is told")
}

// mailroom is a world that answers mails.
type mailroom struct {
	*world
	senders *senders
}

func newMailroom(t *testing.T) *mailroom {
	t.Helper()
	m := &mailroom{world: newWorld(t), senders: &senders{by: map[string]*intakev1.InboundAnswer{}}}
	m.answering(m.commands)
	return m
}

func (m *mailroom) answering(c *command.Commands) *command.Commands {
	c.Answers = &command.Answers{Board: &command.Board{Commands: c}, Source: m.senders}
	return c
}

// refuses is intake's event of a mail that it refused, from an address; empty for one that nobody is told of after all.
func (m *mailroom) refuses(address string) *feed.Event {
	name := desk + "/inboundItems/" + uuid.NewString()
	if address != "" {
		m.senders.mu.Lock()
		m.senders.by[name] = &intakev1.InboundAnswer{
			Name: name, Kind: intakev1.AnswerKind_ANSWER_KIND_REFUSED, Address: address, MessageId: "q@ude.example",
			Explanations: []*commonv1.LocalizedText{{LanguageCode: "da", Text: "Kontakt din lokale service desk."}},
		}
		m.senders.mu.Unlock()
	}
	event := m.event(name, "inbound.refused", "", &intakev1.InboundEvent{
		InboundItem: &intakev1.InboundItem{Name: name, Reason: "REPORTER_REFUSED"}, AnswerDue: true,
	})
	event.Record.Audience = []string{"parties/sds"}
	return event
}

func (m *mailroom) hears(events ...*feed.Event) {
	m.t.Helper()
	if err := pgx.BeginFunc(m.t.Context(), m.pool, func(tx pgx.Tx) error {
		return m.commands.Answers.Handle(m.t.Context(), tx, events)
	}); err != nil {
		m.t.Fatal(err)
	}
}

// Mail loop: however many mails a sender has refused, and however many replicas answer, one answer goes out in an hour; the next
// hour has one more.
func TestMailLoopASenderIsAnsweredOnceAnHourByAllReplicas(t *testing.T) {
	t.Parallel()
	m := newMailroom(t)
	for range 50 {
		m.hears(m.refuses("robot@ude.example"))
	}
	m.hears(m.refuses("Robot@UDE.example"), m.refuses("borger@ude.example"))
	replicas := []*command.Commands{m.commands, m.answering(m.replica()), m.answering(m.replica())}
	var all sync.WaitGroup
	for i, args := range m.jobs() {
		all.Go(func() {
			if err := m.run(replicas[i%len(replicas)], args); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(m.sink.Messages(mailsink.Filter{To: "robot@ude.example"})); n != 1 {
		t.Errorf("the sender of 51 mails was answered %d times", n)
	}
	if n := len(m.sink.Messages(mailsink.Filter{To: "borger@ude.example"})); n != 1 {
		t.Errorf("another sender was answered %d times", n)
	}
	if n := m.count("SELECT count(*) FROM notifications WHERE reason = 'ANSWERED_LATELY'"); n != 50 {
		t.Errorf("%d answers were left out, want 50", n)
	}
	m.clock.Advance(domain.AnswerEvery + time.Second)
	event := m.refuses("robot@ude.example")
	m.hears(event)
	m.hears(event) // the feed may tell it twice
	m.work(m.commands)
	if n := len(m.sink.Messages(mailsink.Filter{To: "robot@ude.example"})); n != 2 {
		t.Errorf("after an hour there are %d answers, want 2", n)
	}
	if n := m.count("SELECT count(*) FROM answered_senders"); n != 1 {
		t.Errorf("%d senders are remembered after their hour", n)
	}
	if n := m.count("SELECT count(*) FROM paces"); n != 0 {
		t.Errorf("%d senders are kept as people who are written to", n)
	}
}

// Mail loop: nobody is answered who is no person, or of whom intake says so.
func TestMailLoopNoAnswerGoesToANullOrAutomatedSender(t *testing.T) {
	t.Parallel()
	m := newMailroom(t)
	for _, address := range []string{"", "noreply@ude.example", "MAILER-DAEMON@ude.example", "bounces+17@ude.example"} {
		m.hears(m.refuses(address))
	}
	m.work(m.commands)
	if n := len(m.sink.Messages(mailsink.Filter{})); n != 0 {
		t.Errorf("%d answers were sent", n)
	}
	if n := m.count("SELECT count(*) FROM notifications WHERE delivery = 4"); n != 4 {
		t.Errorf("%d answers were settled as suppressed, want 4", n)
	}
}

// An answer that the mail server put off is tried again, though its sender's turn is taken: by itself.
func TestAnAnswerThatWasPutOffIsStillSent(t *testing.T) {
	t.Parallel()
	m := newMailroom(t)
	m.hears(m.refuses("borger@ude.example"))
	m.fails(1, mailsink.Failure{Code: 451})
	m.work(m.commands)
	m.clock.Advance(time.Minute)
	m.work(m.commands)
	mails := m.sink.Messages(mailsink.Filter{To: "borger@ude.example"})
	if len(mails) != 1 {
		t.Fatalf("%d answers were sent", len(mails))
	}
	for header, want := range map[string]string{"Auto-Submitted": "auto-replied", "In-Reply-To": "<q@ude.example>"} {
		if got := mails[0].Header.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if !strings.HasPrefix(mails[0].MessageID, "i.nsp.") {
		t.Errorf("it would not be known again: its Message-ID is %s", mails[0].MessageID)
	}
	var stored string
	if err := m.pool.QueryRow(t.Context(), "SELECT string_agg(n::text, ' ') FROM notifications n").Scan(&stored); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(stored, "borger") {
		t.Error("the ledger holds the sender's address")
	}
}

// R12: every answer exists in every language, and gives back no stranger's advertisement.
func TestEveryAnswerIsWrittenInEveryLanguage(t *testing.T) {
	t.Parallel()
	for kind, name := range domain.AnswerTemplates {
		said := map[string]bool{}
		for _, language := range domain.Languages {
			subject, body, err := domain.WriteAnswer(name, []string{language}, domain.AnswerLetter{
				Desk: "National Servicedesk", Name: "Køb billigt på www.spam.example", Subject: "Se http://spam.example",
				Number: "ASCP00000042",
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if subject == "" || strings.Contains(subject+body, "spam") || strings.Contains(body, "<no value>") {
				t.Errorf("%v in %s is %q:\n%s", kind, language, subject, body)
			}
			said[body] = true
		}
		if len(said) != len(domain.Languages) {
			t.Errorf("%v says the same in two languages", kind)
		}
	}
	for wanted, got := range map[string][]string{
		"[sv]": domain.AnswerLanguages("sv-SE", "da"), "[da en]": domain.AnswerLanguages("", "da"),
		"[en]": domain.AnswerLanguages("", "en-GB"),
	} {
		if fmt.Sprint(got) != wanted {
			t.Errorf("written in %v, want %s", got, wanted)
		}
	}
}
