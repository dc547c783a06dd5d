package printer_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/printer"
	"awesome.pizza/edge/till"
	sim "awesome.pizza/firmware-sim/printer"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// What is on paper is kept twice: as text for people and byte for byte as the printer gets it.
//
//go:generate go test . -count=1 -run Golden -golden
var golden = flag.Bool("golden", false, "write the golden files")

var (
	evening   = time.Date(2026, 7, 3, 17, 30, 0, 0, time.UTC)
	kitchen48 = printer.Spec{ID: "kitchen", Name: "Kitchen", Address: "192.168.1.50:9100", Jobs: kitchen.Papers()}
)

func rome(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func dishes(t *testing.T) *menu.Menu {
	t.Helper()
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// feast is an order with everything that a layout has to show.
func feast(t *testing.T) kitchen.Ticket {
	t.Helper()
	m := dishes(t)
	o := order.Order{
		ID: "01975c2e-7d00-7000-8000-000000000042", Restaurant: "r1", Origin: order.Edge, Channel: order.Phone, Fulfilment: order.ByDelivery,
		Customer: order.Customer{Name: "Zoë Müller-Łukasz", Phone: "+390612345678"},
		Address:  &order.Address{Street: "Via dell'Università 12", City: "Forlì", Note: "ring twice, 3rd floor"},
		Payment:  order.Payment{Method: "cash"}, PlacedAt: evening,
		Promise: order.Promise{From: evening.Add(30 * time.Minute), To: evening.Add(40 * time.Minute)},
	}
	for _, l := range []order.Line{
		{Product: "margherita", Half: "pepperoni", Size: "large", Quantity: 2, Note: "well done, per favore – grazie", Toppings: []order.Topping{
			{Topping: "mozzarella", Placement: order.Left, Amount: order.Double}, {Topping: "tomato_sauce", Amount: order.Light},
		}},
		{Product: "marinara", Size: "small", Quantity: 1, Toppings: []order.Topping{{Topping: "garlic", Amount: order.None}, {Topping: "mushrooms"}}},
		{Product: "cola", Quantity: 3},
	} {
		priced, err := m.PriceLine(l)
		if err != nil {
			t.Fatal(err)
		}
		o.Lines = append(o.Lines, priced)
	}
	o.Totals = m.Totals(o.Lines, o.Fulfilment)
	k := kitchen.Ticket{Order: o, Number: 42, Day: "2026-07-03", TakenAt: evening, Progress: order.Begin(&o, m.Items(o.Lines))}
	k.Progress.Whole = order.Queued
	k.Progress.Items[1].Remakes = 1
	k.Clocks.Items = map[string]map[order.ItemState]time.Time{"2": {order.ItemBaked: evening.Add(25 * time.Minute)}}
	return k
}

// choices puts another crust, sauce and cut on the first pizza, and says what its guests must not get: one thing in a field and one in a note.
func choices(t *testing.T) func(*printer.Facts, *printer.Spec) {
	t.Helper()
	m := dishes(t)
	return func(f *printer.Facts, _ *printer.Spec) {
		lines := f.Ticket.Order.Lines
		for n, change := range map[int]func(*order.Line){
			0: func(l *order.Line) {
				l.Crust, l.Sauce, l.Cut, l.Avoid = "stuffed", "bbq", "squares", []string{"nuts", "milk"}
			},
			1: func(l *order.Line) { l.Note = "allergica alle arachidi" },
		} {
			change(&lines[n])
			priced, err := m.PriceLine(lines[n])
			if err != nil {
				t.Error(err)
			}
			lines[n] = priced
		}
		f.Ticket.Order.Totals = m.Totals(lines, f.Ticket.Order.Fulfilment)
	}
}

func TestPaperLooksAsTheGoldenFilesSay(t *testing.T) {
	t.Parallel()
	paper := func(what kitchen.Paper, change ...func(*printer.Facts, *printer.Spec)) (printer.Facts, printer.Spec) {
		f := printer.Facts{
			Job: kitchen.PrintJob{What: what, Printer: "kitchen", At: evening, Item: "2"}, Ticket: feast(t), Menu: dishes(t), Zone: rome(t),
		}
		s := kitchen48.WithDefaults()
		s.Header, s.Footer = []string{"Pizzeria Città", "P.IVA 01234567890"}, []string{"Grazie!"}
		for _, c := range change {
			c(&f, &s)
		}
		return f, s
	}
	italian := func(_ *printer.Facts, s *printer.Spec) { s.Language = "it" }
	narrow := func(_ *printer.Facts, s *printer.Spec) { s.Width, s.CodePage = 32, "pc437" }
	for name, made := range map[string]func() (printer.Facts, printer.Spec){
		"ticket":    func() (printer.Facts, printer.Spec) { return paper(kitchen.PaperTicket) },
		"ticket-it": func() (printer.Facts, printer.Spec) { return paper(kitchen.PaperTicket, italian) },
		"ticket-32": func() (printer.Facts, printer.Spec) { return paper(kitchen.PaperTicket, narrow) },
		"ticket-sides-at-backup": func() (printer.Facts, printer.Spec) {
			return paper(kitchen.PaperTicket, func(f *printer.Facts, s *printer.Spec) {
				s.Stations, f.For, f.Doubt = []string{menu.StationSides}, "Sides", true
				later := evening.Add(2 * time.Hour)
				f.Ticket.Order.FireAt = &later
			})
		},
		"ticket-voided-copy": func() (printer.Facts, printer.Spec) {
			return paper(kitchen.PaperTicket, func(f *printer.Facts, _ *printer.Spec) {
				f.Job.Copy, f.Ticket.Progress.Whole = true, order.Voided
			})
		},
		"receipt-paid-in-part": func() (printer.Facts, printer.Spec) {
			return paper(kitchen.PaperReceipt, func(f *printer.Facts, _ *printer.Spec) {
				f.Ticket.Bill = kitchen.Bill{Paid: 2000, Refunded: 500, Method: till.Card}
			})
		},
		"ticket-changed": func() (printer.Facts, printer.Spec) {
			return paper(kitchen.PaperTicket, func(f *printer.Facts, _ *printer.Spec) { f.Job.ID = "change/o/7@kitchen" })
		},
		"label":    func() (printer.Facts, printer.Spec) { return paper(kitchen.PaperLabel) },
		"label-it": func() (printer.Facts, printer.Spec) { return paper(kitchen.PaperLabel, italian, narrow) },
		"receipt":  func() (printer.Facts, printer.Spec) { return paper(kitchen.PaperReceipt) },
		"receipt-it": func() (printer.Facts, printer.Spec) {
			return paper(kitchen.PaperReceipt, italian, func(f *printer.Facts, _ *printer.Spec) {
				f.Ticket.Bill = kitchen.Bill{Paid: 5449, Off: 500, Method: till.Cash, Given: 10_000, Change: 4551}
			})
		},
		"test": func() (printer.Facts, printer.Spec) { return paper(kitchen.PaperTest) },

		"ticket-choices":    func() (printer.Facts, printer.Spec) { return paper(kitchen.PaperTicket, choices(t)) },
		"ticket-choices-it": func() (printer.Facts, printer.Spec) { return paper(kitchen.PaperTicket, choices(t), italian, narrow) },
		"label-choices":     func() (printer.Facts, printer.Spec) { return paper(kitchen.PaperLabel, choices(t)) },
		"receipt-choices":   func() (printer.Facts, printer.Spec) { return paper(kitchen.PaperReceipt, choices(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, s := made()
			sheet := printer.Draw(f, s)
			matches(t, name+".txt", sheet.Text(s))
			matches(t, name+".bytes", quoted(sheet.Bytes(s)))
			m := sim.NewMachine(s.Width)
			m.Receive(sheet.Bytes(s))
			for worked := true; worked; {
				_, worked = m.Step(evening)
			}
			if papers, n := m.Papers(); n != 1 || len(papers[0].Lines) == 0 || len(m.Strange) > 0 {
				t.Errorf("a printer makes %d pieces of it, and does not understand %q", n, m.Strange)
			}
		})
	}
}

// quoted are bytes with a new line after each line feed, readable in a diff.
func quoted(b []byte) string {
	var out strings.Builder
	for _, l := range strings.SplitAfter(string(b), "\n") {
		fmt.Fprintf(&out, "%+q\n", l)
	}
	return out.String()
}

func matches(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *golden {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (make gen writes it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what is kept (-kept +now):\n%s", name, diff)
	}
}

func TestNothingThatAGuestWritesCanSpeakToThePrinter(t *testing.T) {
	t.Parallel()
	base, m := feast(t), dishes(t)
	rapid.Check(t, func(t *rapid.T) {
		f := printer.Facts{Job: kitchen.PrintJob{What: rapid.SampledFrom(kitchen.Papers()).Draw(t, "what"), Item: "2"}, Ticket: base, Menu: m}
		s := kitchen48
		s.CodePage, s.Width = rapid.SampledFrom(printer.CodePages()).Draw(t, "page"), rapid.SampledFrom([]int{32, 42, 48}).Draw(t, "width")
		s = s.WithDefaults()
		f.Ticket.Order.Customer.Name = rapid.String().Draw(t, "name")
		f.Ticket.Order.Lines = append([]order.Line(nil), base.Order.Lines...)
		f.Ticket.Order.Lines[0].Note = rapid.OneOf(rapid.String(), rapid.Just("\x10\x04\x01\x1b@\x1dV\x00\n\x10\x14")).Draw(t, "note")
		f.Ticket.Order.Address = &order.Address{Street: rapid.String().Draw(t, "street"), City: "\u0300\u200dé"}
		machine := sim.NewMachine(s.Width)
		if answers := machine.Receive(printer.Draw(f, s).Bytes(s)); len(answers) > 0 {
			t.Fatalf("the printer answers %x", answers)
		}
		for worked := true; worked; {
			_, worked = machine.Step(evening)
		}
		if papers, n := machine.Papers(); n != 1 || len(machine.Strange) > 0 {
			t.Fatalf("it makes %d pieces of paper of it, %v, and does not understand %q", n, papers, machine.Strange)
		}
	})
}

func TestANameThatIsWiderThanThePaperGoesOnBelow(t *testing.T) {
	t.Parallel()
	for _, width := range []int{32, 42, 48} {
		f := printer.Facts{Job: kitchen.PrintJob{What: kitchen.PaperReceipt}, Ticket: feast(t), Menu: dishes(t)}
		f.Ticket.Order.Customer.Name = strings.Repeat("A", width-3) + "Ⅷ" // four letters once it is spelled: one more than there is room for
		s := kitchen48
		s.Width = width
		s = s.WithDefaults()
		machine := sim.NewMachine(width)
		machine.Receive(printer.Draw(f, s).Bytes(s))
		for worked := true; worked; {
			_, worked = machine.Step(evening)
		}
		if papers, _ := machine.Papers(); len(machine.Strange) > 0 || !strings.Contains(papers[0].Text(), "AVII\n") {
			t.Errorf("a paper of %d columns: %q on\n%s", width, machine.Strange, papers[0].Text())
		}
	}
}

func TestWhatAPrinterDoesNotHaveIsSpelled(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]string{
		"pc858": `Cittá Zoë Lukasz Straße 5 € "ñ" ? é`,
		"pc437": `Cittá Zoë Lukasz Straße 5 EUR "ñ" ? é`,
		"pc866": `Citta Zoe Lukasz Strasse 5 EUR "n" ? e`,
	} {
		s := kitchen48.WithDefaults()
		s.CodePage = page
		f := printer.Facts{Job: kitchen.PrintJob{What: kitchen.PaperReceipt}, Ticket: feast(t), Menu: dishes(t)}
		f.Ticket.Order.Customer.Name = "Cittá Zoë Łukasz Straße 5 € “ñ” 🍕 é"
		text := printer.Draw(f, s).Text(s)
		if !strings.Contains(text, want) {
			t.Errorf("%s: %q is not in\n%s", page, want, text)
		}
	}
}
