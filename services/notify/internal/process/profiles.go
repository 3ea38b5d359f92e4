// Package process knows which profile each desk follows, as triage serves it.
package process

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Source serves profiles: triage.
type Source interface {
	GetProfile(ctx context.Context, r *triagev1.GetProfileRequest, opts ...grpc.CallOption) (*triagev1.ProcessProfile, error)
}

const (
	// freshFor is how long a change of a profile may go unnoticed.
	freshFor = time.Minute
	// kept is how many versions are held ready.
	kept = 32
	// askTimeout bounds one question.
	askTimeout = 3 * time.Second
)

// Profiles holds profiles ready. It may be asked from many goroutines.
type Profiles struct {
	Pool   *pgxpool.Pool
	Clock  clock.Clock
	Source Source

	mu        sync.Mutex
	byVersion map[string]*profile.Profile
	inForce   map[string]current // by desk
}

// current is what was last heard of a desk; no profile where it follows none.
type current struct {
	profile *profile.Profile
	asked   time.Time
}

// Version is the profile that decided something; nil for one that triage does not have any more.
func (p *Profiles) Version(ctx context.Context, desk, version string) (*profile.Profile, error) {
	p.mu.Lock()
	known := p.byVersion[version]
	p.mu.Unlock()
	if known != nil {
		return known, nil
	}
	served, err := p.ask(ctx, "desks/"+desk+"/profile/versions/"+version)
	if status.Code(err) == codes.NotFound {
		return nil, nil
	}
	if err != nil {
		return p.rememberedVersion(ctx, desk, version, err)
	}
	return p.hold(served.GetSettings())
}

// rememberedVersion is a version that a process before this one was told of as the one in force.
func (p *Profiles) rememberedVersion(ctx context.Context, desk, version string, away error) (*profile.Profile, error) {
	if last, err := p.InForce(ctx, desk); err == nil && last != nil && last.Version() == version {
		return last, nil
	}
	return nil, fmt.Errorf("ask triage for a profile: %w", away)
}

// InForce is the profile that a desk follows now, at most a minute old; the last one known while triage is away. It is nil
// for a desk that follows none.
func (p *Profiles) InForce(ctx context.Context, desk string) (*profile.Profile, error) {
	now := p.Clock.Now()
	p.mu.Lock()
	last, known := p.inForce[desk]
	p.mu.Unlock()
	if known && now.Sub(last.asked) < freshFor {
		return last.profile, nil
	}
	served, err := p.ask(ctx, "desks/"+desk+"/profile")
	switch {
	case status.Code(err) == codes.NotFound:
		return p.follow(desk, nil, now), nil
	case err != nil && known:
		return last.profile, nil
	case err != nil:
		return p.remembered(ctx, desk, now, err)
	}
	held, err := p.hold(served.GetSettings())
	if err != nil {
		return nil, err
	}
	settings, err := proto.Marshal(served.GetSettings())
	if err != nil {
		return nil, fmt.Errorf("keep the profile of %s: %w", desk, err)
	}
	if err := store.New(p.Pool).PutDeskProfile(ctx, store.PutDeskProfileParams{
		Desk: desk, Version: held.Version(), Settings: settings,
	}); err != nil {
		return nil, fmt.Errorf("keep the profile of %s: %w", desk, err)
	}
	return p.follow(desk, held, now), nil
}

// ask asks triage as notify itself.
func (p *Profiles) ask(ctx context.Context, name string) (*triagev1.ProcessProfile, error) {
	ctx, cancel := context.WithTimeout(auth.NewContext(ctx, auth.Principal{Service: "notify"}), askTimeout)
	defer cancel()
	return p.Source.GetProfile(ctx, &triagev1.GetProfileRequest{Name: name})
}

// remembered is what a process before this one was told.
func (p *Profiles) remembered(ctx context.Context, desk string, now time.Time, away error) (*profile.Profile, error) {
	row, err := store.New(p.Pool).GetDeskProfile(ctx, desk)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && len(row.Settings) == 0 {
		return nil, fmt.Errorf("ask triage for the profile of %s: %w", desk, away)
	}
	if err != nil {
		return nil, fmt.Errorf("read the profile of %s: %w", desk, err)
	}
	settings := new(profilev1.Profile)
	if err := proto.Unmarshal(row.Settings, settings); err != nil {
		return nil, fmt.Errorf("read the profile of %s: %w", desk, err)
	}
	held, err := p.hold(settings)
	if err != nil {
		return nil, err
	}
	return p.follow(desk, held, now), nil
}

// hold compiles what is served.
func (p *Profiles) hold(settings *profilev1.Profile) (*profile.Profile, error) {
	served, err := profile.Served(settings)
	if err != nil {
		return nil, fmt.Errorf("read what triage serves as the profile %s: %w", settings.GetId(), err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byVersion == nil || len(p.byVersion) >= kept {
		p.byVersion = map[string]*profile.Profile{}
	}
	if known := p.byVersion[served.Version()]; known != nil {
		return known, nil
	}
	p.byVersion[served.Version()] = served
	return served, nil
}

func (p *Profiles) follow(desk string, held *profile.Profile, now time.Time) *profile.Profile {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.inForce == nil {
		p.inForce = map[string]current{}
	}
	p.inForce[desk] = current{held, now}
	return held
}
