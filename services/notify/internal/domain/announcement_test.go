package domain_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

func said(text string) []*commonv1.LocalizedText {
	return []*commonv1.LocalizedText{{LanguageCode: "da", Text: text}}
}

func announcement() *notifyv1.Announcement {
	return &notifyv1.Announcement{State: domain.Draft, Titles: said("Nede"), Bodies: said("Vi arbejder på det.")}
}

var quarter = domain.ApprovalRule{Roles: []string{"incident_manager"}, Within: 15 * time.Minute}

// R88, §18: an announcement whose approver cannot be reached within 15 minutes may be published without, and says so.
func TestWhatNobodyCouldApproveInTimeGoesOutWithoutAndSaysSo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	draft := announcement()
	if _, err := domain.Publish(draft, quarter, now); !errors.As(err, new(domain.NotApproved)) {
		t.Errorf("nobody was asked, and it goes out: %v", err)
	}
	asked, err := domain.RequestApproval(draft, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := domain.RequestApproval(asked, now.Add(time.Hour)); err == nil {
		t.Error("asking again makes the time run anew")
	}
	_, err = domain.Publish(asked, quarter, now.Add(15*time.Minute-time.Microsecond))
	if missing, ok := errors.AsType[domain.NotApproved](err); !ok || !missing.From.Equal(now.Add(15*time.Minute)) {
		t.Errorf("a moment before 15 minutes: %v, want to be told from when", err)
	}
	out, err := domain.Publish(asked, quarter, now.Add(15*time.Minute))
	if err != nil || !out.GetUnapproved() || out.GetState() != domain.Published {
		t.Errorf("after 15 minutes: %v (%v)", out, err)
	}
	if _, err := domain.Publish(asked, domain.ApprovalRule{Roles: quarter.Roles}, now.Add(time.Hour)); err == nil {
		t.Error("where the profile gives no time, it goes out without approval")
	}
	approved, err := domain.Approve(asked, "desks/nsp/persons/ingrid", now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	out, err = domain.Publish(approved, quarter, now.Add(2*time.Minute))
	if err != nil || out.GetUnapproved() || out.GetApprover() != "desks/nsp/persons/ingrid" {
		t.Errorf("approved and published: %v (%v)", out, err)
	}
	if out, err := domain.Publish(draft, domain.ApprovalRule{}, now); err != nil || out.GetUnapproved() {
		t.Errorf("where nobody needs to approve: %v (%v)", out, err)
	}
}

// R88: what was approved is not what is said after a change.
func TestAnApprovedDraftThatIsChangedMustBeApprovedAgain(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	approved := announcement()
	approved.State, approved.Approver, approved.ApprovalRequestTime = domain.Approved, "ingrid", timestamppb.New(now)
	changed, err := domain.Update(approved, &notifyv1.Announcement{Bodies: said("Noget andet.")}, []string{"bodies"}, now)
	if err != nil || changed.GetState() != domain.Draft || changed.GetApprover() != "" || changed.GetApprovalRequestTime() != nil {
		t.Errorf("%v (%v)", changed, err)
	}
	published := announcement()
	published.State = domain.Published
	anew, err := domain.Update(published, &notifyv1.Announcement{Bodies: said("Stadig nede.")}, []string{"bodies"}, now)
	if err != nil || anew.GetState() != domain.Published || !anew.GetAnnounceTime().AsTime().Equal(now) {
		t.Errorf("what is published is said anew: %v (%v)", anew, err)
	}
}

func TestAnAnnouncementTakesNoStepTwiceAndNoneBackwards(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	steps := map[string]func(*notifyv1.Announcement) (*notifyv1.Announcement, error){
		"approve": func(a *notifyv1.Announcement) (*notifyv1.Announcement, error) { return domain.Approve(a, "x", now) },
		"publish": func(a *notifyv1.Announcement) (*notifyv1.Announcement, error) {
			return domain.Publish(a, domain.ApprovalRule{}, now)
		},
		"update": func(a *notifyv1.Announcement) (*notifyv1.Announcement, error) {
			return domain.Update(a, announcement(), nil, now)
		},
		"complete": func(a *notifyv1.Announcement) (*notifyv1.Announcement, error) { return domain.Complete(a, nil, now) },
		"withdraw": domain.Withdraw,
	}
	may := map[notifyv1.AnnouncementState]string{
		domain.Draft: "approve publish update withdraw", domain.Approved: "publish update withdraw",
		domain.Published: "update complete withdraw", domain.Completed: "", domain.Withdrawn: "",
	}
	for state, allowed := range may {
		for name, take := range steps {
			a := announcement()
			a.State = state
			_, err := take(a)
			if want := strings.Contains(allowed, name); want != (err == nil) {
				t.Errorf("%s of one that is %s: %v, want it possible: %v", name, state, err, want)
			}
		}
	}
}

func TestAnAnnouncementWithoutWordsOrWithTooManyIsRefused(t *testing.T) {
	t.Parallel()
	for field, spoil := range map[string]func(*notifyv1.Announcement){
		"titles required":                    func(a *notifyv1.Announcement) { a.Titles = nil },
		"bodies announcement.length":         func(a *notifyv1.Announcement) { a.Bodies = said(strings.Repeat("ø", domain.MaxBody+1)) },
		"titles announcement.length":         func(a *notifyv1.Announcement) { a.Titles = said(" ") },
		"titles announcement.language":       func(a *notifyv1.Announcement) { a.Titles[0].LanguageCode = "fr" },
		"bodies announcement.language_twice": func(a *notifyv1.Announcement) { a.Bodies = append(a.Bodies, a.Bodies...) },
		"end_time announcement.end": func(a *notifyv1.Announcement) {
			a.StartTime, a.EndTime = timestamppb.New(time.Unix(10, 0)), timestamppb.New(time.Unix(9, 0))
		},
	} {
		a := announcement()
		spoil(a)
		unfit, ok := errors.AsType[domain.Unfit](domain.Sound(a))
		if !ok || unfit.Field+" "+unfit.Rule != field {
			t.Errorf("%v, want %s", unfit, field)
		}
	}
	if err := domain.Sound(announcement()); err != nil {
		t.Error(err)
	}
}
