package app_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

// R29, R30: goods are for service requests; a standard article comes from stock, a special one by its working days; help with
// setting up is asked about at hand-out.
func TestAServiceRequestOrdersGoodsOfTheCatalogue(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	request := func(r *triagev1.OpenTicketRequest) { r.Assessment.Kind = "service_request" }
	order := func(name, goods string) (*triagev1.Ticket, error) {
		return w.orders.OrderGoods(w.as("mette"), &triagev1.OrderGoodsRequest{
			Name: name, RequestId: requestID(), Goods: goods, Quantity: 2,
		})
	}
	if _, err := order(w.opened().GetName(), "mouse"); !fault.Is(err, "NOT_A_SERVICE_REQUEST") {
		t.Errorf("goods for a fault: %v", err)
	}
	standard, special := w.opened(request).GetName(), w.opened(request).GetName()
	if _, err := order(standard, "yacht"); !fault.Is(err, fault.InvalidArgument) {
		t.Errorf("what the catalogue does not have: %v", err)
	}
	now := w.clock.Now().Truncate(time.Microsecond)
	if got := must(order(standard, "mouse"))(t).GetOrder(); !got.GetDeliveryTime().AsTime().Equal(now) || got.GetQuantity() != 2 {
		t.Errorf("from stock: %v, want at %v", got, now)
	}
	if _, err := order(standard, "mouse"); !fault.Is(err, "ALREADY_ORDERED") {
		t.Errorf("ordered twice: %v", err)
	}
	const day = 24 * time.Hour
	got := must(order(special, "screen"))(t).GetOrder().GetDeliveryTime().AsTime()
	if took := got.Sub(now); took < 12*day || took > 21*day {
		t.Errorf("ten working days from %v are %v", now, got)
	}
	out := must(w.orders.HandOutGoods(w.as("mette"), &triagev1.HandOutGoodsRequest{
		Name: standard, RequestId: requestID(), SetUpHelp: proto.Bool(true),
	}))(t).GetOrder()
	if out.GetHandOutTime() == nil || !out.GetSetUpHelp() {
		t.Errorf("handed out: %v", out)
	}
	if _, err := w.resolve(standard); err != nil {
		t.Errorf("a request is solved like every ticket: %v", err)
	}
}

// R30: an article that has buyers of its own goes to them, whatever the ticket is about; ExplainTicket says so.
func TestAnOrderGoesToTheBuyersOfItsArticle(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	escalation := triagev1.NewEscalationServiceClient(w.gateway)
	for goods, belongs := range map[string]struct{ rule, group string }{
		"server": {"goods[server].group", drift}, "mouse": {"categories[help].route", sds + "/groups/spoc"},
	} {
		name := w.opened(func(r *triagev1.OpenTicketRequest) { r.Assessment.Kind = "service_request" }).GetName()
		must(w.orders.OrderGoods(w.as("mette"), &triagev1.OrderGoodsRequest{
			Name: name, RequestId: requestID(), Goods: goods, Quantity: 1,
		}))(t)
		routed := must(escalation.RouteTicket(w.as("mette"), &triagev1.RouteTicketRequest{Name: name, RequestId: requestID()}))(t)
		if got := routed.GetDecision(); got.GetRule() != belongs.rule || desk+"/"+got.GetAnswer() != belongs.group {
			t.Errorf("%s belongs to %s by %s, want %s by %s", goods, got.GetAnswer(), got.GetRule(), belongs.group, belongs.rule)
		}
		if got := w.decided(name, "route"); got != belongs.rule {
			t.Errorf("%s: the order says %s", goods, got)
		}
	}
}
