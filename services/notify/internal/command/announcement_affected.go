package command

import (
	"context"
	"slices"

	"google.golang.org/grpc/codes"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// ReportAffected makes an inquiry of "this affects me too" (R19). It is a report like any other: intake registers it for the
// caller, in whose name it is asked, and links it to the ticket that is announced. Notify changes no ticket. The request id
// goes along, so that the same call again is the same report.
func (b *Board) ReportAffected(
	ctx context.Context, r *notifyv1.ReportAffectedRequest, a *notifyv1.Announcement,
) (*intakev1.Submission, error) {
	switch {
	case a.GetState() != domain.Published:
		return nil, refusal(domain.WrongState{State: a.GetState()}, "")
	case a.GetTicket() == "":
		return nil, fault.New(codes.FailedPrecondition, reasonNoTicket)
	}
	desk := resourcename.Desk(r.GetName())
	restricted, err := store.New(b.Pool).RestrictedAmong(ctx, store.RestrictedAmongParams{
		Desk: desk, Tickets: []string{resourcename.ID(a.GetTicket())},
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	if slices.Contains(restricted, resourcename.ID(a.GetTicket())) {
		return nil, fault.New(codes.FailedPrecondition, reasonNoTicket) // in the same words as for one without a ticket
	}
	title := domain.InLanguage(a.GetTitles(), r.GetDescription().GetLanguageCode())
	return b.Submissions.SubmitTicket(ctx, &intakev1.SubmitTicketRequest{
		Parent: domain.DeskName(desk), RequestId: r.GetRequestId(), Channel: commonv1.Channel_CHANNEL_WEB,
		Title: &commonv1.LocalizedText{
			Text: affectsMeToo[title.GetLanguageCode()] + ": " + cut(title.GetText(), titleRoom), LanguageCode: title.GetLanguageCode(),
		},
		Description: r.GetDescription(), InquiryAbout: a.GetTicket(),
	})
}

// affectsMeToo begins the title of such an inquiry.
var affectsMeToo = map[string]string{"da": "Berører også mig", "sv": "Berör även mig", "en": "Affects me too"}

// titleRoom is what is left of a title of 200 characters beside what stands before it.
const titleRoom = 170
