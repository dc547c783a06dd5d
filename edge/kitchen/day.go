package kitchen

import (
	"context"
	"fmt"
	"slices"

	"awesome.pizza/edge/staff"
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// OpenDay opens the till of this business day with what is in the drawer. It reports problem.Conflict "till_open" while one is.
func (k *Kitchen) OpenDay(ctx context.Context, key string, float int64) (Booked, error) {
	return k.book(ctx, key, fmt.Sprintf("open %d", float), func(d *draft, e till.Entry) (till.Entry, error) {
		if t := d.drawerNow(); t.IsOpen() {
			return e, problem.New(problem.Conflict, "till_open", "The till of %s is open: close it before another day begins.", t.Day).With("till", t.ID)
		}
		day := d.settings.Day(d.now)
		last, err := k.store.LastTill(ctx, day)
		if err != nil {
			return e, err
		}
		if err := d.need(staff.DayOpen, day, "", fmt.Sprint(float)); err != nil {
			return e, err
		}
		t, opened, err := till.Open(day, last, k.Menu().Currency, float, d.answers(), d.now)
		if err != nil {
			return e, err
		}
		d.clear(CountCash)
		opened.Key, opened.Request = e.Key, e.Request
		d.commit.Shift.Till, d.commit.Shift.Cash = &t, append(d.commit.Shift.Cash, opened)
		return opened, nil
	})
}

// CloseDay counts the drawer and closes the till. While something is not settled, it reports problem.Conflict "not_settled" with the facts
// "runs" and "orders", unless somebody says that they know (anyway).
func (k *Kitchen) CloseDay(ctx context.Context, key string, counted int64, note string, anyway bool) (Booked, error) {
	if len(note) > maxText {
		return Booked{}, problem.New(problem.Invalid, "invalid_field", "the note can have up to %d bytes", maxText).With("path", "note")
	}
	if !order.Plain(note) {
		return Booked{}, problem.New(problem.Invalid, "bad_text", "there are control characters in the note").With("path", "note")
	}
	return k.book(ctx, key, fmt.Sprintf("close %d %q %v", counted, note, anyway), func(d *draft, e till.Entry) (till.Entry, error) {
		now := d.drawerNow()
		if !now.IsOpen() {
			return e, till.NotOpen()
		}
		open, err := k.unsettled(ctx, now, sortedRuns(d.board.shift.runs), d.board.snapshot().Tickets)
		if err != nil {
			return e, err
		}
		if n := len(open.Runs) + len(open.Unpaid) + len(open.Owed) + len(open.Short); n > 0 && !anyway {
			return e, problem.New(problem.Conflict, "not_settled", "%s Settle that, or close all the same (anyway).", open.words()).
				With("runs", runNumbers(open.Runs)).With("unpaid", numbersOf(open.Unpaid)).With("owed", numbersOf(open.Owed)).
				With("short", numbersOf(open.Short))
		}
		t, closed, err := now.Close(counted, d.answers(), note, d.now)
		if err != nil {
			return e, err
		}
		if err := d.need(staff.DayClose, t.ID, note, fmt.Sprintf("counted %d, difference %d", counted, t.Difference())); err != nil {
			return e, err
		}
		d.clear(CountCash)
		closed.Key, closed.Request = e.Key, e.Request
		d.commit.Shift.Till, d.commit.Shift.Cash = &t, append(d.commit.Shift.Cash, closed)
		return closed, nil
	})
}

// CountCash is the alert that a recovery has lost something about the till: somebody counts what is in the drawer, and opens or closes it.
const CountCash = "count_cash"

// Unsettled is money that is not where it belongs yet.
type Unsettled struct {
	Runs   []Run    // with own drivers
	Unpaid []Ticket // on the board or handed over, and not paid
	Owed   []Ticket // paid for and not made, and the guest has the money not back
	Short  []Ticket // an own driver brought less than was due
}

func (u Unsettled) words() string {
	return fmt.Sprintf("Own drivers are out with %d orders and brought too little for %d, %d orders are not paid, and for %d a guest is to get money back.",
		len(u.Runs), len(u.Short), len(u.Unpaid), len(u.Owed))
}

// Drawer is the till as it is: the open one, or the last.
type Drawer struct {
	Till till.Till
	Unsettled
}

// Drawer is what is in the till, and what is not settled.
func (k *Kitchen) Drawer(ctx context.Context) (Drawer, error) {
	if err := k.May(ctx, staff.SeeTill); err != nil {
		return Drawer{}, err
	}
	k.mu.RLock()
	out := Drawer{Till: k.board.shift.till}
	runs, tickets := sortedRuns(k.board.shift.runs), k.board.snapshot().Tickets
	k.mu.RUnlock()
	open, err := k.unsettled(ctx, out.Till, runs, tickets)
	out.Unsettled = open
	return out, err
}

// unsettled looks at the board, and at what left it on the days since the till was opened. Money for deliveries is with their drivers: the
// cloud's are not in here, own ones as runs while they are out, and as short when they brought too little.
func (k *Kitchen) unsettled(ctx context.Context, now till.Till, runs []Run, tickets []Ticket) (u Unsettled, err error) {
	u.Runs = runs
	if now.IsOpen() {
		ended, err := k.store.EndedSince(ctx, now.Day, now.OpenedAt, unsettledMost)
		if err != nil {
			return u, err
		}
		onBoard := len(tickets)
		for _, e := range ended {
			lingers := slices.ContainsFunc(tickets[:onBoard], func(t Ticket) bool { return t.Order.ID == e.Order.ID })
			if !lingers {
				tickets = append(tickets, e)
			}
		}
	}
	for _, t := range tickets {
		switch {
		case t.Owed() > 0:
			u.Owed = append(u.Owed, t)
		case t.dueAt(now):
			u.Unpaid = append(u.Unpaid, t)
		case t.short():
			u.Short = append(u.Short, t)
		}
	}
	return u, nil
}

// unsettledMost is how many ended orders are looked at, the last first.
const unsettledMost = 2000

func numbersOf(tickets []Ticket) []int {
	out := make([]int, len(tickets))
	for n, t := range tickets {
		out[n] = t.Number
	}
	return out
}

// TillReport is what the ledger of a business day says; the day of the open till when none is named.
func (k *Kitchen) TillReport(ctx context.Context, day string) (till.Report, []till.Entry, error) {
	if err := k.May(ctx, staff.SeeTill); err != nil {
		return till.Report{}, nil, err
	}
	if day == "" {
		k.mu.RLock()
		day = k.board.shift.till.Day
		k.mu.RUnlock()
	}
	if day == "" {
		day = k.settings.Day(k.now())
	}
	tills, err := k.store.Tills(ctx, day)
	if err != nil {
		return till.Report{}, nil, err
	}
	entries, err := k.store.CashOn(ctx, day)
	if err != nil {
		return till.Report{}, nil, err
	}
	return till.Sum(day, k.Menu().Currency, tills, entries), entries, nil
}
