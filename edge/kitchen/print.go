package kitchen

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// papers is what this draft puts on paper. What a healing brings is none: it was printed when it happened, or nobody needs it any more.
func (d *draft) papers() (jobs []PrintJob) {
	if len(d.settings.Printers) == 0 || d.commit.Begin != nil {
		return nil
	}
	for _, t := range d.changed() {
		jobs = append(jobs, papersOf(d.board.tickets[t.Order.ID], t, d.settings.Printers, d.now)...)
	}
	return jobs
}

// papersOf is what is printed because a ticket became another: a ticket for each station when it is queued, and again when it is changed or voided; a
// label when a pizza is out of the oven; the receipt when all is paid, at the latest when the food is handed over. A step that is taken back and taken again asks for the
// same piece of paper, which comes out once. What this kitchen had lost asks for none: nobody knows what of it lies on paper.
func papersOf(before, after Ticket, printers []Printer, now time.Time) (jobs []PrintJob) {
	if after.Recovered {
		return nil
	}
	if came(before, after, order.Queued) {
		jobs = append(jobs, tickets(after, printers, "ticket/", now)...)
	}
	if n := after.Order.Changes; n > before.Order.Changes && before.Progress.Whole == order.Queued {
		jobs = append(jobs, tickets(after, printers, fmt.Sprintf("change/%d/", n), now)...)
	}
	if came(before, after, order.Voided) && before.Progress.Whole == order.Queued {
		jobs = append(jobs, tickets(after, printers, "void/", now)...)
	}
	for _, i := range after.Progress.Items {
		was, _ := before.Progress.Item(i.ID)
		if outOfOven(i) && !(outOfOven(was) && was.Remakes == i.Remakes) {
			jobs = append(jobs, label(after, i, printers, now)...)
		}
	}
	if paid := after.Bill.Paid > before.Bill.Paid && after.Due() == 0; paid || came(before, after, order.HandedOver) {
		jobs = append(jobs, receipt(after, printers, now)...)
	}
	return jobs
}

func came(before, after Ticket, state order.Kitchen) bool {
	return after.Progress.Whole == state && before.Progress.Whole != state
}

func outOfOven(i order.Item) bool {
	return i.Bakes && (i.State == order.ItemBaked || i.State == order.ItemDone)
}

// tickets go to every printer at whose stations something of the order is made.
func tickets(t Ticket, printers []Printer, prefix string, now time.Time) (jobs []PrintJob) {
	for _, p := range printers {
		makes := slices.ContainsFunc(t.Progress.Items, func(i order.Item) bool { return p.serves(i.Station) })
		if p.prints(PaperTicket) && makes {
			jobs = append(jobs, asJob(prefix+string(t.Order.ID)+"@"+p.ID, PaperTicket, t.Order.ID, "", p.ID, now))
		}
	}
	return jobs
}

// label goes to the first printer of its station that has labels. What is eaten here needs no box.
func label(t Ticket, i order.Item, printers []Printer, now time.Time) []PrintJob {
	if t.Order.Fulfilment == order.DineIn {
		return nil
	}
	n := slices.IndexFunc(printers, func(p Printer) bool { return p.prints(PaperLabel) && p.serves(i.Station) })
	if n < 0 {
		return nil
	}
	return []PrintJob{asJob(fmt.Sprintf("label/%s/%s/%d", t.Order.ID, i.ID, i.Remakes), PaperLabel, t.Order.ID, i.ID, printers[n].ID, now)}
}

func receipt(t Ticket, printers []Printer, now time.Time) []PrintJob {
	n := slices.IndexFunc(printers, func(p Printer) bool { return p.prints(PaperReceipt) })
	if n < 0 {
		return nil
	}
	name := "receipt/" + string(t.Order.ID)
	if n := t.Order.Changes; n > 0 { // what was printed before says another price
		name += fmt.Sprintf("/%d", n)
	}
	if t.Bill.Paid > 0 { // what was printed before says that it is to be paid
		name += fmt.Sprintf("/paid-%d", t.Bill.Paid)
	}
	return []PrintJob{asJob(name, PaperReceipt, t.Order.ID, "", printers[n].ID, now)}
}

func asJob(name string, what Paper, of order.ID, item, printer string, now time.Time) PrintJob {
	return PrintJob{ID: name, What: what, Order: of, Item: item, Printer: printer, At: now, Expires: now.Add(useful[what])}
}

func (p Printer) prints(what Paper) bool { return slices.Contains(p.Papers, what) }

func (p Printer) serves(station string) bool {
	return len(p.Stations) == 0 || slices.Contains(p.Stations, station)
}

// Printing is somebody asking for paper again.
type Printing struct {
	Tap     string // made by the screen: the same again prints nothing more
	What    Paper
	Item    string // only this item's label
	Printer string // there, instead of where it usually comes out
}

func (p Printing) check() error {
	switch {
	case p.Tap == "" || len(p.Tap) > 100:
		return problem.New(problem.Invalid, "invalid_tap", "a tap needs an id of 1 to 100 bytes, made by the screen").With("path", "tap")
	case !slices.Contains(Papers(), p.What):
		return problem.New(problem.Invalid, "no_such_paper", "what is %q; it can be ticket, label or receipt", string(p.What)).With("path", "what")
	case p.Item != "" && p.What != PaperLabel:
		return problem.New(problem.Invalid, "no_such_paper", "only a label is of one item: leave item out, or ask for a label").With("path", "item")
	}
	return nil
}

// Print prints paper of an order again, marked as a copy. It reports problem.Conflict "not_printed_here" when no printer has such paper.
func (k *Kitchen) Print(ctx context.Context, of order.ID, p Printing) (jobs []PrintJob, err error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	a := Answer{
		ID: "print/" + p.Tap, Order: of, Keep: k.now().Add(tapKept), Request: fmt.Sprintf("print %s %s %q %q", of, p.What, p.Item, p.Printer),
	}
	err = k.change(ctx, func(d *draft) error {
		first, repeated, err := k.store.Answer(ctx, a.ID)
		if err != nil {
			return err
		}
		if repeated && first.Request != a.Request {
			return problem.New(problem.Invalid, "idempotency_mismatch", "this id has been used for something else: make a new one")
		}
		t, err := k.Ticket(ctx, of)
		if err != nil {
			return err
		}
		if jobs, err = copies(t, p, d.settings.Printers, d.now); err != nil || repeated {
			return err
		}
		if p.What == PaperReceipt {
			if err := d.need(staff.Reprint, string(of), "", jobs[0].Printer); err != nil {
				return err
			}
		}
		d.clear(notPrintedAlert(p.What, of))
		d.commit.Prints, d.answer = jobs, &a
		return nil
	})
	if err != nil {
		return nil, err
	}
	return jobs, nil
}

// copies are the pieces of paper that somebody asks for.
func copies(t Ticket, p Printing, printers []Printer, now time.Time) (jobs []PrintJob, err error) {
	if t.Number == 0 {
		return nil, problem.New(problem.Conflict, "no_number", "the order has no number yet: it is printed when it goes to the kitchen")
	}
	if p.Printer != "" {
		n := slices.IndexFunc(printers, func(q Printer) bool { return q.ID == p.Printer })
		if n < 0 {
			return nil, noPrinter(p.Printer)
		}
		printers = []Printer{{ID: printers[n].ID, Papers: Papers()}}
	}
	switch p.What {
	case PaperTicket:
		jobs = tickets(t, printers, "ticket/", now)
	case PaperReceipt:
		jobs = receipt(t, printers, now)
	case PaperLabel:
		if _, known := t.Progress.Item(p.Item); p.Item != "" && !known {
			return nil, problem.New(problem.NotFound, "no_such_item", "the order has no item %q", p.Item)
		}
		for _, i := range t.Progress.Items {
			if i.ID == p.Item || p.Item == "" && i.Bakes {
				jobs = append(jobs, label(t, i, printers, now)...)
			}
		}
	case PaperTest:
	}
	if len(jobs) == 0 {
		return nil, problem.New(problem.Conflict, "not_printed_here",
			"no printer here has a %s of this order: name a printer, or give one the job %q in the device file", p.What, p.What)
	}
	for n := range jobs {
		jobs[n].ID, jobs[n].Copy = fmt.Sprintf("copy/%s/%d", p.Tap, n+1), true
	}
	return jobs, nil
}

// PrintTest prints a page that says that a printer prints. Without a tap each call is one; the same tap again prints nothing more.
func (k *Kitchen) PrintTest(ctx context.Context, printer, tap string) (PrintJob, error) {
	if len(tap) > 100 {
		return PrintJob{}, problem.New(problem.Invalid, "invalid_tap", "a tap has an id of up to 100 bytes, made by the screen").With("path", "tap")
	}
	if !slices.ContainsFunc(k.settings.Printers, func(p Printer) bool { return p.ID == printer }) {
		return PrintJob{}, noPrinter(printer)
	}
	if tap == "" {
		tap = id.New()
	}
	j := asJob("test/"+printer+"/"+tap, PaperTest, "", "", printer, k.now())
	return j, k.change(ctx, func(d *draft) error {
		if err := d.need(staff.TestPage, printer, "", ""); err != nil {
			return err
		}
		d.commit.Prints = []PrintJob{j}
		return nil
	})
}

func noPrinter(id string) error {
	return problem.New(problem.NotFound, "no_such_printer", "there is no printer %q in the device file", strings.ToValidUTF8(id[:min(len(id), 64)], ""))
}
