package kitchen_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"awesome.pizza/edge/till"
)

// payingFile names the database of a process that takes payments until it is killed.
const payingFile = "KITCHEN_TEST_PAYING_FILE"

// payUntilKilled says on its output which payments were confirmed: "<key> <amount>" each.
func payUntilKilled(path string) {
	h := houseAt(panics{}, path, settings())
	if d, err := h.Drawer(background()); err != nil {
		panic(err)
	} else if !d.Till.IsOpen() {
		h.opened(0)
	}
	for {
		m := paying(h.place(pizza).Order.ID, 0)
		b, err := h.Book(background(), m)
		if err != nil {
			panic(err)
		}
		if _, err := fmt.Fprintln(os.Stdout, m.Key, b.Entry.Amount); err != nil {
			panic(err)
		}
	}
}

func TestNoPaymentThatWasConfirmedIsLostWhenTheNodeIsKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	for round := range 3 {
		confirmed := killedAfter(t, payingFile, path, 5+round*7)
		h := houseAt(t, path, settings())
		entries, err := h.store.CashOn(background(), "2026-07-03")
		if err != nil {
			t.Fatal(err)
		}
		known, sum := map[string]int64{}, int64(0)
		for _, e := range entries {
			known[e.Key] = e.Amount
			if e.Kind == till.Payment {
				sum += e.Amount
				if paid := h.ticket(e.Order).Bill.Paid; paid != e.Amount {
					t.Errorf("the order knows of %d, the ledger of %d", paid, e.Amount)
				}
			}
		}
		for _, line := range confirmed {
			var key string
			var amount int64
			if n, _ := fmt.Sscan(line, &key, &amount); n == 2 && known[key] != amount {
				t.Errorf("%s of %d is %d in the ledger", key, amount, known[key])
			}
		}
		if d := h.drawer().Till.Drawer; d != sum {
			t.Errorf("%d in the drawer, %d in the ledger", d, sum)
		}
		h.close()
	}
}
