package kitchen_test

import (
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/stock"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func (h *house) change(t kitchen.Ticket, c kitchen.OrderChange) kitchen.Ticket {
	h.t.Helper()
	return h.did(h.Change(background(), t.Order.ID, because("they changed their mind"), c))
}

// dishes are the items of a ticket in short: "1:margherita:queued".
func dishes(t kitchen.Ticket) (out []string) {
	for _, i := range t.Progress.Items {
		out = append(out, i.ID+":"+t.Order.Lines[i.Line].Product+":"+string(i.State))
	}
	return out
}

func lines(n int, l order.Line) order.Line {
	l.Quantity = n
	return l
}

func TestLinesOfAnOpenOrderChangeWhileNobodyMakesThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.place(lines(2, pizza), cola, order.Line{Product: "green_salad", Quantity: 1})
	h.did(h.Start(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Item: "1"}))
	h.restart()
	got := h.change(ticket, kitchen.OrderChange{
		Set:    map[int]order.Line{0: lines(3, pizza), 1: {Product: "hawaii", Size: "small", Quantity: 1}},
		Remove: []int{2}, Add: []order.Line{cola},
	})
	want := []string{"1:margherita:making", "2:margherita:queued", "5:margherita:queued", "6:hawaii:queued", "7:cola:queued"}
	if diff := diffOf(want, dishes(got)); diff != "" {
		t.Errorf("the items are:\n%s", diff)
	}
	notice := got.Notices[0]
	if notice.Kind != kitchen.WasChanged || len(notice.Lines) != 4 || notice.Difference.Minor != got.Order.Totals.Total.Minor-ticket.Order.Totals.Total.Minor {
		t.Errorf("the notice is %s", asJSON(notice))
	}
	if got.Progress.Kitchen() != order.Preparing || len(got.Order.Lines) != 3 || got.Order.Changes != 1 || got.Version <= ticket.Version {
		t.Errorf("it is %s, version %d, %s", got.Progress.Kitchen(), got.Version, asJSON(got.Order))
	}
	h.restart()
	if diff := diffOf(got, h.ticket(ticket.Order.ID)); diff != "" {
		t.Errorf("after a restart it is another:\n%s", diff)
	}
	less := h.change(ticket, kitchen.OrderChange{Set: map[int]order.Line{0: lines(1, pizza)}, Remove: []int{1}})
	more := h.change(less, kitchen.OrderChange{Add: []order.Line{cola}})
	if diff := diffOf([]string{"1:margherita:making", "7:cola:queued", "8:cola:queued"}, dishes(more)); diff != "" {
		t.Errorf("a name was given twice:\n%s", diff)
	}
	for more.Progress.Kitchen() != order.Ready {
		more = h.bump(more, "")
	}
	h.followed(ticket.Order.ID)
}

// followed checks that the facts of an order lead to what the kitchen has of it.
func (h *house) followed(of order.ID) {
	h.t.Helper()
	var said []kitchen.Said
	for _, e := range h.events() {
		b, err := event.Decode(e.Kind, e.Body)
		if err != nil {
			h.t.Fatalf("decode: %v", err)
		}
		if e.Order == string(of) {
			said = append(said, kitchen.Said{At: e.At, Body: b})
		}
	}
	told, ok := kitchen.Retold(said, func(time.Time) string { return "" })
	have := h.ticket(of)
	if have.Day != told.Day || have.Number != told.Number {
		h.t.Errorf("number %d of %s is told as %d of %s", have.Number, have.Day, told.Number, told.Day)
	}
	if !ok || diffOf(have.Progress, told.Progress) != "" || diffOf(have.Order, told.Order) != "" {
		h.t.Errorf("the facts tell another story (%v):\n%s%s", ok, diffOf(have.Progress, told.Progress), diffOf(have.Order, told.Order))
	}
}

func TestAnOrderThatIsReadyIsNotWhenSomethingIsAdded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ready := h.finished(order.Carryout)
	got := h.change(ready, kitchen.OrderChange{Add: []order.Line{cola}}) // which does not bake: the pizza waits at the cut table
	if got.Progress.Kitchen() != order.QualityCheck || !got.Since.Equal(h.clock.Now()) {
		t.Errorf("it is %s since %v", got.Progress.Kitchen(), got.Since)
	}
	back := h.change(got, kitchen.OrderChange{Remove: []int{1}})
	if back.Progress.Kitchen() != order.Ready {
		t.Errorf("taken off again it is %s", back.Progress.Kitchen())
	}
	h.followed(ready.Order.ID)
}

func TestChangesThatCannotBeAreRefusedAndChangeNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.bump(h.place(lines(2, pizza), cola), menu.StationMake)
	web := h.offer(order.Carryout, pizza)
	h.release(h.commands)
	before := h.snapshot().Seq
	for name, c := range map[string]struct {
		change kitchen.OrderChange
		code   string
	}{
		"nothing":           {kitchen.OrderChange{}, "invalid_order"},
		"no such line":      {kitchen.OrderChange{Remove: []int{2}}, "invalid_order"},
		"a line before all": {kitchen.OrderChange{Set: map[int]order.Line{-1: cola}}, "invalid_order"},
		"set and removed":   {kitchen.OrderChange{Set: map[int]order.Line{1: cola}, Remove: []int{1}}, "invalid_order"},
		"what is made":      {kitchen.OrderChange{Remove: []int{0}}, "item_started"},
		"less than is made": {kitchen.OrderChange{Set: map[int]order.Line{0: lines(1, pizza)}}, "item_started"},
		"another dish":      {kitchen.OrderChange{Set: map[int]order.Line{0: {Product: "hawaii", Size: "large", Quantity: 2}}}, "item_started"},
		"not on the menu":   {kitchen.OrderChange{Add: []order.Line{{Product: "stone soup", Quantity: 1}}}, "invalid_line"},
		"catering":          {kitchen.OrderChange{Add: []order.Line{lines(99, cola), lines(99, cola), lines(99, cola)}}, "invalid_order"},
		"as it is already":  {kitchen.OrderChange{Set: map[int]order.Line{1: cola}}, "invalid_order"},
	} {
		if _, err := h.Change(t.Context(), ticket.Order.ID, because(""), c.change); problem.Of(err) == nil || code(err) != c.code && name != "catering" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.Change(t.Context(), web, because(""), kitchen.OrderChange{Add: []order.Line{cola}}); code(err) != "order_of_cloud" {
		t.Errorf("an order of the web's: %v", err)
	}
	stale := kitchen.Tap{ID: id.New(), Version: ticket.Version - 1}
	if _, err := h.Change(t.Context(), ticket.Order.ID, stale, kitchen.OrderChange{Add: []order.Line{cola}}); !problem.Is(err, problem.Stale) {
		t.Errorf("of an older version: %v", err)
	}
	if h.snapshot().Seq != before {
		t.Error("a refused change did something")
	}
	single := h.place(cola)
	if _, err := h.Change(t.Context(), single.Order.ID, because(""), kitchen.OrderChange{Remove: []int{0}}); code(err) != "invalid_order" {
		t.Errorf("nothing left: %v", err)
	}
	h.did(h.Void(t.Context(), single.Order.ID, because("no")))
	if _, err := h.Change(t.Context(), single.Order.ID, because(""), kitchen.OrderChange{Add: []order.Line{cola}}); code(err) != "illegal_step" {
		t.Errorf("of a voided order: %v", err)
	}
}

func TestARepeatedChangeIsOneChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.place(pizza)
	tap, more := because("one more"), kitchen.OrderChange{Add: []order.Line{cola}}
	first := h.did(h.Change(t.Context(), ticket.Order.ID, tap, more))
	again := h.did(h.Change(t.Context(), ticket.Order.ID, tap, more))
	if diffOf(first, again) != "" || len(h.ticket(ticket.Order.ID).Order.Lines) != 2 {
		t.Errorf("the repetition:\n%s", diffOf(first, again))
	}
	if _, err := h.Change(t.Context(), ticket.Order.ID, tap, kitchen.OrderChange{Add: []order.Line{pizza}}); code(err) != "idempotency_mismatch" {
		t.Errorf("the same tap for another change: %v", err)
	}
}

func TestAChangeThatTheKitchenHasLostComesBackFromTheCloud(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.place(pizza)
	changed := h.ticket(ticket.Order.ID)
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	changed.Order.Lines, changed.Order.Changes = append(changed.Order.Lines, cola), 1
	changed.Progress.Items = m.Items(changed.Order.Lines)
	b := kitchen.Beginning{Epoch: 5, Orders: []event.OrderStanding{kitchen.Standing(changed)}}
	if err := h.Begin(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	h.restart()
	got := h.ticket(ticket.Order.ID)
	if len(got.Order.Lines) != 2 || len(got.Progress.Items) != 2 || !got.Recovered || got.Number != ticket.Number {
		t.Errorf("it is %s", asJSON(got))
	}
}

var _ kitchen.Store = (*store.Store)(nil)

func TestTheShelvesFollowChangedLines(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Count, map[string]int64{"cola": 3})
	ticket := h.place(pizza, cola)
	h.shelf("cola", 3, 1)
	ticket = h.change(ticket, kitchen.OrderChange{Set: map[int]order.Line{1: lines(3, cola)}})
	h.shelf("cola", 3, 3)
	if _, err := h.Change(t.Context(), ticket.Order.ID, because(""), kitchen.OrderChange{Add: []order.Line{cola}}); code(err) != "sold_out" {
		t.Errorf("more than there is: %v", err)
	}
	ticket = h.change(ticket, kitchen.OrderChange{Remove: []int{0}, Set: map[int]order.Line{1: lines(2, cola)}}) // the pizza's line goes, and the cola's has another place
	h.shelf("cola", 3, 2)
	h.bump(ticket, menu.StationSides)
	h.shelf("cola", 1, 0)
}
