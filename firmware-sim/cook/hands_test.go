package cook_test

import (
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"awesome.pizza/firmware-sim/cook"
	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var friday = time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)

// kitchen is what the edge decides, with the same words: an order's progress, and the board that shows it.
type kitchen struct {
	t      testing.TB
	menu   *menu.Menu
	orders []*open
	slots  int
	taps   map[string]int
}

type open struct {
	id   string
	how  order.Fulfilment
	p    order.Progress
	cook string
}

func newKitchen(t testing.TB) *kitchen {
	t.Helper()
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	return &kitchen{t: t, menu: m, slots: 4, taps: map[string]int{}}
}

func (k *kitchen) place(id string, how order.Fulfilment, lines ...order.Line) *open {
	k.t.Helper()
	for i, l := range lines {
		priced, err := k.menu.PriceLine(l)
		if err != nil {
			k.t.Fatal(err)
		}
		lines[i] = priced
	}
	o := &order.Order{ID: order.ID(id), Origin: order.Edge, Fulfilment: how, Lines: lines}
	p := order.Begin(o, k.menu.Items(lines))
	for _, a := range []order.Action{order.Validate, order.Queue} {
		p = k.must(p.Take(order.Edge, a))
	}
	k.orders = append(k.orders, &open{id: id, how: how, p: p})
	return k.orders[len(k.orders)-1]
}

func (k *kitchen) must(p order.Progress, err error) order.Progress {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
	return p
}

func (k *kitchen) board() cook.Board {
	var b cook.Board
	for n, o := range k.orders {
		if o.p.Status().Terminal() {
			continue
		}
		t := cook.Ticket{Order: o.id, Number: n + 1, Fulfilment: o.how, State: o.p.Kitchen(), Cook: o.cook}
		for _, i := range o.p.Items {
			t.Items = append(t.Items, cook.Item{ID: i.ID, Product: i.Product, Size: i.Size, State: i.State, Remakes: i.Remakes})
		}
		b.Tickets = append(b.Tickets, t)
	}
	return b
}

func (k *kitchen) find(id string) *open {
	k.t.Helper()
	for _, o := range k.orders {
		if o.id == id {
			return o
		}
	}
	k.t.Fatalf("no order %s", id)
	return nil
}

// happens carries an act out as edge and ovens would.
func (k *kitchen) happens(h *cook.Hands, a cook.Act) {
	k.t.Helper()
	o := k.find(a.Order)
	item, _ := o.p.Item(a.Item)
	switch a.Do {
	case cook.Start:
		for _, i := range o.p.Items {
			o.p = k.must(o.p.Take(order.Edge, order.Start, i.ID))
		}
	case cook.Bump:
		o.p = k.must(o.p.Take(order.Edge, item.Bump(), a.Item))
	case cook.HandOver:
		o.p = k.must(o.p.Take(order.Edge, order.HandOver))
	case cook.PutIn:
		k.slots--
		h.LaidIn(a.Order, a.Item, false)
		o.p = k.must(o.p.Take(order.Edge, order.Bake, a.Item))
	case cook.TakeOut:
		k.slots++
		o.p = k.must(o.p.Take(order.Edge, order.Unload, a.Item))
	}
	if a.Tap != "" {
		k.taps[a.Tap]++
	}
}

func newHands(k *kitchen, seed uint64) *cook.Hands {
	n := 0
	return &cook.Hands{
		Who: "robot", Count: 2, Pace: 1, Menu: k.menu, Dice: dice.New(seed, "cook"),
		NewID: func() string { n++; return fmt.Sprintf("tap-%d", n) },
	}
}

// cookAll works until every order has left, and says how long it took.
func cookAll(t testing.TB, k *kitchen, h *cook.Hands) time.Duration {
	t.Helper()
	for second := time.Duration(0); second < 4*time.Hour; second += time.Second {
		b := k.board()
		if len(b.Tickets) == 0 {
			return second
		}
		for _, a := range h.Decide(friday.Add(second), b, k.slots) {
			k.happens(h, a)
		}
		if k.slots < 0 {
			t.Fatal("more pizzas in the oven than it has slots")
		}
	}
	t.Fatalf("after four hours there is still %+v", k.board())
	return 0
}

func pizza(n int) order.Line { return order.Line{Product: "margherita", Size: "large", Quantity: n} }

func TestAnOrderIsMadeBakedCutAndHandedOverInTheTimeItTakes(t *testing.T) {
	t.Parallel()
	k := newKitchen(t)
	k.place("a", order.Carryout, pizza(1), order.Line{Product: "cola", Quantity: 1})
	took := cookAll(t, k, newHands(k, 1))
	if least, most := 90*time.Second+360*time.Second+15*time.Second, 17*time.Minute; took < least || took > most {
		t.Errorf("a large margherita took %v", took)
	}
	for tap, times := range k.taps {
		if times != 1 {
			t.Errorf("tap %s was used %d times", tap, times)
		}
	}
}

func TestSpeedMakesItQuicker(t *testing.T) {
	t.Parallel()
	k := newKitchen(t)
	k.place("a", order.Carryout, pizza(1))
	h := newHands(k, 1)
	h.Pace = 60
	if took := cookAll(t, k, h); took > 30*time.Second {
		t.Errorf("at sixty times life a pizza took %v", took)
	}
}

func TestATicketSomebodyElseTouchedIsLeftAlone(t *testing.T) {
	t.Parallel()
	k := newKitchen(t)
	theirs := k.place("theirs", order.Carryout, pizza(2))
	theirs.p = k.must(theirs.p.Take(order.Edge, order.Start, "1"))
	h := newHands(k, 1)
	for second := range 3600 {
		if acts := h.Decide(friday.Add(time.Duration(second)*time.Second), k.board(), k.slots); len(acts) != 0 {
			t.Fatalf("the robot meddles: %+v", acts)
		}
	}
}

func TestATicketGivenToAPersonIsLeftAlone(t *testing.T) {
	t.Parallel()
	k := newKitchen(t)
	o := k.place("a", order.Carryout, pizza(2))
	h := newHands(k, 1)
	for second := range 10 {
		for _, a := range h.Decide(friday.Add(time.Duration(second)*time.Second), k.board(), k.slots) {
			k.happens(h, a)
		}
	}
	if o.p.Kitchen() != order.Preparing {
		t.Fatalf("it is %s", o.p.Kitchen())
	}
	o.cook = "ada" // takes it over
	for second := 10; second < 600; second++ {
		if acts := h.Decide(friday.Add(time.Duration(second)*time.Second), k.board(), k.slots); len(acts) != 0 {
			t.Fatalf("the robot goes on: %+v", acts)
		}
	}
}

func TestARobotThatForgotKnowsItsTicketsByItsName(t *testing.T) {
	t.Parallel()
	k := newKitchen(t)
	mine := k.place("mine", order.Carryout, pizza(1))
	mine.p, mine.cook = k.must(mine.p.Take(order.Edge, order.Start, "1")), "robot"
	mine.p = k.must(mine.p.Take(order.Edge, order.Make, "1"))
	mine.p = k.must(mine.p.Take(order.Edge, order.Bake, "1")) // it lies in an oven that the robot no longer knows
	cookAll(t, k, newHands(k, 1))
}

func TestTwoPairsOfHandsMakeTwoThingsAtOnce(t *testing.T) {
	t.Parallel()
	k, one := newKitchen(t), newKitchen(t)
	k.place("a", order.Carryout, pizza(4))
	one.place("a", order.Carryout, pizza(4))
	alone := newHands(one, 1)
	alone.Count = 1
	if two, single := cookAll(t, k, newHands(k, 1)), cookAll(t, one, alone); two >= single-2*time.Minute {
		t.Errorf("with two pairs of hands it took %v, with one %v", two, single)
	}
}

func TestADeliveryWaitsForItsDriver(t *testing.T) {
	t.Parallel()
	k := newKitchen(t)
	o := k.place("d", order.ByDelivery, pizza(1))
	h := newHands(k, 1)
	var at time.Time
	for second := range 3600 {
		at = friday.Add(time.Duration(second) * time.Second)
		for _, a := range h.Decide(at, k.board(), k.slots) {
			if a.Do == cook.HandOver {
				t.Fatal("the robot gave a delivery away")
			}
			k.happens(h, a)
		}
	}
	if o.p.Kitchen() != order.Ready {
		t.Fatalf("it is %s", o.p.Kitchen())
	}
	b := k.board()
	b.Tickets[0].Delivery.State = order.PickedUp
	if acts := h.Decide(at.Add(time.Second), b, k.slots); len(acts) != 1 || acts[0].Do != cook.HandOver {
		t.Errorf("the driver has it, and the robot does %+v", acts)
	}
}

func TestATapWithoutAnAnswerIsRepeatedWithItsID(t *testing.T) {
	t.Parallel()
	k := newKitchen(t)
	k.place("a", order.Carryout, pizza(1))
	h, seen := newHands(k, 1), map[string]int{}
	for second := range 15 {
		for _, a := range h.Decide(friday.Add(time.Duration(second)*time.Second), k.board(), k.slots) { // and the node does not answer
			seen[fmt.Sprint(a.Do, a.Tap)]++
		}
	}
	if len(seen) != 1 || seen["starttap-1"] < 3 {
		t.Errorf("tapped %v", seen)
	}
}

func TestWhenAnOvenSaysNothingATapStandsIn(t *testing.T) {
	t.Parallel()
	k := newKitchen(t)
	o := k.place("a", order.Carryout, pizza(1))
	for _, a := range []order.Action{order.Start, order.Make} {
		o.p = k.must(o.p.Take(order.Edge, a, "1"))
	}
	o.cook = "robot"
	h := newHands(k, 1)
	if acts := h.Decide(friday, k.board(), 1); len(acts) != 1 || acts[0].Do != cook.PutIn {
		t.Fatalf("does %+v", acts)
	}
	h.LaidIn("a", "1", false) // but item_in never arrives
	for second := 1; second < 20; second++ {
		if acts := h.Decide(friday.Add(time.Duration(second)*time.Second), k.board(), 0); len(acts) != 0 {
			t.Fatalf("after %d s it does %+v", second, acts)
		}
	}
	if acts := h.Decide(friday.Add(20*time.Second), k.board(), 0); len(acts) != 1 || acts[0].Do != cook.Bump || acts[0].Tap == "" {
		t.Errorf("then it does %+v", acts)
	}
}

func TestAPizzaThatNobodyWaitsForIsTakenOut(t *testing.T) {
	t.Parallel()
	k := newKitchen(t)
	o := k.place("a", order.Carryout, pizza(1))
	for _, a := range []order.Action{order.Start, order.Make} {
		o.p = k.must(o.p.Take(order.Edge, a, "1"))
	}
	o.cook = "robot"
	h := newHands(k, 1)
	k.happens(h, h.Decide(friday, k.board(), 1)[0])
	o.p = k.must(o.p.Take(order.Edge, order.Void))
	if acts := h.Decide(friday.Add(time.Second), k.board(), 0); len(acts) != 1 || acts[0].Do != cook.TakeOut {
		t.Errorf("does %+v", acts)
	}
	if acts := h.Decide(friday.Add(2*time.Second), k.board(), 0); len(acts) != 0 {
		t.Errorf("and again %+v", acts)
	}
}

func TestAnyEveningIsCookedToTheEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		k := newKitchen(t)
		k.slots = rapid.IntRange(1, 6).Draw(r, "slots")
		for n := range rapid.IntRange(1, 6).Draw(r, "orders") {
			p := rapid.SampledFrom(k.menu.Products).Draw(r, "product")
			size := rapid.SampledFrom(p.Sizes).Draw(r, "size")
			k.place(fmt.Sprint("o", n), order.Carryout, order.Line{Product: p.ID, Size: size.ID, Quantity: rapid.IntRange(1, 3).Draw(r, "quantity")})
		}
		cookAll(t, k, newHands(k, rapid.Uint64().Draw(r, "seed")))
	})
}
