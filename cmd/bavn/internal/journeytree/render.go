package journeytree

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// Options say how the tree is drawn. The zero value is 80 columns, without colour, in UTC.
type Options struct {
	Width int  // columns of the terminal; default 80; below 60 the tree is drawn for 60
	Color bool // ANSI styles
	Zone  *time.Location
}

const (
	defaultWidth  = 80
	smallestWidth = 60
	timeOfDay     = "2006-01-02 15:04:05 MST"
)

// Render draws the journey for a terminal, one line per step and call, each line as wide as the terminal at most.
func Render(w io.Writer, j Journey, o Options) error {
	o.Width = max(smallestWidth, cmp.Or(o.Width, defaultWidth))
	o.Zone = cmp.Or(o.Zone, time.UTC)
	out := bufio.NewWriter(w)
	lines := heading(j, o)
	rows := rowsOf(j)
	layout := fit(rows, o.Width)
	for _, r := range rows {
		lines = append(lines, layout.line(r, o.Color))
	}
	for _, line := range lines {
		_, _ = out.WriteString(line + "\n") // Flush reports what went wrong
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("draw the journey: %w", err)
	}
	return nil
}

func heading(j Journey, o Options) []string {
	title := []string{clean(j.Ticket)}
	for _, part := range []string{j.Status, j.Priority} {
		if part != "" {
			title = append(title, clean(part))
		}
	}
	title = append(title, spoken(time.Duration(j.Duration))+" from registration to the last step")
	facts := []string{
		"registered " + j.Start.In(o.Zone).Format(timeOfDay),
		count(countSteps(j.Steps), "step", "steps"), count(len(j.Parties), "party", "parties"),
	}
	lines := []string{
		ansi.Truncate(strings.Join(title, " · "), o.Width, ellipsis),
		ansi.Truncate(strings.Join(facts, " · "), o.Width, ellipsis),
		"trace " + j.Trace.String(),
	}
	if o.Color {
		lines[0] = styles[roleStep].Styled(lines[0])
		lines[1], lines[2] = styles[roleCall].Styled(lines[1]), styles[roleCall].Styled(lines[2])
	}
	return append(lines, "")
}

func countSteps(steps []Step) int {
	n := len(steps)
	for _, s := range steps {
		n += countSteps(s.Steps)
	}
	return n
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// spoken writes a duration the way a person says it: two units at most.
func spoken(d time.Duration) string {
	if d < 0 {
		return "−" + spoken(-d)
	}
	const day = 24 * time.Hour
	switch {
	case d == 0:
		return "0 s"
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < time.Second:
		return decimal(d, time.Millisecond) + " ms"
	case d < time.Minute:
		return decimal(d, time.Second) + " s"
	case d < time.Hour:
		return fmt.Sprintf("%dm %02ds", d/time.Minute, d%time.Minute/time.Second)
	case d < day:
		return fmt.Sprintf("%dh %02dm", d/time.Hour, d%time.Hour/time.Minute)
	default:
		return fmt.Sprintf("%dd %02dh", d/day, d%day/time.Hour)
	}
}

// decimal rounds down, so that what is below a unit never shows as that unit: 59.99 s is not "60 s".
func decimal(d, unit time.Duration) string {
	tenths := d * 10 / unit
	return strings.TrimSuffix(fmt.Sprintf("%d.%d", tenths/10, tenths%10), ".0")
}

// clean keeps a span's text to one line and its control characters away from the terminal.
func clean(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f && r <= 0xa0 }), " ")
}
