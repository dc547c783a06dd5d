package kitchen_test

import (
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

const ball = "dough_large" // of which every large pizza takes one

// sharesTold are the facts about the shares of dough, in order.
func (h *house) sharesTold() (lent []escrow.Lent, recalled []escrow.Recalled) {
	h.t.Helper()
	for _, f := range h.facts() {
		switch b := f.(type) {
		case escrow.Lent:
			if b.Ingredient == ball {
				lent = append(lent, b)
			}
		case escrow.Recalled:
			if b.Ingredient == ball {
				recalled = append(recalled, b)
			}
		}
	}
	return lent, recalled
}

// soldFrom is a web order of so many pizzas, sold from the share of an epoch.
func soldFrom(epoch uint64, n int) event.OrderOffered {
	many := pizza
	many.Quantity = n
	o := webOrder(order.Carryout, many)
	o.Share, o.Sold = epoch, map[string]int64{ball: int64(n)}
	return o
}

func (h *house) shares(free, out int64) {
	h.t.Helper()
	for _, when := range []string{"now", "after a restart"} {
		if l := h.level(ball); l.Free != free || l.Lent != out {
			h.t.Errorf("%s, %d are free and %d lent, want %d and %d", when, l.Free, l.Lent, free, out)
		}
		if when == "now" {
			h.restart()
		}
	}
}

func sells(t fatal, h *house, n int) *problem.Problem {
	t.Helper()
	many := pizza
	many.Quantity = n
	_, _, err := h.Place(background(), counter(many))
	if p := problem.Of(err); p != nil || err == nil {
		return p
	}
	t.Fatalf("place: %v", err)
	return nil
}

func TestANodeThatTheCloudDoesNotHearLendsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Count, map[string]int64{ball: 10})
	h.shares(10, 0)
	h.release(0)
	h.shares(5, 5)
	h.clock.pass(3 * time.Minute) // and no SYNC
	h.write(stock.Receipt, map[string]int64{ball: 10})
	h.shares(15, 5)
	h.release(0)
	h.shares(10, 10)
	if lent, _ := h.sharesTold(); len(lent) != 2 || lent[0].Total != 5 || lent[1].Total != 10 || lent[1].Epoch != 1 {
		t.Errorf("the cloud was told %+v", lent)
	}
}

func TestAWebOrderUsesTheShareItWasSoldFromAndIsRefilled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Count, map[string]int64{ball: 20})
	h.release(0) // 10 and 10
	sold := soldFrom(1, 2)
	h.obey(sold.Order.ID, sold)
	h.shares(10, 8) // of 18 the web should have 9: 8 will do
	next := soldFrom(1, 3)
	h.release(h.commands)
	h.obey(next.Order.ID, next)
	h.shares(7, 8) // 5 were left, and of 15 it should have 8
	h.obey("", escrow.Returned{Ingredient: ball, Epoch: 9, Total: 8})
	old := soldFrom(7, 1) // of an epoch that is over: it comes from what is free
	h.restart()           // … and nothing is lent before the next SYNC
	h.obey(old.Order.ID, old)
	h.shares(6, 8)
	if a := h.obey(sold.Order.ID, event.OrderRevoked{Order: sold.Order.ID}); !a.Granted {
		t.Fatalf("it is not revoked: %s", a.Reason)
	}
	h.shares(8, 8)
	if levels := h.levelsTold(); len(levels) != 1 {
		t.Errorf("each loan was told as if somebody had counted: %d times", len(levels))
	}
}

func TestWhatIsCountedBelowTheShareIsAskedBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Count, map[string]int64{ball: 20})
	h.release(0)
	h.write(stock.Count, map[string]int64{ball: 8})
	h.write(stock.Count, map[string]int64{ball: 8})
	_, recalled := h.sharesTold()
	if len(recalled) != 1 || recalled[0].Total != 6 {
		t.Fatalf("asked back is %+v", recalled)
	}
	h.obey("", escrow.Returned{Ingredient: ball, Epoch: 1, Total: 6})
	h.shares(4, 4)
}

func TestTheCounterGetsBackWhatItLacksWhileTheLineIsUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Count, map[string]int64{ball: 10})
	h.release(0)
	many := pizza
	many.Quantity = 8
	if _, err := h.Quote(background(), counter(many)); err != nil {
		t.Errorf("eight of ten are not quoted: %v", err)
	}
	done := make(chan *problem.Problem, 1)
	changes, leave := h.hub.Subscribe()
	defer leave()
	go func() { done <- sells(h.t, h, 8) }()
	for asked := 0; asked == 0; {
		h.next(changes)
		_, recalled := h.sharesTold()
		asked = len(recalled)
	}
	h.obey("", escrow.Returned{Ingredient: ball, Epoch: 1, Total: 3})
	if p := <-done; p != nil {
		t.Fatalf("it was given back, and not sold: %v", p)
	}
	h.shares(0, 2)
	h.clock.pass(3 * time.Minute)
	if p := sells(t, h, 1); p == nil || p.Code != "sold_out" {
		t.Errorf("with the line cut what is lent is sold: %v", p)
	}
}

func TestAnOrderThatIsChangedGetsBackWhatItLacksTooBesideWhatItFrees(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.place(pizza, pizza)
	h.write(stock.Count, map[string]int64{ball: 12}) // two are reserved
	h.release(0)                                     // five and five
	many := pizza
	many.Quantity, many.Note = 9, "well done"
	done := make(chan error, 1)
	changes, leave := h.hub.Subscribe()
	defer leave()
	go func() {
		_, err := h.Change(background(), ticket.Order.ID, because("the cousins come too"), kitchen.OrderChange{Remove: []int{1}, Add: []order.Line{many}})
		done <- err
	}()
	var recalled []escrow.Recalled
	for len(recalled) == 0 {
		h.next(changes)
		_, recalled = h.sharesTold()
	}
	if recalled[0].Total != 3 { // five are free, one is freed, nine are wanted
		t.Errorf("asked back is %+v", recalled)
	}
	h.obey("", escrow.Returned{Ingredient: ball, Epoch: 1, Total: 3})
	if err := <-done; err != nil {
		t.Fatalf("it was given back, and the order was not changed: %v", err)
	}
	if got := len(h.ticket(ticket.Order.ID).Progress.Items); got != 10 {
		t.Errorf("it has %d pieces", got)
	}
}

func TestTheCounterWaitsAMomentAndNoLonger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.write(stock.Count, map[string]int64{ball: 10})
		h.release(0)
		began := time.Now()
		if p := sells(t, h, 11); p == nil || p.Code != "sold_out" || time.Since(began) > 0 {
			t.Errorf("eleven of ten: %v, after %v", p, time.Since(began))
		}
		if p := sells(t, h, 8); p == nil || p.Code != "sold_out" || time.Since(began) != 2*time.Second {
			t.Errorf("the cloud said nothing: %v, after %v", p, time.Since(began))
		}
		h.close()
		h.open()
	})
}

func TestAnEpochEndsSharesAndTheNextExchangeLendsAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Count, map[string]int64{ball: 10})
	h.release(0)
	sold := soldFrom(1, 2) // and its command is lost
	at := kitchen.Ticket{Order: sold.Order, Progress: order.Begin(&sold.Order, sold.Items), Since: evening}
	at.Progress.Intake = order.Validated
	b := h.beginning(func(link.Ref) bool { return true }, h.stands(at))
	h.begin(b)
	h.shares(8, 0)
	h.begin(b) // again
	h.obeyedUpTo(b)
	if a := h.obey(sold.Order.ID, sold); !a.Granted { // said anew
		t.Errorf("it is refused: %s", a.Reason)
	}
	h.shares(8, 0)
	h.release(h.commands)
	h.shares(4, 4)
	if lent := h.level(ball).Shelf.Share; lent.Epoch != b.Epoch || lent.Lent != 4 {
		t.Errorf("lent is %+v", lent)
	}
}

// obeyedUpTo lets the next command be the one behind those with which an epoch began.
func (h *house) obeyedUpTo(b kitchen.Beginning) { h.commands = b.Commands }
