package acceptance_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/test/house"
)

// [3] steps 3 and 11: cases that hang together with others, and with changes.
func TestNSPLinksInquiriesAndChanges(t *testing.T) {
	t.Parallel()
	nspWalks(t,
		nspWalk{"inquiries", furtherInquiries}, // R19, R92
		nspWalk{"RFC", aCaseNeedsAChange},      // R83, R94, R97, R125
	)
}

// Further inquiries about a case become support inquiries with reference to it, and end with it.
func furtherInquiries(v *nspVisit) {
	v.inAnOrdinaryWeek("Mon 10:00")
	v.registers("lone", "Henvisninger kan ikke sendes")
	v.triages("mette", "nsp")
	inquiry := v.another()
	v.step("3 another local desk asks about the same", func() {
		v.passes(time.Hour)
		inquiry.registers("rikke", "Hvorfor kan vi ikke sende henvisninger?")
	})
	v.step("3 the national desk keeps it as a support inquiry with reference to the incident", func() {
		inquiry.taken(v.links.LinkTicket(v.by("mette"), &triagev1.LinkTicketRequest{
			Name: inquiry.ticket.GetName(), RequestId: house.ID(),
			Kind: triagev1.LinkKind_LINK_KIND_INQUIRY_ABOUT, Ticket: v.ticket.GetName(),
		}))
		if got := inquiry.ticket.GetAssessment().GetKind(); got != "linked_inquiry" {
			v.t.Errorf("it is a %q", got)
		}
		if got := v.now("mette").GetLinkedInquiries(); got != 1 {
			v.t.Errorf("%d inquiries are shown at the incident", got)
		}
		inquiry.tells(inquiry.happened(), nil)
		inquiry.due(triagev1.DeadlineKind_DEADLINE_KIND_UPDATE, "Mon 11:00") // a week later
		news := inquiry.deadline(triagev1.DeadlineKind_DEADLINE_KIND_UPDATE).GetDueTime().AsTime()
		if got := news.Sub(v.clock.Now()); got != 7*24*time.Hour {
			v.t.Errorf("its reporter hears of it in %v, want a week", got)
		}
	})
	v.step("10 what is told of the incident is told of the inquiry", func() {
		v.happened()
		v.taken(v.Tickets.AddNote(v.by("mette"), &triagev1.AddNoteRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(), Note: in("da", "Vi kender årsagen"),
		}))
		inquiry.rings("ticket.note_added")
	})
	v.step("11 who asked about it hears before the fix is released", func() { // R83
		v.taken(v.releases.PlanFix(v.by("mette"), &triagev1.PlanFixRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(), ReleaseTime: timestamppb.New(v.clock.Now().Add(2 * time.Hour)),
			Plan: in("da", "Køen genstartes klokken et"),
		}))
		v.taken(v.releases.TellReporters(v.by("mette"), &triagev1.TellReportersRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(), Message: in("da", "Vi genstarter køen klokken et"),
		}))
		v.hears(v.happened(), "release_announced", "audience/linked_reporters persons/lone by mail portal")
		inquiry.hears(inquiry.rings("ticket.release_announced"), "release_announced", "persons/rikke by mail portal")
		v.eventually("Rikke reads it in a mail about her own ticket", func() error {
			mails := v.Mail().Messages(mailsink.Filter{To: house.Mailbox("rikke"), Subject: lastPart(inquiry.ticket.GetName())})
			if !slices.ContainsFunc(mails, func(m mailsink.Message) bool {
				return strings.Contains(m.Text, "Vi genstarter køen klokken et")
			}) {
				return errNSPNotYet
			}
			return nil
		})
		v.taken(v.releases.MarkReleased(v.by("mette"), &triagev1.MarkReleasedRequest{Name: v.ticket.GetName(), RequestId: house.ID()}))
	})
	v.step("10 what is solved for the incident is solved for the inquiry", func() {
		v.solves("mette", "Send henvisningen igen.")
		v.tells(v.happened(), map[string]string{"resolved": "audience/linked_reporters persons/lone by mail portal"})
		inquiry.hears(inquiry.rings("ticket.resolved"), "resolved", "audience/linked_reporters persons/rikke by mail portal")
		if got := inquiry.now("rikke").GetSolution(); got != "Send henvisningen igen." {
			v.t.Errorf("who asked reads as the solution %q", got)
		}
	})
	v.step("15 both are closed", func() {
		if err := v.closes("mette"); err != nil {
			v.t.Fatal(err)
		}
		inquiry.hears(inquiry.rings("ticket.closed"), "closed", "audience/linked_reporters persons/rikke by mail portal")
		inquiry.is(closed)
	})
}

// What cannot be solved gets an RFC in SDS-Jira, waits for its release, and goes on after it.
func aCaseNeedsAChange(v *nspVisit) {
	const pending = triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE
	v.inAnOrdinaryWeek("Mon 10:00")
	v.registers("lone", "Kvitteringer kommer dobbelt")
	v.triages("mette", "nsp")
	v.judges("mette", "P3")
	v.routes("mette", "netic", "drift")
	v.receives("lars", "netic", "drift")
	v.numbered("lars", "jira", "NSP-300")
	v.starts("lars")
	v.happened()
	v.step("11 it does not wait for a release that nobody has asked for", func() {
		v.refusedBy(v.holds("lars", pending, "Rettes i næste version"), "gates[change_linked]")
	})
	v.step("11 an RFC is created in SDS-Jira, and linked", func() {
		v.passes(time.Hour)
		v.taken(v.links.LinkTicket(v.by("lars"), &triagev1.LinkTicketRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(),
			Kind: triagev1.LinkKind_LINK_KIND_CHANGE, Tool: "sds_jira", ExternalId: "SDS-77",
		}))
		v.tells(v.happened(), nil)
	})
	v.step("11 it is pending release, of which the service desk and the reporter are told", func() {
		if err := v.holds("lars", pending, "Rettes i næste version"); err != nil {
			v.t.Fatal(err)
		}
		v.tells(v.happened(), map[string]string{"delayed": "audience/linked_reporters parties/sds persons/lone by mail portal"})
		v.stands(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, triagev1.DeadlineState_DEADLINE_STATE_PAUSED)
	})
	v.step("11 the release is planned, and told before it comes", func() {
		v.taken(v.releases.PlanFix(v.by("lars"), &triagev1.PlanFixRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(), ReleaseTime: timestamppb.New(v.clock.Now().AddDate(0, 0, 7)),
			Plan: in("da", "Version 5.1, uden nedetid"),
		}))
		v.taken(v.releases.TellReporters(v.by("lars"), &triagev1.TellReportersRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(), Message: in("da", "Rettelsen kommer på mandag"),
		}))
		v.hears(v.happened(), "release_announced", "audience/linked_reporters persons/lone by mail portal")
	})
	v.step("10 after the release it is worked on, with the time that was left", func() {
		v.at("Mon 11:00")
		v.happened()
		v.taken(v.releases.MarkReleased(v.by("lars"), &triagev1.MarkReleasedRequest{Name: v.ticket.GetName(), RequestId: house.ID()}))
		v.is(inProgress)
		v.due(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, "Wed 10:00")
		v.solves("lars", "Version 5.1 er i drift; kvitteringer kommer én gang")
		v.stands(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION, triagev1.DeadlineState_DEADLINE_STATE_MET)
	})
}
