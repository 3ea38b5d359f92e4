package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"text/tabwriter"
)

// Report is what `make bench` found: out/bench.json. Figures that were not measured are missing.
type Report struct {
	// Ratios to pgbench's create-ticket transaction in the same run.
	SubmitRatio  *float64 `json:"submit_ratio"`
	CommandRatio *float64 `json:"command_ratio"`
	// MailRatio is of mails, from the SMTP acknowledgement to the opened ticket; NotifyRatio of mails that notify sends to a sink.
	MailRatio      *float64 `json:"mail_ratio"`
	MailsPerSecond *float64 `json:"mails_per_s"`
	NotifyRatio    *float64 `json:"notify_ratio"`
	// FeedLagP99 is the worst of notify and reporting at half the maximum, in milliseconds.
	FeedLagP99 *float64 `json:"feed_lag_p99_ms"`
	// RSS of the five processes after the load, in MB (10^6 bytes).
	RSS *float64 `json:"rss_mb"`
	// ReplayRows per second, of the whole VINST log in one go.
	ReplayRows *float64 `json:"replay_rows_per_s"`
	PGBenchTPS *float64 `json:"pgbench_tps"`
	// Latencies of the hot queries in a big database, in milliseconds.
	TakeNextP99 *float64 `json:"take_next_p99_ms"`
	PageP99     *float64 `json:"page_p99_ms"`

	Raw Raw `json:"raw"`
}

// Raw is what the ratios come from.
type Raw struct {
	CPUs        int     `json:"cpus"`
	Clients     int     `json:"clients"`
	SampleRatio float64 `json:"request_trace_sample_ratio"`

	PGBenchTPS    []float64 `json:"pgbench_tps"` // of every round, in order
	Submits       []float64 `json:"submits_per_s"`
	Commands      []float64 `json:"commands_per_s"`
	SubmitP50     float64   `json:"submit_p50_ms"`
	SubmitP99     float64   `json:"submit_p99_ms"`
	CommandP50    float64   `json:"command_p50_ms"`
	CommandP99    float64   `json:"command_p99_ms"`
	CaughtUpAfter float64   `json:"caught_up_after_s"` // the longest time after a round of load

	// Processor time of one call, with all that it causes, by process, in microseconds: "submits", then "triage".
	ProcessorTime map[string]map[string]float64 `json:"cpu_us_per_call"`
	// Feed lag by subscription and load: "notify<-triage, submit".
	FeedLagP99 map[string]float64 `json:"feed_lag_p99_ms"`
	Processes  map[string]float64 `json:"process_rss_mb"`

	MailPGBenchTPS []float64 `json:"mail_pgbench_tps,omitempty"` // of every round, before mails and before notifications
	Mails          []float64 `json:"mails_per_s,omitempty"`
	Notices        []float64 `json:"notifications_per_s,omitempty"`
	MailP50        float64   `json:"mail_p50_ms,omitempty"`
	MailP99        float64   `json:"mail_p99_ms,omitempty"`

	ReplayRows     int     `json:"replay_rows,omitempty"`
	ReplaySeconds  float64 `json:"replay_seconds,omitempty"`
	OpenTickets    int     `json:"take_next_open_tickets,omitempty"`
	TakeNextPerSec float64 `json:"take_next_per_s,omitempty"`
	TakeNextP50    float64 `json:"take_next_p50_ms,omitempty"`
	PageTickets    int     `json:"page_tickets,omitempty"`
	PagesPerSec    float64 `json:"pages_per_s,omitempty"`
	PageP50        float64 `json:"page_p50_ms,omitempty"`
}

// bar is what a figure must reach. Nothing but `make bench` looks at them: a busy machine is no defect of a change.
type bar struct {
	name    string
	figure  func(r *Report) *float64
	atLeast bool // else at most
	limit   float64
	aim     float64 // 0 without one
	unit    string
}

var bars = []bar{
	{"submit → opened, of pgbench", func(r *Report) *float64 { return r.SubmitRatio }, true, 0.07, 0.15, ""},
	{"life-cycle commands, of pgbench", func(r *Report) *float64 { return r.CommandRatio }, true, 0.12, 0.25, ""},
	{"mail → opened, of pgbench", func(r *Report) *float64 { return r.MailRatio }, true, 0.03, 0, ""},
	{"feed lag p99 at half load", func(r *Report) *float64 { return r.FeedLagP99 }, false, 250, 0, "ms"},
	{"memory of the five processes", func(r *Report) *float64 { return r.RSS }, false, 300, 0, "MB"},
	{"take next p99", func(r *Report) *float64 { return r.TakeNextP99 }, false, 25, 0, "ms"},
	{"page of 50 p99", func(r *Report) *float64 { return r.PageP99 }, false, 25, 0, "ms"},
}

// verdict says of a bar whether it is reached; an unmeasured figure is neither.
func (b bar) verdict(r *Report) string {
	figure := b.figure(r)
	switch {
	case figure == nil:
		return "not measured"
	case b.atLeast != (*figure >= b.limit) && *figure != b.limit:
		return "MISSED"
	case b.aim == 0:
		return "ok"
	case *figure >= b.aim:
		return "ok, aim reached"
	default:
		return "ok, below the aim"
	}
}

// missed names the bars that were measured and not reached.
func (r *Report) missed() []string {
	var names []string
	for _, b := range bars {
		if b.verdict(r) == "MISSED" {
			names = append(names, fmt.Sprintf("%s: %.4g %s", b.name, *b.figure(r), b.unit))
		}
	}
	return names
}

// print writes the table.
func (r *Report) print(to io.Writer) error {
	table := tabwriter.NewWriter(to, 2, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "\t\tbar\taim\t\t\n")
	for _, b := range bars {
		sign, aim, value := "≤", "", "–"
		if b.atLeast {
			sign = "≥"
		}
		if b.aim != 0 {
			aim = fmt.Sprintf("%.4g", b.aim)
		}
		if figure := b.figure(r); figure != nil {
			value = fmt.Sprintf("%.3g", *figure)
		}
		fmt.Fprintf(table, "%s\t%s %s\t%s %.4g\t%s\t%s\t\n", b.name, value, b.unit, sign, b.limit, aim, b.verdict(r))
	}
	if r.MailsPerSecond != nil {
		fmt.Fprintf(table, "mails, acknowledged to opened\t%.0f /s\t\t\tp99 %.0f ms\t\n", *r.MailsPerSecond, r.Raw.MailP99)
		fmt.Fprintf(table, "notifications to a sink, of pgbench\t%.3f\t\t\t%.0f /s\t\n", *r.NotifyRatio, mean(r.Raw.Notices))
	}
	if r.ReplayRows != nil {
		fmt.Fprintf(table, "VINST log replayed\t%.0f rows/s\t\t\t%d rows in one go\t\n", *r.ReplayRows, r.Raw.ReplayRows)
	}
	if r.PGBenchTPS != nil {
		fmt.Fprintf(table, "pgbench create ticket\t%.0f tps\t\t\t%d clients, %d CPUs\t\n", *r.PGBenchTPS, r.Raw.Clients, r.Raw.CPUs)
	}
	return table.Flush()
}

// write keeps the report as a file.
func (r *Report) write(file string) error {
	content, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o755) //nolint:gosec // it is for everybody to read
	}
	if err == nil {
		err = os.WriteFile(file, append(content, '\n'), 0o644) //nolint:gosec // it is for everybody to read
	}
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func mean(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
