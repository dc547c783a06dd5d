package kitchen_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestThreeHundredOpenTicketsAreDrawnAndTappedQuickly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 300 {
		o := webOrder(order.Carryout, pizza, pizza, cola)
		if err := h.Obey(t.Context(), h.command(o.Order.ID, o)); err != nil {
			t.Fatal(err)
		}
	}
	h.release(300)
	h.signIn("ada", "bob")
	draw, tap := time.Duration(1<<62), time.Duration(1<<62)
	for n := range 20 { // the best of some: the machine does other things too
		start := time.Now()
		s := h.snapshot()
		draw = min(draw, time.Since(start))
		if len(s.Tickets) != 300 || !slices.IsSortedFunc(s.Tickets, func(x, y kitchen.Ticket) int { return x.Number - y.Number }) {
			t.Fatalf("%d tickets, or not in the order of the queue", len(s.Tickets))
		}
		start = time.Now()
		h.bump(s.Tickets[n], "")
		tap = min(tap, time.Since(start))
	}
	t.Logf("a snapshot takes %v, a tap %v", draw, tap)
	if draw > slower*20*time.Millisecond || tap > slower*100*time.Millisecond {
		t.Errorf("a snapshot takes %v, a tap %v", draw, tap)
	}
}

func TestManyScreensAtOnceNeverDisagree(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var ids []order.ID
	for range 5 {
		ids = append(ids, h.place(pizza, cola).Order.ID)
	}
	changes, cancel := h.hub.Subscribe()
	defer cancel()
	start := h.snapshot()
	var screens sync.WaitGroup
	for range 8 {
		screens.Go(func() {
			for _, of := range ids {
				for range 8 {
					if _, err := h.Bump(t.Context(), of, kitchen.Tap{ID: id.New()}); err != nil && !problem.Is(err, problem.Conflict) {
						t.Errorf("bump: %v", err)
					}
				}
			}
		})
	}
	screens.Wait()
	end := h.snapshot()
	board := map[order.ID]kitchen.Ticket{}
	for _, ticket := range start.Tickets {
		board[ticket.Order.ID] = ticket
	}
	for seq := start.Seq + 1; seq <= end.Seq; seq++ {
		c := h.next(changes)
		if c.Seq != seq {
			t.Fatalf("change %d came, %d was next", c.Seq, seq)
		}
		for _, ticket := range c.Tickets {
			board[ticket.Order.ID] = ticket
		}
		for _, gone := range c.Gone {
			delete(board, gone)
		}
	}
	if len(end.Tickets) != 0 || len(board) != 0 {
		t.Errorf("%d tickets are on the board, a screen shows %d", len(end.Tickets), len(board))
	}
	h.events()
}
