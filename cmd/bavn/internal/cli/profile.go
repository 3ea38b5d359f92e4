package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/process/profile"
)

// Profile is about the process of a desk as a file. Nothing here needs a running suite.
type Profile struct {
	Check   ProfileCheck   `cmd:"" help:"Say everything that is wrong with profiles, with file and line."`
	Explain ProfileExplain `cmd:"" help:"Say what a profile says, where it is said, and from which source."`
	Diff    ProfileDiff    `cmd:"" help:"Say what differs between two profiles."`
	Graph   ProfileGraph   `cmd:"" help:"Draw life cycle and routing as Mermaid diagrams."`
	Page    ProfilePage    `cmd:"" help:"Write the public page of a desk's process."`
}

// file is a profile's folder and name; "nsp" is short for profiles/nsp.yaml.
func file(named string) (folder, name string) {
	if !strings.HasSuffix(named, ".yaml") {
		named = filepath.Join("profiles", named+".yaml")
	}
	return filepath.Dir(named), filepath.Base(named)
}

// loadProfile loads one; what is wrong with it is the failure.
func loadProfile(name string) (*profile.Profile, error) {
	folder, base := file(name)
	p, err := profile.Load(os.DirFS(folder), base)
	var problems profile.Problems
	switch {
	case errors.As(err, &problems):
		return nil, failure.New(failure.Failed, "`bavn profile check "+name+"` lists them", "%s has %s, the first is %s",
			name, counted(len(problems)), problems[0])
	case errors.Is(err, os.ErrNotExist):
		return nil, notThere(name)
	}
	return p, err
}

// ProfileCheck checks profiles whole, together with what they extend.
type ProfileCheck struct {
	Files []string `arg:"" optional:"" name:"file" help:"Files, folders, or names of the folder profiles; all of that if none."`
}

// checked is what became of one file.
type checked struct {
	File     string            `json:"file"`
	ID       string            `json:"id,omitempty"`
	Version  string            `json:"version,omitempty"`
	Problems []profile.Problem `json:"problems,omitempty"`
}

// Run prints a line for each problem, and the version of each sound profile. What is not there keeps none of the others from
// being checked.
func (c *ProfileCheck) Run(s *session) error {
	files, missing := named(c.Files)
	var results []checked
	found := 0
	owners := map[string]string{} // of ids, by kind
	for _, path := range files {
		p, err := profile.Load(os.DirFS(filepath.Dir(path)), filepath.Base(path))
		var problems profile.Problems
		if err != nil && !errors.As(err, &problems) {
			missing = append(missing, failure.New(failure.NotFound, "", "check %s: %w", path, err))
			continue
		}
		r := checked{File: path, Problems: problems}
		if p != nil {
			r.ID, r.Version = p.ID(), p.Version()
			key := p.Settings().GetKind().String() + " " + p.ID()
			if other := owners[key]; other != "" && other != path {
				at, _ := p.At("id")
				r.Problems = append(r.Problems, profile.Problem{
					Position: at, Path: "id", Message: p.ID() + " is that of " + other + " too", Rule: "duplicate-profile",
				})
			}
			owners[key] = path
		}
		found += len(r.Problems)
		results = append(results, r)
		if !s.JSON {
			r.print(s)
		}
	}
	var err error
	if s.JSON {
		err = s.Value(results)
	}
	if found > 0 {
		const hint = "a profile with any problem is not loaded; the running version stays in force"
		err = errors.Join(err, failure.New(failure.Failed, hint, "%s", counted(found)))
	}
	return errors.Join(append([]error{err}, missing...)...)
}

func (r checked) print(s *session) {
	for _, problem := range r.Problems {
		problem.File = filepath.Join(filepath.Dir(r.File), problem.File)
		s.Printf("%s\n", problem.Error())
	}
	if len(r.Problems) == 0 {
		s.Printf("%s: sound, version %.12s\n", r.File, r.Version)
	}
}

// named are the files that somebody means: each once, a folder's in order; and what is not there.
func named(asked []string) (files []string, missing []error) {
	if len(asked) == 0 {
		asked = []string{"profiles"}
	}
	for _, name := range asked {
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			inside, _ := filepath.Glob(filepath.Join(name, "*.yaml")) // a pattern that is none is not possible
			if len(inside) == 0 {
				missing = append(missing, failure.New(failure.NotFound, "name a folder with profiles", "no profile is in %s", name))
			}
			files = append(files, inside...)
			continue
		}
		folder, base := file(name)
		path := filepath.Join(folder, base)
		if _, err := os.Stat(path); err != nil {
			missing = append(missing, notThere(name))
			continue
		}
		files = append(files, path)
	}
	slices.Sort(files)
	return slices.Compact(files), missing
}

// notThere says where a profile was looked for, and which there are.
func notThere(name string) error {
	folder, base := file(name)
	hint := "name a file, or a profile of the folder profiles"
	if others, _ := filepath.Glob(filepath.Join(folder, "*.yaml")); len(others) > 0 {
		for i := range others {
			others[i] = strings.TrimSuffix(filepath.Base(others[i]), ".yaml")
		}
		hint = "there are " + strings.Join(others, ", ")
	}
	return failure.New(failure.NotFound, hint, "there is no profile %s", filepath.Join(folder, base))
}

// ProfileExplain lists settings with place and source.
type ProfileExplain struct {
	File string `arg:"" help:"A profile: a file, or a name of the folder profiles."`
	Path string `arg:"" optional:"" help:"Only this setting and what is in it: priority.matrix, statuses[closed]."`
}

// Run prints a table.
func (c *ProfileExplain) Run(s *session) error {
	p, err := loadProfile(c.File)
	if err != nil {
		return err
	}
	settings := p.Explain(c.Path)
	if len(settings) == 0 {
		hint := "`bavn profile explain " + strings.TrimSpace(c.File+" "+nearestSaid(p, c.Path)) + "` lists what it says there"
		return failure.New(failure.NotFound, hint, "%s says nothing about %s", c.File, c.Path)
	}
	if s.JSON {
		return s.Value(settings)
	}
	table := s.Table("SETTING", "VALUE", "AT", "SOURCE")
	for _, setting := range settings {
		table.Row(setting.Path, setting.Value, place(setting.At), source(setting))
	}
	return table.Print(s.Out)
}

// nearestSaid is the nearest setting around a path that the profile says something about; nothing for all of it.
func nearestSaid(p *profile.Profile, path string) string {
	for cut := strings.LastIndexAny(path, ".["); cut >= 0; cut = strings.LastIndexAny(path, ".[") {
		if path = path[:cut]; len(p.Explain(path)) > 0 {
			return path
		}
	}
	return ""
}

func place(at profile.Position) string { return fmt.Sprintf("%s:%d", at.File, at.Line) }

func source(of profile.Setting) string {
	if of.Derived {
		return strings.TrimSpace("derived " + of.Source)
	}
	return of.Source
}

// ProfileDiff compares two profiles as they stand after merging.
type ProfileDiff struct {
	Before string `arg:"" help:"A profile: a file, or a name of the folder profiles."`
	After  string `arg:"" help:"Another."`
}

// Run prints what only the first says with -, and what the second says instead or as well with +.
func (c *ProfileDiff) Run(s *session) error {
	before, err := loadProfile(c.Before)
	if err != nil {
		return err
	}
	after, err := loadProfile(c.After)
	if err != nil {
		return err
	}
	changes := profile.Diff(before, after)
	if s.JSON {
		return s.Value(changes)
	}
	for _, change := range changes {
		if change.Before != nil {
			s.Printf("- %s: %s  (%s)\n", change.Before.Path, change.Before.Value, place(change.Before.At))
		}
		if change.After != nil {
			s.Printf("+ %s: %s  (%s)\n", change.After.Path, change.After.Value, place(change.After.At))
		}
	}
	if len(changes) == 0 {
		s.Printf("they say the same\n")
	}
	return nil
}

// ProfileGraph draws a profile.
type ProfileGraph struct {
	File string `arg:"" help:"A profile: a file, or a name of the folder profiles."`
	What string `default:"all" enum:"all,life-cycle,routing" placeholder:"all|life-cycle|routing" help:"What to draw (${default})."`
}

// Run prints Mermaid diagrams, as they stand in Markdown.
func (c *ProfileGraph) Run(s *session) error {
	p, err := loadProfile(c.File)
	if err != nil {
		return err
	}
	drawn := false
	for _, diagram := range []struct {
		name string
		profile.Diagram
	}{
		{"life-cycle", p.LifeCycleDiagram(s.Language)}, {"routing", p.RoutingDiagram(s.Language)},
	} {
		if len(diagram.Nodes) > 0 && (c.What == "all" || c.What == diagram.name) { // a base routes nothing
			s.Printf("```mermaid\n%s```\n", diagram.Mermaid())
			drawn = true
		}
	}
	if !drawn {
		return failure.New(failure.NotFound, "draw a desk that extends it", "%s says nothing about %s", c.File, c.What)
	}
	return nil
}

func counted(problems int) string {
	if problems == 1 {
		return "1 problem"
	}
	return fmt.Sprintf("%d problems", problems)
}
