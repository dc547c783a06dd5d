package kitchen

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"awesome.pizza/edge/staff"
	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/problem"
)

// slipKept is how long a screen may repeat what it wrote about the shelves.
const slipKept = 24 * time.Hour

// Stock is how every ingredient of the menu stands.
func (k *Kitchen) Stock(context.Context) ([]stock.Level, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	levels := k.board.stock.Levels(k.now())
	if k.now().Sub(k.met).Abs() < lendFor {
		for n, l := range levels {
			levels[n].Sellable = l.Free + l.Lent // see fetch
		}
	}
	return levels, nil
}

// Suggest is what to order from suppliers.
func (k *Kitchen) Suggest(context.Context) ([]stock.Suggestion, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.board.stock.Suggest(k.now()), nil
}

// Off is what is off the menu, as people or the shelves have said, and what cannot be had for it.
func (k *Kitchen) Off(context.Context) ([]stock.Off, stock.SoldOut, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	offs := k.board.stock.Offs()
	return offs, k.board.stock.MissingOf(offs), nil
}

// WriteSlip books what somebody wrote down about the shelves, once for each request. It reports problem.Invalid with the fact "path".
func (k *Kitchen) WriteSlip(ctx context.Context, request string, s stock.Slip) (replayed bool, err error) {
	return k.onShelves(ctx, request, s, func(d *draft, _ *stock.Turn) error {
		if err := d.need(slipLevel(s.Kind), ingredientsOf(s.Lines), s.Reason, string(s.Kind)); err != nil {
			return err
		}
		s.Who = cmp.Or(d.answers(), s.Who)
		return d.take(s)
	})
}

// take writes a slip into the ledger. Who counts or receives has looked.
func (d *draft) take(s stock.Slip) error {
	if s.Kind == stock.Count || s.Kind == stock.Receipt {
		d.clear(CheckStock)
	}
	if s.Kind == stock.Count {
		d.clear(CountStock)
	}
	return d.shelvesNow().Take(s)
}

// MindStock sets thresholds and pars.
func (k *Kitchen) MindStock(ctx context.Context, request string, wishes []stock.Wish) (replayed bool, err error) {
	return k.onShelves(ctx, request, wishes, func(d *draft, t *stock.Turn) error {
		if err := d.need(staff.Thresholds, "", "", fmt.Sprintf("%d ingredients", len(wishes))); err != nil {
			return err
		}
		return t.Mind(wishes)
	})
}

// slipLevel is what it takes to write something down about the shelves.
func slipLevel(k stock.Kind) staff.Action {
	switch k {
	case stock.Count:
		return staff.StockCount
	case stock.Waste:
		return staff.StockWaste
	}
	return staff.StockReceipt
}

// ingredientsOf names what a slip is about, for the log.
func ingredientsOf(lines []stock.SlipLine) string {
	names := make([]string, len(lines))
	for n, l := range lines {
		names[n] = l.Ingredient
	}
	return strings.Join(names, " ")
}

// OrderStock takes note of what was ordered from suppliers.
func (k *Kitchen) OrderStock(ctx context.Context, request string, lines []stock.SlipLine) (replayed bool, err error) {
	return k.onShelves(ctx, request, map[string]any{"order": lines}, func(d *draft, t *stock.Turn) error {
		if err := d.need(staff.StockReceipt, ingredientsOf(lines), "", "ordered"); err != nil {
			return err
		}
		d.clear(CheckStock)
		return t.Order(lines)
	})
}

// SellOut takes something off the menu: 86. It stays off until then, or for as long as lasts says, or until somebody lifts it.
func (k *Kitchen) SellOut(ctx context.Context, request string, o stock.Off, lasts time.Duration) (replayed bool, err error) {
	o.Until = o.Until.UTC().Truncate(time.Millisecond)
	return k.onShelves(ctx, request, []any{o, lasts}, func(d *draft, t *stock.Turn) error {
		if err := d.need(staff.EightySix, o.Kind+" "+o.ID, o.Reason, "off"); err != nil {
			return err
		}
		o.Owner = cmp.Or(d.answers(), o.Owner)
		if lasts > 0 {
			o.Until = d.now.Add(lasts)
		}
		return t.SellOut(o)
	})
}

// Lift puts something back on the menu. What is not off is not off: that is problem.NotFound.
func (k *Kitchen) Lift(ctx context.Context, key stock.OffKey) error {
	return k.change(ctx, func(d *draft) error {
		if err := d.need(staff.EightySix, key.Kind+" "+key.ID, "", "back"); err != nil {
			return err
		}
		return d.shelvesNow().Lift(key)
	})
}

// StockReport is the history of the shelves from one business day to another.
func (k *Kitchen) StockReport(ctx context.Context, from, to string) ([]stock.Day, error) {
	l, err := k.store.Ledger(ctx, from, to)
	if err != nil {
		return nil, err
	}
	return stock.Report(k.Menu(), l), nil
}

// Today is the business day that it is now.
func (k *Kitchen) Today() string { return k.settings.Day(k.now()) }

// onShelves lets decide change the stock, once for each request; an empty request is one of its own.
func (k *Kitchen) onShelves(ctx context.Context, request string, what any, decide func(*draft, *stock.Turn) error) (replayed bool, err error) {
	a, err := stockAnswer(request, what, k.now())
	if err != nil {
		return false, err
	}
	err = k.change(ctx, func(d *draft) error {
		if replayed, err = k.written(ctx, a); err != nil || replayed {
			return err
		}
		d.answer = &a
		return decide(d, d.shelvesNow())
	})
	return replayed && err == nil, err
}

// stockAnswer is what remembers a request about the shelves.
func stockAnswer(request string, what any, now time.Time) (Answer, error) {
	if len(request) > 100 {
		return Answer{}, problem.New(problem.Invalid, "invalid_stock", "a request has an id of up to 100 bytes").With("path", "idempotency_key")
	}
	if request == "" {
		request = id.New()
	}
	raw, err := json.Marshal(what)
	if err != nil {
		return Answer{}, fmt.Errorf("write down what is asked of the stock: %w", err)
	}
	sum := sha256.Sum256(raw)
	return Answer{ID: "stock/" + request, Request: hex.EncodeToString(sum[:]), Keep: now.Add(slipKept)}, nil
}

// written reports whether a request was done already. Another one under the same id is problem.Invalid "idempotency_mismatch".
func (k *Kitchen) written(ctx context.Context, a Answer) (bool, error) {
	first, seen, err := k.store.Answer(ctx, a.ID)
	if err == nil && seen && first.Request != a.Request {
		err = problem.New(problem.Invalid, "idempotency_mismatch", "this id has been used for something else: make a new one")
	}
	return seen && err == nil, err
}
