package cloud

import (
	"context"
	"log/slog"
	"net/http"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/dispatch/osrm"
	"awesome.pizza/cloud/phones"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/clock"
)

// openRoads is how long ways take, for everybody who reckons with it: plans, promises, guests and drivers. It is learned from drives, on the roads of
// a road server if there is one; ask is what asks that, until ctx ends.
func openRoads(c Config, log *slog.Logger) (ways *dispatch.Learned, ask func(context.Context) error) {
	if c.OSRMURL == "" {
		return &dispatch.Learned{Base: dispatch.Crow{}}, func(context.Context) error { return nil }
	}
	roads := osrm.New(c.OSRMURL, dispatch.Crow{}, &http.Client{}, log)
	return &dispatch.Learned{Base: roads}, roads.Run
}

// openDispatch puts dispatch together.
func openDispatch(c Config, db *store.Store, ways *dispatch.Learned, p *phones.Phones, presence *restaurant.Presence, log *slog.Logger) *dispatch.Dispatcher {
	d := dispatch.New(db.ForDispatch(), p, db.DispatchLock(), clock.System{}, log)
	d.Travel, d.Heard, d.Roads, d.Reposition = ways, heardBy(presence), db, c.DispatchReposition
	d.Plan = dispatch.Planner{Weights: dispatch.Usual(), Beside: c.DispatchBeside, Detour: dispatch.Detour}.Plan
	return d
}
