package courier

import (
	"cmp"
	"slices"
	"time"

	"awesome.pizza/shared/money"
)

// fresh is how long a quote must hold for it to be worth taking.
const fresh = 5 * time.Second

// Choose takes the cheapest of the quotes that make the promise, within the limit of the rules. When none does, it takes the earliest that is
// at the door well before our own driver; own is zero when there is none. value is in the order's currency.
func Choose(quotes []Quote, promise, own, now time.Time, value money.Amount, rules Rules) (best Quote, found bool) {
	var on, late []Quote
	for _, q := range quotes {
		switch {
		case q.Fee.Minor < 0 || q.Fee.Minor > rules.FeeLimit || q.Fee.Currency != value.Currency:
		case q.Expires.Before(now.Add(fresh)) || q.DropAt.Before(now):
		case !q.DropAt.After(promise):
			on = append(on, q)
		case own.IsZero() || !q.DropAt.Add(rules.Margin).After(own):
			late = append(late, q)
		}
	}
	slices.SortFunc(on, func(a, b Quote) int {
		return cmp.Or(cmp.Compare(a.Fee.Minor, b.Fee.Minor), a.DropAt.Compare(b.DropAt), cmp.Compare(a.Courier, b.Courier))
	})
	slices.SortFunc(late, func(a, b Quote) int {
		return cmp.Or(a.DropAt.Compare(b.DropAt), cmp.Compare(a.Fee.Minor, b.Fee.Minor), cmp.Compare(a.Courier, b.Courier))
	})
	for _, all := range [][]Quote{on, late} {
		if len(all) > 0 {
			return all[0], true
		}
	}
	return Quote{}, false
}
