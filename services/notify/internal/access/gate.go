// Package access says who may do what: it describes caller and resource to the policies and asks them.
package access

import (
	"context"
	_ "embed"
	"errors"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/store"
)

var (
	// Policies say who may do what.
	//
	//go:embed policy.cedar
	Policies []byte
	// PolicySchema is what they are checked against at start.
	//
	//go:embed policy.cedarschema
	PolicySchema []byte
)

// Gate asks the policies about the caller of a context.
type Gate struct {
	Pool        *pgxpool.Pool
	Memberships *membership.Store
	Authorizer  *auth.Authorizer
}

// ErrNotFound is the answer for what does not exist and for what the caller may not see.
var ErrNotFound = fault.New(codes.NotFound, fault.NotFound)

// Listing asks about a list, and returns what the caller is in the desk: the list shows nothing else.
func (g *Gate) Listing(ctx context.Context, action, desk string) (membership.Set, error) {
	set, err := g.Caller(ctx, desk)
	if err != nil {
		return membership.Set{}, err
	}
	return set, g.ask(ctx, action, set, cedar.Entity{UID: cedar.NewEntityUID("Desk", cedar.String(desk))}, false)
}

// Notification asks about one message. hidden refuses as if it did not exist.
func (g *Gate) Notification(ctx context.Context, action string, row store.Notification, hidden bool) error {
	set, err := g.Caller(ctx, row.Desk)
	if err != nil {
		return err
	}
	var audience, agents []cedar.Value
	for _, key := range row.Audience {
		audience = append(audience, cedar.String(key))
		if party, ok := strings.CutPrefix(key, "parties/"); ok {
			agents = append(agents, cedar.String(party+":agent"))
		}
	}
	return g.ask(ctx, action, set, cedar.Entity{
		UID: cedar.NewEntityUID("Notification", cedar.String(row.Desk+"/"+row.Notification.String())),
		Attributes: cedar.NewRecord(cedar.RecordMap{
			"audience": cedar.NewSet(audience...), "agents": cedar.NewSet(agents...),
		}),
	}, hidden)
}

// Proposal asks about a message that a person shall send. To others it does not exist.
func (g *Gate) Proposal(ctx context.Context, action string, row store.Proposal) error {
	set, err := g.Caller(ctx, row.Desk)
	if err != nil {
		return err
	}
	var agents []cedar.Value
	for _, key := range row.Audience {
		if party, ok := strings.CutPrefix(key, "parties/"); ok {
			agents = append(agents, cedar.String(party+":agent"))
		}
	}
	return g.ask(ctx, action, set, cedar.Entity{
		UID:        cedar.NewEntityUID("Proposal", cedar.String(row.Desk+"/"+row.Proposal.String())),
		Attributes: cedar.NewRecord(cedar.RecordMap{"agents": cedar.NewSet(agents...)}),
	}, true)
}

// Managing asks about what is done for a whole desk.
func (g *Gate) Managing(ctx context.Context, action, desk string) error {
	set, err := g.Caller(ctx, desk)
	if err != nil {
		return err
	}
	return g.ask(ctx, action, set, cedar.Entity{
		UID: cedar.NewEntityUID("Outbox", cedar.String(desk)), Attributes: cedar.NewRecord(cedar.RecordMap{"managers": managers(set)}),
	}, false)
}

// Stakeholder asks about a person's place on the list.
func (g *Gate) Stakeholder(ctx context.Context, action, desk, person string) error {
	set, err := g.Caller(ctx, desk)
	if err != nil {
		return err
	}
	return g.ask(ctx, action, set, cedar.Entity{
		UID: cedar.NewEntityUID("Stakeholder", cedar.String(desk+"/"+person)),
		Attributes: cedar.NewRecord(cedar.RecordMap{
			"person": cedar.String("persons/" + person), "managers": managers(set),
		}),
	}, false)
}

// managers are the roles of the caller that lead incidents: the base's incident manager, and those that a profile names after it
// ("nsp_incident_manager").
func managers(set membership.Set) cedar.Set {
	var roles []cedar.Value
	for _, m := range set.Memberships {
		for _, role := range m.Roles {
			if strings.HasSuffix(role, "incident_manager") {
				roles = append(roles, cedar.String(role))
			}
		}
	}
	return cedar.NewSet(roles...)
}

// Preferences asks about how a person wants to be told. To others there is nothing to see.
func (g *Gate) Preferences(ctx context.Context, action, name string) error {
	desk := resourcename.Desk(name)
	set, err := g.Caller(ctx, desk)
	if err != nil {
		return err
	}
	return g.ask(ctx, action, set, cedar.Entity{
		UID:        cedar.NewEntityUID("Preferences", cedar.String(desk+"/"+PersonOf(name))),
		Attributes: cedar.NewRecord(cedar.RecordMap{"person": cedar.String("persons/" + PersonOf(name))}),
	}, true)
}

// PersonOf is the id of the person in the name of something of theirs: "desks/nsp/persons/mette/notificationPreferences".
func PersonOf(name string) string {
	return resourcename.ID(strings.TrimSuffix(name, "/notificationPreferences"))
}

// Roles by which somebody speaks for a party about its systems, and by which they look at them.
var (
	keeping  = []string{"coordinator", "administrator"}
	auditing = "auditor"
)

// Webhook asks about a webhook as it is, or as it shall be. hidden refuses as if it did not exist.
func (g *Gate) Webhook(ctx context.Context, action string, row store.Webhook, hidden bool) error {
	set, err := g.Caller(ctx, row.Desk)
	if err != nil {
		return err
	}
	desk, err := store.New(g.Pool).GetDesk(ctx, row.Desk)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return pg.Translate(err)
	}
	var keepers, authority []cedar.Value
	for _, role := range keeping {
		keepers = append(keepers, cedar.String(row.Party+":"+role), cedar.String(desk.AuthorityParty+":"+role))
		authority = append(authority, cedar.String(desk.AuthorityParty+":"+role))
	}
	return g.ask(ctx, action, set, cedar.Entity{
		UID: cedar.NewEntityUID("Webhook", cedar.String(row.Desk+"/"+row.Webhook)),
		Attributes: cedar.NewRecord(cedar.RecordMap{
			"keepers": cedar.NewSet(keepers...), "authority_keepers": cedar.NewSet(authority...),
			"auditors":      cedar.NewSet(cedar.String(row.Party + ":" + auditing)),
			"names_persons": cedar.Boolean(row.PersonalData),
		}),
	}, hidden)
}

// Page asks about a call to those on duty. Who may not see it is told that there is none.
func (g *Gate) Page(ctx context.Context, action string, row store.Page) error {
	set, err := g.Caller(ctx, row.Desk)
	if err != nil {
		return err
	}
	audience := make([]cedar.Value, len(row.Audience))
	for i, key := range row.Audience {
		audience[i] = cedar.String(key)
	}
	return g.ask(ctx, action, set, cedar.Entity{
		UID:        cedar.NewEntityUID("Page", cedar.String(row.Desk+"/"+row.Page.String())),
		Attributes: cedar.NewRecord(cedar.RecordMap{"audience": cedar.NewSet(audience...)}),
	}, true)
}

// Service asks about what one of our own services does in a desk.
func (g *Gate) Service(ctx context.Context, action, desk string) error {
	set, err := g.Caller(ctx, desk)
	if err != nil {
		return err
	}
	return g.ask(ctx, action, set, cedar.Entity{UID: cedar.NewEntityUID("Desk", cedar.String(desk))}, false)
}

// WebhookParties are the parties whose webhooks the caller may read; all is set for who speaks for the authority.
func (g *Gate) WebhookParties(ctx context.Context, set membership.Set, desk string) (parties []string, all bool, err error) {
	known, err := store.New(g.Pool).GetDesk(ctx, desk)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, pg.Translate(err)
	}
	for _, m := range set.Memberships {
		if slices.ContainsFunc(append(slices.Clone(keeping), auditing), func(r string) bool { return slices.Contains(m.Roles, r) }) {
			parties = append(parties, m.Party)
		}
		if m.Party == known.AuthorityParty {
			all = all || slices.ContainsFunc(keeping, func(r string) bool { return slices.Contains(m.Roles, r) })
		}
	}
	return parties, all, nil
}

// Caller is what the caller is in a desk; nothing for a service that acts as itself.
func (g *Gate) Caller(ctx context.Context, desk string) (membership.Set, error) {
	principal, _ := auth.FromContext(ctx)
	if principal.Person == "" {
		return membership.Set{}, nil
	}
	set, err := g.Memberships.Of(ctx, desk, principal.Person)
	return set, pg.Translate(err)
}

func (g *Gate) ask(ctx context.Context, action string, set membership.Set, resource cedar.Entity, hidden bool) error {
	principal, _ := auth.FromContext(ctx)
	uid := principal.Entity()
	entities := cedar.EntityMap{resource.UID: resource, uid: cedar.Entity{UID: uid}}
	if principal.Person != "" {
		entities[uid] = cedar.Entity{UID: uid, Attributes: set.Attributes()}
	}
	return g.Authorizer.Authorize(ctx, auth.Request{
		Principal: uid, Action: action, Resource: resource.UID, Entities: entities, Hidden: hidden,
	})
}

// Sees says what a caller may see of notify's own feed; an auditor of the desk's authority sees everything.
func (g *Gate) Sees(ctx context.Context, desk string) (keys []string, all bool, err error) {
	set, err := g.Caller(ctx, desk)
	if err != nil {
		return nil, false, err
	}
	known, err := store.New(g.Pool).GetDesk(ctx, desk)
	if errors.Is(err, pgx.ErrNoRows) {
		return set.Keys(), false, nil
	}
	if err != nil {
		return nil, false, pg.Translate(err)
	}
	return set.Keys(), set.Has(known.AuthorityParty, "auditor"), nil
}
