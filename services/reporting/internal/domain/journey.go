package domain

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	"github.com/bavn/bavn/process"
)

// Intervals says who held a ticket in which status, in order. The last one has no end: it lasts.
func Intervals(steps []Step) []*reportingv1.Interval {
	if len(steps) == 0 {
		return nil
	}
	changes := make([]process.Change, len(steps))
	for i, s := range steps {
		changes[i] = process.Change{Holding: s.Holding, At: s.At}
	}
	desk := steps[0].Desk
	held := process.Intervals(changes, steps[len(steps)-1].At)
	intervals := make([]*reportingv1.Interval, len(held))
	for i, h := range held {
		party := PartyName(desk, h.Party)
		intervals[i] = &reportingv1.Interval{
			Party: party, Status: h.Status, SubStatus: subStatusAt(steps, h.From),
			StartTime: timestamppb.New(h.From), EndTime: timestamppb.New(h.To),
		}
		if h.Group != "" {
			intervals[i].Group = party + "/groups/" + h.Group
		}
		if h.Assignee != "" {
			intervals[i].Assignee = "desks/" + desk + "/persons/" + h.Assignee
		}
	}
	intervals[len(intervals)-1].EndTime = nil
	return intervals
}

// subStatusAt is the desk's own word as of a time.
func subStatusAt(steps []Step, at time.Time) string {
	word := ""
	for _, s := range steps {
		if s.At.After(at) {
			break
		}
		word = s.SubStatus
	}
	return word
}
