package profile

import (
	"fmt"
	"strings"
)

// Shape is how a node of a diagram is drawn.
type Shape int

// The shapes.
const (
	State    Shape = iota // a status, a step
	Start                 // where it begins, without a label
	End                   // where it ends, without a label
	Contact               // the point of contact
	Category              // a category
	Receiver              // who gets a ticket
)

// Node is one thing in a diagram.
type Node struct {
	ID, Label string
	Shape     Shape
}

// Arrow leads from node to node.
type Arrow struct {
	From, To, Label string
	// Thick is drawn with more weight: it ends at who gets the ticket.
	Thick bool
}

// Diagram is a picture of a part of the process, in one language, for whoever draws it.
type Diagram struct {
	// States is true for a diagram of states; else it is a flowchart.
	States bool
	Nodes  []Node
	Arrows []Arrow
}

// Mermaid writes the diagram for those who draw Mermaid: repositories, wikis.
func (d Diagram) Mermaid() string {
	if d.States {
		return d.stateDiagram()
	}
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for _, node := range d.Nodes {
		open, shut := "(", ")"
		switch node.Shape {
		case Contact:
			open, shut = "([", "])"
		case Receiver:
			open, shut = "[[", "]]"
		default:
		}
		fmt.Fprintf(&b, "  %s%s%s%s\n", node.ID, open, quoted(node.Label), shut)
	}
	for _, arrow := range d.Arrows {
		line := "-->"
		if arrow.Thick {
			line = "==>"
		}
		if arrow.Label != "" {
			line += "|" + quoted(arrow.Label) + "|"
		}
		fmt.Fprintf(&b, "  %s %s %s\n", arrow.From, line, arrow.To)
	}
	return b.String()
}

func (d Diagram) stateDiagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	names := map[string]string{}
	for _, node := range d.Nodes {
		if names[node.ID] = node.ID; node.Shape == Start || node.Shape == End {
			names[node.ID] = "[*]"
			continue
		}
		fmt.Fprintf(&b, "  state %s as %s\n", quoted(node.Label), node.ID)
	}
	for _, arrow := range d.Arrows {
		fmt.Fprintf(&b, "  %s --> %s", names[arrow.From], names[arrow.To])
		if arrow.Label != "" {
			b.WriteString(": " + plain(arrow.Label))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// DOT writes the diagram for Graphviz.
func (d Diagram) DOT() string {
	var b strings.Builder
	b.WriteString("digraph {\n  rankdir=LR; bgcolor=transparent; ranksep=0.6; nodesep=0.25\n")
	b.WriteString("  node [fontname=Helvetica, fontsize=12, shape=box, style=\"rounded,filled\", fillcolor=white, " +
		"margin=\"0.25,0.1\"]\n")
	b.WriteString("  edge [fontname=Helvetica, fontsize=10, color=\"#555555\"]\n")
	for _, node := range d.Nodes {
		look := map[Shape]string{
			Start:   ", shape=circle, fixedsize=true, width=0.2, fillcolor=black",
			End:     ", shape=doublecircle, fixedsize=true, width=0.15, fillcolor=black",
			Contact: ", fillcolor=\"#e5eefa\"", Receiver: ", style=filled, fillcolor=\"#e5f4ea\"",
		}[node.Shape]
		label := wrapped(node.Label)
		if label == "" {
			label = " " // where there is none, Graphviz writes the id
		}
		fmt.Fprintf(&b, "  %s [label=%s%s]\n", dotText(node.ID), dotText(label), look)
	}
	for _, arrow := range d.Arrows {
		look := ""
		if arrow.Thick {
			look = ", penwidth=2"
		}
		fmt.Fprintf(&b, "  %s -> %s [label=%s%s]\n", dotText(arrow.From), dotText(arrow.To), dotText(wrapped(arrow.Label)), look)
	}
	b.WriteString("}\n")
	return b.String()
}

// dotText is a DOT string of anything; a line feed stays one.
func dotText(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}

// wrapped breaks a long label into lines, so that a picture stays narrow enough to read.
func wrapped(text string) string {
	const width = 26
	var b strings.Builder
	line := 0
	for i, word := range strings.Fields(text) {
		length := len([]rune(word))
		switch {
		case i == 0:
		case line+1+length > width:
			b.WriteString("\n")
			line = 0
		default:
			b.WriteString(" ")
			line++
		}
		b.WriteString(word)
		line += length
	}
	return b.String()
}

// quoted makes a Mermaid text of anything.
func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, "#quot;") + `"` }

// plain makes an edge's label, which ends at a line or a semicolon.
func plain(text string) string {
	return strings.NewReplacer("\n", " ", ";", ",", ":", " ").Replace(text)
}
