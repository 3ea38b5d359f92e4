// Package terminal writes what people and scripts read: aligned tables and details, or JSON.
package terminal

import (
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

const gap = 2 // spaces between two columns

// Table is rows under headings, aligned by what a terminal shows, not by bytes.
type Table struct {
	Heads []string
	Right map[int]bool // columns with numbers
	Width int          // of the terminal; the last column is cut to fit; 0 cuts nothing
	Bold  bool         // headings in bold

	rows [][]string
}

// Row adds a row.
func (t *Table) Row(cells ...string) { t.rows = append(t.rows, cells) }

// Len is the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Print writes the table; without rows it writes nothing.
func (t *Table) Print(w io.Writer) error {
	if len(t.rows) == 0 {
		return nil
	}
	all := t.rows
	if len(t.Heads) > 0 {
		all = append([][]string{t.Heads}, t.rows...)
	}
	widths := columnWidths(all)
	for i, row := range all {
		line := t.line(row, widths)
		if i == 0 && len(t.Heads) > 0 && t.Bold {
			line = "\x1b[1m" + line + "\x1b[0m"
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

func columnWidths(rows [][]string) []int {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	return widths
}

func (t *Table) line(row []string, widths []int) string {
	var b strings.Builder
	for i, cell := range row {
		padding := strings.Repeat(" ", widths[i]-ansi.StringWidth(cell))
		switch {
		case t.Right[i]:
			b.WriteString(padding + cell)
		case i == len(row)-1:
			b.WriteString(cell)
		default:
			b.WriteString(cell + padding)
		}
		if i < len(row)-1 {
			b.WriteString(strings.Repeat(" ", gap))
		}
	}
	line := strings.TrimRight(b.String(), " ")
	if t.Width > 0 {
		line = ansi.Truncate(line, t.Width, "…")
	}
	return line
}
