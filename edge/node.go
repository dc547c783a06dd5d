// Package edge is a restaurant's node, put together: node.go reads as the story of a restaurant from opening to closing. Nothing is decided
// and no technology is used in here; the rooms below do that, and do not know of each other.
package edge

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/edge/web"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/watch"
)

// Run opens the kitchen and keeps it open until ctx ends.
func Run(ctx context.Context, c Config, log *slog.Logger) (err error) {
	opened := time.Now()
	c = c.withDefaults()

	// Which restaurant this is, and what and who is in it.
	at, err := c.look(log)
	if err != nil {
		return err
	}
	log = at.log

	// What it remembers: everything that was ever confirmed on a screen.
	db, saved, err := at.remember(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	// The kitchen, what stands in it, and who sees what it does.
	screens := live.New[kitchen.Change](256)
	defer screens.Close()
	numbers := watch.Metrics()
	r, err := c.openRooms(ctx, at, db, screens, meterOf(numbers))
	if err != nil {
		return err
	}

	// The line to the chain, which may be cut.
	r.line = uplink.New(uplink.Config{
		Enrolment: r.enrolment, Mode: uplink.Mode(c.Uplink), Hubs: c.Hubs, Version: watch.BuildVersion(), Log: log, Data: c.Data, Clock: r.now,
		Digest: digestOf(r.kitchen), Outlook: outlookOf(r.kitchen),
	}, db, obedient{r.kitchen})

	// The doors: displays and counter over HTTP, devices over MQTT.
	doors, secure, err := c.openDoors(ctx, r.enrolment.Restaurant)
	if err != nil {
		return err
	}
	defer shut(doors)
	display, err := c.openDisplay(r, secure)
	if err != nil {
		return err
	}
	devices, err := c.openBroker(r)
	if err != nil {
		return err
	}

	// Everybody at work, until closing time.
	g, ctx := errgroup.WithContext(ctx)
	keeper := caretakerOf(db, saved, r.kitchen, r.now, c.localNights(r.enrolment.TimeZone), log)
	for _, work := range []func(context.Context) error{
		devices, r.kitchen.Run, r.hearths.run, r.paper.room.Run, r.felt.run, r.line.Run, r.now.run, card{c.Data, r.kitchen, log}.run, keeper.run, timekeeperOf(r.place, r.kitchen).run,
	} {
		g.Go(func() error { return work(ctx) })
	}
	g.Go(func() error { return display.Serve(ctx, doors...) })
	g.Go(func() error { return announce(ctx, db.Appended(), r.line) })
	g.Go(func() error {
		return watch.ServeMetrics(ctx, c.MetricsListen, metrics(ctx, numbers, r.kitchen, r.line, db))
	})
	log.Info("the kitchen is open", "display", "http://"+doors[0].Addr().String(), "took", time.Since(opened).Round(time.Millisecond).String())
	return g.Wait()
}

// rooms are what is behind the doors.
type rooms struct {
	place
	db      *store.Store
	screens *live.Hub[kitchen.Change]
	kitchen *kitchen.Kitchen
	hearths *ovens
	paper   printers
	felt    *sensors
	line    *uplink.Uplink
}

// openRooms opens the kitchen and furnishes it. The line is not there yet.
func (c *Config) openRooms(ctx context.Context, at place, db *store.Store, screens *live.Hub[kitchen.Change], count kitchen.Meter) (r rooms, err error) {
	r = rooms{place: at, db: db, screens: screens}
	if r.kitchen, err = c.openKitchen(ctx, at.enrolment, at.house, db, at.dishes, at.now, screens, count); err != nil {
		return r, err
	}
	r.now.relabel = r.kitchen.Relabel
	if err := recall(ctx, &r.enrolment, c.Data, db, r.kitchen); err != nil {
		return r, err
	}
	r.felt = newSensors(at.house, r.kitchen, db, at.log)
	r.hearths, r.paper, err = c.furnish(at, db, r.kitchen)
	return r, err
}

// openDisplay makes what displays and counter are answered by.
func (c *Config) openDisplay(r rooms, secure kds.Secure) (*kds.Server, error) {
	link := lineView{r.line, r.db, r.now, r.enrolment.Device}
	return kds.New(kds.Deps{
		Kitchen: r.kitchen, Changes: r.screens, Menu: r.dishes, Card: r.kitchen.Menu, Ovens: r.hearths, Link: link, Printers: r.paper, Sensors: r.felt,
		Desk: r.line, Pages: web.FS(), Clock: r.now,
	}, kds.Settings{
		Restaurant: r.enrolment.Restaurant, Ready: r.db.Ready, Letters: r.db.Letters, ClockState: link.clockState, Hosts: c.Hosts, Secure: secure, Log: r.log,
		Drain: 3 * time.Second,
	})
}

// place is which restaurant this node is, and what it has before its kitchen opens.
type place struct {
	enrolment uplink.Enrolment
	now       *hours
	house     House
	dishes    *menu.Menu
	log       *slog.Logger
}

// look finds out where the node is.
func (c *Config) look(log *slog.Logger) (p place, err error) {
	if err := c.check(); err != nil {
		return p, err
	}
	if err := c.makeData(); err != nil {
		return p, err
	}
	if p.enrolment, err = uplink.LoadEnrolment(c.Data); err != nil {
		return p, err
	}
	p.log = log.With("restaurant", p.enrolment.Restaurant)
	if p.now, err = openHours(c.Data, p.log); err != nil {
		return p, err
	}
	if p.enrolment.Alone {
		p.now.believe(time.Now())
	}
	if p.house, err = LoadHouse(c.Devices); err != nil {
		return p, err
	}
	p.dishes, err = menuOf(p.enrolment)
	return p, err
}

// menuOf is the menu that came with the enrolment, or the one a new chain starts with.
func menuOf(e uplink.Enrolment) (*menu.Menu, error) {
	if len(e.Menu) == 0 {
		return menu.Pizzeria()
	}
	return menu.Parse(e.Menu)
}

// announce tells the link of every commit that has something for the cloud.
func announce(ctx context.Context, appended <-chan struct{}, line *uplink.Uplink) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-appended:
			line.Appended()
		}
	}
}
