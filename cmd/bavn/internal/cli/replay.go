package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/bavn/bavn/cmd/bavn/internal/demo"
	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/replay"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	"github.com/bavn/bavn/cmd/bavn/mappings"
)

// Replay brings a log in.
type Replay struct {
	Log         string        `arg:"" help:"The log: comma-separated values, gzip or not."`
	Mapping     string        `required:"" placeholder:"FILE" help:"How the log becomes tickets: a file, or vinst (built in)."`
	Concurrency int           `default:"8" help:"Cases at once (${default})."`
	Settle      time.Duration `default:"30s" hidden:"" help:"How long services get to hear of a new desk."`
}

// replayPatience is how long a service may be away during a replay before its rows fail: a restart, not a lunch.
const replayPatience = 2 * time.Minute

// Run replays what is not there yet, and says which rows could not be applied.
func (c *Replay) Run(ctx context.Context, s *session) error {
	s.Patience, s.untraced = max(s.Patience, replayPatience), true
	mapping, err := readMapping(c.Mapping)
	if err != nil {
		return err
	}
	cases, err := mapping.ReadFile(c.Log)
	if err != nil {
		return failure.New(failure.Usage, "", "%w", err)
	}
	directory, err := mapping.Directory(cases)
	if err != nil {
		return failure.New(failure.Usage, "", "%w", err)
	}
	person, err := s.me(ctx)
	if err != nil {
		return err
	}
	connected, err := s.connect()
	if err != nil {
		return err
	}
	desk := c.desk(s, mapping)
	made, err := mapping.Prepare(ctx, connected.Directory, desk, person, directory, max(c.Concurrency, 1))
	if err != nil {
		return err
	}
	journal, err := replay.OpenJournal(s.folder().Path("replay", mapping.JournalName(desk)),
		desk+"@"+made.GetCreateTime().AsTime().Format(time.RFC3339Nano))
	if err != nil {
		return err
	}
	bar := newProgress(s, journal.Rest(cases))
	run := &replay.Run{
		Mapping: mapping, Desk: desk, Intake: connected.Submissions, Triage: connected.Tickets, Journal: journal,
		Clock: s.clock, Concurrency: c.Concurrency, Settle: c.Settle, Applied: bar.add,
	}
	result, err := run.Do(ctx, cases)
	bar.end()
	return errors.Join(c.report(s, result, err), journal.Close())
}

// desk is where the log goes. The demo desk, which --desk means when it is left out, is never filled with a log.
func (c *Replay) desk(s *session, m *replay.Mapping) string {
	if s.Desk == demo.Desk {
		return resource.Desk(m.Source)
	}
	return s.desk()
}

func readMapping(name string) (*replay.Mapping, error) {
	document, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(name, "./") {
		document, err = mappings.Files.ReadFile(name + ".yaml")
	}
	if err != nil {
		return nil, failure.New(failure.Usage, "a file, or `vinst`", "read mapping: %w", err)
	}
	mapping, err := replay.ParseMapping(document)
	if err != nil {
		return nil, failure.New(failure.Usage, "", "%s: %w", name, err)
	}
	return mapping, nil
}

type replayReport struct {
	Cases         int             `json:"cases"`
	Rows          int             `json:"rows"`
	EarlierCases  int             `json:"earlier_cases"`
	EarlierRows   int             `json:"earlier_rows"`
	Seconds       float64         `json:"seconds"`
	RowsPerSecond float64         `json:"rows_per_second"`
	NotApplied    []replayFailure `json:"not_applied"`
}

type replayFailure struct {
	Case   string `json:"case"`
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

// mostShown bounds the failures that are printed for people; -o json has all of them.
const mostShown = 50

func (c *Replay) report(s *session, r replay.Result, stopped error) error {
	report := replayReport{
		Cases: r.Cases, Rows: r.Rows, EarlierCases: r.EarlierCases, EarlierRows: r.EarlierRows,
		Seconds: r.Elapsed.Seconds(), RowsPerSecond: r.RowsPerSecond(), NotApplied: []replayFailure{},
	}
	for _, f := range r.Failures {
		explained := failure.Explain(f.Err)
		report.NotApplied = append(report.NotApplied, replayFailure{
			Case: f.Case, Line: f.Line, Reason: strings.TrimSpace(explained.Message + " " + explained.Reason),
		})
	}
	if s.JSON {
		if err := s.Value(report); err != nil {
			return err
		}
	} else {
		report.print(s, stopped == nil)
	}
	switch {
	case errors.Is(stopped, context.Canceled):
		return failure.New(failure.Interrupted, "start it again to go on: nothing is doubled", "broken off")
	case stopped != nil:
		return stopped
	case len(r.Failures) > 0:
		return failure.New(failure.Failed, "start it again once the cause is gone: what is there is not doubled",
			"%d rows could not be applied", len(r.Failures))
	}
	return nil
}

func (r replayReport) print(s *session, complete bool) {
	s.Printf("%d cases, %d rows in %s: %.0f rows/s\n", r.Cases, r.Rows,
		time.Duration(r.Seconds*float64(time.Second)).Round(10*time.Millisecond), r.RowsPerSecond)
	if r.EarlierCases > 0 {
		s.Printf("%d cases, %d rows were there from an earlier run\n", r.EarlierCases, r.EarlierRows)
	}
	table := s.Table("CASE", "LINE", "WHY IT COULD NOT BE APPLIED")
	for _, f := range r.NotApplied[:min(len(r.NotApplied), mostShown)] {
		table.Row(f.Case, fmt.Sprint(f.Line), f.Reason)
	}
	if err := table.Print(s.Out); err != nil {
		return
	}
	if more := len(r.NotApplied) - mostShown; more > 0 {
		s.Printf("… and %d more; -o json lists all\n", more)
	}
	if complete && len(r.NotApplied) == 0 {
		s.Printf("%s every row was applied\n", s.Good("✓"))
	}
}
