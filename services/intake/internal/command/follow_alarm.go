package command

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
)

// followAlarm opens a ticket for an alarm that sounds, where the desk's process takes alarms in (R3), and says that it is
// solved when the alarm is quiet; closing stays a person's. An alarm that comes and goes stays one ticket for its quiet period.
func (t *Tools) followAlarm(ctx context.Context, f following) (Verdict, error) {
	settings, err := t.alarmSettings(ctx, f)
	if err != nil {
		return Verdict{}, err
	}
	switch {
	case settings == nil:
		return refusedFor(domain.AlarmChannelClosed), nil
	case f.issue.Ticket != "" && f.news.Said.Before(f.issue.HeardAt):
		return joined(f.issue.Ticket, domain.ToolOvertaken), nil
	case !f.news.Alarm.Sounding && f.issue.Ticket == "":
		return refusedFor(domain.AlarmUnknown), nil
	case !f.news.Alarm.Sounding:
		return t.quieten(ctx, f)
	}
	again, err := t.soundsAgain(ctx, f)
	if err != nil {
		return Verdict{}, err
	}
	if again {
		return t.sound(ctx, f)
	}
	return t.openAlarm(ctx, f, settings)
}

// alarmSettings is the open channel for events of the desk's profile that the connection's alarms come by; nil where there is
// none.
func (t *Tools) alarmSettings(ctx context.Context, f following) (*profilev1.Profile, error) {
	profile, err := t.Profiles.GetProfile(asTool(ctx, f.c), &triagev1.GetProfileRequest{Name: "desks/" + f.item.Desk + "/profile"})
	if status.Code(err) == codes.NotFound { // a desk without a process has no channel for events
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if alarmChannel(profile.GetSettings(), f.c) == nil {
		return nil, nil
	}
	return profile.GetSettings(), nil
}

func alarmChannel(s *profilev1.Profile, c *intakev1.Connection) *profilev1.IntakeChannel {
	wanted := c.GetMonitoring().GetChannel()
	at := slices.IndexFunc(s.GetChannels(), func(ch *profilev1.IntakeChannel) bool {
		return ch.GetWay() == profilev1.Way_WAY_EVENT && !ch.GetClosed() && (wanted == "" || ch.GetId() == wanted)
	})
	if at < 0 {
		return nil
	}
	return s.GetChannels()[at]
}

// soundsAgain reports whether the alarm's ticket still stands for it: it is not closed, and the quiet was short.
func (t *Tools) soundsAgain(ctx context.Context, f following) (bool, error) {
	quiet := f.c.GetMonitoring().GetQuietPeriod().AsDuration()
	if f.issue.Ticket == "" {
		return false, nil
	}
	if since := f.issue.QuietAt; since != nil && f.news.Alarm.Began.Sub(*since) > cmp.Or(quiet, domain.DefaultQuiet) {
		return false, nil
	}
	ticket, err := t.alarmTicket(ctx, f)
	if err != nil {
		return false, err
	}
	ended := ticket.GetStatusClass() == triagev1.StatusClass_STATUS_CLASS_CLOSED
	// The same alarm told once more is no news about a ticket that people have closed.
	return !ended || !f.news.Said.After(f.issue.HeardAt), nil
}

func (t *Tools) alarmTicket(ctx context.Context, f following) (*triagev1.Ticket, error) {
	return t.Triage.GetTicket(asTool(ctx, f.c), &triagev1.GetTicketRequest{Name: domain.TicketName(f.item.Desk, f.issue.Ticket)})
}

// sound says on its ticket that the alarm sounds again: what was solved by its going quiet is not solved.
func (t *Tools) sound(ctx context.Context, f following) (Verdict, error) {
	ticket, err := t.alarmTicket(ctx, f)
	if err != nil {
		return Verdict{}, err
	}
	var reason string
	if f.issue.QuietAt != nil && ticket.GetStatusClass() == triagev1.StatusClass_STATUS_CLASS_READY_TO_CLOSE {
		_, err = t.Triage.ReopenTicket(asTool(ctx, f.c), &triagev1.ReopenTicketRequest{
			Name: ticket.GetName(), Etag: ticket.GetEtag(), RequestId: uuid.NewString(),
			Reason: &commonv1.LocalizedText{Text: f.news.Title + "\n" + f.news.Description},
		})
		if reason, err = refusal(err); err != nil {
			return Verdict{}, err
		}
		if reason != "" { // not the tool's to reopen: those whose it is must know
			if _, err = t.addNote(ctx, f, requestOf(f.item.Inbound, "sounds"), f.news.Title+"\n"+f.news.Description, true); err != nil {
				return Verdict{}, err
			}
		}
	}
	return joined(f.issue.Ticket, reason), t.heard(ctx, f, nil)
}

func (t *Tools) openAlarm(ctx context.Context, f following, settings *profilev1.Profile) (Verdict, error) {
	reason, err := t.openFor(ctx, &f, &intakev1.SubmitTicketRequest{
		Channel: commonv1.Channel_CHANNEL_EVENT, Assessment: alarmAssessment(settings, f.c),
		Impact:      domain.ImpactOf(f.c, f.news.Alarm.Severity),
		ExternalIds: map[string]string{f.c.GetSystem(): f.news.Issue[:min(len(f.news.Issue), shownIssue)]},
	})
	if err != nil || reason != "" {
		return refusedFor(reason), err
	}
	return ticketed(f.issue.Ticket), t.heard(ctx, f, nil)
}

// alarmAssessment is what the connection knows of its alarms, completed by the channel that they come by.
func alarmAssessment(settings *profilev1.Profile, c *intakev1.Connection) *triagev1.Assessment {
	a := &triagev1.Assessment{}
	if preset := c.GetMonitoring().GetAssessment(); preset != nil {
		a = proto.CloneOf(preset)
	}
	channel := alarmChannel(settings, c)
	a.Channel = channel.GetId()
	if len(channel.GetReporters()) > 0 {
		a.ReporterGroup = cmp.Or(a.GetReporterGroup(), channel.GetReporters()[0])
	}
	party := resourcename.ID(c.GetParty())
	if slices.ContainsFunc(settings.GetParties(), func(p *profilev1.Party) bool { return p.GetId() == party }) {
		a.FoundBy = cmp.Or(a.GetFoundBy(), c.GetParty()) // R3, R151
	}
	return a
}

// shownIssue is as much of an alarm's name as tells it from others.
const shownIssue = 16

// quieten says that the ticket is solved, or only that the alarm is quiet where the ticket is not the tool's to solve.
func (t *Tools) quieten(ctx context.Context, f following) (Verdict, error) {
	said := domain.Quiet(f.desk.LanguageCode, f.news)
	reason, err := t.lead(ctx, f, triagev1.TicketStatus_TICKET_STATUS_RESOLVED, said)
	if err != nil {
		return Verdict{}, err
	}
	if reason != "" {
		if _, err := t.addNote(ctx, f, requestOf(f.item.Inbound, "quiet"), said.Text, true); err != nil {
			return Verdict{}, err
		}
	}
	ended := f.news.Alarm.Ended.UTC().Truncate(time.Microsecond)
	return joined(f.issue.Ticket, reason), t.heard(ctx, f, &ended)
}
