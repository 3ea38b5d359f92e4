package journeytree

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// role decides how a row is styled.
type role int

const (
	roleStep role = iota
	roleRequest
	roleCall
	roleGap
)

// row is one line of the tree before it is fitted to a width.
type row struct {
	role                   role
	offset                 string // since the journey's start; only of steps
	stem                   string // the branches that lead to it
	name, who, state, took string
	failed                 bool
}

// shortestGap is the time between two steps that is worth a line of its own.
const shortestGap = time.Second

// item is anything that hangs on a branch.
type item struct {
	row      row
	children []item
}

// rowsOf flattens the journey.
func rowsOf(j Journey) []row {
	var items []item
	for _, r := range j.Requests {
		items = append(items, requestItem(r))
	}
	items = append(items, stepItems(j.Steps)...)
	return hang(nil, "", items)
}

// hang draws the branches. A gap is part of the branch it interrupts and never its end.
func hang(rows []row, indent string, items []item) []row {
	for n, it := range items {
		branch, below := "├─ ", "│  "
		switch {
		case it.row.role == roleGap:
			branch = "┆  "
		case n == len(items)-1:
			branch, below = "└─ ", "   "
		}
		it.row.stem = indent + branch
		rows = append(rows, it.row)
		rows = hang(rows, indent+below, it.children)
	}
	return rows
}

func stepItems(steps []Step) []item {
	var items []item
	for n, s := range steps {
		if n > 0 {
			if gap := time.Duration(s.Offset) - time.Duration(steps[n-1].Offset); gap >= shortestGap {
				items = append(items, item{row: row{role: roleGap, name: spoken(gap)}})
			}
		}
		it := item{row: row{
			role: roleStep, offset: "+" + spoken(time.Duration(s.Offset)), name: clean(s.Name),
			who: joined("/", s.Party, s.Group), state: joined(" · ", s.Status, s.Priority, s.Error), failed: s.Error != "",
		}}
		if s.Duration > 0 {
			it.row.took = spoken(time.Duration(s.Duration))
		}
		if s.Offset < 0 {
			it.row.offset = spoken(time.Duration(s.Offset))
		}
		for _, r := range s.Requests {
			it.children = append(it.children, requestItem(r))
		}
		it.children = append(it.children, stepItems(s.Steps)...)
		items = append(items, it)
	}
	return items
}

// requestItem shows a request with one first call as that call: the usual case, and one line less.
func requestItem(r Request) item {
	short := "request " + r.Trace.String()[:8]
	switch {
	case r.Unknown:
		return item{row: row{role: roleRequest, name: short + ", not kept"}}
	case r.Repeated:
		return item{row: row{role: roleRequest, name: short + ", as above"}}
	case len(r.Calls) == 1:
		it := callItems(r.Calls, r.Duration)[0]
		it.row.role = roleRequest
		return it
	}
	return item{
		row:      row{role: roleRequest, name: short, took: spoken(time.Duration(r.Duration))},
		children: callItems(r.Calls, r.Duration),
	}
}

// callItems folds repetitions: a query that ran five times in a row is one line with "×5" and the time of all. A call that began
// after its caller had ended, such as a job, says how much later.
func callItems(calls []Call, callerEnds Duration) []item {
	var items []item
	for n := 0; n < len(calls); {
		call, times, took := calls[n], 1, time.Duration(calls[n].Duration)
		for n+times < len(calls) && isRepetition(call, calls[n+times]) {
			took += time.Duration(calls[n+times].Duration)
			times++
		}
		name := shortName(clean(call.Name))
		if times > 1 {
			name += fmt.Sprintf(" ×%d", times)
		}
		if call.Offset > callerEnds {
			name += fmt.Sprintf(" (%s later)", spoken(time.Duration(call.Offset-callerEnds)))
		}
		items = append(items, item{
			row: row{
				role: roleCall, name: name, who: clean(call.Service), state: clean(call.Error), failed: call.Error != "",
				took: spoken(took),
			},
			children: callItems(call.Calls, call.Offset+call.Duration),
		})
		n += times
	}
	return items
}

// qualifiedMethod is a gRPC method with the package in front that is the same for every method of the service.
var qualifiedMethod = regexp.MustCompile(`^(?:[a-z]\w*\.)+([A-Z]\w*/\w+)$`)

func shortName(name string) string { return qualifiedMethod.ReplaceAllString(name, "$1") }

func isRepetition(a, b Call) bool {
	return a.Name == b.Name && a.Service == b.Service && a.Error == "" && b.Error == "" && len(a.Calls)+len(b.Calls) == 0
}

func joined(separator string, parts ...string) string {
	var present []string
	for _, p := range parts {
		if p = clean(p); p != "" {
			present = append(present, p)
		}
	}
	return strings.Join(present, separator)
}
