package command

import (
	"context"
	"slices"

	"google.golang.org/grpc/codes"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
)

// RegisterQuickTicket registers help that was given in person, and solves it where the profile says how (R24). Of whom it was
// given to, nothing is kept where that does not matter (R148): the ticket is then of the agent alone. What must be answered about
// its category is answered by what it is called, because nobody is asked anything.
func (c *Commands) RegisterQuickTicket(
	ctx context.Context, r *intakev1.RegisterQuickTicketRequest,
) (*intakev1.Submission, error) {
	desk := resourcename.Desk(r.GetName())
	door, err := c.Reception.Named(ctx, desk)
	if err != nil {
		return nil, err
	}
	quick := quickTicket(door, resourcename.ID(r.GetName()))
	if quick == nil {
		return nil, fault.Missing("name")
	}
	if quick.GetAnonymous() && r.GetAffectedUser() != "" {
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("affected_user", "quick_ticket.anonymous")
	}
	language := door.Settings().GetDesk().GetLanguage()
	in := func(text *profilev1.Text) *commonv1.LocalizedText {
		if text == nil {
			return nil
		}
		return &commonv1.LocalizedText{Text: profile.In(language, text), LanguageCode: language}
	}
	request := &intakev1.SubmitTicketRequest{
		Parent: "desks/" + desk, RequestId: r.GetRequestId(), Title: in(quick.GetLabel()), Channel: commonv1.Channel_CHANNEL_WALK_IN,
		AffectedUser: r.GetAffectedUser(),
		Assessment:   &triagev1.Assessment{Category: quick.GetCategory(), Kind: incident(door)},
	}
	if quick.GetSolution() != nil {
		request.Solution, request.SolutionKind = in(quick.GetSolution()), triagev1.SolutionKind_SOLUTION_KIND_PERMANENT
	}
	answers := map[string]string{}
	for _, question := range door.MustBeAnswered(quick.GetCategory()) {
		answers[question] = request.GetTitle().GetText()
	}
	return c.submit(ctx, request, answers)
}

func quickTicket(door *profile.Reception, id string) *profilev1.QuickTicket {
	if door == nil {
		return nil
	}
	all := door.Settings().GetQuickTickets()
	if at := slices.IndexFunc(all, func(q *profilev1.QuickTicket) bool { return q.GetId() == id }); at >= 0 {
		return all[at]
	}
	return nil
}

// incident is the profile's first kind for faults (R29); empty where it has none.
func incident(door *profile.Reception) string {
	for _, kind := range door.Settings().GetKinds() {
		if kind.GetNature() == profilev1.Nature_NATURE_INCIDENT {
			return kind.GetId()
		}
	}
	return ""
}
