package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

// at is some time before now.
func (w *world) at(before time.Duration) *timestamppb.Timestamp {
	return timestamppb.New(w.clock.Now().Add(-before))
}

// R16: category A or B of a register is phoned to SPOC and authority first; without both calls, each before it, nothing is
// registered.
func TestCategoryAAndBOfARegisterIsPhonedInBeforeItIsRegistered(t *testing.T) {
	t.Parallel()
	w := newDatafordeler(t)
	open := func(group, category string, calls ...*triagev1.AttestedCall) (*triagev1.Ticket, error) {
		opening := w.opening()
		opening.Assessment = &triagev1.Assessment{
			Kind: "incident", Category: "platform", ContractCategory: category, ReporterGroup: group,
		}
		opening.AttestedCalls = calls
		return w.intake.OpenTicket(t.Context(), opening)
	}
	spoc := &triagev1.AttestedCall{Contact: "spoc", CallTime: w.at(10 * time.Minute)}
	mandated := &triagev1.AttestedCall{Contact: "authority", CallTime: w.at(5 * time.Minute)}
	late := &triagev1.AttestedCall{Contact: "authority", CallTime: w.at(0)}
	for name, calls := range map[string][]*triagev1.AttestedCall{
		"nobody was phoned": nil, "only the SPOC was": {spoc}, "the SPOC twice": {spoc, spoc},
		"the authority at the same moment": {spoc, late},
	} {
		if _, err := open("register_authority", "A", calls...); !fault.Is(err, "CALL_MISSING") {
			t.Errorf("%s: %v", name, err)
		} else if !strings.Contains(violations(err), "authority") {
			t.Errorf("%s: the refusal does not say whom to phone: %s", name, violations(err))
		}
	}
	opened := must(open("register_authority", "B", spoc, mandated))(t)
	if len(opened.GetCallsDue()) != 0 || opened.GetAttestedCalls()[0].GetAttestedBy() != who("karen") {
		t.Errorf("both were phoned, and due are %v; attested %v", opened.GetCallsDue(), opened.GetAttestedCalls())
	}
	must(open("register_authority", ""))(t)
	must(open("data_consumer", "A"))(t)
}

// R7, R17: what is urgent is phoned as well; until somebody attests it, the ticket is listed as not yet phoned.
func TestWhatIsUrgentIsListedUntilSomebodyAttestsTheCall(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	opening := w.opening()
	opening.Assessment = &triagev1.Assessment{Kind: "incident", Category: "nsp", Urgent: true}
	opened := must(w.intake.OpenTicket(t.Context(), opening))(t)
	w.triaged("nsp") // nobody needs to phone about it
	list := func() []*triagev1.Ticket {
		return must(w.attest.ListUnattested(w.as("mette"), &triagev1.ListUnattestedRequest{Parent: desk}))(t).GetTickets()
	}
	if got := list(); len(got) != 1 || got[0].GetName() != opened.GetName() ||
		!slices.Equal(got[0].GetCallsDue(), []string{"national_desk"}) {
		t.Fatalf("not yet phoned are %v", got)
	}
	attest := func(contact string, at *timestamppb.Timestamp) error {
		_, err := w.attest.AttestCall(w.as("mette"), &triagev1.AttestCallRequest{
			Name: opened.GetName(), RequestId: requestID(), Call: &triagev1.AttestedCall{Contact: contact, CallTime: at},
		})
		return err
	}
	if err := attest("nobody", w.at(time.Minute)); !fault.Is(err, fault.InvalidArgument) {
		t.Errorf("a contact that there is not was phoned: %v", err)
	}
	if err := attest("national_desk", w.at(-time.Minute)); !fault.Is(err, fault.InvalidArgument) {
		t.Errorf("a call to come was made: %v", err)
	}
	if err := attest("nsp_system_owner", w.at(time.Minute)); err != nil || len(list()) != 1 {
		t.Errorf("somebody else was phoned: %v, %d are listed", err, len(list()))
	}
	if err := attest("national_desk", w.at(time.Minute)); err != nil || len(list()) != 0 {
		t.Errorf("the national desk was phoned: %v, %d are listed", err, len(list()))
	}
}
