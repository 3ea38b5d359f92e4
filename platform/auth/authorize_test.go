package auth_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/cedar-policy/cedar-go"
	"pgregory.net/rapid"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
)

const testSchema = `
entity Party;
entity Person in [Party] { agent: Bool };
entity Service;
entity Ticket { owner: Party, restricted: Bool, closedBy?: Person };

action "read";
action GetTicket, ListTickets in ["read"] appliesTo { principal: [Person, Service], resource: Ticket, context: {} };
action ResolveTicket appliesTo { principal: [Person], resource: Ticket, context: {} };
`

const testPolicies = `
@id("the owner's people read its tickets")
permit (principal is Person, action in Action::"read", resource is Ticket)
when { principal in resource.owner };

@id("services read")
permit (principal is Service, action == Action::"GetTicket", resource);

@id("agents resolve")
permit (principal is Person, action == Action::"ResolveTicket", resource is Ticket)
when { principal.agent && principal in resource.owner };

@id("restricted tickets are closed to services")
forbid (principal is Service, action, resource is Ticket)
when { resource.restricted };
`

func authorizer(t testing.TB, policies, schema string, log *slog.Logger) *auth.Authorizer {
	t.Helper()
	var document []byte
	if schema != "" {
		document = []byte(schema)
	}
	a, err := auth.NewAuthorizer([]byte(policies), document, log)
	if err != nil {
		t.Fatalf("the policies do not load: %v", err)
	}
	return a
}

func uid(typ cedar.EntityType, id string) cedar.EntityUID {
	return cedar.NewEntityUID(typ, cedar.String(id))
}

// world is one ticket of netic, an agent and a reader of netic, and someone of another party.
func world(restricted bool) cedar.EntityMap {
	netic, other := uid("Party", "netic"), uid("Party", "other")
	person := func(id string, party cedar.EntityUID, agent bool) cedar.Entity {
		return cedar.Entity{
			UID: uid("Person", id), Parents: cedar.NewEntityUIDSet(party),
			Attributes: cedar.NewRecord(cedar.RecordMap{"agent": cedar.Boolean(agent)}),
		}
	}
	entities := cedar.EntityMap{}
	for _, e := range []cedar.Entity{
		{UID: netic},
		{UID: other},
		person("agent", netic, true), person("reader", netic, false), person("stranger", other, true),
		{UID: uid("Ticket", "1"), Attributes: cedar.NewRecord(cedar.RecordMap{
			"owner": netic, "restricted": cedar.Boolean(restricted),
		})},
	} {
		entities[e.UID] = e
	}
	return entities
}

func TestThePoliciesDecide(t *testing.T) {
	t.Parallel()
	a := authorizer(t, testPolicies, testSchema, slog.New(slog.DiscardHandler))
	for _, tc := range []struct {
		principal  cedar.EntityUID
		action     string
		restricted bool
		reason     string
	}{
		{uid("Person", "agent"), "ResolveTicket", false, ""},
		{uid("Person", "agent"), "/bavn.triage.v1.TicketService/ResolveTicket", false, ""},
		{uid("Person", "reader"), "ResolveTicket", false, fault.PermissionDenied},
		{uid("Person", "reader"), "ListTickets", false, ""},
		{uid("Person", "stranger"), "GetTicket", false, fault.PermissionDenied},
		{uid("Person", "unheard-of"), "GetTicket", false, fault.PermissionDenied},
		{uid("Service", "notify"), "GetTicket", false, ""},
		{uid("Service", "notify"), "GetTicket", true, fault.PermissionDenied},
		{uid("Service", "notify"), "ResolveTicket", false, fault.PermissionDenied},
		{uid("Person", "agent"), "DeleteTicket", false, fault.PermissionDenied},
	} {
		err := a.Authorize(context.Background(), auth.Request{
			Principal: tc.principal, Action: tc.action, Resource: uid("Ticket", "1"), Entities: world(tc.restricted),
		})
		if fault.ReasonOf(err) != tc.reason {
			t.Errorf("%v %s (restricted: %v): error = %v, want %q", tc.principal, tc.action, tc.restricted, err, tc.reason)
		}
	}
}

func TestWithoutPoliciesNothingIsAllowed(t *testing.T) {
	t.Parallel()
	a := authorizer(t, "", testSchema, slog.New(slog.DiscardHandler))
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]cedar.EntityType{auth.PersonType, auth.ServiceType, ""}).Draw(t, "type")
		request := auth.Request{
			Principal: uid(kind, rapid.String().Draw(t, "id")),
			Action:    rapid.SampledFrom([]string{"GetTicket", "ResolveTicket", "read", "", "/x/y"}).Draw(t, "action"),
			Resource:  uid("Ticket", "1"),
		}
		if rapid.Bool().Draw(t, "known") {
			request.Entities = world(false)
		}
		if err := a.Authorize(context.Background(), request); !fault.Is(err, fault.PermissionDenied) {
			t.Fatalf("%+v is allowed by nobody: %v", request, err)
		}
	})
}

func TestARefusalMayHideThatTheResourceExists(t *testing.T) {
	t.Parallel()
	a := authorizer(t, testPolicies, testSchema, slog.New(slog.DiscardHandler))
	err := a.Authorize(context.Background(), auth.Request{
		Principal: uid("Person", "stranger"), Action: "GetTicket", Resource: uid("Ticket", "1"), Entities: world(false), Hidden: true,
	})
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger learns that the ticket exists: %v", err)
	}
}

func TestARefusalIsLoggedWithItsPolicyAndWithoutThePerson(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	a := authorizer(t, testPolicies, testSchema, slog.New(slog.NewTextHandler(&log, nil)))
	for _, principal := range []cedar.EntityUID{uid("Service", "notify"), uid("Person", "stranger")} {
		_ = a.Authorize(context.Background(), auth.Request{
			Principal: principal, Action: "GetTicket", Resource: uid("Ticket", "1"), Entities: world(true),
		})
	}
	if !strings.Contains(log.String(), "restricted tickets are closed to services") {
		t.Errorf("the policy that said no is not named: %s", &log)
	}
	if strings.Contains(log.String(), "stranger") {
		t.Errorf("a person is in the log: %s", &log)
	}
}

// Cedar skips a policy that cannot be evaluated. For a permit that is safe, for a forbid it is the opposite.
func TestAForbidThatCannotBeEvaluatedForbids(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	a := authorizer(t, `
		@id("all") permit (principal, action == Action::"GetTicket", resource);
		@id("broken") forbid (principal, action, resource) when { resource.secret };`, "", slog.New(slog.NewTextHandler(&log, nil)))
	err := a.Authorize(context.Background(), auth.Request{
		Principal: uid("Person", "agent"), Action: "GetTicket", Resource: uid("Ticket", "1"), Entities: world(false),
	})
	if !fault.Is(err, fault.PermissionDenied) {
		t.Errorf("a broken forbid opens what it should close: %v", err)
	}
	if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), "broken") {
		t.Errorf("the broken policy is not reported: %s", &log)
	}
}

func TestAnRPCThatNoPolicyNamesIsReported(t *testing.T) {
	t.Parallel()
	a := authorizer(t, testPolicies+`@id("admins do all") permit (principal == Person::"root", action, resource);`,
		testSchema, slog.New(slog.DiscardHandler))
	rpcs := []string{"/t/GetTicket", "/t/ListTickets", "/t/ResolveTicket", "/t/DeleteTicket"}
	if got := a.Uncovered(rpcs); !slices.Equal(got, []string{"/t/DeleteTicket"}) {
		t.Errorf("uncovered = %v, want only DeleteTicket: a policy for everything hides what was forgotten", got)
	}
	onlyForbidden := authorizer(t, `@id("f") forbid (principal, action == Action::"GetTicket", resource);`, "", slog.Default())
	if got := onlyForbidden.Uncovered([]string{"GetTicket"}); len(got) != 1 {
		t.Error("an RPC that policies only forbid can be called by nobody and is not reported")
	}
	if got := a.Stale([]string{"/t/GetTicket", "/t/ListTickets"}); !slices.Equal(got, []string{"ResolveTicket"}) {
		t.Errorf("stale = %v, want ResolveTicket: its RPC is gone", got)
	}
}

func TestAWrongPolicyStopsTheProcess(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ policy, want string }{
		"syntax": {`permit (`, "parse"},
		"no id":  {`permit (principal, action == Action::"GetTicket", resource);`, "@id"},
		"id twice": {
			`@id("a") permit (principal, action == Action::"GetTicket", resource); @id("a") forbid (principal, action, resource);`,
			"twice",
		},
		"unknown action": {`@id("a") permit (principal, action == Action::"GetTickets", resource);`, "GetTickets"},
		"unknown attribute": {
			`@id("a") permit (principal is Person, action == Action::"ResolveTicket", resource) when { principal.agnet };`, "agnet",
		},
		"unknown type": {`@id("a") permit (principal is Persona, action == Action::"GetTicket", resource);`, "Persona"},
		"optional without has": {
			`@id("a") permit (principal is Person, action == Action::"ResolveTicket", resource) when { resource.closedBy == principal };`,
			"closedBy",
		},
	} {
		_, err := auth.NewAuthorizer([]byte(tc.policy), []byte(testSchema), slog.Default())
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error = %v, want one about %q", name, err, tc.want)
		}
	}
}

func BenchmarkAuthorize(b *testing.B) {
	var many strings.Builder
	many.WriteString(testPolicies)
	for n := range 40 { // a service has about this many other policies
		fmt.Fprintf(&many, "@id(\"other %d\") permit (principal, action == Action::\"Other%d\", resource);\n", n, n)
	}
	a := authorizer(b, many.String(), "", slog.New(slog.DiscardHandler))
	entities := world(false)
	b.ReportAllocs()
	for b.Loop() {
		if err := a.Authorize(context.Background(), auth.Request{
			Principal: uid("Person", "agent"), Action: "/bavn.triage.v1.TicketService/ResolveTicket",
			Resource: uid("Ticket", "1"), Entities: entities,
		}); err != nil {
			b.Fatal(err)
		}
	}
}
