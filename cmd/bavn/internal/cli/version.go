package cli

import (
	"runtime"
	"runtime/debug"
)

// Version prints what this program is.
type Version struct{}

type version struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Changed bool   `json:"changed,omitempty"` // built from a tree that differs from the commit
	Go      string `json:"go"`
}

// Run prints version, commit and Go.
func (*Version) Run(s *session) error {
	v := version{Version: "unknown", Go: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.Version = info.Main.Version
		for _, setting := range info.Settings {
			switch setting.Key {
			case "vcs.revision":
				v.Commit = setting.Value
			case "vcs.modified":
				v.Changed = setting.Value == "true"
			}
		}
	}
	if s.JSON {
		return s.Value(v)
	}
	s.Printf("bavn %s", v.Version)
	if v.Commit != "" {
		s.Printf(" (%.12s", v.Commit)
		if v.Changed {
			s.Printf(", changed")
		}
		s.Printf(")")
	}
	s.Printf(" %s\n", v.Go)
	return nil
}
