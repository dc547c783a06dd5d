package cloud

import (
	"context"
	"log/slog"
	"net/http"

	"golang.org/x/sync/errgroup"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/dispatch/osrm"
	"awesome.pizza/cloud/phones"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/clock"
)

// openDispatch puts dispatch together: who drives how fast is learned from drives, on the roads of a road server if there is one. run keeps all
// of it at work until ctx ends.
func openDispatch(c Config, db *store.Store, p *phones.Phones, presence *restaurant.Presence, log *slog.Logger) (d *dispatch.Dispatcher, run func(context.Context) error) {
	d = dispatch.New(db.ForDispatch(), p, db.DispatchLock(), clock.System{}, log)
	d.Heard, d.Roads, d.Reposition = heardBy(presence), db, c.DispatchReposition
	d.Plan = dispatch.Planner{Weights: dispatch.Usual(), Beside: c.DispatchBeside, Detour: dispatch.Detour}.Plan
	if c.OSRMURL == "" {
		d.Travel = &dispatch.Learned{Base: dispatch.Crow{}}
		return d, d.Run
	}
	roads := osrm.New(c.OSRMURL, dispatch.Crow{}, &http.Client{}, log)
	d.Travel = &dispatch.Learned{Base: roads}
	return d, func(ctx context.Context) error {
		g, ctx := errgroup.WithContext(ctx)
		g.Go(func() error { return roads.Run(ctx) })
		g.Go(func() error { return d.Run(ctx) })
		return g.Wait()
	}
}
