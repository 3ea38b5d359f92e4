package access

import (
	"log/slog"
	"slices"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

func decisions(t *testing.T) *Access {
	t.Helper()
	authorizer, err := auth.NewAuthorizer(Policies, Schema, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return New(authorizer, membership.NewStore(nil, clock.System()), nil, nil)
}

// rpcs are all methods that this service serves.
func rpcs() []string {
	var names []string
	for _, m := range triagev1.TicketService_ServiceDesc.Methods {
		names = append(names, m.MethodName)
	}
	for _, service := range []grpc.ServiceDesc{
		triagev1.AssessmentService_ServiceDesc, triagev1.DirectoryService_ServiceDesc, triagev1.ExplanationService_ServiceDesc,
		triagev1.ProfileService_ServiceDesc, triagev1.LegalService_ServiceDesc,
	} {
		for _, m := range service.Methods {
			names = append(names, m.MethodName)
		}
	}
	for _, service := range []grpc.ServiceDesc{
		triagev1.EscalationService_ServiceDesc, triagev1.OnCallService_ServiceDesc, triagev1.AttestationService_ServiceDesc,
		triagev1.KnownSolutionService_ServiceDesc,
	} {
		for _, m := range service.Methods {
			names = append(names, m.MethodName)
		}
	}
	for _, service := range []grpc.ServiceDesc{
		triagev1.LinkService_ServiceDesc, triagev1.ReleaseService_ServiceDesc, triagev1.OrderService_ServiceDesc,
		triagev1.ClosingService_ServiceDesc, triagev1.ConfigurationItemService_ServiceDesc, triagev1.SightService_ServiceDesc,
		triagev1.ReplyService_ServiceDesc, triagev1.DelegateService_ServiceDesc, triagev1.RegistrationService_ServiceDesc,
	} {
		for _, m := range service.Methods {
			names = append(names, m.MethodName)
		}
	}
	for _, s := range eventv1.Feed_ServiceDesc.Streams {
		names = append(names, s.StreamName)
	}
	return names
}

func TestEveryRPCHasAPolicyAndEveryPolicyAnRPC(t *testing.T) {
	t.Parallel()
	a := decisions(t)
	if missing := a.policies.Uncovered(rpcs()); len(missing) > 0 {
		t.Errorf("nobody can ever call %v: no policy permits it", missing)
	}
	if stale := a.policies.Stale(rpcs()); len(stale) > 0 {
		t.Errorf("policies speak of %v, which is no RPC", stale)
	}
	for action := range steps {
		if !slices.Contains(rpcs(), action) {
			t.Errorf("%s takes a step and is no RPC", action)
		}
	}
}

const desk = "desks/nsp"

func party(id string) string { return desk + "/parties/" + id }

// everybody apart: every part in this ticket is another party or person.
func ticketWithAllParts() *domain.Ticket {
	return &domain.Ticket{
		Desk: domain.Desk{Name: desk, AuthorityParty: party("authority"), ContactParty: party("contact")},
		Facts: &triagev1.Ticket{
			Name: desk + "/tickets/ASCP00000001", HolderParty: party("holder"), OwnerParty: party("owner"),
			HandOver: &triagev1.HandOverOffer{Party: party("offeree")}, Transfer: &triagev1.TransferOffer{Party: party("heir")},
			PastHolders: []string{party("past"), party("holder")},
			Reporter:    desk + "/persons/reporter", AffectedUser: desk + "/persons/affected",
			Escalations: []*triagev1.EscalationRecord{{Complaint: true, Roles: []string{"head"}}},
			Assessment:  &triagev1.Assessment{FoundBy: party("finder")},
		},
	}
}

func person(id string, memberships ...membership.Membership) *Caller {
	return &Caller{
		Principal: auth.Principal{Person: id}, Desk: desk, Set: membership.Set{Person: id, Memberships: memberships},
	}
}

func in(partyID, group string, roles ...string) membership.Membership {
	return membership.Membership{ID: partyID + group, Party: partyID, Group: group, Roles: roles}
}

// parts is one caller for each part of the life cycle, who has no other.
var parts = map[process.Part]*Caller{
	process.HolderAgent:  person("a", in("holder", "", roleAgent)),
	process.OwnerAgent:   person("b", in("owner", "", roleAgent)),
	process.OffereeAgent: person("c", in("offeree", "", roleAgent)),
	process.HeirAgent:    person("d", in("heir", "", roleAgent)),
	process.PastAgent:    person("e", in("past", "", roleAgent)),
	process.Finder:       person("h", in("finder", "", roleAgent)),
	process.PartyMember:  person("f", in("contact", "", roleAuditor)),
	process.Reporter:     person("reporter"),
	process.AffectedUser: person("affected"),
	process.Manager:      person("h", in("authority", "", "head")),
	process.Importer:     person("g", in("contact", "", roleImporter)),
	process.Intake:       {Principal: auth.Principal{Service: "intake"}, Desk: desk},
	process.Timer:        {Principal: auth.Principal{Service: "triage"}, Desk: desk},
}

// implied says which parts a caller has who was made for another: every agent is a member of a party that sees the ticket, and
// whoever has a ticket now is among those who had it.
func implied(made process.Part) []process.Part {
	switch made {
	case process.HolderAgent:
		return []process.Part{made, process.PartyMember, process.PastAgent}
	case process.OwnerAgent, process.OffereeAgent, process.HeirAgent, process.PastAgent, process.Finder, process.Importer,
		process.Manager:
		return []process.Part{made, process.PartyMember}
	default:
		return []process.Part{made}
	}
}

func TestThePoliciesAgreeWithTheLifeCycleOnWhoMayTakeWhichStep(t *testing.T) {
	t.Parallel()
	a := decisions(t)
	for action := range steps {
		if action == "OpenTicket" || action == "TakeNextTicket" {
			continue // about a desk and a pile, not about a ticket
		}
		for _, internal := range []bool{false, true} {
			if internal && action != "AddNote" {
				continue
			}
			for _, m := range process.Statuses() {
				rule, exists := process.RuleFor(StepOf(action, internal), m.Status)
				if !exists {
					continue // WRONG_STATUS, whoever asks
				}
				ticket := ticketWithAllParts()
				ticket.Facts.Status = m.Status
				for part, caller := range parts {
					err := a.Ticket(t.Context(), caller, action, ticket, domain.Audience(ticket.Desk, ticket.Facts), internal)
					permitted := slices.ContainsFunc(implied(part), func(p process.Part) bool { return slices.Contains(rule.By, p) })
					if (err == nil) != permitted {
						t.Errorf("%s of a ticket %s (internal %v) by %s: the policies say %v, the life cycle permits %v: %v",
							action, process.StatusName(m.Status), internal, part, err, rule.By, permitted)
					}
				}
			}
		}
	}
}

func TestTheActingPartyIsTheOneThatTheStepIsTakenFor(t *testing.T) {
	t.Parallel()
	ticket := ticketWithAllParts()
	ticket.Facts.Status = process.Resolved
	for _, tc := range []struct {
		caller *Caller
		step   process.Step
		want   string
	}{
		{parts[process.HolderAgent], process.Update, party("holder")},
		{parts[process.OwnerAgent], process.Close, party("owner")},
		{person("x", in("holder", "", roleAgent), in("owner", "", roleAgent)), process.Close, party("owner")},
		{person("x", in("authority", "", roleCoordinator)), process.Close, party("authority")},
		{parts[process.HeirAgent], process.AcceptResponsibility, party("heir")},
		{parts[process.PastAgent], process.LogWork, party("past")},
		{parts[process.PartyMember], process.AddNote, party("contact")},
		{parts[process.Importer], process.FinishImport, party("contact")},
		{parts[process.Reporter], process.Reopen, ""},
	} {
		if got := tc.caller.PartyFor(tc.step, ticket); got != tc.want {
			t.Errorf("%s takes %s for %q, want %q", tc.caller.Person, tc.step, got, tc.want)
		}
	}
}

// R33: who takes from a pile is of the group that it is of.
func TestOnlyAgentsOfTheGroupOrOfTheWholePartyTakeFromItsPile(t *testing.T) {
	t.Parallel()
	a := decisions(t)
	drift := party("netic") + "/groups/drift"
	for name, tc := range map[string]struct {
		membership membership.Membership
		group      string
		want       bool
	}{
		"of the group":               {in("netic", "drift", roleAgent), drift, true},
		"of the whole party":         {in("netic", "", roleAgent), drift, true},
		"of another group":           {in("netic", "netværk", roleAgent), drift, false},
		"of a group, common queue":   {in("netic", "drift", roleAgent), "", true},
		"dispatcher":                 {in("netic", "drift", roleDispatcher), drift, false},
		"of another party":           {in("fmk", "", roleAgent), drift, false},
		"of another party's group":   {in("fmk", "drift", roleAgent), drift, false},
		"auditor of the whole party": {in("netic", "", roleAuditor), drift, false},
	} {
		caller := person("x", tc.membership)
		ticket := ticketWithAllParts()
		ticket.Facts.HolderParty, ticket.Facts.HolderGroup, ticket.Facts.Status = party("netic"), tc.group, process.Assigned
		audience := append(domain.Audience(ticket.Desk, ticket.Facts), "parties/fmk")
		if err := a.Pile(t.Context(), caller, party("netic"), tc.group); (err == nil) != tc.want {
			t.Errorf("%s takes next: %v, want %v", name, err, tc.want)
		}
		if err := a.Ticket(t.Context(), caller, "TakeTicket", ticket, audience, false); (err == nil) != tc.want {
			t.Errorf("%s takes: %v, want %v", name, err, tc.want)
		}
	}
}

// R55: dispatch answers and sends on.
func TestADispatcherSendsWorkOnAndNeverDoesIt(t *testing.T) {
	t.Parallel()
	a := decisions(t)
	caller := person("x", in("holder", "", roleDispatcher))
	ticket := ticketWithAllParts()
	ticket.Facts.Status = process.Assigned
	for action, want := range map[string]bool{
		"AssignTicket": true, "HandOverTicket": true, "WithdrawHandOver": true, "UpdateTicket": true,
		"CategoriseTicket": true, "AnswerGuide": true, "PrioritiseTicket": true,
		"TakeTicket": false, "StartWork": false, "ResolveTicket": false, "HoldTicket": false, "CloseTicket": false,
	} {
		err := a.Ticket(t.Context(), caller, action, ticket, domain.Audience(ticket.Desk, ticket.Facts), false)
		if (err == nil) != want {
			t.Errorf("%s: %v, want %v", action, err, want)
		}
	}
}

func TestNothingIsPermittedAboutATicketThatTheCallerDoesNotSee(t *testing.T) {
	t.Parallel()
	a := decisions(t)
	ticket := ticketWithAllParts()
	ticket.Facts.Status = process.Assigned
	for part, caller := range parts {
		if caller.Person == "" {
			continue
		}
		if err := a.See(t.Context(), caller, ticket, []string{"parties/nobody"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s looks: %v, want NOT_FOUND", part, err)
		}
		for _, action := range rpcs() {
			if err := a.Ticket(t.Context(), caller, action, ticket, []string{"parties/nobody"}, false); err == nil {
				t.Errorf("%s may %s a ticket that they do not see", part, action)
			}
		}
	}
}

func TestAnUnnamedRPCIsRefusedToEverybody(t *testing.T) {
	t.Parallel()
	a := decisions(t)
	ticket := ticketWithAllParts()
	for part, caller := range parts {
		audience := domain.Audience(ticket.Desk, ticket.Facts)
		if err := a.Ticket(t.Context(), caller, "EraseEverything", ticket, audience, false); err == nil {
			t.Errorf("%s may do what no policy names", part)
		}
	}
}

func TestServicesDoOnlyWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	a := decisions(t)
	about := &domain.Ticket{Desk: domain.Desk{Name: desk}, Facts: proto.CloneOf(ticketWithAllParts().Facts)}
	for _, tc := range []struct {
		service, action string
		want            bool
	}{
		{"intake", "OpenTicket", true},
		{"notify", "OpenTicket", false},
		{"gateway", "OpenTicket", false},
		{"notify", "ListMemberships", true},
		{"gateway", "ListMemberships", false},
		{"intake", "GrantMembership", false},
	} {
		caller := &Caller{Principal: auth.Principal{Service: tc.service}, Desk: desk}
		if err := a.Desk(t.Context(), caller, tc.action, "parent"); (err == nil) != tc.want {
			t.Errorf("%s: %s: %v, want %v", tc.service, tc.action, err, tc.want)
		}
		if err := a.Ticket(t.Context(), caller, "ResolveTicket", about, nil, false); err == nil {
			t.Errorf("%s resolves tickets", tc.service)
		}
	}
}
