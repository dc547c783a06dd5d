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
	kmPerHour   = 25.0             // door to door in a town
	streets     = 1.35             // streets are longer than the crow flies
	earthKM     = 6371.0
	minSpread   = 5 * time.Minute
	spreadShare = 4 // the range is a quarter as long as the way to it
)

// Quote is what a basket would cost and when it would come.
type Quote struct {
	Lines   []order.Line  `json:"lines"`
	Totals  order.Totals  `json:"totals"`
	Promise order.Promise `json:"promise"`
}

// Quote prices a basket without taking it; it refuses what Place would refuse.
func (s *Service) Quote(ctx context.Context, b Basket) (Quote, error) {
	r, err := s.draft(ctx, b, s.now())
	return Quote{Lines: r.Order.Lines, Totals: r.Order.Totals, Promise: r.Order.Promise}, err
}

// promise is the range in which the guest gets the food: the queue ahead, making, baking, driving. A scheduled order is promised for
// its time if that can be kept.
func (h *House) promise(b Basket, items []order.Item, now time.Time) order.Promise {
	cooks := time.Duration(max(1, h.Cooks))
	var mine, bake time.Duration
	for _, i := range items {
		mine += time.Duration(i.MakeSeconds) * time.Second
		bake = max(bake, time.Duration(i.BakeSeconds)*time.Second)
	}
	queue := time.Duration(h.AheadSeconds) * time.Second / cooks
	lead := queue + mine/cooks + bake + boxing
	because := []string{fmt.Sprintf("%d orders ahead", h.Ahead), "make " + minutes(mine/cooks+boxing)}
	if bake > 0 {
		because = append(because, "oven "+minutes(bake))
	}
	if b.Address != nil {
		drive := time.Duration(h.distanceKM(*b.Address)*streets/kmPerHour*float64(time.Hour)) + handover
		lead += drive
		because = append(because, "drive "+minutes(drive))
	}
	if !h.LinkUp {
		lead += cutOff
		because = append(because, "the restaurant cannot be reached at the moment")
	}
	from := now.Add(lead)
	if b.FireAt != nil && b.FireAt.After(from) {
		from, because = *b.FireAt, append(because, "scheduled")
	}
	spread := max(minSpread, lead/spreadShare)
	from = from.UTC().Truncate(time.Minute)
	return order.Promise{From: from, To: from.Add(spread).Add(time.Minute - 1).Truncate(time.Minute), Because: because}
}

// distanceKM is the great circle between restaurant and address (haversine).
func (h *House) distanceKM(a order.Address) float64 {
	const rad = math.Pi / 180
	lat, lon := (a.Latitude-h.Latitude)*rad, (a.Longitude-h.Longitude)*rad
	s := math.Pow(math.Sin(lat/2), 2) + math.Cos(h.Latitude*rad)*math.Cos(a.Latitude*rad)*math.Pow(math.Sin(lon/2), 2)
	return 2 * earthKM * math.Asin(math.Min(1, math.Sqrt(s)))
}

func minutes(d time.Duration) string {
	return fmt.Sprintf("%d min", int(math.Ceil(d.Minutes())))
}
