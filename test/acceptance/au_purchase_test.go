package acceptance_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/test/house"
)

func (h hands) orders() triagev1.OrderServiceClient {
	return triagev1.NewOrderServiceClient(h.Conn(triagev1.OrderService_OrderGoods_FullMethodName))
}

func (h hands) order(by, goods string) (*triagev1.Ticket, error) {
	return h.orders().OrderGoods(h.by(by), &triagev1.OrderGoodsRequest{
		Name: h.ticket.GetName(), RequestId: house.ID(), Goods: goods, Quantity: 1,
	})
}

func (h hands) handOut(by string, help bool) (*triagev1.Ticket, error) {
	return h.orders().HandOutGoods(h.by(by), &triagev1.HandOutGoodsRequest{
		Name: h.ticket.GetName(), RequestId: house.ID(), SetUpHelp: proto.Bool(help),
	})
}

// [0] is it a service request: only a purchase goes on as one (R29), to the buyers of the centre; standard goods are in stock,
// special ones have a delivery time, and help with setting up is offered when they are handed out (R30, principles 5 and 6).
func TestAUBuysWhatIsNoFault(t *testing.T) {
	t.Parallel()
	atWork(t, "au", auCast...).byHand(t, func(h hands) {
		h.ordinary("Mon 10:00", "working_hours")
		h.step("Er det et Service Request? A standard article, to the buyers of ARTS", func() {
			h.wanted("En bærbar computer", "purchasing-standard", map[string]string{"setup_help": "yes"})
			h.taken(h.order("ib", "laptop"))
			h.tells(h.happened(), nil)
			if got := h.ticket.GetOrder().GetDeliveryTime().AsTime(); !got.Equal(h.clock.Now().Truncate(time.Microsecond)) {
				t.Errorf("R30: a standard article comes at %v, not from stock", got)
			}
			h.taken(h.handOut("ib", true))
			if got := h.ticket.GetOrder(); !got.GetSetUpHelp() || got.GetHandOutTime() == nil {
				t.Errorf("R30: handed out is %v", got)
			}
			h.solved("ib", "Udleveret og stillet op.")
		})
		h.step("a special article has its delivery time, which the user hears of", func() {
			h.ordinary("Mon 10:00", "working_hours")
			h.wanted("En tegneplade", "purchasing-special", map[string]string{"setup_help": "no", "why_special": "Den kan ikke tegne"})
			h.taken(h.order("ib", "special"))
			days := h.ticket.GetOrder().GetDeliveryTime().AsTime().Sub(h.clock.Now()).Round(time.Hour)
			if days != 14*24*time.Hour { // ten working days
				t.Errorf("R30: a special article comes after %v", days)
			}
			h.taken(h.handOut("ib", false))
			h.solved("ib", "Udleveret.")
		})
		h.step("Er det et Service Request? A fault is none, and orders nothing", func() {
			h.reported("karen", h.report("web", "Skærmen er sort", nil))
			h.taken(h.take("ditte"))
			h.described("workplace-computer", map[string]string{"symptoms": "Sort", "computer_name": "PC-17"})
			if _, err := h.order("ditte", "monitor"); !fault.Is(err, "NOT_A_SERVICE_REQUEST") {
				t.Errorf("R29: goods were ordered for a fault: %v", err)
			}
			h.taken(h.startWork("ditte"))
			h.solved("ditte", "Kablet sad løst.")
		})
	})
}

// wanted is a purchase of ARTS that lies with its buyer.
func (h hands) wanted(title, category string, answers map[string]string) {
	h.t.Helper()
	h.reported("karen", h.report("web", title, &triagev1.Assessment{Answers: map[string]string{"centre": "arts"}}))
	h.taken(h.categorise("ditte", "service_request", category))
	h.taken(h.answer("ditte", answers))
	if got := h.why("ditte", "route"); got.GetRule() != "routing[purchase_arts]" {
		h.t.Errorf("R29: a purchase goes on by %v", got)
	}
	h.happened()
	h.taken(h.route("ditte"))
	h.stands("support/arts-indkoeb", "", assigned)
	h.tells(h.happened(), nil)
	h.taken(h.startWork("ib"))
	h.happened()
}
