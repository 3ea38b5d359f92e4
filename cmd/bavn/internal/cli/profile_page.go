package cli

import (
	"context"
	"path/filepath"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/processpage"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile/page"
)

// ProfilePage writes the public page of a desk's process (R93, R136).
type ProfilePage struct {
	File string `arg:"" help:"A profile: a file, or a name of the folder profiles."`
	HTML bool   `name:"html" help:"Write a page for browsers, with its diagrams drawn; else it is Markdown."`
}

// Run prints the page in the desk's own language.
func (c *ProfilePage) Run(ctx context.Context, s *session) error {
	p, err := loadProfile(c.File)
	if err != nil {
		return err
	}
	if p.Settings().GetKind() != profilev1.ProfileKind_PROFILE_KIND_DESK {
		return failure.New(failure.Failed, "name the profile of a desk",
			"%s is no desk, and only a desk has a process of its own", p.ID())
	}
	_, file := file(c.File)
	if c.HTML {
		document, err := processpage.HTML(ctx, p, filepath.Base(file))
		if err != nil {
			return err
		}
		s.Printf("%s", document)
		return nil
	}
	text, err := page.Markdown(p, file)
	if err != nil {
		return err
	}
	s.Printf("%s", text)
	return nil
}
