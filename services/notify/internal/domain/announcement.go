package domain

import (
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile"
)

// The states of an announcement.
const (
	Draft     = notifyv1.AnnouncementState_ANNOUNCEMENT_STATE_DRAFT
	Approved  = notifyv1.AnnouncementState_ANNOUNCEMENT_STATE_APPROVED
	Published = notifyv1.AnnouncementState_ANNOUNCEMENT_STATE_PUBLISHED
	Completed = notifyv1.AnnouncementState_ANNOUNCEMENT_STATE_COMPLETED
	Withdrawn = notifyv1.AnnouncementState_ANNOUNCEMENT_STATE_WITHDRAWN
)

// The longest title and body, in characters.
const (
	MaxTitle = 200
	MaxBody  = 4000
)

// AnnouncementName is the name of an announcement.
func AnnouncementName(desk, id string) string { return "desks/" + desk + "/announcements/" + id }

// WrongState refuses a step that an announcement is not ready for, or past.
type WrongState struct{ State notifyv1.AnnouncementState }

func (w WrongState) Error() string { return "the announcement is " + w.State.String() }

// NotApproved refuses to publish what must be approved first. From is when it may go out without; zero where nobody was asked.
type NotApproved struct{ From time.Time }

func (NotApproved) Error() string { return "the announcement is not approved" }

// Unfit refuses a field of an announcement, by the rule that it breaks.
type Unfit struct{ Field, Rule string }

func (u Unfit) Error() string { return u.Field + ": " + u.Rule }

// ApprovalRule is what a profile says of approval.
type ApprovalRule struct {
	// Roles of which one approves; empty where nobody needs to.
	Roles []string
	// Within is how long they have once they were asked; 0 means that nothing goes out without them.
	Within time.Duration
}

// ApprovalOf reads a profile.
func ApprovalOf(s *profilev1.Announcements) ApprovalRule {
	rule := ApprovalRule{Roles: s.GetApprovedBy()}
	if span, ok := profile.ParseSpan(s.GetApprovalWithin()); ok {
		rule.Within = time.Duration(span.Amount) * units[span.Unit]
	}
	return rule
}

// ShownFor is how long the board shows what is completed (R87); a week where the profile does not say.
func ShownFor(s *profilev1.Announcements) time.Duration {
	if span, ok := profile.ParseSpan(s.GetCompletedFor()); ok {
		return time.Duration(span.Amount) * units[span.Unit]
	}
	return 7 * 24 * time.Hour
}

// RequestApproval asks those who approve, once.
func RequestApproval(a *notifyv1.Announcement, now time.Time) (*notifyv1.Announcement, error) {
	if a.GetState() != Draft || a.GetApprovalRequestTime() != nil {
		return nil, WrongState{a.GetState()}
	}
	after := proto.CloneOf(a)
	after.ApprovalRequestTime = timestamppb.New(now)
	return after, nil
}

// Approve lets it be published.
func Approve(a *notifyv1.Announcement, by string, now time.Time) (*notifyv1.Announcement, error) {
	if a.GetState() != Draft {
		return nil, WrongState{a.GetState()}
	}
	after := proto.CloneOf(a)
	after.State, after.Approver, after.ApproveTime = Approved, by, timestamppb.New(now)
	return after, nil
}

// Publish puts it on the board. Without approval it goes out only where the profile wants none, or where those who approve
// were asked and had their time (§18: 15 minutes); that is kept with it and shown.
func Publish(a *notifyv1.Announcement, rule ApprovalRule, now time.Time) (*notifyv1.Announcement, error) {
	if a.GetState() != Draft && a.GetState() != Approved {
		return nil, WrongState{a.GetState()}
	}
	after := proto.CloneOf(a)
	if a.GetState() == Draft && len(rule.Roles) > 0 {
		if a.GetApprovalRequestTime() == nil || rule.Within == 0 {
			return nil, NotApproved{}
		}
		if from := a.GetApprovalRequestTime().AsTime().Add(rule.Within); now.Before(from) {
			return nil, NotApproved{From: from}
		}
		after.Unapproved = true
	}
	after.State, after.PublishTime, after.AnnounceTime = Published, timestamppb.New(now), timestamppb.New(now)
	return after, nil
}

// Changeable are the fields that an update may name.
var Changeable = []string{"titles", "bodies", "services", "regions", "related_tickets", "start_time", "end_time"}

// Update changes what it says. What is published is said anew; what was approved is not what is said now, so it is a draft
// again.
func Update(a, to *notifyv1.Announcement, mask []string, now time.Time) (*notifyv1.Announcement, error) {
	if a.GetState() == Completed || a.GetState() == Withdrawn {
		return nil, WrongState{a.GetState()}
	}
	after := proto.CloneOf(a)
	for _, field := range mask {
		switch field {
		case "titles":
			after.Titles = to.GetTitles()
		case "bodies":
			after.Bodies = to.GetBodies()
		case "services":
			after.Services = to.GetServices()
		case "regions":
			after.Regions = to.GetRegions()
		case "related_tickets":
			after.RelatedTickets = to.GetRelatedTickets()
		case "start_time":
			after.StartTime = to.GetStartTime()
		case "end_time":
			after.EndTime = to.GetEndTime()
		default: // refused before
		}
	}
	switch a.GetState() {
	case Published:
		after.AnnounceTime = timestamppb.New(now)
	case Approved:
		after.State, after.Approver, after.ApproveTime, after.ApprovalRequestTime = Draft, "", nil, nil
	default:
	}
	return after, Sound(after)
}

// Complete says that it is over.
func Complete(a *notifyv1.Announcement, bodies []*commonv1.LocalizedText, now time.Time) (*notifyv1.Announcement, error) {
	if a.GetState() != Published {
		return nil, WrongState{a.GetState()}
	}
	after := proto.CloneOf(a)
	after.State, after.CompleteTime, after.AnnounceTime = Completed, timestamppb.New(now), timestamppb.New(now)
	if len(bodies) > 0 {
		after.Bodies = bodies
	}
	return after, Sound(after)
}

// Withdraw takes it back.
func Withdraw(a *notifyv1.Announcement) (*notifyv1.Announcement, error) {
	if a.GetState() == Completed || a.GetState() == Withdrawn {
		return nil, WrongState{a.GetState()}
	}
	after := proto.CloneOf(a)
	after.State = Withdrawn
	return after, nil
}

// Sound refuses words that nobody can show: none at all, a language twice or unknown, too long; and an end before the
// beginning.
func Sound(a *notifyv1.Announcement) error {
	for _, said := range []struct {
		field string
		texts []*commonv1.LocalizedText
		most  int
	}{{"titles", a.GetTitles(), MaxTitle}, {"bodies", a.GetBodies(), MaxBody}} {
		var seen []string
		for _, text := range said.texts {
			language := text.GetLanguageCode()
			switch length := len([]rune(text.GetText())); {
			case !slices.Contains(Languages, language):
				return Unfit{said.field, "announcement.language"}
			case slices.Contains(seen, language):
				return Unfit{said.field, "announcement.language_twice"}
			case strings.TrimSpace(text.GetText()) == "" || length > said.most:
				return Unfit{said.field, "announcement.length"}
			}
			seen = append(seen, language)
		}
		if len(seen) == 0 {
			return Unfit{said.field, "required"}
		}
	}
	if a.GetStartTime() != nil && a.GetEndTime() != nil && a.GetEndTime().AsTime().Before(a.GetStartTime().AsTime()) {
		return Unfit{"end_time", "announcement.end"}
	}
	return nil
}

// Standard fills a standard text of the catalogue in: {{ticket.business_service}} is what the affected services are called, and
// {{ticket.number}} the ticket. It gives every language, the first of which is the desk's.
func Standard(text *profilev1.Text, s *profilev1.Profile, services []string, ticket string) []*commonv1.LocalizedText {
	var all []*commonv1.LocalizedText
	for _, language := range Languages {
		var called []string
		for _, service := range s.GetBusinessServices() {
			if slices.Contains(services, service.GetId()) {
				called = append(called, profile.In(language, service.GetLabel()))
			}
		}
		affected := strings.Join(called, ", ")
		if affected == "" {
			affected = anyService[language]
		}
		filled := strings.NewReplacer("{{ticket.business_service}}", affected, "{{ticket.number}}", ticket).
			Replace(profile.In(language, text))
		all = append(all, &commonv1.LocalizedText{LanguageCode: language, Text: filled})
	}
	return all
}

// anyService stands in a standard text where no service is named.
var anyService = map[string]string{"da": "tjenesterne", "sv": "tjänsterna", "en": "the services"}

// InLanguage is the first of the wanted languages that a text is written in; otherwise any.
func InLanguage(texts []*commonv1.LocalizedText, wanted ...string) *commonv1.LocalizedText {
	for _, language := range wanted {
		for _, text := range texts {
			if text.GetLanguageCode() == language {
				return text
			}
		}
	}
	if len(texts) > 0 {
		return texts[0]
	}
	return nil
}
