package resilience

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/bavn/bavn/cmd/bavn/suite"
)

// report is what a run prints.
type report struct {
	seed     uint64
	load     time.Duration // under fire
	quiet    time.Duration // until nothing was left to happen
	kills    map[string]int
	again    map[string]int
	clients  tally
	evidence *evidence
	results  []result
}

// result of one check.
type result struct {
	promise string
	finding
}

func (r *report) add(promise string, f finding) { r.results = append(r.results, result{promise, f}) }

func (r *report) print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name string, format string, args ...any) {
		fmt.Fprintf(table, "%s\t%s\n", name, fmt.Sprintf(format, args...)) // Flush returns its error
	}
	line("seed", "%d", r.seed)
	total := 0
	for _, name := range suite.Names {
		total += r.kills[name]
	}
	line("killed (SIGKILL)", "%d services and %d times PostgreSQL in %v", total, r.kills[postgreSQL], r.load.Round(time.Second))
	for _, name := range suite.Names {
		line("  "+name, "%d (%d starts had to be repeated)", r.kills[name], r.again[name])
	}
	c := r.clients
	line("calls answered", "%d of %d, by %d attempts (%d of them by REST)", c.answered, c.answered, c.attempts, c.attemptsByREST)
	line("  made again", "%d calls; %d requests answered twice at the same time", c.retried, c.doubled)
	for _, why := range slices.Sorted(maps.Keys(c.retries)) {
		line("  after "+why, "%d", c.retries[why])
	}
	if e := r.evidence; e != nil {
		tickets, events := 0, 0
		for _, source := range sources {
			events += len(e.events[source])
			for _, event := range e.events[source] {
				if event.GetType() == "ticket.opened" {
					tickets++
				}
			}
		}
		line("tickets", "%d", tickets)
		line("events", "%d (triage %d, intake %d, notify %d)", events,
			len(e.events["triage"]), len(e.events["intake"]), len(e.events["notify"]))
		line("mails", "%d, of which %d again with the same Message-ID", len(e.mails), e.repeatedMails())
	}
	line("quiet after", "%v", r.quiet.Round(100*time.Millisecond))
	if err := table.Flush(); err != nil {
		return err
	}
	for _, result := range r.results {
		verdict := fmt.Sprintf("ok (%d)", result.examined)
		if len(result.wrong) > 0 {
			verdict = fmt.Sprintf("BROKEN %d times (of %d)", len(result.wrong), result.examined)
		}
		line(result.promise, "%s", verdict)
	}
	return table.Flush()
}
