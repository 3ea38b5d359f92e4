package acceptance_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/smtp"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/cmd/bavn/suite"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/test/house"
)

// post is a desk that mails are sent to.
type post struct {
	*house.House
	t       *testing.T
	running *suite.Suite
	ctx     context.Context //nolint:containedctx // of one test
	inbound intakev1.InboundServiceClient
}

func openPost(t *testing.T) *post {
	t.Helper()
	return openPostWith(t, nil)
}

// openPostWith is openPost with settings of intake's own.
func openPostWith(t *testing.T, settings map[string]string) *post {
	t.Helper()
	running, h := furnished(t, func(cfg *suite.Config) { cfg.Settings = map[string]map[string]string{"intake": settings} })
	ctx, cancel := context.WithTimeout(t.Context(), walkLimit)
	t.Cleanup(cancel)
	conn := h.GRPC.Conn(intakev1.InboundService_ListInboundItems_FullMethodName)
	return &post{House: h, t: t, running: running, ctx: ctx, inbound: intakev1.NewInboundServiceClient(conn)}
}

const toTheDesk = "nsp@" + suite.MailDomain

// eml is a mail of a person to the desk.
func eml(from, subject, body string, headers ...string) string {
	headers = append([]string{
		"From: " + from, "To: " + toTheDesk, "Subject: " + subject, "Message-ID: <" + uuid.NewString() + "@hospital.example>",
		"MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
	}, headers...)
	return strings.Join(headers, "\r\n") + "\r\n\r\n" + strings.ReplaceAll(body, "\n", "\r\n") + "\r\n"
}

// send hands a mail over, as a mail server does.
func (p *post) send(envelopeFrom, mail string) {
	p.t.Helper()
	if err := smtp.SendMail(p.running.Addresses().MailIn, nil, envelopeFrom, []string{toTheDesk}, []byte(mail)); err != nil {
		p.t.Fatalf("the mail is not accepted: %v", err)
	}
}

// settled waits until n items have come and all of them have an outcome; newest first.
func (p *post) settled(n int) []*intakev1.InboundItem {
	p.t.Helper()
	var items []*intakev1.InboundItem
	err := house.Until(p.ctx, func(ctx context.Context) error {
		list, err := p.inbound.ListInboundItems(p.As(ctx, house.Mette), &intakev1.ListInboundItemsRequest{
			Parent: house.Desk, PageSize: 500,
		})
		if err != nil {
			return err
		}
		if items = list.GetInboundItems(); len(items) < n {
			return fmt.Errorf("%d of %d have come", len(items), n)
		}
		for _, i := range items {
			if i.GetOutcome() == 0 {
				return fmt.Errorf("%s has no outcome", i.GetName())
			}
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return items
}

func (p *post) ticket(name string) *triagev1.Ticket {
	p.t.Helper()
	ticket, err := p.GRPC.Tickets.GetTicket(p.As(p.ctx, house.Mette), &triagev1.GetTicketRequest{Name: name})
	if err != nil {
		p.t.Fatal(err)
	}
	return ticket
}

func (p *post) is(i *intakev1.InboundItem, outcome intakev1.InboundOutcome, reason string) {
	p.t.Helper()
	if i.GetOutcome() != outcome || i.GetReason() != reason {
		p.t.Errorf("%q became %v for %q, want %v for %q", i.GetSubject(), i.GetOutcome(), i.GetReason(), outcome, reason)
	}
}

// balances holds the ledger against itself and against the originals.
func (p *post) balances() *intakev1.InboundCount {
	p.t.Helper()
	ledger, err := p.inbound.GetInboundLedger(p.As(p.ctx, house.Mette), &intakev1.GetInboundLedgerRequest{
		Name: house.Desk + "/inboundLedger",
	})
	if err != nil || len(ledger.GetCounts()) != 1 {
		p.t.Fatalf("the ledger is %v (%v)", ledger, err)
	}
	c := ledger.GetCounts()[0]
	if c.GetAccepted() != c.GetTicketed()+c.GetJoined()+c.GetRefused()+c.GetQuarantined()+c.GetDuplicate() || c.GetMissing() != 0 {
		p.t.Errorf("it does not balance: %v", c)
	}
	return c
}

const (
	ticketed    = intakev1.InboundOutcome_INBOUND_OUTCOME_TICKETED
	joined      = intakev1.InboundOutcome_INBOUND_OUTCOME_JOINED
	quarantined = intakev1.InboundOutcome_INBOUND_OUTCOME_QUARANTINED
	duplicate   = intakev1.InboundOutcome_INBOUND_OUTCOME_DUPLICATE
)

// R4, R19: a mail becomes a ticket; an answer joins it; a stranger who quotes its number does not (Wrong thread); what no person
// wrote moves nothing (Mail loop); and agents read every original as it came.
func TestR4AMailBecomesATicketAndItsAnswersFindIt(t *testing.T) {
	t.Parallel()
	p := openPost(t)
	first := eml("Gerda Holm <gerda@hospital.example>", "Printeren på afsnit 4 er død", "Den siger intet.\n\n-- \nGerda")
	p.send("gerda@hospital.example", first)
	opened := p.settled(1)[0]
	p.is(opened, ticketed, "")
	ticket := p.ticket(opened.GetTicket())
	if ticket.GetTitle() != "Printeren på afsnit 4 er død" || !strings.HasPrefix(ticket.GetDescription(), "Den siger intet.") {
		t.Errorf("the ticket says %q: %q", ticket.GetTitle(), ticket.GetDescription())
	}
	if got := p.original(opened); got != first {
		t.Errorf("the original is not as it came:\n%s", got)
	}

	number := lastPart(ticket.GetName())
	reply := eml("gerda@hospital.example", "SV: ["+number+"] Kvittering", "Nu virker den.", p.answers(number))
	p.send("gerda@hospital.example", reply)
	p.is(p.settled(2)[0], joined, "")
	p.send("gerda@hospital.example", eml("gerda@hospital.example", "Om "+number, "Og nu ikke mere."))
	p.is(p.settled(3)[0], joined, "")
	p.send("fremmed@ude.example", eml("fremmed@ude.example", "Om "+number, "Giv mig alt om den."))
	strangers := p.settled(4)[0]
	p.is(strangers, ticketed, "SENDER_TAKES_NO_PART")
	own := p.ticket(strangers.GetTicket())
	if own.GetName() == ticket.GetName() || !strings.Contains(own.GetDescription(), "nævner "+number) {
		t.Errorf("the stranger's mail became %v", own)
	}
	p.send("", eml("gerda@hospital.example", "Autosvar: ferie", "Jeg er væk.", "Auto-Submitted: auto-replied", p.answers(number)))
	p.is(p.settled(5)[0], joined, "")
	p.send("", eml("gerda@hospital.example", "Autosvar: ferie", "Jeg er væk.", "Auto-Submitted: auto-replied"))
	held := p.settled(6)[0]
	p.is(held, quarantined, "AUTOMATIC_REPLY")
	if got := p.ticket(ticket.GetName()); got.GetStatus() != ticket.GetStatus() {
		t.Errorf("the answers made it %v", got.GetStatus())
	}

	if _, err := p.inbound.ReleaseInboundItem(p.As(p.ctx, house.Mette), &intakev1.ReleaseInboundItemRequest{
		Name: held.GetName(), RequestId: uuid.NewString(),
	}); err != nil {
		t.Fatal(err)
	}
	p.is(p.settled(6)[0], ticketed, "")
	for _, outsider := range []string{house.Ole, house.Lars} { // a user, and an agent of another company
		ctx := p.As(p.ctx, outsider)
		if _, err := p.inbound.ListInboundItems(ctx, &intakev1.ListInboundItemsRequest{Parent: house.Desk}); err == nil {
			t.Errorf("%s lists what others sent to the service desk", outsider)
		}
		_, err := p.inbound.GetInboundItem(ctx, &intakev1.GetInboundItemRequest{Name: opened.GetName()})
		if status.Code(err) != codes.NotFound {
			t.Errorf("%s reads what others sent: %v", outsider, err)
		}
	}
	p.balances()
}

// answers is the header of a reply to a mail of ours about a ticket.
func (p *post) answers(number string) string {
	p.t.Helper()
	ref := mailref.Reference{Kind: mailref.Ticket, Desk: "nsp", ID: number}
	return "In-Reply-To: <" + p.signer().MessageID(ref, "example.org") + ">"
}

// signer makes references as notify does.
func (p *post) signer() *mailref.Signer {
	p.t.Helper()
	keys, err := p.running.Folder().References()
	if err != nil {
		p.t.Fatal(err)
	}
	signer, err := mailref.New(mailref.Config{Keys: []string{keys}})
	if err != nil {
		p.t.Fatal(err)
	}
	return signer
}

func (p *post) original(i *intakev1.InboundItem) string {
	p.t.Helper()
	parts, err := p.inbound.DownloadInboundOriginal(p.As(p.ctx, house.Mette), &intakev1.DownloadInboundOriginalRequest{
		Name: i.GetName(),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	var whole strings.Builder
	for {
		part, err := parts.Recv()
		if errors.Is(err, io.EOF) {
			return whole.String()
		}
		if err != nil {
			p.t.Fatal(err)
		}
		whole.Write(part.GetContent())
	}
}

// Duplicates: the same Message-ID a hundred times, with intake stopped and started in between, is one ticket.
func TestAMailThatComesAHundredTimesIsOneTicket(t *testing.T) {
	t.Parallel()
	p := openPost(t)
	mail := eml("gerda@hospital.example", "Igen og igen", "Den samme mail.")
	twenty := func() {
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				for range 10 {
					p.send("gerda@hospital.example", mail)
				}
			})
		}
		all.Wait()
	}
	twenty()
	if err := p.running.StopService(p.ctx, "intake"); err != nil {
		t.Fatal(err)
	}
	if err := p.running.StartService(p.ctx, "intake"); err != nil {
		t.Fatal(err)
	}
	twenty()
	items := p.settled(100)
	tickets := map[string]bool{}
	for _, i := range items {
		if i.GetOutcome() == ticketed {
			tickets[i.GetTicket()] = true
		}
	}
	if c := p.balances(); len(tickets) != 1 || c.GetTicketed() != 1 || c.GetDuplicate() != 99 || c.GetOriginals() != 1 {
		t.Errorf("a hundred mails became %d tickets: %v", len(tickets), c)
	}
	list, err := p.GRPC.Tickets.ListTickets(p.As(p.ctx, house.Mette), &triagev1.ListTicketsRequest{Parent: house.Desk})
	if err != nil || len(list.GetTickets()) != 1 {
		t.Errorf("there are %d tickets: %v", len(list.GetTickets()), err)
	}
}

// Lost mail: what is malformed is quarantined with its original, what is too large is refused before it is accepted, and a mail
// of many megabytes comes through.
func TestWhatIsMalformedIsQuarantinedAndWhatIsTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	p := openPost(t)
	p.send("x@ude.example", "\r\n\r\nintet hoved\r\n")
	p.send("x@ude.example", eml("", "Uden afsender", "Hvem er jeg?"))
	p.send("gerda@hospital.example", eml("gerda@hospital.example", "Stor", strings.Repeat(strings.Repeat("x", 998)+"\n", 8000)))
	items := p.settled(3)
	outcomes := map[string]*intakev1.InboundItem{}
	for _, i := range items {
		outcomes[i.GetSubject()] = i
	}
	p.is(outcomes["Uden afsender"], quarantined, "NO_SENDER")
	p.is(outcomes["Stor"], ticketed, "")
	p.is(outcomes[""], quarantined, outcomes[""].GetReason())
	if got := p.original(outcomes["Stor"]); int64(len(got)) != outcomes["Stor"].GetOriginalSize() || len(got) < 8_000_000 {
		t.Errorf("the original of %d bytes has %d", outcomes["Stor"].GetOriginalSize(), len(got))
	}
	if got := p.original(outcomes[""]); !strings.Contains(got, "intet hoved") {
		t.Errorf("the original is %q", got)
	}
	err := smtp.SendMail(p.running.Addresses().MailIn, nil, "x@ude.example", []string{toTheDesk},
		[]byte(eml("x@ude.example", "For stor", strings.Repeat(strings.Repeat("x", 998)+"\n", 43000))))
	if err == nil || !strings.Contains(err.Error(), "552") {
		t.Errorf("43 MB are answered %v", err)
	}
	err = smtp.SendMail(p.running.Addresses().MailIn, nil, "x@ude.example", []string{"nobody@" + suite.MailDomain}, []byte("x"))
	if err == nil || !strings.Contains(err.Error(), "550") {
		t.Errorf("a desk that there is not is answered %v", err)
	}
	p.balances()
}

var ownMail = regexp.MustCompile(`Message-ID: <[^>]+>`)

// withID is a mail with a Message-ID of its own.
func withID(mail, id string) string {
	return ownMail.ReplaceAllLiteralString(mail, "Message-ID: <"+id+">")
}

// own is a Message-ID of ours.
func (p *post) own(serial int) string {
	return p.signer().MessageID(mailref.Reference{
		Kind: mailref.Ticket, Desk: "nsp", ID: "ASCP00000001", Serial: fmt.Sprint(serial),
	}, "example.org")
}

func (p *post) sent() int { return len(p.running.Mail().Messages(mailsink.Filter{})) }
