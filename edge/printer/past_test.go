package printer_test

import (
	"context"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

func TestWhatWaitsForPaperWhileItsOrderIsVoidedSaysSo(t *testing.T) {
	t.Parallel()
	inKitchen(t, one(), func(w *world) {
		o := w.pizza()
		w.paper("p1")
		w.until("it is known to be printed", func() bool { return w.ledger("p1") == "ticket confirmed" })
		w.fault("p1", "paper_out")
		w.until("somebody is told", func() bool { return w.alerts() != "" })
		for _, at := range []string{"make", "oven", "oven"} {
			o = w.tap((*kitchen.Kitchen).Bump, o, at)
		}
		w.tap((*kitchen.Kitchen).Void, o, "")
		w.restart()
		w.net.sims["p1"].Mend()
		label, slip := w.paper("p1"), w.paper("p1")
		w.has(label, "VOIDED", "1/1")
		w.hasNot(label, "DO NOT MAKE")
		w.has(slip, "VOIDED - DO NOT MAKE")
		w.quiet("p1")
	})
}

func TestACopyOfADayLaterDoesNotSayWhereItsGuestLives(t *testing.T) {
	t.Parallel()
	inKitchen(t, one(), func(w *world) {
		ctx := context.Background()
		o, _, err := w.Place(ctx, kitchen.CounterOrder{
			Key: id.New(), Channel: order.Phone, Fulfilment: order.ByDelivery, Customer: order.Customer{Name: "Ada Lovelace", Phone: "02025550123"},
			Address: &order.Address{Street: "1 Main St", City: "Springfield", Note: "blue door"}, Payment: order.Payment{Method: "cash"},
			Lines: []order.Line{{Product: "margherita", Size: "large", Quantity: 1}},
		})
		if err != nil {
			t.Fatal(err)
		}
		w.paper("p1")
		for range 4 {
			o = w.tap((*kitchen.Kitchen).Bump, o, "")
		}
		w.has(w.paper("p1"), "Ada Lovelace", "1 Main St", "blue door")
		w.tap((*kitchen.Kitchen).HandOver, o, "")
		w.paper("p1")
		w.close()
		w.net.pullOut() // all is off until then: a day of printers that are watched takes half a minute of everybody's
		w.pass(25 * time.Hour)
		w.net.plugIn()
		w.open()
		if _, err := w.Print(ctx, o.Order.ID, kitchen.Printing{Tap: "again", What: kitchen.PaperLabel}); err != nil {
			t.Fatal(err)
		}
		copied := w.paper("p1")
		w.has(copied, "COPY", "Ada", "Springfield")
		w.hasNot(copied, "Lovelace", "Main St", "blue door")
	})
}
