package command

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// admit asks the desk's process whether the report is let in (R3, R11-R13). History that is brought over is not asked, and a desk
// without a process asks nobody. A report that lacks the reporter's own number is refused as it stands; who is not let in at all
// is told why in the admission, because that is kept.
func (c *Commands) admit(
	ctx context.Context, door *profile.Reception, r *intakev1.SubmitTicketRequest,
) (profile.Admission, error) {
	if door == nil || r.GetImport() != nil {
		return profile.Admission{}, nil
	}
	principal, _ := auth.FromContext(ctx)
	reporter := principal.Person
	if r.GetReporter() != "" {
		reporter = resourcename.ID(r.GetReporter())
	}
	set, err := c.Memberships.Of(ctx, resourcename.Desk(r.GetParent()), reporter)
	if err != nil {
		return profile.Admission{}, pg.Translate(err)
	}
	registered, err := store.New(c.Pool).ReporterGroup(ctx, store.ReporterGroupParams{
		Desk: resourcename.Desk(r.GetParent()), Person: reporter,
	})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return profile.Admission{}, pg.Translate(err)
	}
	a := door.Admit(profile.Arrival{
		Way: profile.WayOf(r.GetChannel()), Channel: r.GetAssessment().GetChannel(), FoundInside: r.GetAssessment().GetFoundBy() != "",
		Parties: set.Parties(), Registered: registered, Group: r.GetAssessment().GetReporterGroup(), OwnNumber: numbered(door, r),
	})
	switch invalid := fault.New(codes.InvalidArgument, fault.InvalidArgument); {
	case a.OwnNumberMissing:
		return a, invalid.Field("external_ids", "own_number.required")
	case a.Ground == "" && a.Channel.GetAlsoBy() != "" && r.GetForm() == "": // R6: what is phoned exists by the form as well
		return a, invalid.Fields(fault.FieldViolation{Path: "form", Rule: "form.also_by", Limit: a.Channel.GetForm()})
	}
	return a, nil
}

// numbered reports whether the number of the ticket in another tool is told, in the report or in its form.
func numbered(door *profile.Reception, r *intakev1.SubmitTicketRequest) bool {
	return len(r.GetExternalIds()) > 0 || slices.ContainsFunc(door.Form(r.GetForm()).GetFields(), func(f *profilev1.FormField) bool {
		return f.GetFills() == profilev1.Fills_FILLS_EXTERNAL_ID && r.GetFormAnswers()[f.GetId()] != ""
	})
}

// cameAs adds how the report was found to come in: by which way, and of whom, whatever it says itself.
func cameAs(r *intakev1.SubmitTicketRequest, a profile.Admission) *intakev1.SubmitTicketRequest {
	if a.Channel == nil && a.Group == nil {
		return r
	}
	r = saying(r)
	if r.Assessment.Channel == "" {
		r.Assessment.Channel = a.Channel.GetId()
	}
	if a.Group != nil {
		r.Assessment.ReporterGroup = a.Group.GetId()
	}
	return r
}

// NotAdmitted is the refusal of a report that is not let in, in the language of who reports: where else to turn (R12), or which
// way is open to them (R3, R11).
func NotAdmitted(a profile.Admission, language string) *fault.Error {
	refused := fault.New(codes.FailedPrecondition, a.Ground).Meta("profile_version", a.Why.Version).Meta("rule", a.Why.Rule)
	instead := labels(a.Instead, language)
	switch a.Ground {
	case profile.ReporterRefused:
		referral := profile.In(language, a.Group.GetReferral())
		return refused.Meta("reporter_group", a.Group.GetId()).Meta("referral", referral).Violation("PROFILE", a.Why.Rule, referral)
	case profile.ChannelOfOthers:
		return refused.Meta("channel", profile.In(language, a.Channel.GetLabel())).Meta("channels", instead).
			Violation("PROFILE", a.Why.Rule, instead)
	default:
		return refused.Meta("channels", instead).Violation("PROFILE", a.Why.Rule, instead)
	}
}

// labels are the names of channels as people read them; a dash where there is none.
func labels(channels []*profilev1.IntakeChannel, language string) string {
	var names []string
	for _, channel := range channels {
		if name := profile.In(language, channel.GetLabel()); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "–"
	}
	return strings.Join(names, ", ")
}
