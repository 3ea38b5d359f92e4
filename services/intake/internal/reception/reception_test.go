package reception

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/pgtest"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/intake/internal/store"
	"github.com/bavn/bavn/services/intake/migrations"
)

var database = pgtest.NewTemplate(func(ctx context.Context, url string) error {
	return service.Migrate(ctx, url, nil, service.Schemas(service.Spec{Name: "intake", Migrations: migrations.Files}))
})

// triage has one version of a profile in force, and can be away.
type triage struct {
	triagev1.DirectoryServiceClient
	triagev1.ProfileServiceClient
	version string
	away    bool
	fetched int
}

func (t *triage) GetDesk(context.Context, *triagev1.GetDeskRequest, ...grpc.CallOption) (*triagev1.Desk, error) {
	if t.away {
		return nil, status.Error(codes.Unavailable, "away")
	}
	return &triagev1.Desk{ProfileVersion: t.version}, nil
}

func (t *triage) GetProfile(
	context.Context, *triagev1.GetProfileRequest, ...grpc.CallOption,
) (*triagev1.ProcessProfile, error) {
	if t.away {
		return nil, status.Error(codes.Unavailable, "away")
	}
	t.fetched++
	return &triagev1.ProcessProfile{Version: t.version, Settings: &profilev1.Profile{
		Id: "test", Statuses: []*profilev1.Status{{Id: "of no use here"}},
	}}, nil
}

func version(digit string) string { return strings.Repeat(digit, 64) }

// A profile that is changed on disk makes no event: the keeper finds it, fetches a version once, and keeps what it has while
// triage is away. What concerns others is not kept.
func TestAChangedProfileIsFoundAndKeptWhileTriageIsAway(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pool, err := pg.Open(ctx, pg.Config{URL: database.URL(t)}, pg.Deps{OnConnect: feed.CheckEpoch})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	there := &triage{version: version("1")}
	d := NewDesks(pool, there, there, slog.New(slog.DiscardHandler))
	for desk, profile := range map[string]string{"nsp": "", "plain": ""} {
		if err := store.New(pool).PutDesk(ctx, store.PutDeskParams{
			Desk: desk, NumberPrefix: "A", NumberDigits: 8, AuthorityParty: "a", ContactParty: "b", LanguageCode: "da", Profile: profile,
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.New(pool).FollowProfile(ctx, store.FollowProfileParams{Desk: "nsp", Profile: "test"}); err != nil {
		t.Fatal(err)
	}
	inForce := func(want string, fetched int) {
		t.Helper()
		d.refresh(ctx)
		door, err := d.Named(ctx, "nsp")
		if err != nil {
			t.Fatal(err)
		}
		if door.Version() != want || there.fetched != fetched {
			t.Errorf("it takes in by %.4s… after %d fetches, want %.4s… after %d", door.Version(), there.fetched, want, fetched)
		}
		if len(door.Settings().GetStatuses()) > 0 {
			t.Error("what concerns triage alone is kept")
		}
	}
	inForce(version("1"), 1)
	inForce(version("1"), 1)
	there.version = version("2")
	inForce(version("2"), 2)
	there.version, there.away = version("3"), true
	inForce(version("2"), 2)
	there.away = false
	inForce(version("3"), 3)
	if door, err := d.Named(ctx, "plain"); door != nil || err != nil {
		t.Errorf("a desk that follows no profile takes in by %v, %v", door, err)
	}
}
