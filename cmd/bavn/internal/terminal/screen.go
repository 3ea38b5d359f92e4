package terminal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// Screen is where a command writes.
type Screen struct {
	Out   io.Writer
	JSON  bool // instead of text
	Width int  // columns; 0 where lines may be of any length
	Color bool
	Zone  *time.Location // of times shown to people
}

// NewScreen looks at what out is: a terminal has a width and, unless NO_COLOR is set, colours.
func NewScreen(out io.Writer, asJSON bool) Screen {
	s := Screen{Out: out, JSON: asJSON, Zone: time.Local}
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return s
	}
	if width, _, err := term.GetSize(int(file.Fd())); err == nil {
		s.Width = width
	}
	_, plain := os.LookupEnv("NO_COLOR")
	s.Color = !plain
	return s
}

// Terminal reports whether somebody watches.
func (s Screen) Terminal() bool { return s.Width > 0 }

// Printf writes text.
func (s Screen) Printf(format string, args ...any) { fmt.Fprintf(s.Out, format, args...) }

// Message writes a message of the contract as the REST API would, indented.
func (s Screen) Message(m proto.Message) error {
	return s.message(m, func(compact []byte) ([]byte, error) {
		var indented bytes.Buffer
		err := json.Indent(&indented, compact, "", "  ")
		return indented.Bytes(), err
	})
}

// Line writes a message on one line, for streams.
func (s Screen) Line(m proto.Message) error {
	return s.message(m, func(spaced []byte) ([]byte, error) {
		var compact bytes.Buffer
		err := json.Compact(&compact, spaced)
		return compact.Bytes(), err
	})
}

// message hides that protojson spaces its output differently from build to build.
func (s Screen) message(m proto.Message, layout func([]byte) ([]byte, error)) error {
	encoded, err := protojson.MarshalOptions{EmitDefaultValues: false}.Marshal(m)
	if err == nil {
		encoded, err = layout(encoded)
	}
	if err != nil {
		return fmt.Errorf("write %s as JSON: %w", m.ProtoReflect().Descriptor().Name(), err)
	}
	_, err = fmt.Fprintf(s.Out, "%s\n", encoded)
	return err
}

// Value writes any value as JSON.
func (s Screen) Value(v any) error {
	encoder := json.NewEncoder(s.Out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// Bold is text that stands out where colours are shown.
func (s Screen) Bold(text string) string { return s.style("1", text) }

// Dim is text that stands back where colours are shown.
func (s Screen) Dim(text string) string { return s.style("2", text) }

// Good is a success where colours are shown.
func (s Screen) Good(text string) string { return s.style("32", text) }

// Bad is a failure where colours are shown.
func (s Screen) Bad(text string) string { return s.style("31", text) }

func (s Screen) style(code, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Table is an empty table for this screen.
func (s Screen) Table(heads ...string) *Table {
	return &Table{Heads: heads, Right: map[int]bool{}, Width: s.Width, Bold: s.Color}
}

// Time is a moment as people here write it, with the zone that it is told in.
func (s Screen) Time(t time.Time) string {
	if t.IsZero() || t.Unix() == 0 {
		return ""
	}
	return t.In(s.Zone).Format("2006-01-02 15:04:05 MST")
}

// Duration is a span of time in the two largest units that it has.
func Duration(d time.Duration) string {
	units := []struct {
		name string
		size time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"min", time.Minute}, {"s", time.Second}}
	for i, unit := range units {
		if d < unit.size {
			continue
		}
		text := fmt.Sprintf("%d %s", d/unit.size, unit.name)
		if i+1 < len(units) {
			if rest := d % unit.size / units[i+1].size; rest > 0 {
				text += fmt.Sprintf(" %d %s", rest, units[i+1].name)
			}
		}
		return text
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}
