package kitchen_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// history is a kitchen to which anything may happen, and what it should remember of it.
type history struct {
	*house
	r         *rapid.T
	orders    []order.ID
	delivered map[order.ID]order.Delivery // as the cloud told it last, and the kitchen granted
	taps      []func() (kitchen.Ticket, error)
	answers   []kitchen.Ticket
	sent      []kitchen.Command
	sensed    []wire.OvenEvent
	changes   <-chan kitchen.Change
	seen      uint64
	behind    time.Duration // the clock, behind the latest label
}

func TestWhateverHappensTheCloudCanFollow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		path := filepath.Join(dir, id.New())
		h := &history{house: houseAt(r, path, settings()), r: r, delivered: map[order.ID]order.Delivery{}}
		h.changes, _ = h.hub.Subscribe()
		h.seen = h.snapshot().Seq
		r.Repeat(map[string]func(*rapid.T){
			"place": h.placeOne, "offer": h.offerOne, "revoke": h.revokeOne, "wish": h.wishOne, "delivery": h.deliveryStep, "release": h.releaseAll,
			"tap": h.tapSomething, "change": h.changeLines, "render": h.renderSomething, "repeat a tap": h.repeatTap, "repeat a command": h.repeatCommand, "give a command anew": h.giveAnew, "sensor": h.senseSomething,
			"repeat an oven event": h.repeatSensor, "sign in or out": h.signSomebody, "time": h.passTime, "restart": h.restartAll, "": h.check,
		})
		h.followFacts()
		h.close()
		if err := os.Remove(path); err != nil {
			r.Error(err)
		}
	})
}

func (h *history) pick(r *rapid.T) order.ID {
	if len(h.orders) == 0 {
		r.Skip("no orders yet")
	}
	return h.orders[rapid.IntRange(0, len(h.orders)-1).Draw(r, "order")]
}

func (h *history) lines(r *rapid.T) []order.Line {
	lines := []order.Line{pizza, cola, {Product: "hawaii", Size: "small", Quantity: 2}, {Product: "green_salad", Quantity: 1}}
	return rapid.SliceOfN(rapid.SampledFrom(lines), 1, 3).Draw(r, "lines")
}

func (h *history) placeOne(r *rapid.T) {
	h.orders = append(h.orders, h.place(h.lines(r)...).Order.ID)
}

func (h *history) give(c kitchen.Command) {
	h.sent = append(h.sent, c)
	if err := h.Obey(background(), c); err != nil {
		h.r.Fatalf("obey %s: %v", c.Kind, err)
	}
}

func (h *history) offerOne(r *rapid.T) {
	o := webOrder(rapid.SampledFrom([]order.Fulfilment{order.Carryout, order.ByDelivery}).Draw(r, "how"), h.lines(r)...)
	h.give(h.command(o.Order.ID, o))
	h.orders = append(h.orders, o.Order.ID)
}

func (h *history) revokeOne(r *rapid.T) {
	id := h.pick(r)
	h.give(h.command(id, event.OrderRevoked{Order: id, Reason: "no"}))
}

func (h *history) wishOne(r *rapid.T) {
	id := h.pick(r)
	h.give(h.command(id, event.StatusWished{Order: id, Status: rapid.SampledFrom(order.Statuses()).Draw(r, "status"), By: "m"}))
}

func (h *history) deliveryStep(r *rapid.T) {
	id := h.pick(r)
	to := rapid.SampledFrom([]order.Delivery{order.Unassigned, order.Assigned, order.PickedUp, order.OutForDelivery, order.Delivered, order.Failed, "lost"}).Draw(r, "delivery")
	h.give(h.command(id, event.DeliveryStepped{Order: id, Delivery: to, Driver: "d"}))
	if t := h.ticket(id); t.Order.Delivers() && to != "lost" {
		h.delivered[id] = to
	}
}

func (h *history) releaseAll(r *rapid.T) {
	h.release(h.commands + uint64(rapid.IntRange(0, 2).Draw(r, "ahead")))
}

// act is a tap; refusals are fine, but only problems are.
func (h *history) act(do func() (kitchen.Ticket, error)) {
	t, err := do()
	if err != nil && problem.Of(err) == nil {
		h.r.Fatalf("tap: %v", err)
	}
	if err == nil {
		h.taps, h.answers = append(h.taps, do), append(h.answers, t)
	}
}

func (h *history) tapSomething(r *rapid.T) {
	of := h.pick(r)
	tap := kitchen.Tap{
		ID: id.New(), Reason: "why not", Who: rapid.SampledFrom([]string{"", "ada", "bob"}).Draw(r, "who"),
		Station: rapid.SampledFrom(append(menu.Stations(), "", "", "")).Draw(r, "station"),
		Item:    rapid.SampledFrom([]string{"", "", "", "1", "2", "9"}).Draw(r, "item"),
	}
	do := rapid.SampledFrom([]string{"bump", "bump", "bump", "bump", "start", "recall", "remake", "hand over", "void", "hold", "release", "rush", "calm", "acknowledge"}).Draw(r, "do")
	h.act(func() (kitchen.Ticket, error) {
		switch do {
		case "bump":
			return h.Bump(background(), of, tap)
		case "start":
			return h.Start(background(), of, tap)
		case "recall":
			return h.Recall(background(), of, tap)
		case "remake":
			return h.Remake(background(), of, tap)
		case "hand over":
			return h.HandOver(background(), of, tap)
		case "hold":
			return h.HoldBack(background(), of, tap)
		case "release":
			return h.LetGo(background(), of, tap)
		case "rush":
			return h.Hurry(background(), of, tap)
		case "calm":
			return h.Calm(background(), of, tap)
		case "acknowledge":
			return h.Acknowledge(background(), of, tap)
		}
		return h.Void(background(), of, tap)
	})
}

func (h *history) changeLines(r *rapid.T) {
	of, tap := h.pick(r), kitchen.Tap{ID: id.New(), Reason: "they changed their mind"}
	c := kitchen.OrderChange{Remove: rapid.SliceOfNDistinct(rapid.IntRange(0, 3), 0, 1, rapid.ID).Draw(r, "remove"), Set: map[int]order.Line{}}
	if rapid.Bool().Draw(r, "adds") {
		c.Add = h.lines(r)
	} else if rapid.Bool().Draw(r, "sets") {
		c.Set[rapid.IntRange(0, 2).Draw(r, "line")] = lines(rapid.IntRange(1, 3).Draw(r, "pieces"), pizza)
	}
	h.act(func() (kitchen.Ticket, error) { return h.Change(background(), of, tap, c) })
}

func (h *history) renderSomething(r *rapid.T) {
	h.render("make-1", h.pick(r))
	h.screen(rapid.SampledFrom([]string{"make-1", "cut-1"}).Draw(r, "screen"), kitchen.EveryStation)
}

func (h *history) repeatTap(r *rapid.T) {
	if len(h.taps) == 0 {
		r.Skip("no taps yet")
	}
	n := rapid.IntRange(0, len(h.taps)-1).Draw(r, "tap")
	before := h.snapshot().Seq
	got, err := h.taps[n]()
	if h.answers[n].Order.Changes == 0 { // it is answered with the order as it is now
		got.Order = h.answers[n].Order
	}
	if err != nil || diffOf(h.answers[n], got) != "" || h.snapshot().Seq != before {
		r.Errorf("a repeated tap: %v\n%s", err, diffOf(h.answers[n], got))
	}
}

func (h *history) repeatCommand(r *rapid.T) {
	if len(h.sent) == 0 {
		r.Skip("no commands yet")
	}
	before := h.snapshot().Seq
	if err := h.Obey(background(), h.sent[rapid.IntRange(0, len(h.sent)-1).Draw(r, "command")]); err != nil || h.snapshot().Seq != before {
		r.Errorf("a repeated command: %v", err)
	}
}

// giveAnew repeats a command under a new number and a new id, as a cloud does that has lost the answer.
func (h *history) giveAnew(r *rapid.T) {
	if len(h.sent) == 0 {
		r.Skip("no commands yet")
	}
	first := h.sent[rapid.IntRange(0, len(h.sent)-1).Draw(r, "command")]
	anew := first
	h.commands++
	anew.Seq, anew.ID = h.commands, fmt.Sprint("c", h.commands)
	if anew.Again == "" {
		anew.Again = first.ID
	}
	before, orders := h.ticket(order.ID(first.Order)), len(h.snapshot().Tickets)
	steps := len(h.steps(before.Order.ID))
	h.give(anew)
	after := h.ticket(before.Order.ID)
	if diff := diffOf(before.Progress, after.Progress); after.Progress.Whole == before.Progress.Whole && diff != "" || after.Number != before.Number && before.Number > 0 {
		r.Errorf("%s again had a second effect:\n%s", first.Kind, diff)
	}
	if n := len(h.steps(before.Order.ID)); n > steps && (n > steps+1 || before.Number > 0) || len(h.snapshot().Tickets) != orders {
		r.Errorf("%s again: %d steps after %d, %d tickets after %d", first.Kind, n, steps, len(h.snapshot().Tickets), orders)
	}
	answers := map[uint64]event.CommandAnswered{}
	for _, f := range h.facts() {
		if a, ok := f.(event.CommandAnswered); ok {
			answers[a.Seq] = a
		}
	}
	if was, is := answers[first.Seq], answers[anew.Seq]; was.Granted != is.Granted || was.Reason != is.Reason || is.Command != anew.ID {
		r.Errorf("answered %+v, then %+v", was, is)
	}
}

func (h *history) senseSomething(r *rapid.T) {
	kind := rapid.SampledFrom([]wire.OvenEventKind{wire.ItemPutIn, wire.ItemPutIn, wire.ItemTakenOut, wire.ItemTakenOut, wire.Door, wire.Fault, "x"}).Draw(r, "kind")
	h.sensed = append(h.sensed, h.sense(kind, rapid.IntRange(1, 3).Draw(r, "slot")))
}

func (h *history) repeatSensor(r *rapid.T) {
	if len(h.sensed) == 0 {
		r.Skip("no oven events yet")
	}
	before := h.snapshot().Seq
	ev := h.sensed[rapid.IntRange(0, len(h.sensed)-1).Draw(r, "event")]
	if err := h.OvenEvent(background(), "oven-1", ev); err != nil || h.snapshot().Seq != before {
		r.Errorf("a repeated oven event: %v", err)
	}
}

func (h *history) signSomebody(r *rapid.T) {
	cook, in := rapid.SampledFrom([]string{"ada", "bob", "cleo"}).Draw(r, "cook"), rapid.Bool().Draw(r, "in")
	var err error
	if in {
		err = h.SignIn(background(), cook)
	} else {
		err = h.SignOut(background(), cook)
	}
	if err != nil {
		r.Errorf("sign %s in or out: %v", cook, err)
	}
}

func (h *history) passTime(r *rapid.T) {
	by := time.Duration(rapid.IntRange(-60, 7200).Draw(r, "seconds")) * time.Second
	if h.behind = max(0, h.behind-by); h.behind > time.Minute { // a clock that falls further behind the labels than it may is another story
		by, h.behind = by+h.behind-time.Minute, time.Minute
	}
	h.clock.pass(by)
}

func (h *history) restartAll(*rapid.T) {
	before := h.snapshot()
	h.restart()
	h.changes, _ = h.hub.Subscribe()
	if diff := diffOf(before, h.snapshot()); diff != "" {
		h.r.Errorf("a restart changed the board:\n%s", diff)
	}
}

// check holds after every step: changes come one by one, and the board is the database.
func (h *history) check(r *rapid.T) {
	for {
		select {
		case c := <-h.changes:
			if c.Seq != h.seen+1 {
				r.Fatalf("change %d came after %d", c.Seq, h.seen)
			}
			h.seen = c.Seq
			continue
		default:
		}
		break
	}
	if seq := h.snapshot().Seq; seq != h.seen {
		r.Fatalf("the board is at %d, screens heard of %d", seq, h.seen)
	}
	for _, t := range h.snapshot().Tickets {
		if t.Progress.Whole == order.Queued && held(t) && !there(h.snapshot().Cooks, t.Cook) {
			r.Fatalf("order %d is held by %q, who is not there", t.Number, t.Cook)
		}
	}
}

// held reports whether a cook should have the ticket: something is to be made.
func held(t kitchen.Ticket) bool {
	for _, i := range t.Progress.Items {
		if t.Cook != "" && (i.State == order.ItemQueued || i.State == order.ItemMaking) {
			return true
		}
	}
	return false
}

func there(cooks []kitchen.Cook, cook string) bool {
	return slices.ContainsFunc(cooks, func(c kitchen.Cook) bool { return c.ID == cook && c.SignedIn })
}

// followFacts does what the cloud does: it reads the outbox and follows. Both sides then show the same (P4), and every step was
// the owner's (P5).
func (h *history) followFacts() {
	orders, told, numbers, answered := map[order.ID]order.Progress{}, map[order.ID]*time.Time{}, map[string]bool{}, map[uint64]bool{}
	for _, c := range h.sent {
		if b, err := event.Decode(c.Kind, c.Body); err == nil {
			if o, ok := b.(event.OrderOffered); ok {
				p, err := order.Begin(&o.Order, o.Items).Follow(order.Cloud, order.Validate)
				if err != nil {
					h.r.Fatalf("%v", err)
				}
				orders[o.Order.ID] = p
			}
		}
	}
	for _, f := range h.facts() {
		switch b := f.(type) {
		case event.OrderTaken:
			orders[b.Order.ID] = order.Begin(&b.Order, b.Items)
		case event.OrderStepped:
			p, err := orders[b.Order].Follow(order.Edge, b.Action, b.Items...)
			if err != nil {
				h.r.Fatalf("the cloud cannot follow %s: %v", asJSON(b), err)
			}
			orders[b.Order], told[b.Order] = p, b.Ready
			if b.Action == order.Queue {
				key := fmt.Sprint(h.ticket(b.Order).Day, b.Number)
				if b.Number == 0 || numbers[key] || h.ticket(b.Order).Number != b.Number {
					h.r.Fatalf("number %s was given twice", key)
				}
				numbers[key] = true
			}
		case event.OrderChanged:
			p := orders[b.Order]
			p.Items = b.Items
			orders[b.Order] = p
		case event.ForecastChanged:
			told[b.Order] = &b.Ready
		case event.CommandAnswered:
			if answered[b.Seq] {
				h.r.Fatalf("command %d has two answers", b.Seq)
			}
			answered[b.Seq] = true
		}
	}
	if len(answered) != len(h.sent) {
		h.r.Fatalf("%d commands, %d answers", len(h.sent), len(answered))
	}
	for id, p := range orders {
		t := h.ticket(id)
		if d, ok := h.delivered[id]; ok {
			p.Delivery = d
		}
		if diff := diffOf(p, t.Progress); diff != "" {
			h.r.Errorf("the cloud sees another order than the kitchen:\n%s", diff)
		}
		if diff := diffOf(told[id], t.Ready); diff != "" {
			h.r.Errorf("the cloud knows another forecast:\n%s", diff)
		}
	}
}
