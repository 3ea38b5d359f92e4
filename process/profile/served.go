package profile

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile/internal/document"
)

// Served is a profile whose settings another service has loaded and serves, its bases merged into them already. It is checked
// like one from a file, and has the same version.
func Served(settings *profilev1.Profile) (*Profile, error) {
	own := proto.CloneOf(settings)
	own.Extends, own.Drop = "", nil // done by whoever loaded it
	l := &loader{}
	p := l.complete(document.Of(own.ProtoReflect(), Position{File: settings.GetId(), Line: 1, Column: 1}))
	if len(l.problems) > 0 {
		return nil, l.problems.Sorted()
	}
	p.settings, p.version = settings, version(settings)
	return p, nil
}

// Unmarshal is Served for settings as they are kept.
func Unmarshal(kept []byte) (*Profile, error) {
	settings := new(profilev1.Profile)
	if err := proto.Unmarshal(kept, settings); err != nil {
		return nil, fmt.Errorf("read a kept profile: %w", err)
	}
	return Served(settings)
}
