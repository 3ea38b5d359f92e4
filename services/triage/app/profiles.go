package app

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/profiles"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// openProfiles puts the processes of the desks in force and looks for new ones from then on. A wrong file at the start stops the
// process; a later one leaves the version before it in force, and the log says what is wrong, with line and rule.
func openProfiles(base *service.Base, cfg ProfilesConfig) (*profile.Shelf, error) {
	var from fs.FS = profiles.Shipped
	if cfg.Dir != "" {
		from = os.DirFS(cfg.Dir)
	}
	shelf, loaded, err := profile.OpenShelf(from)
	if err != nil {
		return nil, fmt.Errorf("open profiles: %w", err)
	}
	k := &profileKeeper{base: base, shelf: shelf, every: cfg.Every, watches: cfg.Dir != ""}
	base.Add(run.Part{Name: "profiles", Stage: run.Workers, Serve: k.watch, Start: func(ctx context.Context) error {
		defer func() { loaded = nil }() // the shelf makes those again that are asked for
		return k.keep(ctx, loaded)
	}})
	return shelf, nil
}

// profileKeeper keeps every version that was ever in force, and reloads the folder.
type profileKeeper struct {
	base    *service.Base
	shelf   *profile.Shelf
	every   time.Duration
	watches bool
	said    string // the last complaint, which is not repeated
}

// keep stores versions, so that what they decide can be looked up when they are no longer in force. That of an overlay is
// one of the profile that it refines.
func (k *profileKeeper) keep(ctx context.Context, profiles []*profile.Profile) error {
	for _, p := range profiles {
		for _, version := range append([]*profile.Profile{p}, p.Overlays()...) {
			settings, err := proto.MarshalOptions{Deterministic: true}.Marshal(version.Settings())
			if err != nil {
				return fmt.Errorf("encode profile %s: %w", version.ID(), err)
			}
			err = store.New(k.base.Pool).KeepProfileVersion(ctx, store.KeepProfileVersionParams{
				Version: version.Version(), Profile: p.ID(), Settings: settings, SeenSince: k.base.Clock.Now(),
			})
			if err != nil {
				return fmt.Errorf("keep profile %s: %w", version.ID(), err)
			}
		}
	}
	return nil
}

// watch polls: a ConfigMap is changed by swapping a link, which file events miss.
func (k *profileKeeper) watch(ctx context.Context) error {
	if !k.watches {
		<-ctx.Done()
		return nil
	}
	ticker := time.NewTicker(k.every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			k.reload(ctx)
		}
	}
}

func (k *profileKeeper) reload(ctx context.Context) {
	log := k.base.Telemetry.Logger
	changed, err := k.shelf.Reload()
	switch {
	case err == nil:
		k.said = ""
	case err.Error() != k.said:
		k.said = err.Error()
		log.LogAttrs(ctx, slog.LevelError, "a profile is wrong; the version before it stays in force", slog.Any("error", err))
	}
	for _, p := range changed {
		log.LogAttrs(ctx, slog.LevelInfo, "a profile is in force",
			slog.String("profile", p.ID()), slog.String("version", p.Version()))
	}
	if len(changed) == 0 {
		return
	}
	if err := k.keep(ctx, k.shelf.All()); err != nil {
		log.LogAttrs(ctx, slog.LevelError, "a profile's version was not kept", slog.Any("error", err))
	}
}
