package profile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sync"
	"sync/atomic"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Shelf holds the profiles that are in force, by id. Who asks always gets a whole profile; a file that is wrong leaves the one
// before it in force. It may be asked and reloaded from many goroutines.
//
// What was on the shelf from the start is compiled when somebody asks for it: a compiled profile takes some megabytes, and the
// desks of most installations follow one or two of those that are there.
type Shelf struct {
	fsys    fs.FS
	inForce atomic.Pointer[map[string]func() *Profile]

	reload sync.Mutex
	seen   folder // what was read last, and what was wrong with it
	wrong  error
}

// OpenShelf loads the profiles of desks in a folder, and refuses the folder where one of them is wrong: nothing starts
// half-configured. It returns the profiles too, for who wants to keep them.
func OpenShelf(fsys fs.FS) (*Shelf, []*Profile, error) {
	files, err := read(fsys)
	if err != nil {
		return nil, nil, err
	}
	sound, _, err := files.profiles(nil)
	if err != nil {
		return nil, nil, err
	}
	next := make(map[string]func() *Profile, len(sound))
	for id, p := range sound {
		next[id] = files.again(p)
	}
	s := &Shelf{fsys: fsys, seen: files}
	s.inForce.Store(&next)
	return s, byID(sound), nil
}

// Of returns the profile that is in force under an id.
func (s *Shelf) Of(id string) (*Profile, bool) {
	p, found := (*s.inForce.Load())[id]
	if !found {
		return nil, false
	}
	return p(), true
}

// All are the profiles in force, by id.
func (s *Shelf) All() []*Profile { return byID(s.compiled()) }

func (s *Shelf) compiled() map[string]*Profile {
	all := map[string]*Profile{}
	for id, p := range *s.inForce.Load() {
		all[id] = p()
	}
	return all
}

func byID(profiles map[string]*Profile) []*Profile {
	all := make([]*Profile, 0, len(profiles))
	for _, id := range slices.Sorted(maps.Keys(profiles)) {
		all = append(all, profiles[id])
	}
	return all
}

// Reload reads the folder again and puts what is sound in force, each profile as a whole with the overlays that refine it. It
// returns those that are new or changed, and what is wrong with the others, which stay as they were. A profile whose file is
// gone stays too: a desk may follow it. An overlay goes with its file: nobody follows it by name.
func (s *Shelf) Reload() (changed []*Profile, err error) {
	files, err := read(s.fsys)
	if err != nil {
		return nil, err
	}
	s.reload.Lock()
	defer s.reload.Unlock()
	if maps.EqualFunc(files, s.seen, bytes.Equal) {
		return nil, s.wrong
	}
	sound, changed, wrong := files.profiles(s.compiled())
	next := make(map[string]func() *Profile, len(sound))
	for id, p := range sound {
		next[id] = func() *Profile { return p }
	}
	s.inForce.Store(&next)
	s.seen, s.wrong = files, wrong
	return changed, wrong
}

// folder is what the files of profiles said at one moment, whatever becomes of them.
type folder map[string][]byte

func read(fsys fs.FS) (folder, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list profiles: %w", err)
	}
	files := make(folder, len(names))
	for _, name := range names {
		if files[name], err = fs.ReadFile(fsys, name); err != nil {
			return nil, fmt.Errorf("read profile: %w", err)
		}
	}
	return files, nil
}

// ReadFile makes the folder one that profiles are loaded from.
func (f folder) ReadFile(name string) ([]byte, error) {
	if data, found := f[name]; found {
		return data, nil
	}
	return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
}

// Open is part of a file system, and nobody's way to read a profile.
func (f folder) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
}

// profiles are those of desks that stand after those before them, by id, with their overlays; which of all are new or changed;
// and what is wrong with the others.
func (f folder) profiles(before map[string]*Profile) (next map[string]*Profile, changed []*Profile, err error) {
	known := byKey(before)
	next = maps.Clone(before)
	if next == nil {
		next = map[string]*Profile{}
	}
	from := map[string]string{}         // the file of a profile, by kind and id
	refining := map[string][]*Profile{} // the overlays of a file
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(f)) {
		p, err := Load(f, name)
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
	return next, changed, errors.Join(wrong...)
}

// again compiles a profile that is sound once more, with its overlays, when somebody asks for it.
func (f folder) again(p *Profile) func() *Profile {
	file := p.file
	var overlays []string
	for _, overlay := range p.overlays {
		overlays = append(overlays, overlay.file)
	}
	return sync.OnceValue(func() *Profile {
		refining := make([]*Profile, len(overlays))
		for i, name := range overlays {
			refining[i] = f.sound(name)
		}
		return f.sound(file).under(refining)
	})
}

func (f folder) sound(name string) *Profile {
	p, err := Load(f, name)
	if err != nil {
		panic(fmt.Sprintf("profile %s was sound a moment ago: %v", name, err))
	}
	return p
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
