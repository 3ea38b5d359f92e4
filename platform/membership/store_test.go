package membership_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/pgtest"
)

var database = pgtest.NewTemplate(func(ctx context.Context, url string) error {
	return pg.Migrate(ctx, url, nil, membership.Migrations())
})

func grant(id, person, party, group string, roles ...string) *commonv1.Membership {
	m := &commonv1.Membership{
		Name: "desks/nsp/memberships/" + id, Person: "desks/nsp/persons/" + person, Party: "desks/nsp/parties/" + party, Roles: roles,
	}
	if group != "" {
		m.Group = m.Party + "/groups/" + group
	}
	return m
}

func TestR142OnePersonMayHoldSeveralRolesInSeveralParties(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	store := membership.NewStore(pool, clock.System())
	for _, m := range []*commonv1.Membership{
		grant("1", "mette", "sds", "", "agent", "auditor"),
		grant("2", "mette", "netic", "drift", "agent"),
		grant("3", "per", "netic", "", "agent"),
	} {
		if err := membership.Grant(t.Context(), pool, "nsp", m); err != nil {
			t.Fatal(err)
		}
	}
	mette, err := store.Of(t.Context(), "nsp", "mette")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"persons/mette", "parties/sds", "roles/agent", "roles/auditor", "parties/netic", "parties/netic/groups/drift",
	}
	if diff := cmp.Diff(want, mette.Keys()); diff != "" {
		t.Errorf("Mette's audience keys (-want +got):\n%s", diff)
	}
	for _, c := range []struct {
		party, role string
		want        bool
	}{{"sds", "auditor", true}, {"netic", "agent", true}, {"netic", "auditor", false}, {"fmk", "agent", false}} {
		if got := mette.Has(c.party, c.role); got != c.want {
			t.Errorf("Mette is %s of %s: %v, want %v", c.role, c.party, got, c.want)
		}
	}
	elsewhere, err := store.Of(t.Context(), "au", "mette")
	if err != nil || elsewhere.Member() {
		t.Errorf("Mette has a part in another desk: %v (%v)", elsewhere, err)
	}
	desks, err := store.Desks(t.Context(), "mette")
	if err != nil || !slices.Equal(desks, []string{"nsp"}) {
		t.Errorf("Mette's desks are %v (%v), want nsp", desks, err)
	}
}

func TestARevocationShowsAtOnceHereAndWithinTwoSecondsElsewhere(t *testing.T) {
	t.Parallel()
	pool := database.Pool(t)
	now := clock.NewManual(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	here, elsewhere := membership.NewStore(pool, now), membership.NewStore(pool, now)
	m := grant("1", "mette", "sds", "", "agent")
	if err := membership.Grant(t.Context(), pool, "nsp", m); err != nil {
		t.Fatal(err)
	}
	agent := func(s *membership.Store) bool {
		t.Helper()
		set, err := s.Of(t.Context(), "nsp", "mette")
		if err != nil {
			t.Fatal(err)
		}
		return set.Has("sds", "agent")
	}
	if !agent(here) || !agent(elsewhere) {
		t.Fatal("a granted membership does not show")
	}
	if err := membership.Revoke(t.Context(), pool, "nsp", m); err != nil {
		t.Fatal(err)
	}
	here.Changed()
	if agent(here) {
		t.Error("a revoked membership still counts on the replica that revoked it")
	}
	now.Advance(2 * time.Second)
	if agent(elsewhere) {
		t.Error("a revoked membership still counts elsewhere after two seconds")
	}
}
