// Package processpage makes the public page of a desk's process as HTML: the Markdown of process/profile/page with its diagrams
// drawn.
package processpage

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"html/template"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/process/profile/page"
)

//go:embed page.html.tmpl
var layoutFile string

var layout = template.Must(template.New("page").Parse(layoutFile))

// HTML is the page of a desk's profile as a whole document, in the desk's language and without a script. file is the profile's
// file.
func HTML(ctx context.Context, p *profile.Profile, file string) ([]byte, error) {
	markdown, err := page.Markdown(p, file)
	if err != nil {
		return nil, err
	}
	language := p.Settings().GetDesk().GetLanguage()
	pictures, err := draw(ctx, p, language)
	if err != nil {
		return nil, err
	}
	contents, err := page.Word(language, "contents")
	if err != nil {
		return nil, err
	}
	converter := goldmark.New(
		// Alignment would be an inline style, which the gateway's content security policy refuses.
		goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignNone))),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(drawings{pictures}, 100))),
	)
	source := []byte(markdown)
	tree := converter.Parser().Parse(text.NewReader(source))
	sections, err := dress(tree, source)
	if err != nil {
		return nil, err
	}
	var body, document bytes.Buffer
	if err := converter.Renderer().Render(&body, source, tree); err != nil {
		return nil, fmt.Errorf("write the page of %s as HTML: %w", p.ID(), err)
	}
	err = layout.Execute(&document, struct {
		Language, Title, Contents string
		Sections                  []section
		Body                      template.HTML
	}{
		language, profile.In(language, p.Settings().GetLabel()), contents, sections,
		template.HTML(body.String()), //nolint:gosec // goldmark escapes what the profile says
	})
	return document.Bytes(), err
}

// section is a part of the page, for its list of contents.
type section struct{ ID, Title string }

// dress gives tables the look of the design system and returns the page's sections.
func dress(tree ast.Node, source []byte) ([]section, error) {
	var sections []section
	err := ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *extast.Table:
			n.SetAttributeString("class", []byte("table table--compact"))
		case *ast.Heading:
			id, found := n.AttributeString("id")
			anchor, isText := id.([]byte)
			if n.Level == 2 && found && isText {
				sections = append(sections, section{string(anchor), string(n.Lines().Value(source))})
			}
		}
		return ast.WalkContinue, nil
	})
	return sections, err
}

// drawings puts the picture in the place of each diagram.
type drawings struct{ pictures map[string]picture }

// RegisterFuncs is what goldmark asks for.
func (d drawings) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, d.render)
}

func (d drawings) render(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	block, ok := n.(*ast.FencedCodeBlock)
	if !entering || !ok {
		return ast.WalkSkipChildren, nil
	}
	drawn, found := d.pictures[string(block.Lines().Value(source))]
	if !found {
		return ast.WalkStop, fmt.Errorf("a diagram of the page is none of the profile's:\n%s", block.Lines().Value(source))
	}
	_, err := fmt.Fprintf(w, "<div class=\"diagram\" role=\"img\" aria-label=%q tabindex=\"0\">\n%s</div>\n",
		template.HTMLEscapeString(drawn.label), drawn.svg)
	return ast.WalkSkipChildren, err
}
