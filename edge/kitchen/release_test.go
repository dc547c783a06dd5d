package kitchen_test

import (
	"path/filepath"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

func TestWebOrdersWaitUntilEveryRevokeThatExistedIsMet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.offer(order.Carryout, pizza) // no SYNC was held yet
	h.release(4)                            // it names four commands
	second := h.offer(order.Carryout, pizza)
	if a := h.obey(first, event.OrderRevoked{Order: first, Reason: "changed my mind"}); !a.Granted {
		t.Errorf("a revoke of what waits was refused: %s", a.Reason)
	}
	if got := h.ticket(second).Progress.Status(); got != order.StatusValidated {
		t.Errorf("it went to the queue before its time: %s", got)
	}
	h.restart()
	if got := h.ticket(second); got.Number != 0 || !got.Open() {
		t.Errorf("after the restart it is %s", asJSON(got))
	}
	h.release(4)
	third := h.offer(order.Carryout, pizza)
	if h.ticket(second).Number != 1 || h.ticket(third).Number != 2 {
		t.Errorf("the numbers are %d and %d", h.ticket(second).Number, h.ticket(third).Number)
	}
	if got := h.ticket(first); got.Number != 0 || got.Progress.Status() != order.StatusCancelled {
		t.Errorf("what was revoked is %s with number %d", got.Progress.Status(), got.Number)
	}
	fourth := h.offer(order.Carryout, pizza)
	if h.ticket(fourth).Number != 3 {
		t.Errorf("a later order waits: %s", asJSON(h.ticket(fourth)))
	}
}

func TestWhatWasReleasedIsCookedByANodeThatStartsWhileTheInternetIsCut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.release(0)
	o, at := webOrder(order.Carryout, pizza), evening.Add(7*time.Hour)
	o.Order.FireAt = &at
	if a := h.obey(o.Order.ID, o); !a.Granted {
		t.Fatal(a.Reason)
	}
	h.restart()
	late := h.offer(order.Carryout, pizza) // it comes before a SYNC was held
	h.clock.pass(8 * time.Hour)
	h.mind()
	if got := h.ticket(o.Order.ID); got.Number != 1 || got.Progress.Status() != order.StatusQueued {
		t.Errorf("what was accepted hours ago is %s with number %d", got.Progress.Status(), got.Number)
	}
	if got := h.ticket(late); got.Number != 0 {
		t.Errorf("what no SYNC has named goes to the queue as number %d", got.Number)
	}
	h.release(2)
	if got := h.ticket(late).Number; got != 2 {
		t.Errorf("after the SYNC it has number %d", got)
	}
}

func TestASyncThatIsNotWrittenDownReleasesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	h := houseAt(t, path, settings())
	id := h.offer(order.Carryout, pizza)
	h.close()
	var disk *failing
	h, stop := runningOn(t, path, func(s *store.Store) kitchen.Store {
		disk = &failing{Store: s}
		return disk
	})
	defer stop()
	h.commands = 1
	disk.full.Store(true)
	if err := h.Release(t.Context(), 1); err == nil {
		t.Fatal("a broken disk kept a SYNC")
	}
	disk.full.Store(false)
	next := h.offer(order.Carryout, pizza)
	if h.ticket(id).Number != 0 || h.ticket(next).Number != 0 {
		t.Errorf("they have the numbers %d and %d", h.ticket(id).Number, h.ticket(next).Number)
	}
	h.release(1)
	if h.ticket(id).Number != 1 || h.ticket(next).Number != 2 {
		t.Errorf("after the SYNC they have the numbers %d and %d", h.ticket(id).Number, h.ticket(next).Number)
	}
}

func TestANewEpochTakesBackWhatWasReleased(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.release(0)
	o, at := webOrder(order.Carryout, pizza), evening.Add(time.Hour)
	o.Order.FireAt = &at
	h.obey(o.Order.ID, o)
	if err := h.Begin(t.Context(), kitchen.Beginning{Epoch: 2, Commands: 1, CommandID: "c1"}); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(2 * time.Hour)
	for range 2 {
		h.mind()
		if got := h.ticket(o.Order.ID).Number; got != 0 {
			t.Errorf("commands may be under way, and it goes to the queue as number %d", got)
		}
		h.restart()
	}
}

func TestReleasingQueuesInTheOrderOfTheOffers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var ids []order.ID
	for range 5 {
		h.clock.pass(-time.Second) // a clock that is set back changes nothing
		ids = append(ids, h.offer(order.Carryout, cola))
	}
	h.release(5)
	for n, id := range ids {
		if got := h.ticket(id).Number; got != n+1 {
			t.Errorf("offer %d got number %d", n+1, got)
		}
	}
}
