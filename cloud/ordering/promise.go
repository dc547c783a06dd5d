package ordering

import (
	"context"
	"fmt"
	"math"
	"time"

	"awesome.pizza/shared/order"
)

// What a promise is made of, beside the menu's make and bake seconds.
const (
	boxing      = 2 * time.Minute  // cut, check, box
	handover    = 4 * time.Minute  // the driver parks, rings and waits
	cutOff      = 15 * time.Minute // more when the restaurant cannot be reached
	minSpread   = 5 * time.Minute
	spreadShare = 4                // the range is a quarter as long as the way to it
	doorSpread  = 10 * time.Minute // of a delivery that the kitchen promises, at least
)

// Quote is what a basket would cost and when it would come.
type Quote struct {
	Lines   []order.Line  `json:"lines"`
	Totals  order.Totals  `json:"totals"`
	Promise order.Promise `json:"promise"`
	Basis   Basis         `json:"basis"`
	Large   bool          `json:"large"` // so large that the kitchen promises it later
}

// Basis is what made a promise.
type Basis struct {
	By      By            // whose reckoning it is
	AsOf    time.Time     // when the kitchen said how it stands, by our clock; zero: it has not, or so long ago that it no longer counts
	Stale   bool          // that was a while ago
	Ahead   int           // orders before it
	Make    time.Duration // of what is in the basket
	Bake    time.Duration // of what bakes longest
	Wait    time.Duration // for a driver
	Drive   time.Duration
	Late    time.Duration // more, because the restaurant cannot be reached
	Reasons []string      // what is wrong in the kitchen

	large bool
}

// By is who reckoned a promise.
type By string

// Who reckons.
const (
	KitchenReckons By = "kitchen" // its own quote, as its counter would give it
	CloudReckons   By = "cloud"   // by the orders that the cloud knows of
	BothReckon     By = "both"    // the kitchen's word has grown old, and counts the less the older it is
)

// Quote prices a basket without taking it; it refuses what Place would refuse.
func (s *Service) Quote(ctx context.Context, b Basket) (Quote, error) {
	d, err := s.draft(ctx, b, s.now())
	return Quote{Lines: d.Order.Lines, Totals: d.Order.Totals, Promise: d.Order.Promise, Basis: d.basis, Large: d.basis.large}, err
}

// promise is the range in which the guest gets the food: what the kitchen itself would promise, if it has said so lately, and the drive. The older
// that word, the more counts what the cloud reckons by itself. A scheduled order is promised for its time if that can be kept.
func (h *House) promise(b Basket, items []order.Item, now time.Time) (order.Promise, Basis) {
	ready, basis := h.reckon(items)
	because := basis.because()
	var drive, late time.Duration
	if b.Address != nil {
		at := now
		if b.FireAt != nil && b.FireAt.After(now) {
			at = *b.FireAt
		}
		drive = h.Drive(*b.Address, at) + handover
	}
	if !h.LinkUp {
		late = cutOff
	}
	lead := ready + drive + late
	spread := max(minSpread, lead/spreadShare)
	said := h.counts(now)
	if said > 0 {
		e := h.Outlook.Of(items)
		basis = h.said(e, b.Address != nil, said, now)
		because = basis.saying(now)
		width := e.Spread
		if b.Address != nil {
			width = max(width, doorSpread)
		}
		lead, spread = mix(e.Ready+basis.Wait+drive+late, lead, said), mix(width, spread, said)
	}
	if basis.Drive, basis.Late = drive, late; drive > 0 {
		because = append(because, "drive "+minutes(drive))
	}
	if late > 0 {
		because = append(because, "the restaurant cannot be reached at the moment")
	}
	from := now.Add(lead)
	if b.FireAt != nil && b.FireAt.After(from) {
		from, because = *b.FireAt, append(because, "scheduled")
	}
	if said > 0 {
		from = from.UTC().Round(time.Second)
		return order.Promise{From: from, To: from.Add(spread.Round(time.Second)), Because: because}, basis
	}
	from = from.UTC().Truncate(time.Minute)
	return order.Promise{From: from, To: from.Add(spread).Add(time.Minute - 1).Truncate(time.Minute), Because: because}, basis
}

// distanceKM is the great circle between restaurant and address.
func (h *House) distanceKM(a order.Address) float64 {
	return order.Kilometres(h.Latitude, h.Longitude, a.Latitude, a.Longitude)
}

func minutes(d time.Duration) string {
	return fmt.Sprintf("%d min", int(math.Ceil(d.Minutes())))
}
