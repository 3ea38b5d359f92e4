package mailsink_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/mailsink"
)

var morning = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

func start(t *testing.T, adjust ...func(*mailsink.Config)) *mailsink.Sink {
	t.Helper()
	config := mailsink.Config{Clock: clock.NewManual(morning)}
	for _, f := range adjust {
		f(&config)
	}
	sink, err := mailsink.Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sink.Close(); err != nil {
			t.Error(err)
		}
	})
	return sink
}

// send delivers one mail over SMTP and returns what the server made of it.
func send(t *testing.T, sink *mailsink.Sink, subject string, to ...string) error {
	t.Helper()
	raw := strings.Join([]string{
		"From: Bavn <bavn@example.dk>", "To: " + strings.Join(to, ", "), "Subject: " + subject,
		"Message-ID: <" + subject + "@bavn>", "", "Hello", "",
	}, "\r\n")
	return sendRaw(t, sink, raw, to...)
}

func sendRaw(t *testing.T, sink *mailsink.Sink, raw string, to ...string) error {
	t.Helper()
	client, err := smtp.Dial(sink.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	return client.SendMail("bavn@example.dk", to, strings.NewReader(raw))
}

func mustSend(t *testing.T, sink *mailsink.Sink, subject string, to ...string) {
	t.Helper()
	if err := send(t, sink, subject, to...); err != nil {
		t.Fatal(err)
	}
}

func subjectsOf(messages []mailsink.Message) string {
	var subjects []string
	for _, m := range messages {
		subjects = append(subjects, m.Subject)
	}
	return strings.Join(subjects, " ")
}

func TestAMailIsKeptAsItWasSentAndReadable(t *testing.T) {
	t.Parallel()
	sink := start(t)
	raw := strings.ReplaceAll(`From: Bavn <bavn@example.dk>
To: mette@example.dk
Subject: =?utf-8?q?L=C3=B8st:_ASCP00000001?=
Message-ID: <1.2@bavn>
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Sagen er l=F8st.
--x
Content-Type: text/html; charset=utf-8

<p>Sagen er løst.</p>
--x
Content-Type: application/pdf
Content-Disposition: attachment; filename=rapport.pdf
Content-Transfer-Encoding: base64

AAECAw==
--x--
`, "\n", "\r\n")
	if err := sendRaw(t, sink, raw, "mette@example.dk", "lars@example.dk"); err != nil {
		t.Fatal(err)
	}
	messages := sink.Messages(mailsink.Filter{To: "LARS@example.dk"})
	if len(messages) != 1 {
		t.Fatalf("the second recipient has %d messages, want 1", len(messages))
	}
	m := messages[0]
	if m.ParseError != "" || m.Subject != "Løst: ASCP00000001" || m.MessageID != "1.2@bavn" || m.Text != "Sagen er løst." ||
		m.HTML != "<p>Sagen er løst.</p>" || m.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("read as %+v", m)
	}
	want := mailsink.Attachment{Filename: "rapport.pdf", ContentType: "application/pdf", Bytes: 4}
	if len(m.Attachments) != 1 || m.Attachments[0] != want {
		t.Errorf("attachments: %+v", m.Attachments)
	}
	if string(m.Raw) != raw || m.From != "bavn@example.dk" || !m.ReceivedAt.Equal(morning) {
		t.Errorf("not kept as it was sent: from %s at %s\n%q", m.From, m.ReceivedAt, m.Raw)
	}
}

func TestABrokenMailIsKeptWithWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	sink := start(t)
	raw := "Subject: broken\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhalf"
	if err := sendRaw(t, sink, raw, "a@example.dk"); err != nil {
		t.Fatal(err)
	}
	if m := sink.Messages(mailsink.Filter{})[0]; m.Subject != "broken" || m.ParseError == "" {
		t.Errorf("%+v; want its subject and what could not be read", m)
	}
}

func TestWaitSeesMailsThatAreThereAndMailsToCome(t *testing.T) {
	t.Parallel()
	sink := start(t)
	isSecond := func(m mailsink.Message) bool { return m.Subject == "second" }
	answers := make(chan error, 2)
	go func() {
		_, err := sink.Wait(t.Context(), isSecond)
		answers <- err
	}()
	go func() {
		_, err := sink.WaitFor(t.Context(), 2, mailsink.Filter{To: "a@example.dk"})
		answers <- err
	}()
	mustSend(t, sink, "first", "a@example.dk")
	mustSend(t, sink, "second", "a@example.dk")
	for range 2 {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
	if m, err := sink.Wait(t.Context(), isSecond); err != nil || m.ID != "2" {
		t.Errorf("a mail that is already there: %+v, %v", m, err)
	}

	ctx, cancel := context.WithCancelCause(t.Context())
	given := errors.New("patience has an end")
	cancel(given)
	_, err := sink.Wait(ctx, func(mailsink.Message) bool { return false })
	if !errors.Is(err, given) || !strings.Contains(err.Error(), `"first" "second"`) {
		t.Errorf("waiting in vain: %v; want the reason and what is there instead", err)
	}
}

func TestDeliveriesFailAsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		failure mailsink.Failure
		code    int  // of the reply; 0: the connection ends without one
		kept    bool // although the sender is not told so
	}{
		"busy":                  {mailsink.Failure{Code: 451, Text: "Try again"}, 451, false},
		"refused":               {mailsink.Failure{Code: 554, Text: "No"}, 554, false},
		"sender refused":        {mailsink.Failure{At: mailsink.AtSender, Code: 550}, 550, false},
		"recipient unknown":     {mailsink.Failure{At: mailsink.AtRecipient, Code: 550}, 550, false},
		"answered but kept":     {mailsink.Failure{Code: 451, Keep: true}, 451, true},
		"dropped":               {mailsink.Failure{Drop: true}, 0, false},
		"dropped, but kept":     {mailsink.Failure{Drop: true, Keep: true}, 0, true},
		"dropped at the sender": {mailsink.Failure{At: mailsink.AtSender, Drop: true}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := start(t)
			if err := sink.FailNext(2, c.failure); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				err := send(t, sink, "failing", "a@example.dk", "b@example.dk")
				var reply *smtp.SMTPError
				told := errors.As(err, &reply)
				if err == nil || told != (c.code != 0) || told && reply.Code != c.code {
					t.Errorf("the sender sees %v, want reply %d (0: none)", err, c.code)
				}
			}
			mustSend(t, sink, "third", "a@example.dk")

			want := "third"
			if c.kept {
				want = "failing failing third"
			}
			if got := subjectsOf(sink.Messages(mailsink.Filter{})); got != want {
				t.Errorf("the sink holds %q, want %q", got, want)
			}
			if sink.Attempts() != 3 {
				t.Errorf("%d attempts counted, want 3", sink.Attempts())
			}
		})
	}
}

func TestAFailureThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	sink := start(t)
	for _, f := range []mailsink.Failure{{}, {Code: 250}, {At: mailsink.AtRecipient, Code: 550, Keep: true}} {
		if err := sink.FailNext(1, f); err == nil {
			t.Errorf("%+v was accepted", f)
		}
	}
}

func TestTheSinkStaysOnLoopback(t *testing.T) {
	t.Parallel()
	sink, err := mailsink.Start(t.Context(), mailsink.Config{Clock: clock.System(), Addr: "0.0.0.0:0"})
	if err == nil || !strings.Contains(err.Error(), "loopback") {
		t.Errorf("started on every interface: %v, %v", sink, err)
	}
}

func TestClosingTwiceIsHarmless(t *testing.T) {
	t.Parallel()
	sink := start(t) // closed once more at the end of the test
	if err := sink.Close(); err != nil {
		t.Error(err)
	}
}
