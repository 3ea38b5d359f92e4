package mail

import (
	"bytes"
	"slices"
)

// deepest is how far parts may lie in each other. The parser takes twice as long for each further level, and one mail of three
// kilobytes would hold it for ever; what mail programs nest is a handful.
const deepest = 12

// depth is how far parts of a mail lie in each other: a delimiter after a line that speaks of a multipart opens a level, however
// that line writes its boundary, and the delimiter of a level outside ends those within.
func depth(original []byte) (most int) {
	var inside []string
	multipart := false
	for line := range bytes.Lines(original) {
		delimiter, is := bytes.CutPrefix(bytes.TrimRight(line, " \t\r\n"), []byte("--"))
		if !is || len(delimiter) == 0 || len(delimiter) > 100 {
			multipart = multipart || bytes.Contains(bytes.ToLower(line[:min(len(line), 1000)]), []byte("multipart"))
			continue
		}
		name := string(bytes.TrimSuffix(delimiter, []byte("--")))
		switch i := slices.Index(inside, name); {
		case multipart:
			inside = append(inside, name)
			most = max(most, len(inside))
		case i >= 0:
			inside = inside[:i+1]
		}
		multipart = false
	}
	return most
}
