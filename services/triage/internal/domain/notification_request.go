package domain

import (
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process/deadline"
	"github.com/bavn/bavn/process/ticketevent"
)

// notificationRequest names those whom a rule of the profile wants told, by their part in the ticket as it stands.
func (t Ticket) notificationRequest(
	n *profilev1.Notification, facts *profilev1.TicketFacts, at time.Time,
) (*triagev1.NotificationRequest, error) {
	request := &triagev1.NotificationRequest{Rule: n.GetId(), Template: n.GetTemplate(), ByPerson: n.GetByPerson()}
	for _, medium := range n.GetMedia() {
		request.Media = append(request.Media, strings.ToLower(strings.TrimPrefix(medium.String(), "MEDIUM_")))
	}
	for _, part := range n.GetAudience() {
		if part == profilev1.Audience_AUDIENCE_ON_DUTY {
			duty, found, err := t.Desk.Process.OnDuty(facts, at)
			if err != nil {
				return nil, err
			}
			if found {
				request.Chain = duty.Chain.GetId()
			}
			continue
		}
		request.Recipients = append(request.Recipients, t.partsHolders(part)...)
	}
	for _, role := range n.GetRoles() {
		request.Recipients = append(request.Recipients, "roles/"+role)
	}
	for _, party := range n.GetParties() {
		request.Recipients = append(request.Recipients, "parties/"+party)
	}
	slices.Sort(request.Recipients)
	request.Recipients = slices.Compact(request.Recipients)
	return request, nil
}

// surveyRequest asks that the reporter of a solved ticket is invited to say how it was, some time later (R112). nil where the
// profile does not ask.
func (t Ticket) surveyRequest(event string, at time.Time) *triagev1.NotificationRequest {
	invitation := t.Desk.Process.Settings().GetClosing().GetSurveyInvitation()
	if event != ticketevent.Resolved || invitation == nil || t.Facts.GetReporter() == "" {
		return nil
	}
	due, said := deadline.After(t.Desk.Process, invitation.GetAfter(), invitation.GetCalendar(), at)
	if !said {
		return nil
	}
	return &triagev1.NotificationRequest{
		Rule: "closing.survey_invitation", Template: invitation.GetTemplate(), Media: []string{"mail"},
		Recipients: []string{t.Desk.Key(t.Facts.GetReporter())}, SendTime: timestamppb.New(due),
	}
}

// releaseRequests ask that those whom a fix concerns hear of it, whatever else the profile notifies of: of each plan the
// parties that it names (R82), of the coming release everybody who waits for it (R83). The words are the event's own text.
func (t Ticket) releaseRequests(event string, facts *profilev1.TicketFacts) ([]*triagev1.NotificationRequest, error) {
	var requests []*triagev1.NotificationRequest
	switch event {
	case ticketevent.FixPlanned:
		plans, err := t.Desk.Process.FixPlans(facts)
		if err != nil {
			return nil, err
		}
		for _, plan := range plans {
			request := &triagev1.NotificationRequest{Rule: plan.Setting.GetId(), Template: templateFixPlanned, Media: inWriting}
			for _, party := range plan.Setting.GetToldParties() {
				request.Recipients = append(request.Recipients, "parties/"+party)
			}
			if len(request.GetRecipients()) > 0 {
				requests = append(requests, request)
			}
		}
	case ticketevent.ReleaseAnnounced:
		request := &triagev1.NotificationRequest{Rule: "release_announced", Template: templateReleaseAnnounced, Media: inWriting}
		for _, part := range []profilev1.Audience{
			profilev1.Audience_AUDIENCE_REPORTER, profilev1.Audience_AUDIENCE_AFFECTED_USER, profilev1.Audience_AUDIENCE_LINKED_REPORTERS,
		} {
			request.Recipients = append(request.Recipients, t.partsHolders(part)...)
		}
		slices.Sort(request.Recipients)
		request.Recipients = slices.Compact(request.Recipients)
		requests = append(requests, request)
	}
	return requests, nil
}

// partsHolders are those who have a part in the ticket, relative to the desk. Linked reporters and stakeholders are known to
// others: they are named as what they are.
func (t Ticket) partsHolders(part profilev1.Audience) []string {
	f := t.Facts
	var name string
	switch part {
	case profilev1.Audience_AUDIENCE_REPORTER:
		name = f.GetReporter()
	case profilev1.Audience_AUDIENCE_AFFECTED_USER:
		name = f.GetAffectedUser()
	case profilev1.Audience_AUDIENCE_HOLDER:
		name = f.GetHolderParty()
		if offer := f.GetHandOver(); offer != nil { // work that is offered is the receiver's to hear of
			name = offer.GetParty()
		}
	case profilev1.Audience_AUDIENCE_ASSIGNEE:
		name = f.GetAssignee()
	case profilev1.Audience_AUDIENCE_OWNER:
		name = f.GetOwnerParty()
	case profilev1.Audience_AUDIENCE_CONTACT_PARTY:
		name = t.Desk.ContactParty
	case profilev1.Audience_AUDIENCE_AUTHORITY:
		name = t.Desk.AuthorityParty
	case profilev1.Audience_AUDIENCE_LINKED_REPORTERS:
		return []string{"audience/linked_reporters"}
	case profilev1.Audience_AUDIENCE_STAKEHOLDERS:
		return []string{"audience/stakeholders"}
	default: // on duty: found by the hour, not by the ticket
	}
	if name == "" {
		return nil
	}
	return []string{t.Desk.Key(name)}
}
