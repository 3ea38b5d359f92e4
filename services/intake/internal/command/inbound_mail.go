package command

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/mail"
	"github.com/bavn/bavn/services/intake/internal/store"
)

const (
	// MailSource is where mails come from, by whichever door: the same mail by two of them is one.
	MailSource = "mail"
	// HeadersOnly is the media type of what is kept of a mail that was too large.
	HeadersOnly = "message/rfc822-headers"
)

const (
	// flood is how many tickets one sender may open by mail within floodWindow. More are held: programs write them.
	flood       = 100
	floodWindow = time.Hour
)

// MailHandler makes tickets and notes of mails.
type MailHandler struct {
	Commands   *Commands
	References *mailref.Signer
	Replies    triagev1.ReplyServiceClient
	Pages      notifyv1.PagingServiceClient
}

// letter is a mail on its way to its outcome.
type letter struct {
	item   store.InboundItem
	desk   store.Desk
	mail   mail.Message
	thread mail.Thread
	person string // the sender's id; empty while nobody is registered with the address
}

// Handle says what becomes of a mail (R4).
func (h *MailHandler) Handle(ctx context.Context, item store.InboundItem) (Verdict, error) {
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(http.Header{"Traceparent": {item.Traceparent}}))
	ctx = auth.NewContext(ctx, auth.Principal{Service: "intake"})
	l := letter{item: item}
	original, err := h.Commands.Original(ctx, item)
	if err != nil {
		return Verdict{}, err
	}
	if l.desk, err = store.New(h.Commands.Pool).GetDesk(ctx, item.Desk); err != nil {
		return Verdict{}, pg.Translate(err)
	}
	l.mail, err = mail.Parse(append([]byte(item.Envelope), original...))
	switch {
	case err != nil && !item.Released:
		return Quarantined(mail.ReasonUnreadable), nil
	case err != nil:
		l.mail = mail.Message{Text: mail.Raw(original)}
	case item.MediaType == HeadersOnly && !item.Released:
		return l.verdict(Quarantined(mail.ReasonTooLarge)), nil
	}
	numbers := mail.Numbers{Prefix: l.desk.NumberPrefix, Digits: int(l.desk.NumberDigits)}
	l.thread = mail.ThreadOf(l.mail, item.Desk, numbers, h.References)
	if l.person, err = h.Commands.personByMail(ctx, item.Desk, l.mail.From.Address); err != nil {
		return Verdict{}, err
	}
	verdict, err := h.carryOut(ctx, &l)
	if err == nil {
		err = h.enclose(ctx, &l, verdict)
	}
	if err != nil {
		return Verdict{}, err
	}
	return l.verdict(verdict), nil
}

// verdict says who sent it and what about.
func (l *letter) verdict(v Verdict) Verdict {
	v.Sender, v.Subject, v.Person = cmp.Or(l.mail.From.Address, l.mail.From.Name), l.mail.Subject, l.person
	return v
}

func (h *MailHandler) carryOut(ctx context.Context, l *letter) (Verdict, error) {
	step, reason := mail.Decide(l.mail, l.thread, l.item.Released)
	switch step {
	case mail.Hold:
		held := Quarantined(reason)
		held.Ticket = l.thread.Ticket
		return held, nil
	case mail.Answer:
		return h.answerPage(ctx, l)
	case mail.Note, mail.Join:
		joined, why, err := h.join(ctx, l, step == mail.Note)
		if err != nil || why == "" {
			return joined, err
		}
		if step == mail.Note {
			return Quarantined(l.mail.Kind.String()), nil
		}
		return h.open(ctx, l, why)
	default:
		return h.open(ctx, l, "")
	}
}

// join adds a mail to the ticket that it names. whyNot is said where it is to become a ticket of its own.
func (h *MailHandler) join(ctx context.Context, l *letter, automatic bool) (v Verdict, whyNot string, err error) {
	switch {
	case automatic:
	case l.person == "" && !l.thread.Signed:
		return v, mail.ReasonStranger, nil // nobody takes part whom we do not know
	case l.person == "":
		if err := h.register(ctx, l); err != nil {
			return v, "", err
		}
	}
	r := &triagev1.ReceiveReplyRequest{
		Name: domain.TicketName(l.item.Desk, l.thread.Ticket), RequestId: requestFor(l.item, "reply").String(),
		Note:       &commonv1.LocalizedText{Text: l.words(), LanguageCode: l.desk.LanguageCode},
		Referenced: l.thread.Signed, Automatic: automatic,
	}
	if l.person != "" {
		r.Person = domain.PersonName(l.item.Desk, l.person)
		ctx = auth.OnBehalfOf(ctx, l.person)
	}
	_, err = h.Replies.ReceiveReply(ctx, r)
	switch status.Code(err) {
	case codes.OK:
		return Verdict{Outcome: intakev1.InboundOutcome_INBOUND_OUTCOME_JOINED, Ticket: l.thread.Ticket}, "", nil
	case codes.NotFound:
		return v, mail.ReasonStranger, nil
	case codes.FailedPrecondition:
		if fault.Is(err, "PROFILE_NOT_INSTALLED") {
			return v, "", err
		}
		return v, mail.ReasonTooLate, nil
	case codes.ResourceExhausted:
		if fault.Is(err, "TOO_MANY_NOTES") {
			return v, mail.ReasonTooLate, nil
		}
		return v, "", err
	default:
		return v, "", err
	}
}

// open makes a ticket of a mail; why says what kept it out of the one that it names. The desk's gate of reporters is
// SubmitTicket's: whoever it refuses is told where to turn by what hears of it (R12).
func (h *MailHandler) open(ctx context.Context, l *letter, why string) (Verdict, error) {
	if l.person == "" || l.mail.Kind != mail.Person {
		if err := h.register(ctx, l); err != nil {
			return Verdict{}, err
		}
	} else if many, err := h.floods(ctx, l); err != nil || many {
		return Quarantined(mail.ReasonFlood), err
	}
	language := l.desk.LanguageCode
	said := domain.MailTexts(language)
	description := l.words()
	if why != "" {
		description = domain.Shortened(fmt.Sprintf(said.Mentions, l.thread.Ticket)+"\n\n"+description, said.Cut)
	}
	submission, err := h.Commands.SubmitTicket(ctx, &intakev1.SubmitTicketRequest{
		Parent: "desks/" + l.item.Desk, RequestId: requestFor(l.item, "submit").String(), Channel: commonv1.Channel_CHANNEL_MAIL,
		Title:       &commonv1.LocalizedText{Text: cmp.Or(mail.Title(l.mail.Subject), said.NoSubject), LanguageCode: language},
		Description: &commonv1.LocalizedText{Text: description, LanguageCode: language},
		Reporter:    domain.PersonName(l.item.Desk, l.person),
	})
	if err = RefuseErased(err); err != nil {
		return refusedMail(err)
	}
	if submission.GetOutcome() == intakev1.Outcome_OUTCOME_REFUSED { // it was refused before this process knew it
		return turnedAway(submission.GetRefusalReason()), nil
	}
	return Verdict{
		Outcome: intakev1.InboundOutcome_INBOUND_OUTCOME_TICKETED, Ticket: resourcename.ID(submission.GetTicket()), Reason: why,
	}, nil
}

// gate are the reasons with which a desk does not let a reporter in (R3, R11-R13). What else it refuses is for a person to look
// at.
var gate = map[string]bool{"REPORTER_REFUSED": true, "CHANNEL_CLOSED": true, "CHANNEL_OF_OTHERS": true}

func turnedAway(reason string) Verdict {
	if gate[reason] {
		return Verdict{Outcome: intakev1.InboundOutcome_INBOUND_OUTCOME_REFUSED, Reason: reason}
	}
	return Quarantined(cmp.Or(reason, domain.InboundUnhandled))
}

func refusedMail(err error) (Verdict, error) {
	reason := fault.ReasonOf(err)
	_, byProcess := forGood(err)
	if gate[reason] || byProcess || reason == reasonPersonErased {
		return turnedAway(reason), nil
	}
	return Verdict{}, err
}

// floods reports whether the sender has opened more tickets than a person writes.
func (h *MailHandler) floods(ctx context.Context, l *letter) (bool, error) {
	if l.item.Released {
		return false, nil
	}
	n, err := store.New(h.Commands.Pool).CountOpenedByMail(ctx, store.CountOpenedByMailParams{
		Desk: l.item.Desk, Person: l.person, Since: l.item.ReceivedAt.Add(-floodWindow),
	})
	return n >= flood, pg.Translate(err)
}

// words are what a mail says, with what is new first.
func (l *letter) words() string {
	said := domain.MailTexts(l.desk.LanguageCode)
	body := mail.Fold(l.mail.Text).String()
	if l.mail.Sealed {
		body = said.Sealed
	}
	return domain.Shortened(cmp.Or(body, said.Empty), said.Cut)
}

// requestFor is the id of what a mail leads to, the same however often it is handled; another one after a person released it,
// because what was refused before is to be asked again.
func requestFor(item store.InboundItem, what string) uuid.UUID {
	if item.Released {
		what += ", released"
	}
	return uuid.NewSHA1(item.Inbound, []byte(what))
}
