package tools_test

import (
	"net/http"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// R3: NSP takes in what its operations supplier's monitoring finds, like what the supplier's people find (steps 18a, 18b). R44:
// what no user feels stays with the supplier. R109: when it is quiet the ticket is Resolved, and closing is the national desk's.
func TestAtNSPAnAlarmOfTheSuppliersOpensAndResolvesATicketThatTheNationalDeskCloses(t *testing.T) {
	t.Parallel()
	o := atWork(t, "nsp",
		house.Player{Person: "greta", Party: "sds", Roles: []string{"agent", "dispatcher", "national_desk"}},
		house.Player{Person: "lars", Party: "netic", Group: "drift", Roles: []string{"agent"}})
	settings := func(felt bool) *intakev1.Connection {
		return &intakev1.Connection{
			DisplayName: "Overvågning", Kind: intakev1.ToolKind_TOOL_KIND_ALERTMANAGER, Party: o.Party("netic"), System: "monitoring",
			Monitoring: &intakev1.MonitoringSettings{Assessment: &triagev1.Assessment{
				Kind: "incident", Category: "nsp-operations", AffectsUsers: proto.Bool(felt),
				Answers: map[string]string{"about_fmk": "no", "users_affected": "some"},
			}},
		}
	}
	unfelt, itsSecret := o.connect(o.Desk(), "inside", settings(false))
	address, secret := o.connect(o.Desk(), "monitoring", settings(true))
	began := time.Now().Add(-time.Hour).UTC()
	sounds := group(t, "QueueGrows", alert("firing", "QueueGrows", began, time.Time{}))
	for at, with := range map[string]string{unfelt: itsSecret, address: secret} {
		if got := post(t, at, sounds, bearer(with)); got != http.StatusNoContent {
			t.Fatalf("an alarm is answered %d, want 204", got)
		}
	}
	opened := o.comesTo(1, registered)
	if a := opened.GetAssessment(); a.GetChannel() != "monitoring" || a.GetFoundBy() != o.Party("netic") {
		t.Errorf("the ticket is %v", opened)
	}
	if got := o.reasons(t.Context()); len(got) != 2 {
		t.Errorf("the ledger has %v, want one ticket and one refusal", got)
	}
	greta := o.As(t.Context(), "greta")
	triage := o.GRPC.Conn("bavn.triage.v1")
	if _, err := triagev1.NewAssessmentServiceClient(triage).AnswerGuide(greta, &triagev1.AnswerGuideRequest{
		Name: opened.GetName(), RequestId: house.ID(), Answers: []*triagev1.GuideAnswer{
			{Question: "what_symptoms", Words: house.Text("Beskeder når frem med en times forsinkelse")},
		},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := triagev1.NewEscalationServiceClient(triage).RouteTicket(greta, &triagev1.RouteTicketRequest{
		Name: opened.GetName(), RequestId: house.ID(),
	}); err != nil {
		t.Fatal(err)
	}
	quiet := group(t, "QueueGrows", alert("resolved", "QueueGrows", began, began.Add(time.Minute)))
	if got := post(t, address, quiet, bearer(secret)); got != http.StatusNoContent {
		t.Fatalf("its end is answered %d, want 204", got)
	}
	solved := o.comesTo(1, resolved)
	closed, err := o.GRPC.Tickets.CloseTicket(greta, &triagev1.CloseTicketRequest{Name: solved.GetName(), RequestId: house.ID()})
	if err != nil || closed.GetStatus() != triagev1.TicketStatus_TICKET_STATUS_CLOSED {
		t.Errorf("R109: the national desk closes what the alarm solved: %v, %v", closed.GetStatus(), err)
	}
}
