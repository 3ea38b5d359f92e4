package journeytree

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

const (
	ellipsis = "…"
	spacing  = 2 // columns between cells
)

// styles are few, so that they say something: a step stands out, what made it steps back, a failure is red.
var styles = map[role]ansi.Style{
	roleStep:    ansi.NewStyle().Bold(),
	roleRequest: ansi.NewStyle(),
	roleCall:    ansi.NewStyle().Faint(),
	roleGap:     ansi.NewStyle().Faint().Italic(true),
}

var (
	stemStyle = ansi.NewStyle().Faint()
	whoStyle  = ansi.NewStyle().ForegroundColor(ansi.Cyan)
	failStyle = ansi.NewStyle().ForegroundColor(ansi.Red)
)

// layout is the width of each cell.
type layout struct{ offset, tree, who, state, took int }

// fit gives each cell what its longest content needs. Where that is more than there is, long names of calls give way first and
// what was done by whom last: each concession takes a cell down to a width, until the lines fit.
func fit(rows []row, width int) layout {
	var l layout
	for _, r := range rows {
		l.offset = max(l.offset, ansi.StringWidth(r.offset))
		l.tree = max(l.tree, ansi.StringWidth(r.stem+r.name))
		l.who = max(l.who, ansi.StringWidth(r.who))
		l.state = max(l.state, ansi.StringWidth(r.state))
		l.took = max(l.took, ansi.StringWidth(r.took))
	}
	over := l.offset + l.tree + l.who + l.state + l.took + 4*spacing - width
	for _, concession := range []struct {
		cell *int
		to   int
	}{
		{&l.tree, 48}, {&l.state, 20}, {&l.who, 16}, {&l.tree, 28}, {&l.state, 8}, {&l.who, 10}, {&l.tree, 8},
	} {
		give := min(max(0, over), max(0, *concession.cell-concession.to))
		*concession.cell -= give
		over -= give
	}
	return l
}

func (l layout) line(r row, color bool) string {
	stem := ansi.Truncate(r.stem, l.tree, ellipsis)
	name := cell(r.name, l.tree-ansi.StringWidth(stem))
	offset, who, state, took := right(r.offset, l.offset), cell(r.who, l.who), cell(r.state, l.state), right(r.took, l.took)
	if color {
		stem, offset = stemStyle.Styled(stem), stemStyle.Styled(offset)
		name = styles[r.role].Styled(name)
		if r.role == roleStep {
			who = whoStyle.Styled(who)
		} else {
			who, took = stemStyle.Styled(who), stemStyle.Styled(took)
		}
		if r.failed {
			state = failStyle.Styled(state)
		}
	}
	gap := strings.Repeat(" ", spacing)
	line := strings.Join([]string{offset, stem + name, who, state, took}, gap)
	return strings.TrimRight(line, " ")
}

// cell cuts or fills text to exactly the width.
func cell(text string, width int) string {
	text = ansi.Truncate(text, width, ellipsis)
	return text + strings.Repeat(" ", max(0, width-ansi.StringWidth(text)))
}

func right(text string, width int) string {
	return strings.Repeat(" ", max(0, width-ansi.StringWidth(text))) + text
}
