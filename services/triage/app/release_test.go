package app_test

import (
	"slices"
	"testing"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

// R82: what the profile wants planned is neither solved nor put to wait for its release before somebody says when and how; the
// authority hears of the plan and of every change of it.
func TestAFixIsPlannedBeforeItIsWaitedForAndTheAuthorityHearsOfIt(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	name := w.opened(dataFault).GetName()
	if _, err := w.resolve(name); !fault.Is(err, "FIX_PLAN_REQUIRED") {
		t.Errorf("solved without a plan: %v", err)
	}
	must(w.links.LinkTicket(w.as("mette"), &triagev1.LinkTicketRequest{
		Name: name, RequestId: requestID(), Kind: triagev1.LinkKind_LINK_KIND_CHANGE, Tool: "sds_jira", ExternalId: "RFC-7",
	}))(t)
	_, err := w.tickets.HoldTicket(w.as("mette"), &triagev1.HoldTicketRequest{
		Name: name, RequestId: requestID(), Status: triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE, Reason: danish("Release"),
	})
	if !fault.Is(err, "FIX_PLAN_REQUIRED") {
		t.Errorf("waits for a release that nobody planned: %v", err)
	}
	for _, in := range []time.Duration{48 * time.Hour, 72 * time.Hour} {
		planned := must(w.plan(name, in))(t)
		if got := planned.GetFixPlan().GetReleaseTime().AsTime(); !got.Equal(w.clock.Now().Add(in).Truncate(time.Microsecond)) {
			t.Errorf("the release is planned for %v", got)
		}
		event, payload := w.last(name, "ticket.fix_planned")
		if words, found := event.Text("plan"); !found || words.GetText() != "Rettes i næste release." {
			t.Errorf("the plan's words are %v", words)
		}
		if !slices.ContainsFunc(payload.GetNotifications(), func(n *triagev1.NotificationRequest) bool {
			return n.GetRule() == "data" && slices.Equal(n.GetRecipients(), []string{"parties/sundhedsdatastyrelsen"})
		}) {
			t.Errorf("the authority is not told of the plan: %v", payload.GetNotifications())
		}
	}
	if _, err := w.resolve(name); err != nil {
		t.Errorf("planned, and not solved: %v", err)
	}
}

// R83: nobody is surprised by a release. Who may release nevertheless is named, says why, and is remembered.
func TestAReleaseWaitsUntilTheReportersWereToldOrANamedPersonAnswersForIt(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	release := func(person, name, reason string) (*triagev1.Ticket, error) {
		r := &triagev1.MarkReleasedRequest{Name: name, RequestId: requestID()}
		if reason != "" {
			r.OverrideReason = danish(reason)
		}
		return w.releases.MarkReleased(w.as(person), r)
	}
	told := w.opened(dataFault).GetName()
	tell := &triagev1.TellReportersRequest{Name: told, RequestId: requestID(), Message: danish("Vi retter det på torsdag.")}
	if _, err := w.releases.TellReporters(w.as("mette"), tell); !fault.Is(err, "NO_FIX_PLAN") {
		t.Errorf("told of a release that nobody planned: %v", err)
	}
	must(w.plan(told, 48*time.Hour))(t)
	if _, err := release("mette", told, ""); !fault.Is(err, "REPORTERS_NOT_TOLD") {
		t.Errorf("released behind the reporters' backs: %v", err)
	}
	must(w.releases.TellReporters(w.as("mette"), tell))(t)
	_, announced := w.last(told, "ticket.release_announced")
	if !slices.ContainsFunc(announced.GetNotifications(), func(n *triagev1.NotificationRequest) bool {
		return slices.Equal(n.GetRecipients(), []string{"audience/linked_reporters", "persons/bo", "persons/karen"})
	}) {
		t.Errorf("told are %v", announced.GetNotifications())
	}
	must(w.plan(told, 72*time.Hour))(t) // another day: what they were told is not true any more
	if _, err := release("mette", told, ""); !fault.Is(err, "REPORTERS_NOT_TOLD") {
		t.Errorf("released on another day than the reporters were told: %v", err)
	}
	tell.RequestId = requestID()
	must(w.releases.TellReporters(w.as("mette"), tell))(t)
	if got := must(release("mette", told, ""))(t).GetFixPlan(); got.GetReleasedTime() == nil || got.GetOverriddenBy() != "" {
		t.Errorf("released: %v", got)
	}

	urgent := w.opened(dataFault).GetName()
	must(w.plan(urgent, time.Hour))(t)
	if _, err := release("mette", urgent, "Det haster"); !fault.Is(err, "REPORTERS_NOT_TOLD") {
		t.Errorf("somebody without the role passed the gate: %v", err)
	}
	if _, err := release("chr", urgent, " "); !fault.Is(err, "REPORTERS_NOT_TOLD") {
		t.Errorf("the gate was passed without a reason: %v", err)
	}
	passed := must(release("chr", urgent, "Patienter i fare"))(t)
	event, payload := w.last(urgent, "ticket.released")
	reason, _ := event.Text("reason")
	if passed.GetFixPlan().GetOverriddenBy() != who("chr") || !slices.Equal(payload.GetOverriddenGates(), []string{"data"}) ||
		reason.GetText() != "Patienter i fare" {
		t.Errorf("the deviation is kept as %q, %v, %q",
			passed.GetFixPlan().GetOverriddenBy(), payload.GetOverriddenGates(), reason.GetText())
	}
}

// R82, R83: the desk sees what is to be released when, until it is; each only what they may see.
func TestPendingReleasesAreACalendarOfWhatTheCallerSees(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	later, sooner, cancelled := w.opened(dataFault).GetName(), w.opened(dataFault).GetName(), w.opened(dataFault).GetName()
	must(w.plan(later, 72*time.Hour))(t)
	must(w.plan(sooner, 96*time.Hour))(t)
	must(w.plan(sooner, 24*time.Hour))(t)
	must(w.plan(cancelled, time.Hour))(t)
	must(w.tickets.CancelTicket(w.as("mette"), &triagev1.CancelTicketRequest{
		Name: cancelled, RequestId: requestID(), Reason: danish("Fejl"),
	}))(t)
	list := func(person, token string) (names []string, next string) {
		answer := must(w.releases.ListPendingReleases(w.as(person), &triagev1.ListPendingReleasesRequest{
			Parent: desk, PageSize: 1, PageToken: token,
		}))(t)
		for _, ticket := range answer.GetTickets() {
			names = append(names, ticket.GetName())
		}
		return names, answer.GetNextPageToken()
	}
	first, token := list("mette", "")
	second, end := list("mette", token)
	if !slices.Equal(append(first, second...), []string{sooner, later}) || end != "" {
		t.Errorf("the calendar is %v, %v", first, second)
	}
	if seen, _ := list("jonas", ""); len(seen) != 0 {
		t.Errorf("operations sees %v, which it has no part in", seen)
	}
	must(w.releases.MarkReleased(w.as("chr"), &triagev1.MarkReleasedRequest{
		Name: sooner, RequestId: requestID(), OverrideReason: danish("Haster"),
	}))(t)
	if left, _ := list("mette", ""); !slices.Equal(left, []string{later}) {
		t.Errorf("after the release the calendar is %v", left)
	}
}
