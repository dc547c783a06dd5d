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
	log, enrolment, now := at.log, at.enrolment, at.now

	// What it remembers: everything that was ever confirmed on a screen.
	db, saved, err := at.remember(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := atHome(ctx, db, enrolment.Restaurant, c.Data); err != nil {
		return err
	}
	if err := db.BeginEpoch(ctx, enrolment.Epoch, enrolment.Commands); err != nil {
		return err
	}

	// The kitchen, and who sees what it does.
	screens := live.New[kitchen.Change](256)
	defer screens.Close()
	numbers := watch.Metrics()
	kit, err := c.openKitchen(ctx, enrolment, at.house, db, at.dishes, now, screens, meterOf(numbers))
	if err != nil {
		return err
	}
	now.relabel = kit.Relabel
	if err := recall(ctx, &enrolment, c.Data, db, kit); err != nil {
		return err
	}
	hearths, paper, err := c.furnish(at, db, kit)
	if err != nil {
		return err
	}

	felt := newSensors(at.house, kit, db, log)

	// The line to the chain, which may be cut.
	line := uplink.New(uplink.Config{
		Enrolment: enrolment, Mode: uplink.Mode(c.Uplink), Hubs: c.Hubs, Version: watch.BuildVersion(), Log: log, Data: c.Data, Clock: now,
		Digest: digestOf(kit), Outlook: outlookOf(kit),
	}, db, obedient{kit})

	// The doors: displays and counter over HTTP, devices over MQTT.
	doors, secure, err := c.openDoors(ctx, enrolment.Restaurant)
	if err != nil {
		return err
	}
	defer shut(doors)
	view := lineView{line, db, now, enrolment.Device}
	display, err := kds.New(kds.Deps{
		Kitchen: kit, Changes: screens, Menu: at.dishes, Card: kit.Menu, Ovens: hearths, Link: view, Printers: paper, Sensors: felt, Desk: line, Pages: web.FS(), Clock: now,
	}, kds.Settings{Restaurant: enrolment.Restaurant, Ready: db.Ready, Letters: db.Letters, ClockState: view.clockState, Hosts: c.Hosts, Secure: secure, Log: log, Drain: 3 * time.Second})
	if err != nil {
		return err
	}
	talk, err := openBroker(c, &devices{
		restaurant: enrolment.Restaurant, house: at.house, kitchen: kit, ovens: hearths, sensors: felt, letters: thrifty{db, db.Pressure}, now: now, log: log,
	}, screens)
	if err != nil {
		return err
	}

	// Everybody at work, until closing time.
	g, ctx := errgroup.WithContext(ctx)
	keeper := caretakerOf(db, saved, kit, now, c.localNights(enrolment.TimeZone), log)
	for _, work := range []func(context.Context) error{talk, kit.Run, hearths.run, paper.room.Run, felt.run, line.Run, now.run, card{c.Data, kit, log}.run, keeper.run} {
		g.Go(func() error { return work(ctx) })
	}
	g.Go(func() error { return display.Serve(ctx, doors...) })
	g.Go(func() error { return announce(ctx, db.Appended(), line) })
	g.Go(func() error { return watch.ServeMetrics(ctx, c.MetricsListen, metrics(ctx, numbers, kit, line, db)) })
	log.Info("the kitchen is open", "display", "http://"+doors[0].Addr().String(), "took", time.Since(opened).Round(time.Millisecond).String())
	return g.Wait()
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
