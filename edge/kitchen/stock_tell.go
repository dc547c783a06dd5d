package kitchen

import (
	"cmp"
	"context"
	"slices"
	"time"

	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/event"
)

// tellStockEvery is how often the cloud hears of what sales do to the shelves. What people write down it hears at once.
const tellStockEvery = 5 * time.Minute

// tellOff tells the cloud what went off the menu, and what came back.
func (d *draft) tellOff(c stock.Change) {
	for _, o := range c.Off {
		d.tell("", soldOut(o))
	}
	for _, key := range c.Lifted {
		d.tell("", event.ProductBack{What: key.Kind, ID: key.ID, At: d.now})
	}
}

func soldOut(o stock.Off) event.ProductSoldOut {
	f := event.ProductSoldOut{What: o.Kind, ID: o.ID, Owner: o.Owner, Reason: o.Reason, Auto: o.Auto, Since: o.Since}
	if !o.Until.IsZero() {
		f.Until = &o.Until
	}
	return f
}

// tellWritten tells the cloud how ingredients stand of which somebody wrote something down.
func (d *draft) tellWritten(c stock.Change) {
	written := map[string]bool{}
	for _, s := range c.Shelves {
		written[s.Ingredient] = !d.shelvesNow().OnlyLent(s.Ingredient)
	}
	for _, e := range c.Entries {
		written[e.Ingredient] = written[e.Ingredient] || e.Kind != stock.Use
	}
	var levels []event.StockLevel
	for _, l := range d.shelvesNow().Levels() {
		if written[l.Ingredient.ID] {
			levels = append(levels, standing(l))
		}
	}
	if len(levels) > 0 {
		d.tell("", event.StockStanding{Levels: levels})
	}
}

func standing(l stock.Level) event.StockLevel {
	return event.StockLevel{
		Ingredient: l.Ingredient.ID, OnHand: l.Shelf.OnHand, Reserved: l.Shelf.Reserved, Lent: l.Lent, Threshold: l.Threshold, Par: l.Par,
		OnOrder: l.Shelf.OnOrder, Low: l.Low, RunsOut: l.RunsOut,
	}
}

// tellStock tells the cloud now and then how the shelves stand: what is not as it was told, and after a start or a new epoch all of it, for
// the cloud may have another picture.
func (d *draft) tellStock() {
	b := d.board.stock
	untold, whole := b.Untold()
	if !whole && (len(untold) == 0 || d.now.Sub(b.ToldAt()).Abs() < tellStockEvery) {
		return
	}
	fact := event.StockStanding{Whole: whole, Levels: []event.StockLevel{}}
	for _, l := range b.Levels(d.now) {
		if l.Shelf.Tracked && (whole || slices.Contains(untold, l.Ingredient.ID)) {
			fact.Levels = append(fact.Levels, standing(l))
		}
	}
	if whole {
		for _, o := range b.Offs() {
			fact.Off = append(fact.Off, soldOut(o))
		}
	}
	d.landed = func() { b.Told(d.now) }
	if len(fact.Levels)+len(fact.Off) > 0 || whole && b.Kept() {
		d.tell("", fact)
	}
}

// stockWished does what the cloud asks about the shelves, once for each request.
func (d *draft) stockWished(ctx context.Context, k *Kitchen, b event.StockWished) (string, error) {
	a, err := stockAnswer(b.Request, b, d.now)
	if err != nil {
		return "", err
	}
	switch seen, err := k.written(ctx, a); {
	case err != nil:
		return "", err
	case seen:
		return "it was done already", nil
	}
	d.answer = &a
	t := d.shelvesNow()
	switch b.Do {
	case "sold_out", "back":
		key := stock.OffKey{Kind: b.What, ID: b.ID}
		if b.Do == "back" {
			return "", t.Lift(key)
		}
		o := stock.Off{OffKey: key, Owner: cmp.Or(b.By, "cloud"), Reason: b.Reason}
		if b.Until != nil {
			o.Until = b.Until.UTC().Truncate(time.Millisecond)
		}
		return "", t.SellOut(o)
	case "threshold":
		var wishes []stock.Wish
		for _, l := range b.Lines {
			wishes = append(wishes, stock.Wish{Ingredient: l.Ingredient, Threshold: l.Threshold, Par: l.Par})
		}
		return "", t.Mind(wishes)
	case string(stock.Receipt), string(stock.Waste), string(stock.Count):
		s := stock.Slip{Kind: stock.Kind(b.Do), Reason: b.Reason, Who: cmp.Or(b.By, "cloud")}
		for _, l := range b.Lines {
			if l.Quantity == nil {
				return "", refuse("how much of %s is not said", l.Ingredient)
			}
			s.Lines = append(s.Lines, stock.SlipLine{Ingredient: l.Ingredient, Quantity: *l.Quantity})
		}
		return "", d.take(s)
	}
	return "", refuse("this node cannot do %q to its stock: it needs an update", b.Do)
}
