package acceptance_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// [3] steps 18a, 18b and N/A: what the suppliers find themselves.
func TestNSPSharesWhatSuppliersFindAndUsersFeel(t *testing.T) {
	t.Parallel()
	nspWalks(t,
		nspWalk{"18b operations", foundByOperations},                                                            // R3, R44, R66, R151
		nspWalk{"18a FMK solves it itself", func(v *nspVisit) { v.foundByFMK("yes", "kim", "trifork", "fmk") }}, // R66
		nspWalk{"18a FMK does not", func(v *nspVisit) { v.foundByFMK("no", "frank", "fmk-drift", "drift") }},    // R66
	)
}

// nspFind is what a supplier registers that found something itself.
func (v *nspVisit) nspFind(party, category, jira string, felt bool) *intakev1.SubmitTicketRequest {
	return &intakev1.SubmitTicketRequest{
		Parent: v.Desk(), RequestId: house.ID(), Title: in("da", "Kø vokser på servicebussen"), Channel: commonv1.Channel_CHANNEL_API,
		ExternalIds: map[string]string{"jira": jira},
		Assessment: &triagev1.Assessment{
			Kind: "incident", Category: category, Channel: "own_find", FoundBy: v.Party(party), AffectsUsers: proto.Bool(felt),
			Answers: map[string]string{"about_fmk": "no", "users_affected": "some"},
		},
	}
}

// Operations finds it, users feel it, and operations proves by a test that it is gone.
func foundByOperations(v *nspVisit) {
	v.inAnOrdinaryWeek("Wed 09:00")
	v.step("N/A what users do not feel stays in operations' Jira", func() {
		_, err := v.Submissions.SubmitTicket(v.by("lars"), v.nspFind("netic", "nsp-operations", "NSP-200", false))
		v.refusedFor(err, "GATE_NOT_MET")
	})
	v.step("18b operations creates it in Jira, and the national desk has a mail of it", func() {
		v.reported("lars", v.nspFind("netic", "nsp-operations", "NSP-201", true))
		v.tells(v.happened(), map[string]string{"found_by_supplier": "parties/sds by mail portal"})
	})
	v.step("N/A the national desk creates it in ClearQuest, and assigns operations", func() {
		v.numbered("mette", "clearquest", v.ticket.GetName()[len(v.Desk()+"/tickets/"):])
		v.symptoms()
		v.routes("mette", "netic", "drift")
		v.tells(v.happened(), map[string]string{"work_offered": "parties/netic by portal"})
	})
	v.step("5b-10 operations receives and solves it", func() {
		v.receives("lars", "netic", "drift")
		v.starts("lars")
		v.happened()
		v.solves("lars", "Køen er tømt, og en læser mere er sat på")
		v.tells(v.happened(), map[string]string{"resolved": "audience/linked_reporters persons/lars by mail portal"})
	})
	v.step("15 operations tests that it is gone, and the national desk closes", func() {
		_, err := v.closing.VerifySolution(v.by("mette"), &triagev1.VerifySolutionRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(), Method: triagev1.VerificationMethod_VERIFICATION_METHOD_REPORTER,
		})
		v.refusedFor(err, "VERIFIED_OTHERWISE")
		v.taken(v.closing.VerifySolution(v.by("lars"), &triagev1.VerifySolutionRequest{
			Name: v.ticket.GetName(), RequestId: house.ID(), Method: triagev1.VerificationMethod_VERIFICATION_METHOD_TEST,
		}))
		if err := v.closes("mette"); err != nil {
			v.t.Fatal(err)
		}
		v.is(closed)
	})
}

// The FMK supplier finds it, and solves it itself, or FMK's operations supplier does.
func (v *nspVisit) foundByFMK(itself, receiver, party, group string) {
	v.inAnOrdinaryWeek("Wed 09:00")
	v.step("18a the FMK supplier creates it in Jira, and the national desk has a mail of it", func() {
		find := v.nspFind("trifork", "fmk", "FMK-7", true)
		find.Assessment.Answers["solves_it_itself"], find.Assessment.Answers["about_fmk"] = itself, "yes"
		v.reported("kim", find)
		want := map[string]string{"found_by_supplier": "parties/sds by mail portal"}
		if itself == "no" {
			want["work_offered"] = "parties/" + party + " by portal"
		}
		v.tells(v.happened(), want)
	})
	v.step("18a it assigned itself or FMK's operations by registering it: the national desk does nothing", func() {
		v.now("mette")
		if itself == "no" {
			if got := v.ticket.GetHandOver(); got.GetGroup() != v.Group(party, group) || got.GetOfferedBy() != v.Person("kim") {
				v.t.Errorf("R66: it is offered to %v", got)
			}
			v.receives(receiver, party, group)
			return
		}
		v.taken(v.Tickets.TakeTicket(v.by(receiver), &triagev1.TakeTicketRequest{Name: v.ticket.GetName(), RequestId: house.ID()}))
		v.lies(party, group, receiver)
	})
}

// symptoms: the national desk answers what the question tree still asks.
func (v *nspVisit) symptoms() {
	v.t.Helper()
	v.taken(v.assess.AnswerGuide(v.by("mette"), &triagev1.AnswerGuideRequest{
		Name: v.ticket.GetName(), RequestId: house.ID(), Answers: []*triagev1.GuideAnswer{
			{Question: "what_symptoms", Words: in("da", "Beskeder når frem med en times forsinkelse")},
		},
	}))
}
