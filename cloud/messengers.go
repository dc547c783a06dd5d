package cloud

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/downlink"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/phones"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/link"
)

// remindEvery is how often the lines are told again of commands that have no answer: a hint may have been lost.
const remindEvery = 5 * time.Second

// sendCommands tells the lines of every commit that has a command in it, by whichever core.
func sendCommands(ctx context.Context, db commandBook, lines commandLines, log *slog.Logger) error {
	for ctx.Err() == nil {
		edges, leave := db.WatchCommands()
		forward(ctx, edges, func(edge string) {
			_, high, err := db.Link(ctx, edge)
			if err != nil {
				log.WarnContext(ctx, "a command has to wait for the next reminder", "restaurant", edge, "err", err)
				return
			}
			lines.Committed(ctx, edge, high)
		})
		leave()
	}
	return nil
}

// remind tells the lines again and again which commands have no answer yet.
func remind(ctx context.Context, db commandBook, lines commandLines, log *slog.Logger) error {
	tick := time.NewTicker(remindEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		unanswered, err := db.Unanswered(ctx)
		if err != nil {
			if ctx.Err() == nil {
				log.WarnContext(ctx, "commands without an answer are not looked for", "err", err)
			}
			continue
		}
		for edge, high := range unanswered {
			lines.Committed(ctx, edge, high)
		}
	}
}

// commandBook is where commands are written down.
type commandBook interface {
	WatchCommands() (edges <-chan string, leave func())
	Link(ctx context.Context, edge string) (row link.LinkRow, high uint64, err error)
	Unanswered(ctx context.Context) (map[string]uint64, error)
}

// commandLines take commands down.
type commandLines interface {
	Committed(ctx context.Context, edge string, high uint64)
}

// tellDrivers passes on what has changed: to the phones of those it concerns, and to dispatch as a reason to plan anew.
func tellDrivers(ctx context.Context, db *store.Store, p *phones.Phones, d *dispatch.Dispatcher) error {
	for ctx.Err() == nil {
		orders, leave := db.WatchOrders()
		forward(ctx, orders, func(r *ordering.Record) {
			p.Changed(r)
			d.Kick()
			if drive, ok := db.DriveOf(ctx, r, d.Travel); ok {
				d.Learn(drive)
			}
		})
		leave()
	}
	return nil
}

// forward hands values on until the watch or ctx ends. A watch that ends by itself has missed something: SYNC, the next round of dispatch
// and the phones' own refresh find out what.
func forward[T any](ctx context.Context, values <-chan T, to func(T)) {
	for {
		select {
		case <-ctx.Done():
			return
		case v, open := <-values:
			if !open {
				return
			}
			to(v)
		}
	}
}

// heardBy tells dispatch whose lines are cut: their forecasts age.
func heardBy(p *restaurant.Presence) dispatch.Heard {
	return func(id string, now time.Time) (time.Time, bool) {
		l := p.Of(id, now)
		return l.Heard, !l.Up && !l.Heard.IsZero()
	}
}

// positionTopic is where cores tell each other where drivers are.
const positionTopic = "positions"

func sharePositions(lines *downlink.Downlink) func(dispatch.Position) {
	return func(p dispatch.Position) {
		if data, err := json.Marshal(p); err == nil {
			lines.Tell(positionTopic, data)
		}
	}
}

func learnPositions(ctx context.Context, lines *downlink.Downlink, p *phones.Phones) error {
	stop, err := lines.Listen(positionTopic, func(data []byte) {
		var at dispatch.Position
		if json.Unmarshal(data, &at) == nil {
			p.Learn(at)
		}
	})
	if err != nil {
		return err
	}
	defer stop()
	<-ctx.Done()
	return nil
}
