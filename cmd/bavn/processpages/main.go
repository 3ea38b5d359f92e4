// Processpages writes the public pages of the shipped desks (R93, R136): docs/process/*.md for who reads the repository, and
// gen/go/processpage/*.html, which the gateway serves. `make gen` calls it at the root of the repository.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/bavn/bavn/cmd/bavn/internal/processpage"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/process/profile/page"
)

const (
	profiles = "profiles"
	markdown = "docs/process"
	html     = "gen/go/processpage"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "processpages:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	shipped := os.DirFS(profiles)
	files, err := fs.Glob(shipped, "*.yaml")
	if err != nil {
		return err
	}
	written := map[string][]byte{}
	var index strings.Builder
	index.WriteString("# The processes, page by page\n\n" +
		"One page for each shipped desk, in the desk's own language, made from its profile by `make gen`. The gateway serves the\n" +
		"same at `/process/` to everybody; `bavn profile page` writes the page of any profile.\n\n" +
		"| desk | page | profile | source |\n|---|---|---|---|\n")
	for _, file := range files {
		p, err := profile.Load(shipped, file)
		if err != nil {
			return err
		}
		if p.Settings().GetKind() != profilev1.ProfileKind_PROFILE_KIND_DESK {
			continue
		}
		text, err := page.Markdown(p, file)
		if err != nil {
			return err
		}
		document, err := processpage.HTML(ctx, p, file)
		if err != nil {
			return err
		}
		written[filepath.Join(markdown, p.ID()+".md")] = []byte(text)
		written[filepath.Join(html, p.ID()+".html")] = document
		fmt.Fprintf(&index, "| %s | [%s](%s.md) | [%s](../../profiles/%s) | %s |\n",
			p.Settings().GetLabel().GetEn(), p.ID(), p.ID(), file, file, p.Settings().GetSource())
	}
	written[filepath.Join(markdown, "README.md")] = []byte(index.String())
	return replace(written)
}

// replace makes the two folders hold exactly these pages. What is unchanged keeps its time, so that nothing is built again.
func replace(written map[string][]byte) error {
	for _, pattern := range []string{markdown + "/*.md", html + "/*.html"} {
		there, err := filepath.Glob(pattern)
		if err != nil {
			return err
		}
		for _, file := range there {
			if written[file] != nil {
				continue
			}
			if err := os.Remove(file); err != nil {
				return err
			}
		}
	}
	for file, content := range written {
		if was, err := os.ReadFile(file); err == nil && bytes.Equal(was, content) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
		fmt.Println("  changed:", file)
	}
	return nil
}
