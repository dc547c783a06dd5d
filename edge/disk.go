package edge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/clock"
)

// databaseFile is the node's memory in its data directory.
const databaseFile = "edge.db"

// remember opens what the node of this place remembers, in the epoch that its enrolment has begun. Another restaurant's memory is refused.
func (at place) remember(ctx context.Context, c Config) (db *store.Store, saved *store.Recovery, err error) {
	zone, err := c.zone(at.enrolment.TimeZone)
	if err != nil {
		return nil, nil, err
	}
	day := kitchen.Settings{Zone: zone, DayStarts: c.DayStarts}.Day
	if db, saved, err = openMemory(ctx, c.Data, at.now.Now(), day, at.log); err != nil {
		return nil, nil, err
	}
	if at.enrolment.Alone {
		db.Alone()
	}
	if err = atHome(ctx, db, at.enrolment.Restaurant, c.Data); err == nil {
		err = db.BeginEpoch(ctx, at.enrolment.Epoch, at.enrolment.Commands)
	}
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, saved, nil
}

// openMemory opens what the node remembers. What was damaged is put aside and saved as far as it can be read; the recovery is nil when
// nothing was.
func openMemory(ctx context.Context, dir string, now time.Time, day func(time.Time) string, log *slog.Logger) (*store.Store, *store.Recovery, error) {
	path := filepath.Join(dir, databaseFile)
	db, err := store.Open(ctx, path)
	if !errors.Is(err, store.ErrDamaged) {
		return db, nil, err
	}
	log.Error("the database is damaged: it is put aside, and what can be read of it is saved", "err", err)
	saved, err := store.Recover(ctx, path, err.Error(), now, day)
	if err != nil {
		return nil, nil, fmt.Errorf("recover the database: %w", err)
	}
	log.Error("the database was recovered", "aside", saved.Aside, "saved", saved.String())
	db, err = store.Open(ctx, path)
	return db, &saved, err
}

// What the caretaker raises: by id, and what is said of it. docs/OPERATIONS.md says what to do about each.
const (
	diskAlert     = "disk/node"
	databaseAlert = "database/node"
	logAlert      = "log/node"

	diskTight       = "disk_tight"
	diskFull        = "disk_full"
	diskUnwritable  = "disk_unwritable"
	databaseDamaged = "database_damaged"
	databaseSaved   = "database_recovered"
	logTorn         = "last_change_lost"
)

// bell is where alerts are raised and cleared: the kitchen.
type bell interface {
	Alert(ctx context.Context, a kitchen.Alert) error
	ClearAlert(ctx context.Context, id string) error
}

// database is what the caretaker looks after: the node's database.
type database interface {
	Tend(ctx context.Context, now time.Time) (store.Tended, error)
	Examine(ctx context.Context) error
	Full() <-chan struct{}
	Torn() bool
}

// caretaker looks after the node's disk: it tends it every few seconds, reads the whole database every night, and tells people.
type caretaker struct {
	memory database
	bell   bell
	clock  clock.Clock
	zone   *time.Location
	log    *slog.Logger
	saved  *store.Recovery // at this start

	pressure store.Pressure
	refused  bool
	ails     string            // why it could not be tended the last time
	open     map[string]string // alerts that were raised, by id
}

func caretakerOf(memory database, saved *store.Recovery, bell bell, c clock.Clock, zone *time.Location, log *slog.Logger) *caretaker {
	return &caretaker{memory: memory, bell: bell, clock: c, zone: zone, log: log, saved: saved}
}

const (
	tendEvery = 5 * time.Second
	tornShown = 30 * time.Minute // how long the kitchen is asked to look for a change that may be lost
	quietHour = 5                // of the local night, when nobody cooks
)

// localNights is where a restaurant's nights are: the zone that the kitchen was opened with.
func (c *Config) localNights(zone string) *time.Location {
	at, err := time.LoadLocation(cmp.Or(c.TimeZone, zone))
	if err != nil {
		return time.UTC
	}
	return at
}

// run looks after the disk until ctx ends.
func (c *caretaker) run(ctx context.Context) error {
	c.open = map[string]string{}
	c.opening(ctx)
	tend := time.NewTicker(tendEvery)
	defer tend.Stop()
	settled, night := c.clock.Now().Add(tornShown), c.nextNight()
	for {
		c.tend(ctx)
		select {
		case <-c.memory.Full(): // what tending itself was refused
		default:
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tend.C:
		case <-c.memory.Full():
		}
		switch now := c.clock.Now(); {
		case !now.Before(night):
			c.examine(ctx)
			night = c.nextNight()
		case night.Sub(now) > 25*time.Hour: // the clock went back
			night = c.nextNight()
		case !settled.IsZero() && !now.Before(settled):
			c.say(ctx, logAlert, "", "")
			settled = time.Time{}
		}
	}
}

// nextNight is the next quiet hour.
func (c *caretaker) nextNight() time.Time {
	now := c.clock.Now().In(c.zone)
	at := time.Date(now.Year(), now.Month(), now.Day(), quietHour, 0, 0, 0, c.zone)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}

// opening says how the database was found at this start, and clears what was said at an earlier one.
func (c *caretaker) opening(ctx context.Context) {
	c.open = map[string]string{diskAlert: "?", databaseAlert: "?", logAlert: "?"} // what an earlier run may have left
	switch {
	case c.saved != nil:
		c.say(ctx, databaseAlert, databaseSaved, "warning")
	default:
		c.say(ctx, databaseAlert, "", "")
	}
	if c.memory.Torn() {
		c.log.Warn("the log ended within a change, as after a power cut: what was done in that moment may have to be done again")
		c.say(ctx, logAlert, logTorn, "warning")
	} else {
		c.say(ctx, logAlert, "", "")
	}
}

// grumble says why the disk could not be tended, once for each reason: where logs lie on the same disk, they would fill it.
func (c *caretaker) grumble(err error) {
	ails := ""
	if err != nil {
		ails = err.Error()
	}
	if ails != "" && ails != c.ails {
		c.log.Error("the disk could not be tended", "err", err)
	}
	c.ails = ails
}

func (c *caretaker) tend(ctx context.Context) {
	t, err := c.memory.Tend(ctx, c.clock.Now())
	if ctx.Err() != nil {
		return
	}
	c.grumble(err)
	unwritable := t.Refused != nil && t.Pressure < store.Exhausted
	if t.Pressure != c.pressure || unwritable != c.refused {
		c.log.Log(ctx, level(t.Pressure, unwritable), "the disk", "level", t.Pressure.String(), "used_percent", t.Room.Percent(), "free_bytes", t.Room.Free,
			"reserve", t.Room.Reserve, "err", t.Refused)
	}
	c.pressure, c.refused = t.Pressure, unwritable
	switch {
	case t.Pressure == store.Exhausted:
		c.say(ctx, diskAlert, diskFull, "critical")
	case unwritable:
		c.say(ctx, diskAlert, diskUnwritable, "critical")
	case t.Pressure >= store.Tight:
		c.say(ctx, diskAlert, diskTight, "warning")
	default:
		c.say(ctx, diskAlert, "", "")
	}
}

func level(p store.Pressure, unwritable bool) slog.Level {
	switch {
	case unwritable || p == store.Exhausted:
		return slog.LevelError
	case p >= store.Tight:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// examine reads the database as a whole. What it finds is mended at the next start, for the kitchen is not stopped for it.
func (c *caretaker) examine(ctx context.Context) {
	began := time.Now()
	err := c.memory.Examine(ctx)
	switch {
	case errors.Is(err, store.ErrDamaged):
		c.log.Error("the database is damaged: restart the node when nobody cooks, it then saves what can be read", "err", err)
		c.say(ctx, databaseAlert, databaseDamaged, "critical")
	case err != nil:
		c.log.Warn("the database could not be examined", "err", err)
	default:
		c.log.Info("the database is sound", "took", time.Since(began).Round(time.Millisecond).String())
		c.say(ctx, databaseAlert, "", "")
	}
}

// say raises an alert, or clears it when there is nothing to say. What the disk does not take now is said again at the next look.
func (c *caretaker) say(ctx context.Context, id, what, how string) {
	if c.open[id] == what {
		return
	}
	var err error
	if what == "" {
		err = c.bell.ClearAlert(ctx, id)
	} else {
		err = c.bell.Alert(ctx, kitchen.Alert{ID: id, Device: "node", What: what, Level: how})
	}
	if err == nil {
		c.open[id] = what
	} else if ctx.Err() == nil {
		c.log.Error("an alert is not on the board", "alert", id, "what", what, "err", err)
	}
}
