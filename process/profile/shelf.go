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
	inForce atomic.Pointer[map[string]shelved]

	reload sync.Mutex
	seen   folder // what was read last, and what was wrong with it
	wrong  error
}

// shelved is a profile that was found sound.
type shelved struct {
	version string
	profile func() *Profile
}

// OpenShelf loads the profiles of desks in a folder, and refuses the folder where one of them is wrong: nothing starts
// half-configured. Bases and overlays are read by those that need them. It returns the profiles too, for who wants to keep them.
func OpenShelf(fsys fs.FS) (*Shelf, []*Profile, error) {
	s := &Shelf{fsys: fsys}
	folder, err := read(fsys)
	if err != nil {
		return nil, nil, err
	}
	found, err := folder.profiles()
	if err != nil {
		return nil, nil, err
	}
	next := map[string]shelved{}
	all := make([]*Profile, 0, len(found))
	for _, name := range slices.Sorted(maps.Keys(found)) {
		p := found[name]
		next[p.ID()] = shelved{version: p.Version(), profile: sync.OnceValue(func() *Profile {
			again, err := Load(folder, name)
			if err != nil {
				panic(fmt.Sprintf("profile %s was sound a moment ago: %v", name, err))
			}
			return again
		})}
		all = append(all, p)
	}
	s.inForce.Store(&next)
	s.seen = folder
	return s, all, nil
}

// Of returns the profile that is in force under an id.
func (s *Shelf) Of(id string) (*Profile, bool) {
	found, known := (*s.inForce.Load())[id]
	if !known {
		return nil, false
	}
	return found.profile(), true
}

// Reload reads the folder again and puts what is sound in force, each profile as a whole. It returns the profiles that are new or
// changed, and what is wrong with the others, which stay as they were. One whose file is gone stays too: a desk may follow it.
func (s *Shelf) Reload() (changed []*Profile, err error) {
	folder, err := read(s.fsys)
	if err != nil {
		return nil, err
	}
	s.reload.Lock()
	defer s.reload.Unlock()
	if maps.EqualFunc(folder, s.seen, bytes.Equal) {
		return nil, s.wrong
	}
	next := maps.Clone(*s.inForce.Load())
	found, wrong := folder.profiles()
	for _, name := range slices.Sorted(maps.Keys(found)) {
		p := found[name]
		if next[p.ID()].version != p.Version() {
			next[p.ID()] = shelved{version: p.Version(), profile: func() *Profile { return p }}
			changed = append(changed, p)
		}
	}
	s.inForce.Store(&next)
	s.seen, s.wrong = folder, wrong
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

// profiles are those of desks that are sound, by file, and what is wrong with the others.
func (f folder) profiles() (map[string]*Profile, error) {
	found, from := map[string]*Profile{}, map[string]string{}
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(f)) {
		p, err := Load(f, name)
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Errorf("profile %s: %w", path.Base(name), err))
			continue
		case p.Settings().GetKind() != profilev1.ProfileKind_PROFILE_KIND_DESK:
			continue
		}
		if other, taken := from[p.ID()]; taken {
			wrong = append(wrong, fmt.Errorf("profile %s: its id %s is that of %s", name, p.ID(), other))
			continue
		}
		found[name], from[p.ID()] = p, name
	}
	return found, errors.Join(wrong...)
}
