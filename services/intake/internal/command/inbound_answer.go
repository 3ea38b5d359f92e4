package command

import (
	"context"
	"errors"
	"io"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/mail"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// Answers says what whoever sent a mail is to be told of what became of it (R12).
type Answers struct {
	Commands *Commands
	Texts    *fault.Catalog
}

// doubtful are the reasons for which a mail is held that say that no person, or nobody known, waits for an answer; of a reply to
// a page its sender hears by the next call.
var doubtful = map[string]bool{
	mail.Absence.String(): true, mail.Bounce.String(): true, mail.Program.String(): true, mail.MailingList.String(): true,
	mail.ReasonLoop: true, mail.ReasonNoSender: true, mail.ReasonUnreadable: true, mail.ReasonFlood: true, mail.ReasonPage: true,
	reasonPersonErased: true,
}

// answerTo is why the sender of an item is told; unspecified where its outcome tells them nothing new.
func answerTo(item store.InboundItem) intakev1.AnswerKind {
	if item.Source != MailSource || item.ErasedAt != nil {
		return intakev1.AnswerKind_ANSWER_KIND_UNSPECIFIED
	}
	switch outcome := intakev1.InboundOutcome(item.Outcome); {
	case outcome == intakev1.InboundOutcome_INBOUND_OUTCOME_REFUSED && gate[item.Reason]:
		return intakev1.AnswerKind_ANSWER_KIND_REFUSED
	case outcome == intakev1.InboundOutcome_INBOUND_OUTCOME_TICKETED && item.Reason != "": // it names a ticket that it did not join
		return intakev1.AnswerKind_ANSWER_KIND_NEW_TICKET
	case outcome != intakev1.InboundOutcome_INBOUND_OUTCOME_QUARANTINED || doubtful[item.Reason]:
		return intakev1.AnswerKind_ANSWER_KIND_UNSPECIFIED
	case item.Reason == mail.ReasonTooLarge:
		return intakev1.AnswerKind_ANSWER_KIND_TOO_LARGE
	default:
		return intakev1.AnswerKind_ANSWER_KIND_HELD
	}
}

// answerHeaders is how much of an original is read to answer it: its headers are at its beginning.
const answerHeaders = 256 << 10

var errNoAnswer = fault.New(codes.NotFound, fault.NotFound)

// Answer says whom to tell of an item, and what. NOT_FOUND says that nobody is told.
func (a *Answers) Answer(ctx context.Context, name string) (*intakev1.InboundAnswer, error) {
	id, err := uuid.Parse(resourcename.ID(name))
	if err != nil {
		return nil, errNoAnswer
	}
	q := store.New(a.Commands.Pool)
	item, err := q.GetInboundItem(ctx, store.GetInboundItemParams{Desk: resourcename.Desk(name), Inbound: id})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoAnswer
	} else if err != nil {
		return nil, pg.Translate(err)
	}
	kind := answerTo(item)
	if kind == intakev1.AnswerKind_ANSWER_KIND_UNSPECIFIED {
		return nil, errNoAnswer
	}
	m, err := a.headersOf(ctx, item)
	if err != nil {
		return nil, err
	}
	answer := &intakev1.InboundAnswer{
		Name: item.Name(), Kind: kind, Address: m.AnswerTo(), DisplayName: bounded(m.From.Name, 120), Subject: item.Subject,
		MessageId: m.Answerable(),
	}
	if answer.GetAddress() == "" {
		return nil, errNoAnswer
	}
	if item.Ticket != "" {
		answer.Ticket = domain.TicketName(item.Desk, item.Ticket)
	}
	if item.Person != "" {
		person, err := q.GetPerson(ctx, store.GetPersonParams{Desk: item.Desk, Person: item.Person})
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return nil, pg.Translate(err)
		}
		answer.LanguageCode = person.LanguageCode
	}
	if kind == intakev1.AnswerKind_ANSWER_KIND_REFUSED {
		answer.Explanations, err = a.explanations(ctx, item)
	}
	return answer, err
}

// headersOf reads what a mail says of itself. What cannot be read is answered to nobody.
func (a *Answers) headersOf(ctx context.Context, item store.InboundItem) (mail.Message, error) {
	original, err := a.Commands.OpenOriginal(ctx, item)
	if err != nil {
		return mail.Message{}, err
	}
	beginning, err := io.ReadAll(io.LimitReader(original, answerHeaders))
	if err := errors.Join(err, original.Close()); err != nil {
		return mail.Message{}, err
	}
	m, err := mail.Parse(append([]byte(item.Envelope), beginning...))
	if err != nil {
		return mail.Message{}, errNoAnswer
	}
	return m, nil
}

// explanations are where to turn, as the gate says it to whoever reports by other ways: asked anew, because what was said to
// nobody is kept nowhere. It is empty where the desk's process has changed since and would let them in.
func (a *Answers) explanations(ctx context.Context, item store.InboundItem) ([]*commonv1.LocalizedText, error) {
	c := a.Commands
	desk, err := store.New(c.Pool).GetDesk(ctx, item.Desk)
	if err != nil {
		return nil, pg.Translate(err)
	}
	door, err := c.Reception.Of(ctx, desk)
	if err != nil {
		return nil, err
	}
	admitted, err := c.admit(auth.NewContext(ctx, auth.Principal{Service: "intake"}), door, &intakev1.SubmitTicketRequest{
		Parent: "desks/" + item.Desk, Channel: commonv1.Channel_CHANNEL_MAIL, Reporter: domain.PersonName(item.Desk, item.Person),
	})
	if fault.Is(err, fault.InvalidArgument) {
		err = nil // it would be asked for more
	}
	if err != nil || admitted.Ground == "" {
		return nil, err
	}
	var said []*commonv1.LocalizedText
	for _, language := range domain.Languages() {
		said = append(said, &commonv1.LocalizedText{
			Text: a.Texts.Text(NotAdmitted(admitted, language), language), LanguageCode: language,
		})
	}
	return said, nil
}
