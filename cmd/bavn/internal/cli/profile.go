package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
func loadProfile(named string) (*profile.Profile, error) {
	folder, name := file(named)
	p, err := profile.Load(os.DirFS(folder), name)
	var problems profile.Problems
	switch {
	case errors.As(err, &problems):
		return nil, failure.New(failure.Failed, "`bavn profile check "+named+"` lists them", "%s has %s, the first is %s",
			named, counted(len(problems)), problems[0])
	case errors.Is(err, os.ErrNotExist):
		return nil, failure.New(failure.NotFound, "name a file, or a profile of the folder profiles", "there is no profile %s", named)
	}
	return p, err
}

// ProfileCheck checks profiles whole, together with what they extend.
type ProfileCheck struct {
	Files []string `arg:"" name:"file" help:"Profiles: a file, or a name of the folder profiles."`
}

// Run prints a line for each problem, and the version of each sound profile.
func (c *ProfileCheck) Run(s *session) error {
	type result struct {
		File     string            `json:"file"`
		ID       string            `json:"id,omitempty"`
		Version  string            `json:"version,omitempty"`
		Problems []profile.Problem `json:"problems,omitempty"`
	}
	var results []result
	found := 0
	for _, named := range c.Files {
		folder, name := file(named)
		p, err := profile.Load(os.DirFS(folder), name)
		var problems profile.Problems
		if err != nil && !errors.As(err, &problems) {
			return failure.New(failure.NotFound, "name a file, or a profile of the folder profiles", "check %s: %w", named, err)
		}
		found += len(problems)
		r := result{File: filepath.Join(folder, name), Problems: problems}
		if p != nil {
			r.ID, r.Version = p.ID(), p.Version()
		}
		results = append(results, r)
		if s.JSON {
			continue
		}
		for _, problem := range problems {
			problem.File = filepath.Join(folder, problem.File)
			s.Printf("%s\n", problem.Error())
		}
		if p != nil {
			s.Printf("%s: sound, version %.12s\n", r.File, r.Version)
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
	return err
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
		hint := "`bavn profile explain " + c.File + "` lists everything"
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
	for _, diagram := range []struct{ name, text string }{
		{"life-cycle", p.LifeCycleDiagram(s.Language).Mermaid()}, {"routing", p.RoutingDiagram(s.Language).Mermaid()},
	} {
		if c.What == "all" || c.What == diagram.name {
			s.Printf("```mermaid\n%s```\n", diagram.text)
		}
	}
	return nil
}

func counted(problems int) string {
	if problems == 1 {
		return "1 problem"
	}
	return fmt.Sprintf("%d problems", problems)
}
