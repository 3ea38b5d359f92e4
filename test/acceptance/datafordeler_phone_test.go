package acceptance_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/test/house"
)

// [1] principles 1, 5, 6, 7: who reports by which way, what is phoned to whom before or beside it, and what is registered
// although it is nobody's at the supplier (R11, R16, R17, R18, R141).
func TestDatafordelerIsPhonedBeforeWhatIsGraveIsRegistered(t *testing.T) {
	t.Parallel()
	atDatafordeler(t, func(d *datafordeler) {
		d.at("Tue 10:00")
		tickets := func() int {
			list, err := d.Tickets.ListTickets(d.by("pia"), &triagev1.ListTicketsRequest{Parent: d.Desk(), PageSize: 500})
			if err != nil {
				d.t.Fatal(err)
			}
			return len(list.GetTickets())
		}
		called := func(contact string, ago time.Duration) *triagev1.AttestedCall {
			return &triagev1.AttestedCall{Contact: contact, CallTime: timestamppb.New(d.clock.Now().Add(-ago))}
		}
		grave := func(category, group string, calls ...*triagev1.AttestedCall) *intakev1.SubmitTicketRequest {
			r := incidentIn(commonv1.Channel_CHANNEL_API, "Matriklen kan ikke hentes", "Ingen svar siden klokken 9",
				&triagev1.Assessment{ReporterGroup: group, ContractCategory: category, Category: "platform"})
			r.AttestedCalls = calls
			return r
		}
		d.step("principle 5 category A and B of a register or the authority is phoned to both first", func() { // R16
			before := tickets()
			for who, group := range map[string]string{"rune": "register_authority", "pia": "authority"} {
				for _, tc := range []struct {
					calls []*triagev1.AttestedCall
					phone []string
				}{
					{nil, []string{"SPOC", "authority"}},
					{[]*triagev1.AttestedCall{called("spoc", time.Minute)}, []string{"authority"}},
					{[]*triagev1.AttestedCall{called("authority", time.Minute)}, []string{"SPOC"}},
					{[]*triagev1.AttestedCall{called("spoc", time.Minute), called("spoc", 2*time.Minute)}, []string{"authority"}},
					{[]*triagev1.AttestedCall{called("spoc", time.Minute), called("authority", 0)}, []string{"authority"}}, // too late
				} {
					for _, category := range []string{"A", "B"} {
						d.refusesToRegister(who, grave(category, group, tc.calls...), tc.phone)
					}
				}
			}
			if now := tickets(); now != before {
				d.t.Errorf("%d tickets were registered without the calls", now-before)
			}
			for who, group := range map[string]string{"rune": "register_authority", "pia": "authority"} {
				d.reported(who, grave("A", group, called("spoc", 20*time.Minute), called("authority", 10*time.Minute)))
				if d.ticket.GetPriority() != "P1" || len(d.ticket.GetCallsDue()) > 0 {
					d.t.Errorf("phoned and registered, it is %s, and due are %v", d.ticket.GetPriority(), d.ticket.GetCallsDue())
				}
				if runs := d.ticket.GetProcedures(); len(runs) != 1 || runs[0].GetProcedure() != "major" { // R113, R116: the platform is down
					d.t.Errorf("the platform is down, and it runs %v", runs)
				}
				for _, call := range d.ticket.GetAttestedCalls() {
					if call.GetCaller() != d.Person(who) || call.GetAttestedBy() != d.Person(who) {
						d.t.Errorf("%s phoned, and the ticket says %v", who, call)
					}
				}
			}
		})
		d.step("principle 5 nobody else has to phone, and neither is a lesser incident phoned", func() {
			site := grave("", "data_consumer")
			site.Channel = commonv1.Channel_CHANNEL_WEB // R11: the tool is for registers and the authority
			d.reported("anders", site)
			d.reported("ulf", grave("A", "sub_supplier")) // principle 5 names registers and the authority
			d.reported("rune", grave("", "register_authority"))
			if d.ticket.GetPriority() != "P4" || len(d.ticket.GetCallsDue()) > 0 {
				d.t.Errorf("it is %s, and due are %v", d.ticket.GetPriority(), d.ticket.GetCallsDue())
			}
		})
		d.step("principle 1 registers report in the ITSM tool, which an integration brings to the SPOC", func() { // R11, R145
			if got := d.ticket.GetAssessment().GetChannel(); got != "itsm" {
				d.t.Errorf("a register came in by %q", got)
			}
			d.isAt("supportleverandoer", "", "", registered)
			r := grave("", "register_authority")
			r.ExternalIds = map[string]string{"itsm": "INC0042"}
			d.reported("rune", r)
			if ids := d.ticket.GetExternalIds(); len(ids) != 1 || ids[0].GetSystem() != "itsm" || ids[0].GetId() != "INC0042" {
				d.t.Errorf("in the register's tool it is %v", ids)
			}
		})
		d.step("principles 1, 5 the process knows a reporter by their party, whatever the report says", func() { // R11, R16
			d.refusesToRegister("rune", grave("A", "data_consumer"), []string{"SPOC", "authority"})
			d.refusesToRegister("pia", grave("B", ""), []string{"SPOC", "authority"})
		})
		d.step("principle 6 a register's fault outside the supplier's responsibility is registered as well", func() { // R18
			r := incidentIn(commonv1.Channel_CHANNEL_API, "Vores eget netværk er nede", "Data når ikke frem til Datafordeleren",
				&triagev1.Assessment{ReporterGroup: "register_authority", Category: "outside"})
			d.reported("rita", r) // R141: a register's second line may raise it
			d.tells(d.happened(), map[string]string{"receipt": "persons/rita by mail portal"})
			if route := d.decision("route"); route.GetAnswer() != supplier+"/groups/spoc" {
				d.t.Errorf("it goes to %v", route)
			}
		})
		d.step("principle 7 a register that suspects a breach phones the authority and the SPOC", func() { // R17, R149
			r := incidentIn(commonv1.Channel_CHANNEL_API, "Ukendte opslag i registret", "Nogen har hentet alt i nat",
				&triagev1.Assessment{ReporterGroup: "register_authority", Category: "platform", SecuritySuspected: true})
			d.reported("rune", r)
			due := d.ticket.GetCallsDue()
			if slices.Sort(due); !slices.Equal(due, []string{"authority", "spoc"}) {
				d.t.Errorf("to be phoned are %v", due)
			}
			for who, sees := range map[string]bool{"inge": true, "sofie": false, "pia": false} {
				if listed := slices.Contains(d.unattested(who), d.name()); listed != sees {
					d.t.Errorf("%s sees among what is not yet phoned: %v, want %v", who, listed, sees)
				}
			}
			for _, contact := range []string{"spoc", "authority"} {
				d.taken(d.Attestation.AttestCall(d.by("inge"), &triagev1.AttestCallRequest{
					Name: d.name(), RequestId: house.ID(), Call: called(contact, time.Minute),
				}))
			}
			if len(d.ticket.GetCallsDue()) > 0 || slices.Contains(d.unattested("inge"), d.name()) {
				d.t.Errorf("both were phoned, and due are %v", d.ticket.GetCallsDue())
			}
			for _, call := range d.ticket.GetAttestedCalls() {
				if call.GetCaller() != d.Person("rune") || call.GetAttestedBy() != d.Person("inge") {
					d.t.Errorf("rune phoned, inge attests it, and the ticket says %v", call)
				}
			}
		})
	})
}

// refusesToRegister fails unless nothing is registered and the refusal says whom to phone, and nobody else.
func (d *datafordeler) refusesToRegister(by string, r *intakev1.SubmitTicketRequest, phone []string) {
	d.t.Helper()
	r.Parent, r.RequestId = d.Desk(), house.ID()
	_, err := d.Submissions.SubmitTicket(d.by(by), r)
	if !fault.Is(err, "CALL_MISSING") {
		d.t.Errorf("%s registers %s of %s with %v: %v", by, r.GetAssessment().GetContractCategory(),
			r.GetAssessment().GetReporterGroup(), r.GetAttestedCalls(), err)
		return
	}
	var said []string
	for _, detail := range status.Convert(err).Details() {
		if failure, ok := detail.(*errdetails.PreconditionFailure); ok {
			for _, violation := range failure.GetViolations() {
				if violation.GetSubject() != "attestations[a_and_b_phoned]" {
					d.t.Errorf("refused by %s", violation.GetSubject())
				}
				said = append(said, violation.GetDescription())
			}
		}
	}
	if len(said) != len(phone) {
		d.t.Errorf("to be phoned are %v, want %v", said, phone)
		return
	}
	for i, whom := range phone {
		if !strings.Contains(said[i], whom) {
			d.t.Errorf("the refusal says %q, want %s", said[i], whom)
		}
	}
}

// unattested are the tickets that somebody sees to be not yet phoned.
func (d *datafordeler) unattested(who string) (names []string) {
	d.t.Helper()
	list, err := d.Attestation.ListUnattested(d.by(who), &triagev1.ListUnattestedRequest{Parent: d.Desk(), PageSize: 500})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, ticket := range list.GetTickets() {
		names = append(names, ticket.GetName())
	}
	return names
}
