package kitchen_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// larder is a reunion whose shelves are counted from the beginning.
type larder struct {
	*reunion
	menu *menu.Menu
}

func newLarder(r *rapid.T, dir string) *larder {
	m, err := menu.Pizzeria()
	if err != nil {
		r.Fatalf("%v", err)
	}
	w := &larder{&reunion{house: houseAt(r, filepath.Join(dir, id.New()), settings()), r: r, dir: dir, office: newOffice()}, m}
	w.count()
	return w
}

// much is how much of everything there is: nothing ever runs out.
const much = 1_000_000

func (w *larder) count() {
	w.write(stock.Count, map[string]int64{"dough_small": much, "dough_medium": much, "dough_large": much, "mozzarella": much, "bbq_sauce": much, "cola": much})
}

// someLine is one of some that need different things.
func someLine(r *rapid.T, name string) order.Line {
	return rapid.SampledFrom([]order.Line{
		pizza, cola,
		{Product: "hawaii", Size: "small", Quantity: 1},
		{Product: "margherita", Size: "large", Quantity: 2, Crust: "stuffed", Sauce: "bbq"},
		{Product: "tonno", Half: "diavola", Size: "medium", Quantity: 1},
	}).Draw(r, name)
}

func (w *larder) placeSome(r *rapid.T) {
	t, _, err := w.Place(background(), counter(rapid.SliceOfN(rapid.Custom(func(r *rapid.T) order.Line { return someLine(r, "line") }), 1, 3).Draw(r, "lines")...))
	if err != nil {
		r.Fatalf("place: %v", err)
	}
	w.orders = append(w.orders, t.Order.ID)
}

// rewrite changes the lines of an order, as far as nobody has begun with them.
func (w *larder) rewrite(r *rapid.T) {
	of := w.pick(r)
	t := w.find(of)
	if t == nil || len(t.Order.Lines) == 0 {
		return
	}
	n := rapid.IntRange(0, len(t.Order.Lines)-1).Draw(r, "line")
	var c kitchen.OrderChange
	switch rapid.SampledFrom([]string{"set", "remove", "add"}).Draw(r, "how") {
	case "set":
		c.Set = map[int]order.Line{n: someLine(r, "set")}
	case "remove":
		c.Remove = []int{n}
	case "add":
		c.Add = []order.Line{someLine(r, "add")}
	}
	w.try(w.Change(background(), of, kitchen.Tap{ID: id.New(), Reason: "why not"}, c))
}

// twoLives lets the kitchen live twice from one backup on: what it did in its first life, the office may have heard.
func (w *larder) twoLives(r *rapid.T) {
	w.sync(r)
	w.backUp(r)
	w.live(r, "first")
	if rapid.Bool().Draw(r, "the office hears of the first life") {
		w.sendAll()
	}
	raw, err := os.ReadFile(w.backups[len(w.backups)-1])
	w.card(raw, err)
	w.live(r, "second")
	w.sync(r)
	w.addsUp()
}

func (w *larder) live(r *rapid.T, name string) {
	for range rapid.IntRange(1, 6).Draw(r, name) {
		if rapid.Bool().Draw(r, "rewrite") {
			w.rewrite(r)
		} else {
			w.tapOne(r)
		}
	}
}

func (w *larder) sendAll() {
	if w.forked() {
		return
	}
	events, _, err := w.store.Events(background(), w.office.mark.Seq+1, 1<<20, 1<<30)
	if err != nil {
		w.r.Fatalf("%v", err)
	}
	w.take(events)
}

// everyTicket is of all orders that there ever were, as the card has them.
func (w *larder) everyTicket() (all []kitchen.Ticket) {
	ids := map[order.ID]bool{}
	for _, of := range w.orders {
		ids[of] = true
	}
	for of := range w.office.orders {
		ids[of] = true
	}
	for of := range ids {
		if t := w.find(of); t != nil {
			all = append(all, *t)
		}
	}
	return all
}

// addsUp holds after every healing: the shelves have reserved what nobody has begun of open orders, they have used what is begun of all orders that
// were not voided, and what is on hand is the sum of the ledger.
func (w *larder) addsUp() {
	reserved, used := map[string]int64{}, map[string]int64{}
	for _, t := range w.everyTicket() {
		for _, i := range t.Progress.Items {
			for what, n := range w.menu.Needs(t.Order.Lines[i.Line]) {
				switch {
				case i.State != order.ItemQueued && t.Progress.Whole != order.Voided:
					used[what] += n
				case i.State == order.ItemQueued && t.Open():
					reserved[what] += n
				}
			}
		}
	}
	entries := w.entries()
	levels, err := w.Stock(background())
	if err != nil {
		w.r.Fatalf("%v", err)
	}
	for _, l := range levels {
		what := l.Ingredient.ID
		if !l.Shelf.Tracked {
			continue
		}
		of := entries[what]
		if l.Shelf.Reserved != reserved[what] {
			w.r.Errorf("%d of %s are reserved, open orders need %d", l.Shelf.Reserved, what, reserved[what])
		}
		if -of[stock.Use] != used[what] {
			w.r.Errorf("%d of %s were used, what is begun took %d", -of[stock.Use], what, used[what])
		}
		if of[stock.Waste] > 0 {
			w.r.Errorf("%d of %s came out of the bin", of[stock.Waste], what)
		}
		if sum := of[stock.Count] + of[stock.Use] + of[stock.Waste]; l.Shelf.OnHand != sum {
			w.r.Errorf("%d of %s are on hand, the ledger comes to %d", l.Shelf.OnHand, what, sum)
		}
	}
}

// entries are the sums of the ledger by ingredient and kind.
func (w *larder) entries() map[string]map[stock.Kind]int64 {
	l, err := w.store.Ledger(background(), "0000-00-00", "9999-99-99")
	if err != nil {
		w.r.Fatalf("%v", err)
	}
	sums := map[string]map[stock.Kind]int64{}
	for _, t := range l.Totals {
		if sums[t.Ingredient] == nil {
			sums[t.Ingredient] = map[stock.Kind]int64{}
		}
		sums[t.Ingredient][t.Kind] += t.Quantity
	}
	return sums
}

func TestTheShelvesFollowTheOrdersThroughEveryHealing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		w := newLarder(r, dir)
		r.Repeat(map[string]func(*rapid.T){
			"place": w.placeSome, "web order": w.offerOne, "revoke": w.revokeOne, "drive": w.driveOne, "rewrite": w.rewrite, "rewrite again": w.rewrite,
			"tap": w.tapOne, "tap again": w.tapOne, "confirm": w.confirmOne, "sync": w.sync, "send": w.send, "obey": w.obeySome,
			"live twice": w.twoLives, "live twice again": w.twoLives, "an old database": w.oldOffice, "restart": func(*rapid.T) { w.restart() },
		})
		w.settle()
		w.addsUp()
		w.restart()
		w.addsUp()
		w.agree()
		w.close()
		for _, left := range append(w.backups, w.path) {
			if err := os.Remove(left); err != nil {
				r.Error(err)
			}
		}
	})
}

func TestWhatTwoLivesOfAKitchenMadeHasLeftTheShelvesWhicheverOfThemCounts(t *testing.T) {
	t.Parallel()
	for counts, want := range map[string]map[string]int64{
		"diavola": {"dough_large": 100, "dough_medium": 99, "dough_small": 100}, // of what the first life made this card knows nothing
		"hawaii":  {"dough_large": 100, "dough_medium": 99, "dough_small": 99},  // and what the second made is in nobody's order
	} {
		dir := t.TempDir()
		w := &reunion{house: newHouse(t), dir: dir, office: newOffice()}
		w.write(stock.Count, map[string]int64{"dough_large": 100, "dough_small": 100, "dough_medium": 100})
		placed := w.place(pizza)
		w.take(w.events())
		backup := filepath.Join(dir, "card.db")
		if err := w.store.Backup(t.Context(), backup); err != nil {
			t.Fatal(err)
		}
		live := func(more ...order.Line) {
			t.Helper()
			for _, l := range more {
				w.change(w.ticket(placed.Order.ID), kitchen.OrderChange{Add: []order.Line{l}})
			}
			w.did(w.Start(t.Context(), placed.Order.ID, kitchen.Tap{ID: id.New(), Item: "2"}))
		}
		first := []order.Line{{Product: "hawaii", Size: "small", Quantity: 1}}
		if counts == "hawaii" {
			first = append(first, cola) // it has changed more often
		}
		live(first...)
		w.take(w.events()[w.office.mark.Seq:])
		raw, err := os.ReadFile(backup)
		w.card(raw, err)
		live(order.Line{Product: "diavola", Size: "medium", Quantity: 1})
		w.heal()

		got := dishes(w.ticket(placed.Order.ID))
		if !slices.Contains(got, "1:margherita:queued") || !slices.Contains(got, "2:"+counts+":making") {
			t.Fatalf("%s counts, and the order is %v", counts, got)
		}
		onHand := map[string]int64{}
		for what := range want {
			onHand[what] = w.level(what).Shelf.OnHand
		}
		if !maps.Equal(onHand, want) {
			t.Errorf("%s counts, and the shelves have %v, want %v", counts, onHand, want)
		}
		if reserved := w.level("dough_large").Shelf.Reserved; reserved != 1 {
			t.Errorf("%s counts, and %d are reserved", counts, reserved)
		}
	}
}

func TestAnEndThatAHealingExchangesIsBookedAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Count, map[string]int64{"dough_large": 100})
	placed := h.place(pizza)
	for placed.Open() {
		placed = h.bump(placed, "")
	}
	was := func(used, wasted int64) {
		t.Helper()
		report, err := h.StockReport(t.Context(), h.Today(), h.Today())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range report {
			if d.Ingredient.ID == "dough_large" && (d.Used != used || d.Wasted != wasted || d.Closing != 99) {
				t.Errorf("%d were used, %d wasted, %d are left; want %d and %d of 100", d.Used, d.Wasted, d.Closing, used, wasted)
			}
		}
		h.shelf("dough_large", 99, 0)
	}
	was(1, 0)
	for _, end := range []struct {
		whole        order.Kitchen
		used, wasted int64
	}{{order.Voided, 0, 1}, {order.HandedOver, 1, 0}} {
		there := kitchen.Standing(h.ticket(placed.Order.ID))
		there.Progress.Whole = end.whole
		h.begin(h.beginning(func(link.Ref) bool { return true }, there))
		if got := h.ticket(placed.Order.ID).Progress.Whole; got != end.whole {
			t.Fatalf("it is %s, and the cloud has it as %s", got, end.whole)
		}
		was(end.used, end.wasted)
	}
}
