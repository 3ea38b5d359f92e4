package command

import (
	"context"
	"log/slog"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/mail"
)

// answerPage takes a call to those on duty for whoever was called at the address that the mail is from (R50, R52). From anybody
// else it is held, as is an answer that comes too late: somebody looks at it.
func (h *MailHandler) answerPage(ctx context.Context, l *letter) (Verdict, error) {
	answer, err := h.Pages.AnswerPage(ctx, &notifyv1.AnswerPageRequest{
		Name:      "desks/" + l.item.Desk + "/pages/" + l.thread.Page,
		RequestId: requestFor(l.item, "page").String(), Address: l.mail.From.Address,
	})
	switch status.Code(err) {
	case codes.OK:
	case codes.NotFound, codes.FailedPrecondition, codes.InvalidArgument:
		return Quarantined(mail.ReasonPage), nil
	default:
		return Verdict{}, err
	}
	if err := h.notePage(ctx, l, answer.GetTicket()); err != nil {
		return Verdict{}, err
	}
	return Verdict{
		Outcome: intakev1.InboundOutcome_INBOUND_OUTCOME_JOINED, Ticket: resourcename.ID(answer.GetTicket()),
	}, nil
}

// notePage keeps what they wrote where those see it who work on the ticket. The call is taken whether or not the ticket takes a
// note.
func (h *MailHandler) notePage(ctx context.Context, l *letter, ticket string) error {
	_, err := h.Replies.ReceiveReply(ctx, &triagev1.ReceiveReplyRequest{
		Name: ticket, RequestId: requestFor(l.item, "reply").String(), Referenced: true, Automatic: true,
		Note: &commonv1.LocalizedText{Text: l.words(), LanguageCode: l.desk.LanguageCode},
	})
	if err != nil && passes(err) && status.Code(err) != codes.ResourceExhausted {
		return err
	}
	if err != nil {
		h.Commands.Logger.WarnContext(ctx, "what an answer to a call says is in its original alone",
			append(notSettled(l.item, err), slog.String("ticket", ticket))...)
	}
	return nil
}
