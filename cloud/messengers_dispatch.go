package cloud

import (
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/watch"
)

// countDispatch shows how dispatch fares.
func countDispatch(r *watch.Registry, d *dispatch.Dispatcher) {
	took := watch.Durations(r, "cloud_dispatch_plan_seconds", "How long it took to plan all zones of this process once.")
	d.OnPlan(func(all time.Duration) { took(all) })
	for _, g := range []struct {
		name, help string
		of         func(dispatch.Stats) int64
	}{
		{"cloud_dispatch_zones", "Zones that this process plans.", func(s dispatch.Stats) int64 { return int64(s.Zones) }},
		{"cloud_dispatch_orders_waiting", "Orders of those zones that were not picked up.", func(s dispatch.Stats) int64 { return int64(s.Waiting) }},
		{"cloud_dispatch_orders_late", "Orders that will be at their door after their promise, by the plan.", func(s dispatch.Stats) int64 { return int64(s.Late) }},
		{"cloud_dispatch_orders_stuck", "Orders that nobody can be asked to bring.", func(s dispatch.Stats) int64 { return int64(s.Stuck) }},
		{"cloud_dispatch_offers_accepted", "Offers that were accepted here, since the start.", ends(dispatch.Accepted)},
		{"cloud_dispatch_offers_declined", "Offers that were declined here, since the start.", ends(dispatch.Declined)},
		{"cloud_dispatch_offers_expired", "Offers that nobody answered, since the start.", ends(dispatch.Expired)},
		{"cloud_dispatch_offers_revoked", "Offers whose order or driver was no longer to be had, since the start.", ends(dispatch.Revoked)},
	} {
		watch.Gauge(r, g.name, g.help, func() float64 { return float64(g.of(d.Stats())) })
	}
}

func ends(state dispatch.OfferState) func(dispatch.Stats) int64 {
	return func(s dispatch.Stats) int64 { return s.Offers[state] }
}
