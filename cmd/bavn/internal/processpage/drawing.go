package processpage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/goccy/go-graphviz"

	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/process/profile/page"
)

// picture is a diagram as SVG, and what it shows.
type picture struct{ label, svg string }

// draw draws a profile's diagrams, by their Mermaid, which is how they stand on the page.
func draw(ctx context.Context, p *profile.Profile, language string) (pictures map[string]picture, err error) {
	drawer, err := graphviz.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("start Graphviz: %w", err)
	}
	defer func() { err = errors.Join(err, drawer.Close()) }()
	pictures = map[string]picture{}
	for word, diagram := range map[string]profile.Diagram{
		"process_diagram": p.ProcessDiagram(language),
		"life_cycle":      p.LifeCycleOverview(language),
		"routing_diagram": p.RoutingDiagram(language),
	} {
		label, err := page.Word(language, word)
		if err != nil {
			return nil, err
		}
		svg, err := drawOne(ctx, drawer, diagram)
		if err != nil {
			return nil, fmt.Errorf("draw %s of %s: %w", word, p.ID(), err)
		}
		pictures[diagram.Mermaid()] = picture{label, svg}
	}
	return pictures, nil
}

func drawOne(ctx context.Context, drawer *graphviz.Graphviz, diagram profile.Diagram) (_ string, err error) {
	graph, err := graphviz.ParseBytes([]byte(diagram.DOT()))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, graph.Close()) }()
	var svg bytes.Buffer
	if err := drawer.Render(ctx, graph, graphviz.SVG, &svg); err != nil {
		return "", err
	}
	return inline(svg.String()), nil
}

// surplus is what a picture within a page must not have: the prolog of a file of its own, ids that several pictures share, and
// titles with our names of nodes, which browsers would show as hints.
var surplus = regexp.MustCompile(`(?s)^.*?(<svg )|<!--.*?-->\n?| id="[^"]*"|<title>.*?</title>\n?`)

func inline(svg string) string { return surplus.ReplaceAllString(svg, "$1") }
