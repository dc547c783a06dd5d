package ordering

import (
	"fmt"
	"time"

	"awesome.pizza/shared/order"
)

// How long what the kitchen says counts. It says it every few seconds.
const (
	saidFresh = 2 * time.Minute  // as it is
	saidOver  = 10 * time.Minute // from then on no longer; in between the less the older it is
)

// reckon is when a basket would be ready by what the cloud knows itself: the queue ahead, making, baking.
func (h *House) reckon(items []order.Item) (ready time.Duration, b Basis) {
	cooks := time.Duration(max(1, h.Cooks))
	var mine time.Duration
	for _, i := range items {
		mine += time.Duration(i.MakeSeconds) * time.Second
		b.Bake = max(b.Bake, time.Duration(i.BakeSeconds)*time.Second)
	}
	b.By, b.Ahead, b.Make = CloudReckons, h.Ahead, mine/cooks+boxing
	return time.Duration(h.AheadSeconds)*time.Second/cooks + b.Make + b.Bake, b
}

// counts is how much the kitchen's own word counts now, from 0 to 1.
func (h *House) counts(now time.Time) float64 {
	if h.Outlook == nil {
		return 0
	}
	old := now.Sub(h.OutlookAt) - saidFresh
	return min(1, max(0, 1-float64(old)/float64(saidOver-saidFresh)))
}

// said is what makes a promise of the kitchen's.
func (h *House) said(e order.Estimate, delivers bool, counts float64, now time.Time) Basis {
	b := Basis{
		By: KitchenReckons, AsOf: h.OutlookAt, Stale: now.Sub(h.OutlookAt) > saidFresh, Ahead: h.Outlook.Ahead, Make: e.Make, Bake: e.Bake,
		Reasons: h.Outlook.Because, large: e.Large,
	}
	if counts < 1 {
		b.By = BothReckon
	}
	if delivers {
		b.Wait = time.Duration(h.Outlook.Wait) * time.Second
	}
	return b
}

// because is a basis of the cloud's in words.
func (b *Basis) because() (because []string) {
	if b.Ahead > 0 {
		because = append(because, fmt.Sprintf("%d orders ahead", b.Ahead))
	}
	because = append(because, "make "+minutes(b.Make))
	if b.Bake > 0 {
		because = append(because, "oven "+minutes(b.Bake))
	}
	return because
}

// saying is a basis of the kitchen's in the kitchen's words.
func (b *Basis) saying(now time.Time) (because []string) {
	if b.Ahead > 0 {
		because = append(because, fmt.Sprintf("%d orders ahead", b.Ahead))
	}
	if b.Bake > 0 {
		because = append(because, "oven "+minutes(b.Bake))
	}
	because = append(because, b.Reasons...)
	if b.large {
		because = append(because, "a large order")
	}
	if b.Wait > 0 {
		because = append(because, "deliveries wait "+minutes(b.Wait)+" for a driver")
	}
	if b.Stale {
		because = append(because, "the kitchen was last heard of "+minutes(now.Sub(b.AsOf))+" ago")
	}
	return because
}

// shut reports whether the kitchen has no room for orders of a basket's channel now. What was said a while ago closes nothing.
func (h *House) shut(b Basket, now time.Time) (why order.Shut, closed bool) {
	if b.FireAt != nil || h.counts(now) < 1 {
		return why, false
	}
	why, closed = h.Outlook.Closed[b.channel()]
	return why, closed
}

// mix is between two durations: the first counts so much.
func mix(a, b time.Duration, counts float64) time.Duration {
	return b + time.Duration(float64(a-b)*counts)
}
