package kitchen

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// writing is an order while its lines are written anew.
type writing struct {
	t    Ticket
	menu *menu.Menu

	lines []order.Line
	items []order.Item // with the place of their line in lines
	said  []LineChange
	gone  []string         // names of items that are not made
	fresh []string         // names of items that are new
	more  []order.Line     // what is made more, in so many pieces
	freed map[string]int64 // what is not needed any more, by ingredient
	last  int              // the highest name given
}

// lastItem is the highest name that an item of the ticket ever had.
func (t Ticket) lastItem() int {
	last := t.LastItem
	for _, i := range t.Progress.Items {
		if n, err := strconv.Atoi(i.ID); err == nil {
			last = max(last, n)
		}
	}
	return last
}

// write goes through the lines as they are, then through those that are added.
func (w *writing) write(c OrderChange) error {
	if len(c.Add)+len(c.Set)+len(c.Remove) == 0 {
		return invalid("add", "say what to add, to set or to remove")
	}
	for _, n := range slices.Concat(slices.Sorted(maps.Keys(c.Set)), c.Remove) {
		if n < 0 || n >= len(w.t.Order.Lines) {
			return invalid("line", "the order has %d lines, counted from 0; there is no line %d", len(w.t.Order.Lines), n)
		}
	}
	for n, was := range w.t.Order.Lines {
		set, changes := c.Set[n]
		removes := slices.Contains(c.Remove, n)
		var err error
		switch {
		case changes && removes:
			err = invalid("line", "line %d cannot be set and removed", n)
		case removes:
			err = w.remove(n, was)
		case changes:
			err = w.set(n, was, set)
		default:
			w.keep(n, was)
		}
		if err != nil {
			return err
		}
	}
	for n, l := range c.Add {
		priced, err := w.price(l, fmt.Sprintf("add[%d]", n))
		if err != nil {
			return err
		}
		w.lines = append(w.lines, priced)
		w.make(priced, priced.Quantity)
		w.said = append(w.said, LineChange{Now: &priced})
	}
	return nil
}

func (w *writing) check() error {
	pieces := 0
	for _, l := range w.lines {
		pieces += l.Quantity
	}
	switch {
	case len(w.lines) == 0:
		return invalid("remove", "nothing would be left of the order: void it instead")
	case len(w.lines) > menu.MaxLines:
		return invalid("add", "an order has up to %d lines, not %d", menu.MaxLines, len(w.lines))
	case pieces > MostPieces:
		return invalid("add", "%d pieces are more than the %d of one order", pieces, MostPieces)
	case len(w.said) == 0:
		return invalid("add", "the order is like that already")
	}
	return nil
}

func (w *writing) price(l order.Line, path string) (order.Line, error) {
	priced, err := w.menu.PriceLine(l)
	if p := problem.Of(err); p != nil {
		return l, p.With("path", fmt.Sprintf("%s.%v", path, p.Facts["path"]))
	}
	return priced, err
}

func (w *writing) itemsOf(line int) (items []order.Item) {
	for _, i := range w.t.Progress.Items {
		if i.Line == line {
			items = append(items, i)
		}
	}
	return items
}

// remove takes a line off.
func (w *writing) remove(n int, was order.Line) error {
	if err := w.drop(was, w.itemsOf(n), len(w.itemsOf(n))); err != nil {
		return err
	}
	w.said = append(w.said, LineChange{Was: &was})
	return nil
}

// set writes a line anew. When only its quantity is another, what is there already stays.
func (w *writing) set(n int, was, set order.Line) error {
	priced, err := w.price(set, fmt.Sprintf("set[%d]", n))
	if err != nil {
		return err
	}
	items := w.itemsOf(n)
	same := order.SameDish(was, priced)
	switch {
	case same && priced.Quantity == was.Quantity:
		w.keep(n, was)
		return nil
	case same:
		priced.Unit = was.Unit // the guest was told this price
		less := max(0, len(items)-priced.Quantity)
		if err := w.drop(was, items, less); err != nil {
			return err
		}
		w.keep(n, priced)
		w.make(priced, priced.Quantity-len(w.onLast()))
	default:
		if err := w.drop(was, items, len(items)); err != nil {
			return err
		}
		w.lines = append(w.lines, priced)
		w.make(priced, priced.Quantity)
	}
	w.said = append(w.said, LineChange{Was: &was, Now: &priced})
	return nil
}

// keep writes a line that stays, with those of its items that are not dropped.
func (w *writing) keep(n int, l order.Line) {
	w.lines = append(w.lines, l)
	for _, i := range w.itemsOf(n) {
		if !slices.Contains(w.gone, i.ID) {
			i.Line = len(w.lines) - 1
			w.items = append(w.items, i)
		}
	}
}

// onLast are the items of the line that was written last.
func (w *writing) onLast() []order.Item {
	return slices.DeleteFunc(slices.Clone(w.items), func(i order.Item) bool { return i.Line != len(w.lines)-1 })
}

// drop leaves so many items of a line unmade: the last ones, of those that nobody has begun.
func (w *writing) drop(l order.Line, items []order.Item, count int) error {
	for _, i := range slices.Backward(items) {
		if count > 0 && i.State == order.ItemQueued {
			w.gone = append(w.gone, i.ID)
			count--
		}
	}
	if count > 0 {
		return problem.New(problem.Conflict, "item_started", "%s is being made already: it can no longer be taken off", l.Name).
			With("current", w.t.Progress.Status()).With("allowed", w.t.Progress.Next()).With("ticket", w.t)
	}
	return nil
}

// make adds items for the line that was written last.
func (w *writing) make(l order.Line, count int) {
	if count <= 0 {
		return
	}
	l.Quantity = count
	w.more = append(w.more, l)
	for _, i := range w.menu.Items([]order.Line{l}) {
		w.last++
		i.ID, i.Line = strconv.Itoa(w.last), len(w.lines)-1
		w.fresh = append(w.fresh, i.ID)
		w.items = append(w.items, i)
	}
}
