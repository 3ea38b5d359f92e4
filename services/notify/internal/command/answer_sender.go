package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// inboundTopic begins what an answer is about.
const inboundTopic = "inboundItems/"

// AnswerEventTypes are intake's that may have to be answered.
var AnswerEventTypes = []string{"inbound.ticketed", "inbound.refused", "inbound.quarantined"}

// Answers tells whoever wrote a mail what became of it (R12). Who that is, intake says when the answer is sent; no event does.
type Answers struct {
	*Board
	Source intakev1.AnswerServiceClient
}

// Handle writes down which mails are to be answered. It writes through the subscriber's transaction, and the same event again
// adds nothing.
func (a *Answers) Handle(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	var all []about
	for _, event := range batch {
		payload := new(intakev1.InboundEvent)
		if err := event.Record.GetPayload().UnmarshalTo(payload); err != nil {
			return fmt.Errorf("read %s: %w", event.Ref(), err)
		}
		if payload.GetAnswerDue() {
			all = append(all, answering(event, payload.GetInboundItem()))
		}
	}
	if len(all) == 0 {
		return nil
	}
	return pg.Within(ctx, tx, func(ctx context.Context, p *pg.Pipeline) error {
		for _, one := range all {
			if err := a.tellAbout(ctx, p, one); err != nil {
				return err
			}
		}
		return nil
	})
}

// AfterCommit wakes those who follow notify's own feed.
func (a *Answers) AfterCommit(context.Context, []*feed.Event) { a.Wake.Committed() }

func answering(event *feed.Event, item *intakev1.InboundItem) about {
	record := event.Record
	id := resourcename.ID(item.GetName())
	one := about{
		desk: resourcename.Desk(item.GetName()), what: inboundTopic + id, ref: item.GetName(), revision: record.GetRevision(),
		event: record.GetType(), rule: "inbound_answer", template: "inbound_answer", recipients: []string{domain.SenderPrefix + id},
		audience: record.GetAudience(), traceparent: event.Traceparent(), urgent: true,
		own: answered(resourcename.Desk(item.GetName()), id),
	}
	if heard := parties(record.GetAudience()); len(heard) > 0 {
		one.party = heard[0]
	}
	if record.GetType() == "inbound.ticketed" {
		one.ticket = resourcename.ID(item.GetTicket())
	}
	return one
}

// answered is what an answer refers to that is about no ticket: the mail that it answers.
func answered(desk, item string) mailref.Reference {
	return mailref.Reference{Kind: mailref.Inbound, Desk: desk, ID: item}
}

// compose writes the answers, and settles those that will never be one: nobody may be answered, or they were within the hour.
func (a *Answers) compose(ctx context.Context, desk string, rows []store.Notification) ([]letter, []settlement, error) {
	if len(rows) == 0 {
		return nil, nil, nil
	}
	known, err := store.New(a.Pool).GetDesk(ctx, desk)
	if err != nil {
		return nil, nil, fmt.Errorf("read desk: %w", err)
	}
	var (
		letters []letter
		settled []settlement
	)
	for _, row := range rows {
		l, never, err := a.write(ctx, known, row)
		switch {
		case err != nil:
			return nil, nil, err
		case never != "":
			verdict := domain.Settled(notifyv1.Delivery_DELIVERY_SUPPRESSED, never)
			settled = append(settled, settlement{row: row, verdict: verdict})
		default:
			letters = append(letters, l)
		}
	}
	return letters, settled, nil
}

// write makes one answer; never says why there will be none.
func (a *Answers) write(ctx context.Context, desk store.Desk, row store.Notification) (l letter, never string, err error) {
	answer, err := a.Source.GetInboundAnswer(asNotify(ctx), &intakev1.GetInboundAnswerRequest{
		Name: domain.DeskName(row.Desk) + "/" + row.Topic,
	})
	if status.Code(err) == codes.NotFound {
		return l, domain.ReasonNotAnswered, nil
	} else if err != nil {
		return l, "", fmt.Errorf("ask intake whom to answer: %w", err)
	}
	courier := a.Couriers[notifyv1.Medium(row.Medium)]
	if courier == nil {
		return l, domain.ReasonNoCourier, nil
	}
	to := &intakev1.Person{DisplayName: answer.GetDisplayName(), Email: answer.GetAddress()}
	if courier.Address(to) == "" {
		return l, domain.ReasonNoAddress, nil
	}
	languages, explanations := domain.AnswerLanguages(answer.GetLanguageCode(), desk.LanguageCode), map[string]string{}
	for _, text := range answer.GetExplanations() {
		explanations[text.GetLanguageCode()] = text.GetText()
	}
	l = letter{row: row, message: domain.Dispatch{
		Name: answer.GetDisplayName(), Address: courier.Address(to), LanguageCode: languages[0], MessageID: row.MessageID,
		Thread: answer.GetMessageId(), Replies: true, Date: a.Clock.Now(), Cause: row.Traceparent,
		Notification: domain.NotificationName(row.Desk, row.Notification.String()),
	}}
	l.message.Reference = answered(row.Desk, resourcename.ID(row.Topic))
	if row.Ticket != "" {
		_, l.message.Reference = a.thread(row)
	}
	l.message.Subject, l.message.Body, err = domain.WriteAnswer(domain.AnswerTemplates[answer.GetKind()], languages,
		domain.AnswerLetter{
			Desk: desk.DisplayName, Name: answer.GetDisplayName(), Subject: answer.GetSubject(), Number: row.Ticket,
		}, explanations)
	if err != nil {
		return l, domain.ReasonTemplate, nil //nolint:nilerr // it would be no better the next time
	}
	let, err := a.letOut(ctx, row, answer.GetAddress())
	if err == nil && !let {
		never = domain.ReasonAnsweredLately
	}
	return l, never, err
}

// letOut takes the sender's turn: two programs that answer each other do so once an hour, on whichever replica.
func (a *Answers) letOut(ctx context.Context, row store.Notification, address string) (bool, error) {
	q, now := store.New(a.Pool), a.Clock.Now()
	before := now.Add(-domain.AnswerEvery)
	if err := q.ForgetSenders(ctx, before); err != nil {
		return false, fmt.Errorf("forget who was answered: %w", err)
	}
	n, err := q.AnswerSender(ctx, store.AnswerSenderParams{
		Desk: row.Desk, Sender: domain.SenderDigest(row.Desk, address), Notification: row.Notification, Now: now, Before: before,
	})
	if err != nil {
		return false, fmt.Errorf("take a sender's turn: %w", err)
	}
	return n > 0, nil
}

// isAnswer reports whether a message answers what came in.
func isAnswer(row store.Notification) bool { return strings.HasPrefix(row.Topic, inboundTopic) }
