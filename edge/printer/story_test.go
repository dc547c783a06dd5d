package printer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/printer"
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

const duplicate = "POSSIBLE DUPLICATE"

func TestAnOrderPrintsItsTicketItsLabelsAndItsReceiptOnce(t *testing.T) {
	t.Parallel()
	inKitchen(t, one(), func(w *world) {
		o := w.place(order.Carryout, order.Line{Product: "margherita", Size: "large", Quantity: 2}, order.Line{Product: "cola", Quantity: 1})
		ticket := w.paper("p1")
		w.has(ticket, "#1", "CARRYOUT - counter", "Ada", "2 x Margherita Large", "1 x Cola", "ALLERGENS")
		w.hasNot(ticket, duplicate, "COPY")
		for _, at := range []string{"make", "sides", "oven", "oven"} {
			o = w.tap((*kitchen.Kitchen).Bump, o, at)
		}
		w.has(w.paper("p1"), "#1", "1/2", "Margherita", "[QR "+string(o.Order.ID)+"]")
		w.has(w.paper("p1"), "2/2")
		o = w.tap((*kitchen.Kitchen).Recall, o, "")
		o = w.tap((*kitchen.Kitchen).Bump, o, "oven")
		w.quiet("p1")
		o = w.tap((*kitchen.Kitchen).Bump, o, "cut")
		w.tap((*kitchen.Kitchen).HandOver, o, "")
		w.has(w.paper("p1"), "Receipt", "2 x Margherita Large", "TOTAL USD", "Cash")
		w.quiet("p1")
		if got := w.ledger("p1"); got != "ticket confirmed, label confirmed, label confirmed, receipt confirmed" {
			t.Error(got)
		}
	})
}

func TestAPizzaThatIsMadeAgainHasALabelOfItsOwnAndAVoidedOrderIsCalledBack(t *testing.T) {
	t.Parallel()
	inKitchen(t, one(), func(w *world) {
		o := w.pizza()
		w.paper("p1")
		for _, at := range []string{"make", "oven", "oven"} {
			o = w.tap((*kitchen.Kitchen).Bump, o, at)
		}
		w.hasNot(w.paper("p1"), "REMAKE")
		o = w.tap((*kitchen.Kitchen).Remake, o, "")
		for _, at := range []string{"make", "oven", "oven"} {
			o = w.tap((*kitchen.Kitchen).Bump, o, at)
		}
		w.has(w.paper("p1"), "1/1", "REMAKE")
		w.tap((*kitchen.Kitchen).Void, o, "")
		w.has(w.paper("p1"), "VOIDED - DO NOT MAKE", "#1")
		w.quiet("p1")
	})
}

func TestWhatIsEatenHereHasNoLabelAndAStationPrintsWhatItMakes(t *testing.T) {
	t.Parallel()
	specs := []printer.Spec{
		{ID: "make", Address: "make:9100", Jobs: []kitchen.Paper{kitchen.PaperTicket, kitchen.PaperLabel}, Stations: []string{"make"}},
		{ID: "sides", Address: "sides:9100", Jobs: []kitchen.Paper{kitchen.PaperTicket}, Stations: []string{"sides"}},
	}
	inKitchen(t, specs, func(w *world) {
		o := w.place(order.DineIn, order.Line{Product: "margherita", Size: "large", Quantity: 1}, order.Line{Product: "cola", Quantity: 1})
		pizza, drink := w.paper("make"), w.paper("sides")
		w.has(pizza, "Margherita")
		w.hasNot(pizza, "Cola")
		w.has(drink, "Cola")
		w.hasNot(drink, "Margherita")
		for _, at := range []string{"make", "oven", "oven", "cut"} {
			o = w.tap((*kitchen.Kitchen).Bump, o, at)
		}
		w.place(order.Carryout, order.Line{Product: "cola", Quantity: 1})
		w.has(w.paper("sides"), "#2")
		w.quiet("make")
	})
}

func TestAPrinterThatIsSilentHoldsUpNoOrder(t *testing.T) {
	t.Parallel()
	inKitchen(t, one(), func(w *world) {
		w.fault("p1", "silent")
		began := time.Now()
		for range 50 {
			w.pizza()
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("orders waited %v for a printer", took)
		}
		w.until("somebody is told", func() bool { return w.alerts() == "printer_offline/p1 critical" })
		v := w.room.Printers()[0]
		if v.State.Condition != printer.Offline || v.Queue != 50 || v.State.Detail == "" {
			t.Errorf("the printer is shown as %+v", v)
		}
		w.net.sims["p1"].Mend()
		for n := range 50 {
			if paper := w.paper("p1"); n == 49 {
				w.has(paper, "#50")
			}
		}
		w.until("nobody is told any more", func() bool { return w.alerts() == "" })
	})
}

func TestATicketOnWhichThePaperEndsIsPrintedOnceThereIsSome(t *testing.T) {
	t.Parallel()
	inKitchen(t, one(), func(w *world) {
		w.fault("p1", "slow=0.5")
		w.pizza()
		w.until("the ticket is under way", func() bool { return strings.Contains(w.ledger("p1"), "sent") })
		w.fault("p1", "paper_out@1s")
		w.until("somebody is told", func() bool { return w.alerts() == "paper_out/p1 critical" })
		if v := w.room.Printers()[0]; v.State.Condition != printer.PaperOut || !v.State.PaperLow {
			t.Errorf("the printer is shown as %+v", v.State)
		}
		w.pass(10 * time.Minute)
		w.net.sims["p1"].Mend()
		w.hasNot(w.paper("p1"), duplicate)
		w.until("it is known to be printed", func() bool { return w.ledger("p1") == "ticket confirmed" })
		w.until("nobody is told any more", func() bool { return w.alerts() == "" })
		w.quiet("p1")
	})
}

func TestAnOpenCoverAndAStuckKnifeAreTold(t *testing.T) {
	t.Parallel()
	inKitchen(t, one(), func(w *world) {
		for what, alert := range map[string]string{"cover_open": "printer_cover_open/p1 critical", "jam": "printer_fault/p1 critical", "paper_low": ""} {
			w.fault("p1", what)
			w.until(what, func() bool {
				return w.alerts() == alert && (what != "paper_low" || w.room.Printers()[0].State.PaperLow)
			})
			w.net.sims["p1"].Mend()
			w.until("it is over", func() bool {
				v := w.room.Printers()[0].State
				return w.alerts() == "" && v.Condition == printer.Ready && !v.PaperLow
			})
		}
	})
}

func TestWhatAPowerCutMayHaveEatenIsPrintedAgainAndSaysSo(t *testing.T) {
	t.Parallel()
	inKitchen(t, one(), func(w *world) {
		w.fault("p1", "slow=0.3")
		w.pizza()
		w.until("the ticket is under way", func() bool { return strings.Contains(w.ledger("p1"), "sent") })
		w.fault("p1", "reboot@1s")
		w.has(w.paper("p1"), "#1") // torn
		w.has(w.paper("p1"), duplicate, "#1", "1 x Margherita")
		w.until("it is known to be printed", func() bool { return w.ledger("p1") == "ticket confirmed" })
		w.quiet("p1")
	})
}

func TestWhatBecameOfPaperIsWrittenOnceTheDiskTakesItAndThePaperComesAfterAll(t *testing.T) {
	t.Parallel()
	inKitchen(t, one(), func(w *world) {
		w.fault("p1", "slow=0.3")
		w.pizza()
		w.until("the ticket is under way", func() bool { return strings.Contains(w.ledger("p1"), "sent") })
		w.full.Store(true)
		w.fault("p1", "reboot@1s")
		w.has(w.paper("p1"), "#1") // torn
		w.pass(time.Minute)
		w.full.Store(false)
		w.has(w.paper("p1"), duplicate, "#1", "1 x Margherita")
		w.until("it is known to be printed", func() bool { return w.ledger("p1") == "ticket confirmed" })
		w.quiet("p1")
	})
}

func TestPaperThatNeverComesThroughIsGivenUpAndWhatFollowsIsPrinted(t *testing.T) {
	t.Parallel()
	inKitchen(t, one(), func(w *world) {
		w.fault("p1", "hang_up=100")
		w.pizza()
		w.until("it is given up", func() bool { return w.ledger("p1") == "ticket failed" })
		w.net.sims["p1"].Mend()
		w.pizza()
		w.until("the next is printed", func() bool { return w.ledger("p1") == "ticket failed, ticket confirmed" })
	})
}

func TestPaperThatIsGivenUpIsToldUntilItIsAskedForAgain(t *testing.T) {
	t.Parallel()
	inKitchen(t, one(), func(w *world) {
		ctx := context.Background()
		w.fault("p1", "hang_up=100")
		o, gone := w.pizza(), w.pizza()
		w.until("both are given up", func() bool { return w.ledger("p1") == "ticket failed, ticket failed" })
		id := func(t kitchen.Ticket) string { return "not_printed/ticket/" + string(t.Order.ID) }
		for _, o := range []kitchen.Ticket{o, gone} {
			w.has(w.alerts(), id(o)+" critical")
		}
		w.restart()
		w.has(w.alerts(), id(o), id(gone))
		w.tap((*kitchen.Kitchen).Void, gone, "")
		if _, err := w.Acknowledge(ctx, gone.Order.ID, kitchen.Tap{ID: id(gone)}); err != nil && !problem.Is(err, problem.Conflict) {
			t.Fatal(err)
		}
		w.hasNot(w.alerts(), id(gone))
		again := func(tap string) {
			t.Helper()
			if _, err := w.Print(ctx, o.Order.ID, kitchen.Printing{Tap: tap, What: kitchen.PaperTicket}); err != nil {
				t.Fatal(err)
			}
			w.hasNot(w.alerts(), id(o))
		}
		again("first")
		w.until("that is given up as well", func() bool { return strings.Contains(w.alerts(), id(o)) })
		w.net.sims["p1"].Mend()
		again("second")
		w.until("it is printed", func() bool { return strings.HasSuffix(w.ledger("p1"), "ticket confirmed") })
		w.pass(time.Minute)
		w.hasNot(w.alerts(), "not_printed")
	})
}

func TestTheBackupPrintsWhatThePrinterCannotAndSaysForWhom(t *testing.T) {
	t.Parallel()
	inKitchen(t, two(), func(w *world) {
		w.net.unplug("p1:9100", true)
		w.pizza()
		paper := w.paper("p2")
		w.has(paper, "printed at backup for Kitchen", "#1")
		w.hasNot(paper, duplicate)
		w.until("it is shown", func() bool {
			v := w.room.Printers()[0]
			return v.Backup == "p2" && v.State.Condition == printer.Offline && v.Queue == 0
		})
		w.until("somebody is told", func() bool { return w.alerts() == "printer_offline/p1 warning" })
		w.net.unplug("p2:9100", true)
		w.until("nobody says that the backup prints", func() bool { return w.room.Printers()[0].Backup == "" })
		w.net.unplug("p2:9100", false)
		w.until("it does again", func() bool { return w.room.Printers()[0].Backup == "p2" })
		w.net.unplug("p1:9100", false)
		w.until("it is back", func() bool { return w.room.Printers()[0].Backup == "" })
		w.pizza()
		w.hasNot(w.paper("p1"), "backup", duplicate)
		w.quiet("p2")
	})
}

func TestATicketInAPrinterWithoutPaperGoesToTheBackupAndIsForgottenThere(t *testing.T) {
	t.Parallel()
	inKitchen(t, two(), func(w *world) {
		w.fault("p1", "slow=0.5")
		w.pizza()
		w.until("the ticket is under way", func() bool { return strings.Contains(w.ledger("p1"), "sent") })
		w.fault("p1", "paper_out")
		w.has(w.paper("p2"), "printed at backup for Kitchen", duplicate, "#1")
		w.net.sims["p1"].Mend()
		w.until("it is back", func() bool { return w.room.Printers()[0].Backup == "" })
		w.pizza()
		w.has(w.paper("p1"), "#2")
		w.quiet("p2")
	})
}

func TestLabelsThatComeTooLateAreGivenUp(t *testing.T) {
	t.Parallel()
	inKitchen(t, one(), func(w *world) {
		w.net.unplug("p1:9100", true)
		o := w.pizza()
		for _, at := range []string{"make", "oven", "oven", "cut"} {
			o = w.tap((*kitchen.Kitchen).Bump, o, at)
		}
		w.pass(2*time.Hour + 2*time.Minute)
		w.net.unplug("p1:9100", false)
		w.has(w.paper("p1"), "#1", "CARRYOUT")
		w.quiet("p1")
		if got := w.ledger("p1"); got != "ticket confirmed, label expired" {
			t.Error(got)
		}
	})
}

func TestANodeThatIsClosedAndOpenedPrintsWhatItOwes(t *testing.T) {
	t.Parallel()
	inKitchen(t, one(), func(w *world) {
		w.net.unplug("p1:9100", true)
		w.pizza()
		w.until("somebody is told", func() bool { return w.alerts() == "printer_offline/p1 critical" })
		w.restart()
		w.net.unplug("p1:9100", false)
		w.hasNot(w.paper("p1"), duplicate)
		w.until("nobody is told any more", func() bool { return w.alerts() == "" })
		w.restart()
		w.quiet("p1")
	})
}

func TestTheAlertOfAPrinterThatIsGoneIsOver(t *testing.T) {
	t.Parallel()
	inKitchen(t, two(), func(w *world) {
		w.net.unplug("p2:9100", true)
		w.until("somebody is told", func() bool { return w.alerts() == "printer_offline/p2 critical" })
		w.specs = one()
		w.restart()
		w.until("nobody is told any more", func() bool { return w.alerts() == "" })
	})
}

func TestWhoAsksForPaperAgainGetsACopyOnceForEachTap(t *testing.T) {
	t.Parallel()
	inKitchen(t, two(), func(w *world) {
		ctx := context.Background()
		o := w.place(order.Carryout, order.Line{Product: "margherita", Size: "large", Quantity: 2})
		w.paper("p1")
		for range 2 {
			jobs, err := w.Print(ctx, o.Order.ID, kitchen.Printing{Tap: "again", What: kitchen.PaperTicket})
			if err != nil || len(jobs) != 1 || jobs[0].Printer != "p1" || !jobs[0].Copy {
				t.Fatal(jobs, err)
			}
		}
		w.has(w.paper("p1"), "COPY", "#1")
		if _, err := w.Print(ctx, o.Order.ID, kitchen.Printing{Tap: "there", What: kitchen.PaperTicket, Printer: "p2"}); err != nil {
			t.Fatal(err)
		}
		w.has(w.paper("p2"), "COPY", "#1", "2 x Margherita")
		if _, err := w.Print(ctx, o.Order.ID, kitchen.Printing{Tap: "label", What: kitchen.PaperLabel, Item: "2"}); err != nil {
			t.Fatal(err)
		}
		w.has(w.paper("p1"), "COPY", "2/2")
		w.tap((*kitchen.Kitchen).Void, o, "")
		w.has(w.paper("p1"), "VOIDED")
		if _, err := w.Print(ctx, o.Order.ID, kitchen.Printing{Tap: "receipt", What: kitchen.PaperReceipt}); err != nil {
			t.Fatal(err)
		}
		w.has(w.paper("p2"), "COPY", "Receipt")
		w.quiet("p1")
		w.quiet("p2")
		for want, p := range map[string]kitchen.Printing{
			"idempotency_mismatch": {Tap: "again", What: kitchen.PaperReceipt},
			"invalid_tap":          {What: kitchen.PaperReceipt},
			"no_such_paper":        {Tap: "x", What: "novel"},
			"no_such_item":         {Tap: "x", What: kitchen.PaperLabel, Item: "9"},
			"no_such_printer":      {Tap: "x", What: kitchen.PaperTicket, Printer: strings.Repeat("p", 1000)},
		} {
			if _, err := w.Print(ctx, o.Order.ID, p); problem.Of(err) == nil || problem.Of(err).Code != want {
				t.Errorf("%+v: %v, want %s", p, err, want)
			}
		}
		if _, err := w.Print(ctx, "nobody", kitchen.Printing{Tap: "x", What: kitchen.PaperTicket}); !problem.Is(err, problem.NotFound) {
			t.Error(err)
		}
		if _, err := w.PrintTest(ctx, "p3", ""); !problem.Is(err, problem.NotFound) {
			t.Error(err)
		}
		for range 2 {
			if _, err := w.PrintTest(ctx, "p2", "tap"); err != nil {
				t.Error(err)
			}
		}
		w.has(w.paper("p2"), "TEST PAGE", "Counter (p2)")
		w.quiet("p2")
	})
}

func TestAPrinterThatNeverAnswersIsBelieved(t *testing.T) {
	t.Parallel()
	specs := one()
	specs[0].Mute = true
	inKitchen(t, specs, func(w *world) {
		w.pizza()
		w.has(w.paper("p1"), "#1")
		w.until("it counts as printed", func() bool { return w.ledger("p1") == "ticket confirmed" })
	})
}

func TestAGuestWhoPaysHasTheReceiptAtOnceAndNoneWhenTheFoodIsHandedOver(t *testing.T) {
	t.Parallel()
	inKitchen(t, one(), func(w *world) {
		ctx := context.Background()
		if _, err := w.OpenDay(ctx, "morning", 10_000); err != nil {
			t.Fatal(err)
		}
		o := w.place(order.DineIn, order.Line{Product: "cola", Quantity: 2})
		w.has(w.paper("p1"), "2 x Cola")
		total := o.Order.Totals.Total.Minor
		for n, amount := range []int64{100, total - 100} {
			m := kitchen.Money{Key: fmt.Sprint("pay-", n), Kind: till.Payment, Order: o.Order.ID, Method: till.Cash, Amount: amount, Given: 2000}
			if _, err := w.Book(ctx, m); err != nil {
				t.Fatal(err)
			}
		}
		w.has(w.paper("p1"), "Receipt", "Given", "20.00", "Change")
		o = w.tap((*kitchen.Kitchen).Bump, o, "sides")
		w.tap((*kitchen.Kitchen).HandOver, o, "")
		w.quiet("p1")
	})
}

func TestAChangedOrderIsPrintedAgainAndSaysSo(t *testing.T) {
	t.Parallel()
	inKitchen(t, one(), func(w *world) {
		o := w.pizza()
		w.hasNot(w.paper("p1"), "CHANGED")
		change := kitchen.OrderChange{Add: []order.Line{{Product: "cola", Quantity: 3}}}
		for range 2 {
			if _, err := w.Change(context.Background(), o.Order.ID, kitchen.Tap{ID: "change", Reason: "thirst"}, change); err != nil {
				t.Fatal(err)
			}
		}
		w.has(w.paper("p1"), "CHANGED", "#1", "3 x Cola", "1 x Margherita")
		w.quiet("p1")
	})
}
