// Package followed holds ready what each desk follows: its profile, which triage serves. What a profile is, the service says that
// holds it; here is only how it is asked for, remembered and kept fresh.
package followed

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/platform/clock"
)

// Profile is one version, compiled.
type Profile interface {
	comparable
	// Version is its content hash.
	Version() string
}

// Memory is where a service keeps the profiles in force, so that a process that starts while triage is away knows them.
type Memory interface {
	// Keep keeps what a desk follows, marshalled.
	Keep(ctx context.Context, desk, version string, settings []byte) error
	// Remember is what was kept last; empty where nothing was.
	Remember(ctx context.Context, desk string) ([]byte, error)
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
type Profiles[P Profile] struct {
	// Ask reads a profile, marshalled, by its resource name: "desks/nsp/profile".
	Ask func(ctx context.Context, name string) ([]byte, error)
	// Compile makes a profile of what Ask read.
	Compile func(settings []byte) (P, error)
	Memory  Memory
	Clock   clock.Clock

	mu        sync.Mutex
	byVersion map[string]P
	inForce   map[string]current[P] // by desk
}

// current is what was last heard of a desk; no profile where it follows none.
type current[P Profile] struct {
	profile P
	asked   time.Time
}

// Version is the profile that decided something; nil for one that triage does not have any more.
func (p *Profiles[P]) Version(ctx context.Context, desk, version string) (P, error) {
	p.mu.Lock()
	held, known := p.byVersion[version]
	p.mu.Unlock()
	if known {
		return held, nil
	}
	settings, err := p.ask(ctx, "desks/"+desk+"/profile/versions/"+version)
	if status.Code(err) == codes.NotFound {
		return held, nil
	}
	if err != nil {
		return p.rememberedVersion(ctx, desk, version, err)
	}
	return p.hold(settings)
}

// rememberedVersion is a version that a process before this one was told of as the one in force.
func (p *Profiles[P]) rememberedVersion(ctx context.Context, desk, version string, away error) (P, error) {
	var none P
	if last, err := p.InForce(ctx, desk); err == nil && last != none && last.Version() == version {
		return last, nil
	}
	return none, fmt.Errorf("ask triage for a profile: %w", away)
}

// InForce is the profile that a desk follows now, at most a minute old; the last one known while triage is away. It is nil
// for a desk that follows none.
func (p *Profiles[P]) InForce(ctx context.Context, desk string) (P, error) {
	now := p.Clock.Now()
	p.mu.Lock()
	last, known := p.inForce[desk]
	p.mu.Unlock()
	if known && now.Sub(last.asked) < freshFor {
		return last.profile, nil
	}
	var none P
	settings, err := p.ask(ctx, "desks/"+desk+"/profile")
	switch {
	case status.Code(err) == codes.NotFound:
		return p.follow(desk, none, now), nil
	case err != nil && known:
		return last.profile, nil
	case err != nil:
		return p.remembered(ctx, desk, now, err)
	}
	held, err := p.hold(settings)
	if err != nil {
		return none, err
	}
	if err := p.Memory.Keep(ctx, desk, held.Version(), settings); err != nil {
		return none, fmt.Errorf("keep the profile of %s: %w", desk, err)
	}
	return p.follow(desk, held, now), nil
}

// Forget lets the next question about a desk be asked: it has said that it follows another profile.
func (p *Profiles[P]) Forget(desk string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.inForce, desk)
}

func (p *Profiles[P]) ask(ctx context.Context, name string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	return p.Ask(ctx, name)
}

// remembered is what a process before this one was told.
func (p *Profiles[P]) remembered(ctx context.Context, desk string, now time.Time, away error) (P, error) {
	var none P
	kept, err := p.Memory.Remember(ctx, desk)
	if err != nil {
		return none, fmt.Errorf("read the profile of %s: %w", desk, err)
	}
	if len(kept) == 0 {
		return none, fmt.Errorf("ask triage for the profile of %s: %w", desk, away)
	}
	held, err := p.hold(kept)
	if err != nil {
		return none, err
	}
	return p.follow(desk, held, now), nil
}

// hold compiles what is served.
func (p *Profiles[P]) hold(settings []byte) (P, error) {
	served, err := p.Compile(settings)
	if err != nil {
		var none P
		return none, fmt.Errorf("read what triage serves as a profile: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byVersion == nil || len(p.byVersion) >= kept {
		p.byVersion = map[string]P{}
	}
	if held, known := p.byVersion[served.Version()]; known {
		return held, nil
	}
	p.byVersion[served.Version()] = served
	return served, nil
}

func (p *Profiles[P]) follow(desk string, held P, now time.Time) P {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.inForce == nil {
		p.inForce = map[string]current[P]{}
	}
	p.inForce[desk] = current[P]{held, now}
	return held
}
