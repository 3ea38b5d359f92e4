package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sync/atomic"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Shelf holds the profiles that are in force, by id. Who asks always gets a whole profile; a file that is wrong leaves the one
// before it in force. It may be asked and reloaded from many goroutines.
type Shelf struct {
	fsys    fs.FS
	inForce atomic.Pointer[map[string]*Profile]
}

// OpenShelf loads the profiles of desks in a folder, and refuses the folder where one of them is wrong: nothing starts
// half-configured. Bases and overlays are read by those that need them.
func OpenShelf(fsys fs.FS) (*Shelf, error) {
	s := &Shelf{fsys: fsys}
	s.inForce.Store(&map[string]*Profile{})
	if _, err := s.Reload(); err != nil {
		return nil, err
	}
	return s, nil
}

// Of returns the profile that is in force under an id.
func (s *Shelf) Of(id string) (*Profile, bool) {
	p, ok := (*s.inForce.Load())[id]
	return p, ok
}

// All are the profiles in force, by id.
func (s *Shelf) All() []*Profile {
	now := *s.inForce.Load()
	all := make([]*Profile, 0, len(now))
	for _, id := range slices.Sorted(maps.Keys(now)) {
		all = append(all, now[id])
	}
	return all
}

// Reload reads the folder again and puts what is sound in force, each profile as a whole with the overlays that refine it. It
// returns those that are new or changed, and what is wrong with the others, which stay as they were. A profile whose file is
// gone stays too: a desk may follow it. An overlay goes with its file: nobody follows it by name.
func (s *Shelf) Reload() (changed []*Profile, err error) {
	files, err := fs.Glob(s.fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list profiles: %w", err)
	}
	before := *s.inForce.Load()
	known := byKey(before)
	next := maps.Clone(before)
	from := map[string]string{}         // the file of a profile, by kind and id
	refining := map[string][]*Profile{} // the overlays of a file
	var wrong []error
	for _, name := range files {
		p, err := Load(s.fsys, name)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("profile %s: %w", path.Base(name), err))
			for _, kept := range known {
				if kept.isOverlay() && kept.file == name {
					kept.refines(refining)
				}
			}
			continue
		}
		if p.Settings().GetKind() == profilev1.ProfileKind_PROFILE_KIND_BASE {
			continue
		}
		if other, taken := from[shelfKey(p)]; taken {
			wrong = append(wrong, fmt.Errorf("profile %s: its id %s is that of %s", name, p.ID(), other))
			continue
		}
		from[shelfKey(p)] = name
		if old, had := known[shelfKey(p)]; had && old.Version() == p.Version() {
			p = old
		} else {
			changed = append(changed, p)
		}
		if p.isOverlay() {
			p.refines(refining)
		} else {
			next[p.ID()] = p
		}
	}
	for id, p := range next {
		next[id] = p.under(refining[path.Base(p.file)])
	}
	s.inForce.Store(&next)
	return changed, errors.Join(wrong...)
}

// byKey are profiles in force and their overlays.
func byKey(inForce map[string]*Profile) map[string]*Profile {
	all := map[string]*Profile{}
	for _, p := range inForce {
		for _, one := range append([]*Profile{p}, p.overlays...) {
			all[shelfKey(one)] = one
		}
	}
	return all
}

// shelfKey tells desks' profiles and overlays apart, which may have one id.
func shelfKey(p *Profile) string { return p.Settings().GetKind().String() + "/" + p.ID() }
