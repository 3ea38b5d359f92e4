package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/access"
)

// judged are the reasons of the policies, the life cycle's table and the desk's process: what an explanation speaks of.
var judged = []string{
	fault.PermissionDenied, "NOT_PERMITTED_BY_PROFILE", "CONDITION_NOT_MET", "GATE_NOT_MET", "FIX_PLAN_REQUIRED",
	"REPORTERS_NOT_TOLD", "FACTS_MISSING", process.WrongStatus, process.AlreadyTaken, process.OfferPending, process.NoOfferMade,
	process.AlreadyVerified, process.AlreadyChecked, process.NoFixPlan, process.AlreadyReleased, process.AlreadyOrdered,
	process.NoOrder, process.AlreadyHandedOut,
}

// R131: what is explained as possible is not refused, and what is not possible is refused for a reason that was explained: every
// step that is one call about one ticket, by people of every part, of tickets in every state.
func TestTheExplanationAgreesWithEveryStep(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	states := map[string]func() string{
		"new":   func() string { return w.incident("P4").GetName() },
		"begun": func() string { return w.opened().GetName() },
		"uncertain": func() string {
			return w.opened(func(r *triagev1.OpenTicketRequest) { r.Assessment = nil }).GetName()
		},
		"grave": func() string { return w.started("P1") },
		"logged": func() string {
			name := w.started("P1")
			w.logs(name)
			return name
		},
		"data fault": func() string { return w.opened(dataFault).GetName() },
		"waiting": func() string {
			name := w.opened().GetName()
			must(w.tickets.HoldTicket(w.as("mette"), &triagev1.HoldTicketRequest{
				Name: name, RequestId: requestID(), Status: process.OnHold, Reason: danish("Vare"),
				Until: timestamppb.New(w.clock.Now().Add(time.Hour)),
			}))(t)
			return name
		},
		"solved": func() string {
			name := w.opened().GetName()
			must(w.resolve(name))(t)
			return name
		},
		"solved for lars": func() string {
			name := w.opened(func(r *triagev1.OpenTicketRequest) {
				r.Reporter, r.Assessment.LargeBusinessImpact = who("lars"), true
			}).GetName()
			must(w.resolve(name))(t)
			return name
		},
	}
	calls := ticketCalls(t)
	for state, brought := range states {
		for _, person := range []string{"mette", "lars", "chr"} {
			name := brought()
			for _, step := range process.Steps() {
				action, internal, people := access.ActionOf(step)
				if rpc, one := calls[action]; people && one && w.agrees(t, state, person, name, step, rpc, internal) {
					name = brought() // it has moved on
				}
			}
		}
	}
}

// agrees compares what is explained with what happens, and reports whether the step was taken.
func (w *linked) agrees(
	t *testing.T, state, person, name string, step process.Step, rpc protoreflect.MethodDescriptor, internal bool,
) (taken bool) {
	t.Helper()
	explained := stepOf(must(w.explain(person, name))(t), string(step))
	request := fill(t, rpc.Input(), name)
	for field, value := range map[protoreflect.Name]any{"internal": internal, "override_reason": nil} {
		if known := rpc.Input().Fields().ByName(field); known != nil {
			request.ProtoReflect().Clear(known)
			set(request.ProtoReflect(), known, value)
		}
	}
	_, err := w.invoke(w.as(person), w.gateway, rpc, request)
	reason := ""
	if i := slices.IndexFunc(judged, func(r string) bool { return fault.Is(err, r) }); i >= 0 {
		reason = judged[i]
	}
	var reasons []string
	for _, o := range explained.GetObstacles() {
		reasons = append(reasons, o.GetReason())
		if strings.HasPrefix(o.GetRule(), "access/") != (o.GetReason() == fault.PermissionDenied) {
			t.Errorf("%s, %s by %s: %s is by the rule %s", state, step, person, o.GetReason(), o.GetRule())
		}
		if o.GetSatisfy() == nil && o.GetReason() != fault.PermissionDenied {
			t.Errorf("%s, %s by %s: nothing says what would satisfy %s", state, step, person, o.GetRule())
		}
	}
	switch {
	case explained.GetPossible() && reason != "":
		t.Errorf("%s, %s by %s: explained as possible, and refused: %v", state, step, person, err)
	case !explained.GetPossible() && err == nil:
		t.Errorf("%s, %s by %s: explained as impossible for %v, and taken", state, step, person, reasons)
	case reason != "" && !slices.Contains(reasons, reason):
		t.Errorf("%s, %s by %s: refused for %s, explained as %v", state, step, person, reason, reasons)
	}
	return err == nil
}

// started is an incident of a priority that mette has begun.
func (w *linked) started(priority string) string {
	w.t.Helper()
	return w.start(w.incident(priority).GetName()).GetName()
}

// ticketCalls are the RPCs that are one step each. What also hands over or assigns is judged by where that leads.
func ticketCalls(t *testing.T) map[string]protoreflect.MethodDescriptor {
	t.Helper()
	calls := map[string]protoreflect.MethodDescriptor{}
	for _, rpc := range ticketRPCs(t) {
		calls[string(rpc.Name())] = rpc
	}
	for _, name := range []string{"Complain", "AnswerEscalation"} {
		rpc, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName("bavn.triage.v1.EscalationService." + name))
		if err != nil {
			t.Fatal(err)
		}
		calls[name] = rpc.(protoreflect.MethodDescriptor)
	}
	return calls
}
