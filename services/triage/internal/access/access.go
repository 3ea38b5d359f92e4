package access

import (
	"context"
	_ "embed"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

var (
	// Policies are who may do what.
	//
	//go:embed policy.cedar
	Policies []byte
	// Schema is what the policies talk about.
	//
	//go:embed policy.cedarschema
	Schema []byte
)

// Access decides who may do what.
type Access struct {
	policies       *auth.Authorizer
	members        *membership.Store
	administrators []string // ids of persons
	lending        *Lending
}

// New makes the decisions of a process. The administrators are those of the installation, by person id.
func New(policies *auth.Authorizer, members *membership.Store, administrators []string, lending *Lending) *Access {
	return &Access{policies: policies, members: members, administrators: administrators, lending: lending}
}

// Caller finds out who makes the call in ctx, and what they are in a desk (its resource name; empty outside desks).
func (a *Access) Caller(ctx context.Context, desk string) (*Caller, error) {
	principal, known := auth.FromContext(ctx)
	if !known {
		return nil, fault.New(codes.Unauthenticated, fault.TokenMissing)
	}
	c := &Caller{Principal: principal, Desk: desk, administrator: slices.Contains(a.administrators, principal.Person)}
	c.Set.Person = principal.Person
	if principal.Person == "" || desk == "" {
		return c, nil
	}
	var err error
	c.Set, err = a.members.Of(ctx, strings.TrimPrefix(desk, "desks/"), principal.Person)
	if err != nil || !c.Set.Member() {
		return c, err
	}
	lent, err := a.lending.lent(ctx, desk)
	c.lend(lent)
	return c, err
}

// See returns nil for a ticket that the caller may see, and NOT_FOUND for any other, in the same words as for one that does
// not exist.
func (a *Access) See(ctx context.Context, c *Caller, t *domain.Ticket, audience []string) error {
	return a.decide(ctx, c, "GetTicket", ticketEntity(t, audience), cedar.Record{}, true)
}

// Ticket returns nil if the caller may make this call about a ticket that they can see. internal is whether a note is.
func (a *Access) Ticket(
	ctx context.Context, c *Caller, action string, t *domain.Ticket, audience []string, internal bool,
) error {
	var about cedar.Record
	if action == "AddNote" {
		about = cedar.NewRecord(cedar.RecordMap{"internal": cedar.Boolean(internal)})
	}
	return a.decide(ctx, c, action, ticketEntity(t, audience), about, false)
}

// Pile returns nil if the caller may take from a queue. Party and group are full names.
func (a *Access) Pile(ctx context.Context, c *Caller, party, group string) error {
	desk := domain.Desk{Name: c.Desk}
	return a.decide(ctx, c, "TakeNextTicket", cedar.Entity{
		UID: cedar.NewEntityUID("Pile", cedar.String(party)),
		Attributes: cedar.NewRecord(cedar.RecordMap{
			"party": cedar.String(desk.Key(party)), "group": cedar.String(desk.Key(group)),
		}),
	}, cedar.Record{}, false)
}

// Desk returns nil if the caller may make this call about their desk. For somebody without a part in it, it does not exist; field
// is the one of the request that names it.
func (a *Access) Desk(ctx context.Context, c *Caller, action, field string) error {
	err := a.decide(ctx, c, action, cedar.Entity{UID: cedar.NewEntityUID("Desk", cedar.String(c.Desk))}, cedar.Record{}, false)
	if fault.Is(err, fault.PermissionDenied) && c.Person != "" && !c.Set.Member() {
		return fault.Missing(field)
	}
	return err
}

// Listing returns nil if the caller may make a call that shows them only what has them in its audience. It does not say whether
// the desk exists.
func (a *Access) Listing(ctx context.Context, c *Caller, action string) error {
	return a.decide(ctx, c, action, cedar.Entity{UID: cedar.NewEntityUID("Desk", cedar.String(c.Desk))}, cedar.Record{}, false)
}

// Page returns nil if the caller may make this call about a call to those on duty. Whoever may not see it is told that there is
// none.
func (a *Access) Page(ctx context.Context, c *Caller, action string, p domain.Page) error {
	var persons, roles, parties []string
	for _, link := range p.Called() {
		switch {
		case link.GetPerson() != "":
			persons = append(persons, p.Desk.Key(link.GetPerson()))
		case link.GetRole() != "":
			roles = append(roles, link.GetRole())
		default:
			parties = append(parties, p.Desk.Key(link.GetParty()))
		}
	}
	seen := slices.ContainsFunc(c.Keys(), func(key string) bool { return slices.Contains(p.Audience, key) })
	return a.decide(ctx, c, action, cedar.Entity{
		UID: cedar.NewEntityUID("Page", cedar.String(p.Facts.GetName())),
		Attributes: cedar.NewRecord(cedar.RecordMap{
			"audience": stringSet(p.Audience), "called_persons": stringSet(persons), "called_roles": stringSet(roles),
			"called_parties": stringSet(parties),
		}),
	}, cedar.Record{}, !seen)
}

// Installation returns nil if the caller may make a call about the installation as a whole.
func (a *Access) Installation(ctx context.Context, c *Caller, action string) error {
	return a.decide(ctx, c, action, cedar.Entity{UID: cedar.NewEntityUID("Installation", "bavn")}, cedar.Record{}, false)
}

func (a *Access) decide(
	ctx context.Context, c *Caller, action string, resource cedar.Entity, about cedar.Record, hidden bool,
) error {
	caller := c.entity()
	return a.policies.Authorize(ctx, auth.Request{
		Principal: caller.UID, Action: action, Resource: resource.UID, Context: about, Hidden: hidden,
		Entities: cedar.EntityMap{caller.UID: caller, resource.UID: resource},
	})
}

// ticketEntity is a ticket as the policies see it.
func ticketEntity(t *domain.Ticket, audience []string) cedar.Entity {
	f := t.Facts
	key := func(name string) cedar.String { return cedar.String(t.Desk.Key(name)) }
	persons, roles := turnedTo(t)
	past := make([]string, 0, len(f.GetPastHolders()))
	for _, party := range f.GetPastHolders() {
		past = append(past, t.Desk.Key(party))
	}
	return cedar.Entity{
		UID: cedar.NewEntityUID("Ticket", cedar.String(f.GetName())),
		Attributes: cedar.NewRecord(cedar.RecordMap{
			"audience":        stringSet(audience),
			"insiders":        stringSet(domain.Insiders(t.Desk, f)),
			"status":          cedar.String(process.StatusName(f.GetStatus())),
			"holder_party":    key(f.GetHolderParty()),
			"holder_group":    key(f.GetHolderGroup()),
			"owner_party":     key(f.GetOwnerParty()),
			"authority_party": key(t.Desk.AuthorityParty),
			"offered_to":      key(f.GetHandOver().GetParty()),
			"promised_to":     key(f.GetTransfer().GetParty()),
			"past_holders":    stringSet(past),
			"reporter":        key(f.GetReporter()),
			"affected_user":   key(f.GetAffectedUser()),
			"turned_to":       stringSet(persons),
			"turned_to_roles": stringSet(roles),
			"found_by":        key(f.GetAssessment().GetFoundBy()),
		}),
	}
}
