package command_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/intake/internal/command"
)

// profiles plays triage's profile service, and can be away.
type profiles struct {
	triagev1.ProfileServiceClient
	settings *profilev1.Profile
	asked    int
	away     bool
}

func (p *profiles) GetProfile(
	context.Context, *triagev1.GetProfileRequest, ...grpc.CallOption,
) (*triagev1.ProcessProfile, error) {
	p.asked++
	if p.away {
		return nil, status.Error(codes.Unavailable, "away")
	}
	return &triagev1.ProcessProfile{Version: strings.Repeat("a", 64), Settings: p.settings}, nil
}

func said(text string) *profilev1.Text { return &profilev1.Text{Da: text, Sv: text, En: text} }

// follows has the desk follow a process that takes reports of local desks, with their number, and of nobody else.
func (f *fixture) follows(t *testing.T) {
	t.Helper()
	f.profiles.settings = &profilev1.Profile{
		Id: "test", Desk: &profilev1.DeskDefaults{Language: "da", TimeZone: "Europe/Copenhagen"},
		ReporterGroups: []*profilev1.ReporterGroup{
			{Id: "region", Label: said("Region"), OwnNumberRequired: true},
			{Id: "end_user", Label: said("Slutbruger"), Refused: true, Referral: &profilev1.Text{
				Da: "Kontakt din lokale service desk", Sv: "Kontakta din lokala servicedesk", En: "Contact your local service desk",
			}},
		},
		Channels: []*profilev1.IntakeChannel{
			{Id: "web", Label: said("Webformular"), Way: profilev1.Way_WAY_WEB},
			{Id: "alarms", Label: said("Alarmer"), Way: profilev1.Way_WAY_EVENT, Closed: true},
		},
	}
	f.hear(t, "desk.profile_adopted", &triagev1.DeskEvent{Desk: &triagev1.Desk{Profile: "test"}})
}

func reportAs(group string) *intakev1.SubmitTicketRequest {
	r := report()
	r.Assessment = &triagev1.Assessment{ReporterGroup: group}
	r.ExternalIds = map[string]string{"lokal": "LSD-1"}
	return r
}

// R12: who may not report is told where to turn, in their language, and what they said is kept with its reason.
func TestR12WhoMayNotReportIsReferredAndKept(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.follows(t)
	request := reportAs("end_user")
	swede := metadata.NewIncomingContext(as(t.Context(), "ole"), metadata.Pairs("accept-language", "sv"))
	_, err := f.commands.SubmitTicket(swede, request)
	if !fault.Is(err, "REPORTER_REFUSED") || status.Code(err) != codes.FailedPrecondition {
		t.Fatalf("answered with %v, want FAILED_PRECONDITION REPORTER_REFUSED", err)
	}
	if !strings.Contains(err.Error(), "Kontakta din lokala servicedesk") {
		t.Errorf("the refusal %q does not say where to turn", err)
	}
	again, err := f.commands.SubmitTicket(as(t.Context(), "ole"), request)
	if err != nil || again.GetOutcome() != intakev1.Outcome_OUTCOME_REFUSED || again.GetRefusalReason() != "REPORTER_REFUSED" {
		t.Errorf("the same call again is answered with %v, %v, want the submission and why it was refused", again, err)
	}
	if n := f.count(t, "SELECT count(*) FROM submissions WHERE outcome = 2 AND refusal_reason = 'REPORTER_REFUSED'"); n != 1 {
		t.Errorf("%d refused submissions are kept, want 1", n)
	}
	if n := f.count(t, "SELECT count(*) FROM event_texts WHERE name = 'title' AND text IS NOT NULL"); n != 1 {
		t.Errorf("%d titles of what was refused are kept, want 1", n)
	}
	if n := f.count(t, "SELECT count(*) FROM events WHERE type IN ('submission.received', 'submission.refused')"); n != 2 {
		t.Errorf("%d events tell of it, want that it came and that it was refused", n)
	}
	if n := f.count(t, "SELECT count(*) FROM river_job WHERE kind = 'open_ticket'"); n != 0 || len(f.triage.opened) != 0 {
		t.Errorf("a ticket is to be opened for what was refused: %d jobs, %d opened", n, len(f.triage.opened))
	}
}

// R3: by a closed way nothing comes in, whoever sends it.
func TestR3AClosedWayIsClosed(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.follows(t)
	alarm := reportAs("region")
	alarm.Channel = commonv1.Channel_CHANNEL_EVENT
	if _, err := f.commands.SubmitTicket(as(t.Context(), "ole"), alarm); !fault.Is(err, "CHANNEL_CLOSED") ||
		!strings.Contains(err.Error(), "Webformular") {
		t.Errorf("answered with %v, want CHANNEL_CLOSED and the way that is open", err)
	}
}

// R13: the number is asked for by its field, and nothing is kept of a report that only lacks it.
func TestR13TheOwnNumberIsAskedForByItsField(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.follows(t)
	without := reportAs("region")
	without.ExternalIds = nil
	_, err := f.commands.SubmitTicket(as(t.Context(), "ole"), without)
	if status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), "external_ids:own_number.required") {
		t.Errorf("answered with %v, want external_ids: own_number.required", err)
	}
	if n := f.count(t, "SELECT count(*) FROM submissions"); n != 0 {
		t.Errorf("%d submissions are kept, want none: it can be said again", n)
	}
	if got, err := f.commands.SubmitTicket(as(t.Context(), "ole"), reportAs("region")); err != nil ||
		got.GetOutcome() != intakev1.Outcome_OUTCOME_OPENED {
		t.Errorf("with its number it became %v, %v, want opened", got, err)
	}
}

// R12: who has no part in the desk and says nothing is one of those who are refused.
func TestR12ASilentStrangerIsRefused(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.follows(t)
	if _, err := f.commands.SubmitTicket(as(t.Context(), "ole"), report()); !fault.Is(err, "REPORTER_REFUSED") {
		t.Errorf("answered with %v, want REPORTER_REFUSED", err)
	}
}

// What a desk lets in is known here: triage is asked for a version once, and may be away afterwards.
func TestTheGateStandsWhileTriageIsAway(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.follows(t)
	f.profiles.away = true
	if _, err := f.commands.SubmitTicket(as(t.Context(), "ole"), report()); status.Code(err) != codes.Unavailable {
		t.Errorf("a report at a gate that nobody has seen yet: %v, want UNAVAILABLE", err)
	}
	f.profiles.away = false
	if _, err := f.commands.SubmitTicket(as(t.Context(), "ole"), reportAs("region")); err != nil {
		t.Fatal(err)
	}
	f.profiles.away = true
	f.triage.set(true)
	asked := f.profiles.asked
	if _, err := f.commands.SubmitTicket(as(t.Context(), "ole"), report()); !fault.Is(err, "REPORTER_REFUSED") {
		t.Errorf("while triage is away: %v, want REPORTER_REFUSED", err)
	}
	got, err := f.commands.SubmitTicket(as(t.Context(), "ole"), reportAs("region"))
	if err != nil || got.GetOutcome() != intakev1.Outcome_OUTCOME_UNSPECIFIED {
		t.Errorf("while triage is away, who may report became %v, %v, want a number", got, err)
	}
	if f.profiles.asked != asked {
		t.Errorf("triage was asked %d more times", f.profiles.asked-asked)
	}
}

// R34: history that is brought over is not asked.
func TestTheGateIsOpenToHistory(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.follows(t)
	history := report()
	history.Channel, history.Reporter = commonv1.Channel_CHANNEL_IMPORT, ""
	history.Import = &intakev1.Import{OccurredAt: report().GetImport().GetOccurredAt(), SourceRow: "vinst#1"}
	if _, err := f.commands.SubmitTicket(as(t.Context(), "imke"), history); err != nil {
		t.Errorf("history was refused: %v", err)
	}
}

// The texts of every refusal exist in three languages, with everything that they speak of.
func TestEveryRefusalHasItsWords(t *testing.T) {
	t.Parallel()
	catalog, err := fault.NewCatalog(command.ErrorTexts())
	if err != nil {
		t.Fatal(err)
	}
	f := setUp(t)
	f.follows(t)
	f.profiles.settings.Channels[0].Reporters = []string{"region"}
	f.profiles.settings.ReporterGroups[1].Refused = false
	for _, r := range []*intakev1.SubmitTicketRequest{reportAs("end_user"), func() *intakev1.SubmitTicketRequest {
		r := reportAs("region")
		r.Channel, r.RequestId = commonv1.Channel_CHANNEL_EVENT, uuid.NewString()
		return r
	}()} {
		_, err := f.commands.SubmitTicket(as(t.Context(), "ole"), r)
		refused, ok := err.(*fault.Error) //nolint:errorlint // it is made here and wrapped by nobody
		if !ok {
			t.Fatalf("answered with %v, want a refusal", err)
		}
		if err := catalog.Check(refused); err != nil {
			t.Error(err)
		}
	}
}

// R12: what somebody is registered as counts before what they say, and a report registers nobody as anything.
func TestR12NobodyTalksThemselvesIn(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.follows(t)
	for person, group := range map[string]string{"ole": "end_user", "rie": "region"} {
		if _, err := f.commands.CreatePerson(as(t.Context(), "mette"), &intakev1.CreatePersonRequest{
			Parent: "desks/nsp", PersonId: person, RequestId: uuid.NewString(),
			Person: &intakev1.Person{DisplayName: person, ReporterGroup: group},
		}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.commands.SubmitTicket(as(t.Context(), "ole"), reportAs("region")); !fault.Is(err, "REPORTER_REFUSED") {
		t.Errorf("an end user who says region: %v, want REPORTER_REFUSED", err)
	}
	own := report()
	own.ExternalIds = map[string]string{"lokal": "LSD-1"}
	own.NewAffectedUser = &intakev1.Person{Name: "desks/nsp/persons/ida", DisplayName: "Ida", ReporterGroup: "region"}
	submitted, err := f.commands.SubmitTicket(as(t.Context(), "rie"), own)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.triage.opened[submitted.GetName()].GetAssessment().GetReporterGroup(); got != "region" {
		t.Errorf("triage is told that it comes of %q, want region", got)
	}
	if n := f.count(t, "SELECT count(*) FROM persons WHERE person = 'ida' AND reporter_group = ''"); n != 1 {
		t.Error("a report registered somebody as a region")
	}
}
