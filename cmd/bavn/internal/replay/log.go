package replay

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"
)

// Row is one row of the log.
type Row struct {
	Line  int // in the file, the header being line 1
	Time  time.Time
	Value map[string]string // by column
}

// Case is one case with its rows in order of time.
type Case struct {
	ID   string
	Rows []Row
}

// ReadFile reads a log of comma-separated values, compressed with gzip or not.
func (m *Mapping) ReadFile(path string) (cases []Case, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	buffered := bufio.NewReader(file)
	var content io.Reader = buffered
	if magic, _ := buffered.Peek(2); string(magic) == "\x1f\x8b" {
		if content, err = gzip.NewReader(buffered); err != nil {
			return nil, fmt.Errorf("read log %s: %w", path, err)
		}
	}
	cases, err = m.Read(content)
	if err != nil {
		return nil, fmt.Errorf("read log %s: %w", path, err)
	}
	return cases, nil
}

// Read reads a log. Cases come in the order of their first rows in the file, rows of one case in the order of their times and,
// at the same time, of the file.
func (m *Mapping) Read(content io.Reader) ([]Case, error) {
	records := csv.NewReader(content)
	header, err := records.Read()
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	columns, err := m.locate(header)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(m.Time.TimeZone)
	if err != nil {
		return nil, err
	}
	var cases []Case
	index := map[string]int{}
	for {
		record, err := records.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		line, _ := records.FieldPos(0)
		row := Row{Line: line, Value: make(map[string]string, len(columns))}
		for name, at := range columns {
			row.Value[name] = record[at]
		}
		if row.Time, err = m.Time.parse(row.Value[m.Time.Column], zone); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		id := row.Value[m.Case.Column]
		at, known := index[id]
		if !known {
			at = len(cases)
			index[id], cases = at, append(cases, Case{ID: id})
		}
		cases[at].Rows = append(cases[at].Rows, row)
	}
	for _, c := range cases {
		slices.SortStableFunc(c.Rows, func(a, b Row) int { return a.Time.Compare(b.Time) })
	}
	return cases, nil
}

func (m *Mapping) locate(header []string) (map[string]int, error) {
	at := map[string]int{}
	var errs []error
	named := m.columns()
	for _, field := range slices.Sorted(maps.Keys(named)) {
		i := slices.Index(header, named[field])
		if i < 0 {
			errs = append(errs, fmt.Errorf("%s: the log has no column %q", field, named[field]))
			continue
		}
		at[named[field]] = i
	}
	return at, errors.Join(errs...)
}

func (r TimeRule) parse(written string, zone *time.Location) (time.Time, error) {
	layout := r.Layout
	if layout == "RFC3339" {
		layout = time.RFC3339Nano
	}
	parsed, err := time.ParseInLocation(layout, written, zone)
	if err != nil {
		return time.Time{}, err
	}
	return parsed.UTC().Truncate(time.Microsecond), nil
}

// Rows is how many rows the cases have together.
func Rows(cases []Case) int {
	n := 0
	for _, c := range cases {
		n += len(c.Rows)
	}
	return n
}
