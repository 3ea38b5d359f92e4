package domain

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	"github.com/bavn/bavn/process"
)

const day = 24 * time.Hour

// Group is what figures need to know of a group.
type Group struct {
	Party, ID, DisplayName string
	Level                  int
}

// Figures adds up the steps of a desk, ticket by ticket. Each ticket's steps are given together and in order.
type Figures struct {
	levels map[[2]string]int // by party and group
	names  map[string]string // of groups, by id

	first, last  time.Time
	perTicket    []int
	throughput   []time.Duration
	byImpact     counts
	byLastStatus counts
	byLine       counts
	byGroup      counts
	groups       handOvers
	parties      handOvers
	statuses     map[string]*statusTime
	steps        int64
	reopened     int64
	afterClosed  int64
	exact        int64
}

// NewFigures starts from nothing.
func NewFigures(groups []Group) *Figures {
	f := &Figures{
		levels: map[[2]string]int{}, names: map[string]string{}, statuses: map[string]*statusTime{},
		byImpact: counts{}, byLastStatus: counts{}, byLine: counts{}, byGroup: counts{},
	}
	for _, g := range groups {
		f.levels[[2]string{g.Party, g.ID}] = g.Level
		f.names[g.ID] = g.DisplayName
	}
	return f
}

// AddTicket adds all steps of one ticket.
func (f *Figures) AddTicket(steps []Step) {
	if len(steps) == 0 {
		return
	}
	first, last := steps[0], steps[len(steps)-1]
	f.span(first.At, last.At)
	f.steps += int64(len(steps))
	f.perTicket = append(f.perTicket, len(steps))
	f.throughput = append(f.throughput, last.At.Sub(first.At))
	f.byImpact[ImpactLabel(last.Impact)]++
	f.byLastStatus[last.Label()]++
	f.groups.add(steps, func(s Step) string { return s.Group })
	f.parties.add(steps, func(s Step) string { return s.Party })
	f.addLines(steps)
	f.addStatuses(steps)
	if slices.ContainsFunc(steps, func(s Step) bool { return s.Reopened }) {
		f.reopened++
	}
	if slices.ContainsFunc(steps[:len(steps)-1], func(s Step) bool { return s.Status == process.Closed }) {
		f.afterClosed++
	}
	if ClocksAreExact(steps) {
		f.exact++
	}
}

func (f *Figures) span(first, last time.Time) {
	if f.first.IsZero() || first.Before(f.first) {
		f.first = first
	}
	if last.After(f.last) {
		f.last = last
	}
}

func (f *Figures) addLines(steps []Step) {
	highest, seen := 0, map[string]bool{}
	for _, s := range steps {
		highest = max(highest, f.levels[[2]string{s.Party, s.Group}])
		if s.Group != "" && !seen[s.Group] {
			seen[s.Group] = true
			f.byGroup[cmp.Or(f.names[s.Group], s.Group)]++
		}
	}
	if highest > 0 {
		f.byLine[strconv.Itoa(highest)]++
	}
}

func (f *Figures) addStatuses(steps []Step) {
	seen := map[string]bool{}
	for i, s := range steps {
		label := s.Label()
		t := f.statuses[label]
		if t == nil {
			t = new(statusTime)
			f.statuses[label] = t
		}
		t.steps++
		if !seen[label] {
			seen[label] = true
			t.tickets++
		}
		if i+1 < len(steps) {
			t.elapsed += steps[i+1].At.Sub(s.At)
		}
	}
}

type statusTime struct {
	steps, tickets int64
	elapsed        time.Duration
}

// handOvers counts changes of a value between consecutive steps, and tickets in which a value is left and returned to. What
// resolution returned to its owner is still with those who solved it, until somebody works on it again.
type handOvers struct{ changes, tickets, pingPong int64 }

func (h *handOvers) add(steps []Step, of func(Step) string) {
	var changes int64
	var back bool
	last := of(steps[0])
	had := map[string]bool{last: true}
	for _, s := range steps[1:] {
		value := of(s)
		if s.Returned || value == last {
			continue
		}
		changes++
		back = back || had[value]
		had[value], last = true, value
	}
	h.changes += changes
	if changes > 0 {
		h.tickets++
	}
	if back {
		h.pingPong++
	}
}

// ClocksAreExact reports whether the party clocks and the intervals of a ticket both sum to its throughput, to the
// microsecond.
func ClocksAreExact(steps []Step) bool {
	first, last := steps[0], steps[len(steps)-1]
	throughput := last.At.Sub(first.At)
	clocks := process.StartClocks(first.Party, first.Status, first.At)
	changes := make([]process.Change, len(steps))
	for i, s := range steps {
		clocks = clocks.Turn(s.Party, s.Status, s.At)
		changes[i] = process.Change{Holding: s.Holding, At: s.At}
	}
	var counted, partitioned time.Duration
	for _, c := range clocks.At(last.At) {
		counted += c.Elapsed
	}
	for _, i := range process.Intervals(changes, last.At) {
		partitioned += i.Elapsed()
	}
	return counted == throughput && partitioned == throughput
}

// Result is the figures of all tickets added.
func (f *Figures) Result() *reportingv1.Figures {
	return &reportingv1.Figures{
		Tickets: int64(len(f.perTicket)), Steps: f.steps, Days: int64(f.last.Sub(f.first) / day),
		StepsPerTicket: distribution(f.perTicket, func(n int) float64 { return float64(n) }),
		ThroughputDays: distribution(f.throughput, func(d time.Duration) float64 { return d.Seconds() / day.Seconds() }),

		TicketsByImpact:      f.byImpact.most(),
		TicketsByLastStatus:  f.byLastStatus.most(),
		GroupHandOvers:       f.groups.result(),
		PartyHandOvers:       f.parties.result(),
		TicketsByHighestLine: f.byLine.byValue(),
		StatusTimes:          f.statusTimes(),
		ReopenedTickets:      f.reopened, TicketsWithStepsAfterClosed: f.afterClosed,
		TicketsByGroup:         f.byGroup.most(),
		TicketsWithExactClocks: f.exact,
	}
}

func (h handOvers) result() *reportingv1.HandOvers {
	return &reportingv1.HandOvers{HandOvers: h.changes, Tickets: h.tickets, PingPongTickets: h.pingPong}
}

func (f *Figures) statusTimes() []*reportingv1.StatusTime {
	times := make([]*reportingv1.StatusTime, 0, len(f.statuses))
	for label, t := range f.statuses {
		times = append(times, &reportingv1.StatusTime{
			Status: label, Steps: t.steps, Tickets: t.tickets, Days: t.elapsed.Seconds() / day.Seconds(),
		})
	}
	slices.SortFunc(times, func(a, b *reportingv1.StatusTime) int { return cmp.Compare(a.GetStatus(), b.GetStatus()) })
	return times
}

// distribution sorts its values.
func distribution[T int | time.Duration](values []T, unit func(T) float64) *reportingv1.Distribution {
	n := len(values)
	if n == 0 {
		return &reportingv1.Distribution{}
	}
	slices.Sort(values)
	var sum float64
	for _, v := range values {
		sum += unit(v)
	}
	median := unit(values[n/2])
	if n%2 == 0 {
		median = (unit(values[n/2-1]) + median) / 2
	}
	return &reportingv1.Distribution{Mean: sum / float64(n), Median: median, Max: unit(values[n-1])}
}

type counts map[string]int64

// most lists the values, most frequent first.
func (c counts) most() []*reportingv1.Count {
	list := c.byValue()
	slices.SortStableFunc(list, func(a, b *reportingv1.Count) int { return cmp.Compare(b.GetCount(), a.GetCount()) })
	return list
}

func (c counts) byValue() []*reportingv1.Count {
	list := make([]*reportingv1.Count, 0, len(c))
	for value, n := range c {
		list = append(list, &reportingv1.Count{Value: value, Count: n})
	}
	slices.SortFunc(list, func(a, b *reportingv1.Count) int { return cmp.Compare(a.GetValue(), b.GetValue()) })
	return list
}
