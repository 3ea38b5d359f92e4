package mail

import (
	"bytes"
	"regexp"
	"slices"
)

// deepest is how far parts may lie in each other. The parser takes twice as long for each further level, and one mail of three
// kilobytes would hold it for ever; what mail programs nest is a handful.
const deepest = 12

var boundaries = regexp.MustCompile(`(?i)boundary\s*=\s*"?([^";\s]+)`)

// depth is how far parts of a mail lie in each other, by the delimiters that are really there.
func depth(original []byte) (most int) {
	declared := map[string]bool{}
	var inside []string
	for line := range bytes.Lines(original) {
		if at := boundaries.FindSubmatch(line[:min(len(line), 1000)]); at != nil {
			declared[string(at[1])] = true
		}
		delimiter, is := bytes.CutPrefix(bytes.TrimRight(line, " \t\r\n"), []byte("--"))
		if !is || len(delimiter) > 100 {
			continue
		}
		name := string(delimiter)
		if i := slices.Index(inside, name); i >= 0 {
			inside = inside[:i+1]
		} else if i := slices.Index(inside, string(bytes.TrimSuffix(delimiter, []byte("--")))); i >= 0 {
			inside = inside[:i] // it is closed
		} else if declared[name] {
			inside = append(inside, name)
			most = max(most, len(inside))
		}
	}
	return most
}
