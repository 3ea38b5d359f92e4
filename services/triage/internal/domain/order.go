package domain

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// NotAServiceRequest refuses goods to a ticket about a fault: requests leave the incident flow, faults do not (R29).
type NotAServiceRequest struct{}

func (NotAServiceRequest) Error() string { return "the ticket is no service request" }

// UnknownGoods refuses what the catalogue does not have (R30).
type UnknownGoods struct{}

func (UnknownGoods) Error() string { return "the catalogue does not have it" }

// Order orders goods of the desk's catalogue, with the time at which they can be expected (R30).
func (t Ticket) Order(goods string, quantity int32, help bool, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.Order, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	if t.Desk.Process == nil {
		return Outcome{}, UnknownGoods{}
	}
	article, found := t.Desk.Process.Goods(goods)
	switch {
	case !found:
		return Outcome{}, UnknownGoods{}
	case t.ProcessFacts(at).GetNature() != "service_request":
		return Outcome{}, NotAServiceRequest{}
	}
	c := t.change(at)
	order := &triagev1.Order{Goods: goods, Quantity: quantity, SetUpHelp: help}
	if expected, known := t.Desk.Process.Delivery(article, at); known {
		order.DeliveryTime = timestamppb.New(expected)
	}
	c.facts().Order = order
	return c.done(ticketevent.Ordered), nil
}

// HandOut says that the goods were handed out. Whether help with setting up is wanted is asked then (R30); nil lets stand what
// was ordered.
func (t Ticket) HandOut(help *bool, at time.Time) (Outcome, error) {
	if _, rejection := process.Permit(process.HandOut, t.facts()); rejection != nil {
		return Outcome{}, rejection
	}
	c := t.change(at)
	order := c.facts().GetOrder()
	order.HandOutTime = timestamppb.New(at)
	if help != nil {
		order.SetUpHelp = *help
	}
	return c.done(ticketevent.HandedOut), nil
}
