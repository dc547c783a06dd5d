package kitchen_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/stock"
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

// crossingFile names the database of a process whose guests pay, change their minds and leave until it is killed.
const crossingFile = "KITCHEN_TEST_CROSSING_FILE"

// crossings are the steps of a guest, each under a key of its own.
var crossings = []string{"place", "pay", "change", "refund", "start", "void"}

// cross takes a step of a guest, or says again that it was taken.
func (h *house) cross(guest, step string, of order.ID) (order.ID, error) {
	ctx, key := background(), guest+"/"+step
	tap := kitchen.Tap{ID: key, Reason: "so it is"}
	var err error
	switch step {
	case "place":
		c := counter(lines(2, pizza))
		c.Key = key
		var t kitchen.Ticket
		t, _, err = h.Place(ctx, c)
		of = t.Order.ID
	case "pay":
		_, err = h.Book(ctx, kitchen.Money{Key: key, Kind: till.Payment, Order: of, Method: till.Cash})
	case "change":
		_, err = h.Change(ctx, of, tap, kitchen.OrderChange{Set: map[int]order.Line{0: lines(1, pizza)}})
	case "refund":
		_, err = h.Book(ctx, kitchen.Money{Key: key, Kind: till.Refund, Order: of, Reason: "one less"})
	case "start":
		_, err = h.Start(ctx, of, tap)
	case "void":
		_, err = h.Void(ctx, of, tap)
	}
	return of, err
}

// crossUntilKilled says on its output what was confirmed: "<guest> <step> <order>" each.
func crossUntilKilled(path string) {
	h := houseAt(panics{}, path, paperedSettings())
	if !h.drawer().Till.IsOpen() {
		h.opened(1_000_000)
		h.write(stock.Count, map[string]int64{"mozzarella": 1_000_000})
	}
	for {
		guest, of := id.New(), order.ID("")
		for _, step := range crossings {
			var err error
			if of, err = h.cross(guest, step, of); err != nil {
				panic(err)
			}
			if _, err := fmt.Fprintln(os.Stdout, guest, step, of); err != nil {
				panic(err)
			}
		}
	}
}

// The node is killed among guests who pay, change their minds and leave. The screens send everything once more: what was done is not done again,
// and drawer, shelves, paper and the log say the same as the orders.
func TestDrawerShelvesPaperAndLogAgreeWhenTheNodeIsKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	for round := range 4 {
		said := killedAfter(t, crossingFile, path, 4+round*11)
		h := houseAt(t, path, paperedSettings())
		before, of := h.snapshot().Seq, map[string]order.ID{}
		var guest, step, last string
		for _, line := range said {
			var id order.ID
			if n, _ := fmt.Sscan(line, &guest, &step, &id); n != 3 || len(id) != 36 {
				continue // torn by the kill
			}
			last, of[guest] = guest+" "+step, id
			if again, err := h.cross(guest, step, id); err != nil || again != id {
				t.Errorf("%s again: %v, order %s", last, err, again)
			}
		}
		if now := h.snapshot().Seq; now != before {
			t.Errorf("what was confirmed was done again: commit %d after %d", now, before)
		}
		guest, step, _ = strings.Cut(last, " ")
		for _, next := range crossings[slices.Index(crossings, step)+1:] { // nobody knows whether the first of these was done
			if _, err := h.cross(guest, next, of[guest]); err != nil {
				t.Errorf("%s goes on with %s: %v", guest, next, err)
			}
		}
		h.agrees()
		h.close()
	}
}

// agrees checks that everything says the same of all orders.
func (h *house) agrees() {
	h.t.Helper()
	entries, err := h.store.CashOn(background(), "2026-07-03")
	if err != nil {
		h.t.Fatalf("read the ledger: %v", err)
	}
	bills, drawer, reserved := map[order.ID]kitchen.Bill{}, int64(0), int64(0)
	for _, e := range entries {
		b := bills[e.Order]
		switch e.Kind {
		case till.Opened:
			drawer += e.Amount
		case till.Payment:
			b.Paid, drawer = b.Paid+e.Amount, drawer+e.Amount
		case till.Refund:
			b.Refunded, drawer = b.Refunded+e.Amount, drawer-e.Amount
		}
		bills[e.Order] = b
	}
	all, err := h.store.Shift(background(), "2026-07-03")
	if err != nil || len(all) == 0 {
		h.t.Fatalf("%d orders, %v", len(all), err)
	}
	used, changed, voided := int64(0), 0, 0
	for _, t := range all {
		if b := bills[t.Order.ID]; b.Paid != t.Bill.Paid || b.Refunded != t.Bill.Refunded {
			h.t.Errorf("order %d has %+v, the ledger %+v", t.Number, t.Bill, b)
		}
		for _, i := range t.Progress.Items {
			if i.State != order.ItemQueued {
				used += 150
			} else if t.Open() {
				reserved += 150
			}
		}
		want := []string{"ticket"}
		if t.Bill.Paid > 0 {
			want = append(want, fmt.Sprintf("receipt/paid-%d", t.Bill.Paid))
		}
		if t.Order.Changes > 0 {
			changed, want = changed+1, append(want, "change/1")
		}
		if t.Progress.Whole == order.Voided {
			voided, want = voided+1, append(want, "void")
		}
		if diff := diffOf(want, h.papers(t.Order.ID)); diff != "" {
			h.t.Errorf("of order %d is on paper:\n%s", t.Number, diff)
		}
	}
	if now := h.drawer().Till.Drawer; now != drawer {
		h.t.Errorf("%d in the drawer, %d in the ledger", now, drawer)
	}
	h.shelf("mozzarella", 1_000_000-used, reserved)
	log := h.logged()
	for action, n := range map[string]int{"change": changed, "void": voided, "take_payment": len(all), "refund": changed} {
		if is := len(slices.DeleteFunc(slices.Clone(log), func(l string) bool { return l != action })); is != n {
			h.t.Errorf("the log has %d times %s, and %d orders had it", is, action, n)
		}
	}
}
