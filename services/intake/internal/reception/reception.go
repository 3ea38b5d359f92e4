// Package reception knows what the desks' processes say about coming in. Triage owns the profiles; intake keeps each version of
// them that was in force, so that a submission is decided without asking.
package reception

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/intake/internal/store"
)

const (
	// refreshEvery is how soon a profile that was changed on disk counts here: triage tells of adoptions alone.
	refreshEvery = 15 * time.Second
	// fetchWithin bounds the questions to triage.
	fetchWithin = 5 * time.Second
	// maxCompiled bounds memory where profiles change often: past it the cache starts anew.
	maxCompiled = 32
)

// Desks answers what the process of a desk says.
type Desks struct {
	Pool      *pgxpool.Pool
	Directory triagev1.DirectoryServiceClient
	Profiles  triagev1.ProfileServiceClient
	Logger    *slog.Logger

	mu       sync.Mutex
	compiled map[string]*profile.Reception // by version, which is the hash of what it says
	wake     chan struct{}
}

// NewDesks makes the receptions of a process.
func NewDesks(
	pool *pgxpool.Pool, directory triagev1.DirectoryServiceClient, profiles triagev1.ProfileServiceClient, log *slog.Logger,
) *Desks {
	return &Desks{
		Pool: pool, Directory: directory, Profiles: profiles, Logger: log,
		compiled: map[string]*profile.Reception{}, wake: make(chan struct{}, 1),
	}
}

// Of is what the process of a desk says, by the row of the desk; nil where it follows none. Only the first submission after a
// desk adopted a profile may have to ask triage.
func (d *Desks) Of(ctx context.Context, desk store.Desk) (*profile.Reception, error) {
	if desk.Profile == "" {
		return nil, nil
	}
	if desk.ProfileVersion == "" {
		var err error
		if desk.ProfileVersion, err = d.fetch(ctx, desk.Desk); err != nil {
			return nil, fault.New(codes.Unavailable, fault.Unavailable).Cause(err)
		}
	}
	return d.version(ctx, desk.Desk, desk.ProfileVersion)
}

// Named is the same for a desk by its id.
func (d *Desks) Named(ctx context.Context, id string) (*profile.Reception, error) {
	desk, err := store.New(d.Pool).GetDesk(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("parent")
	}
	if err != nil {
		return nil, pg.Translate(err)
	}
	return d.Of(ctx, desk)
}

// version compiles what a version says, once. Who comes meanwhile waits, instead of doing it again.
func (d *Desks) version(ctx context.Context, desk, version string) (*profile.Reception, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if known := d.compiled[version]; known != nil {
		return known, nil
	}
	kept, err := store.New(d.Pool).GetDeskProfile(ctx, store.GetDeskProfileParams{Desk: desk, Version: version})
	if err != nil {
		return nil, pg.Translate(err)
	}
	settings := new(profilev1.Profile)
	if err := proto.Unmarshal(kept, settings); err != nil {
		return nil, fmt.Errorf("decode profile of %s: %w", desk, err)
	}
	made, err := profile.NewReception(settings, version)
	if err != nil {
		return nil, fmt.Errorf("compile profile of %s: %w", desk, err)
	}
	if len(d.compiled) >= maxCompiled {
		clear(d.compiled)
	}
	d.compiled[version] = made
	return made, nil
}

// fetch keeps the version of a desk's profile that is in force now, and says which it is.
func (d *Desks) fetch(ctx context.Context, desk string) (string, error) {
	ctx, cancel := context.WithTimeout(auth.NewContext(ctx, auth.Principal{Service: "intake"}), fetchWithin)
	defer cancel()
	read, err := d.Profiles.GetProfile(ctx, &triagev1.GetProfileRequest{Name: "desks/" + desk + "/profile"})
	if err != nil {
		return "", fmt.Errorf("ask triage for the profile of %s: %w", desk, err)
	}
	settings, err := proto.MarshalOptions{Deterministic: true}.Marshal(profile.ForReception(read.GetSettings()))
	if err != nil {
		return "", fmt.Errorf("encode profile of %s: %w", desk, err)
	}
	keep := store.KeepDeskProfileParams{Desk: desk, Version: read.GetVersion(), Settings: settings}
	if err := store.New(d.Pool).KeepDeskProfile(ctx, keep); err != nil {
		return "", fmt.Errorf("keep profile of %s: %w", desk, err)
	}
	if err := store.New(d.Pool).PutInForce(ctx, store.PutInForceParams{Desk: desk, Version: read.GetVersion()}); err != nil {
		return "", fmt.Errorf("put profile of %s in force: %w", desk, err)
	}
	return read.GetVersion(), nil
}

// Adopted has the keeper look at once: a desk began to follow a profile.
func (d *Desks) Adopted() {
	select {
	case d.wake <- struct{}{}:
	default: // it is about to look
	}
}

// Keep fetches new versions until ctx ends.
func (d *Desks) Keep(ctx context.Context) error {
	ticker := time.NewTicker(refreshEvery)
	defer ticker.Stop()
	for {
		d.refresh(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-d.wake:
		}
	}
}

// refresh fetches what changed. A desk whose profile cannot be had keeps the version that it has.
func (d *Desks) refresh(ctx context.Context) {
	followers, err := store.New(d.Pool).ListFollowers(ctx)
	if err != nil {
		d.Logger.WarnContext(ctx, "the desks that follow a profile could not be read", slog.Any("error", err))
		return
	}
	for _, f := range followers {
		if err := d.refreshOne(ctx, f); err != nil && ctx.Err() == nil {
			d.Logger.WarnContext(ctx, "a desk's profile was not looked up", slog.String("desk", f.Desk), slog.Any("error", err))
		}
	}
}

func (d *Desks) refreshOne(ctx context.Context, f store.ListFollowersRow) error {
	asking, cancel := context.WithTimeout(auth.NewContext(ctx, auth.Principal{Service: "intake"}), fetchWithin)
	defer cancel()
	desk, err := d.Directory.GetDesk(asking, &triagev1.GetDeskRequest{Name: "desks/" + f.Desk})
	if err != nil || desk.GetProfileVersion() == "" || desk.GetProfileVersion() == f.ProfileVersion {
		return err
	}
	version, err := d.fetch(ctx, f.Desk)
	if err == nil {
		d.Logger.InfoContext(ctx, "a desk takes in by another version of its profile",
			slog.String("desk", f.Desk), slog.String("version", version))
	}
	return err
}
