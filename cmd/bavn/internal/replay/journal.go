package replay

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// Journal remembers the cases that are done, so that a run that is started again does not ask about each of their rows. It
// saves time and nothing else: what is not in it, or is lost with it, is asked again under the same request ids.
type Journal struct {
	mu   sync.Mutex
	file *os.File
	done map[string]bool
}

// OpenJournal opens a journal that belongs to one desk of one installation, which belongsTo names. A journal of another one
// is begun anew: its cases are not here.
func OpenJournal(path, belongsTo string) (*Journal, error) {
	done, err := readJournal(path, belongsTo)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if done == nil {
		flags |= os.O_TRUNC
	}
	file, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	if done == nil {
		done = map[string]bool{}
		if _, err := fmt.Fprintln(file, belongsTo); err != nil {
			return nil, errors.Join(fmt.Errorf("write journal: %w", err), file.Close())
		}
	}
	return &Journal{file: file, done: done}, nil
}

// readJournal returns nil if there is none for this desk.
func readJournal(path, belongsTo string) (map[string]bool, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	defer file.Close() // it was only read
	lines := bufio.NewScanner(file)
	if !lines.Scan() || lines.Text() != belongsTo {
		return nil, nil
	}
	done := map[string]bool{}
	for lines.Scan() {
		done[lines.Text()] = true // half a line of a killed run names no case, which is then asked again
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	return done, nil
}

// Done reports whether a case is finished.
func (j *Journal) Done(caseID string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.done[caseID]
}

// Rest is how many rows are still to come.
func (j *Journal) Rest(cases []Case) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	rest := 0
	for _, c := range cases {
		if !j.done[c.ID] {
			rest += len(c.Rows)
		}
	}
	return rest
}

// Finish notes that a case is finished.
func (j *Journal) Finish(caseID string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done[caseID] = true
	if _, err := fmt.Fprintln(j.file, caseID); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	return nil
}

// Close ends the journal.
func (j *Journal) Close() error { return j.file.Close() }
