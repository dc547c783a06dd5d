package kitchen

import (
	"fmt"
	"log/slog"
	"time"

	"awesome.pizza/edge/line"
	"awesome.pizza/shared/order"
)

// Settings are a restaurant's own. The zero value of each field but Restaurant means its default.
type Settings struct {
	Restaurant string
	Zone       *time.Location // UTC
	DayStarts  int            // hour at which the business day starts, 0 to 23; midnight
	Roster     []Cook         // who can sign in
	Staff      []Hire         // who has a role and a PIN
	PINs       bool           // what has a level needs somebody who is signed in, see staff.Levels; else it is only written down
	Probes     []Probe        // thermometers with limits
	Printers   []Printer      // where paper comes out; none prints nothing

	Ovens     []line.Oven   // what pizzas bake in; one deck with OvenSlots places
	OvenSlots int           // pizzas that bake at once, if Ovens does not say; 12
	Cut       time.Duration // cutting and boxing of one item; 20 s
	Drive     time.Duration // from the shelf to the guest, for promises; 20 min
	FireLead  time.Duration // how long before its time a scheduled order is queued; 30 min

	StockCheck int       // hour of the daily look at the shelves, 1 to 24; 10
	Throttle   *Throttle // how web orders are held against what the kitchen can make; nil: they all come at once

	Stuck   map[order.Kitchen]time.Duration // how long a ticket may stand in a state; see stuckAfter
	Late    time.Duration                   // how late against its promise an order may be while nothing happens to it, whatever its step; 10 min
	Overdue time.Duration                   // how long past its bake seconds an item may stay in the oven; 30 s

	OpenMost int // orders that may be open when one more is taken at a screen at which nobody has signed in; 1,000

	Silent time.Duration // how long nothing is heard of a cook who has tickets, while others work, before others get them; 10 min
	Meter  Meter         // counts nothing

	Log *slog.Logger // slog.Default
}

// stuckAfter are the defaults of Settings.Stuck. A waiting order waits for the cloud or its time, a ready one for its guest.
func stuckAfter() map[order.Kitchen]time.Duration {
	return map[order.Kitchen]time.Duration{
		order.Queued: 10 * time.Minute, order.Preparing: 10 * time.Minute, order.Baking: 15 * time.Minute, order.QualityCheck: 5 * time.Minute,
		order.Ready: 30 * time.Minute,
	}
}

// Cook is somebody who makes orders. Skills are the stations they can work at; none means all.
type Cook struct {
	ID       string
	Name     string
	Skills   []string
	SignedIn bool
	Load     int  // tickets given to them that are not made yet
	Away     bool // signed in, and silent for so long that nobody gives them tickets
}

func (s Settings) withDefaults() (Settings, error) {
	if s.Restaurant == "" {
		return s, fmt.Errorf("the kitchen needs the id of its restaurant")
	}
	if s.DayStarts < 0 || s.DayStarts > 23 {
		return s, fmt.Errorf("the business day starts at hour %d; it can be 0 to 23", s.DayStarts)
	}
	if s.StockCheck < 0 || s.StockCheck > 24 {
		return s, fmt.Errorf("the stock is checked at hour %d; it can be 1 to 24", s.StockCheck)
	}
	if s.Zone == nil {
		s.Zone = time.UTC
	}
	if s.Log == nil {
		s.Log = slog.Default()
	}
	if s.Meter == nil {
		s.Meter = noMeter{}
	}
	if s.Stuck == nil {
		s.Stuck = stuckAfter()
	}
	s.OvenSlots = orElse(s.OvenSlots, 12)
	if len(s.Ovens) == 0 {
		s.Ovens = []line.Oven{{Capacity: s.OvenSlots}}
	}
	if s.Throttle != nil {
		t, err := s.Throttle.withDefaults()
		if err != nil {
			return s, err
		}
		s.Throttle = &t
	}
	s.Cut = orElse(s.Cut, 20*time.Second)
	s.Drive = orElse(s.Drive, 20*time.Minute)
	s.FireLead = orElse(s.FireLead, 30*time.Minute)
	s.StockCheck = orElse(s.StockCheck, 10)
	s.OpenMost = orElse(s.OpenMost, 1000)
	s.Late = orElse(s.Late, 10*time.Minute)
	s.Overdue = orElse(s.Overdue, 30*time.Second)
	s.Silent = orElse(s.Silent, 10*time.Minute)
	return s, nil
}

func orElse[T int | time.Duration](v, otherwise T) T {
	if v > 0 {
		return v
	}
	return otherwise
}

// DayEnds is when the business day of an instant is over.
func (s Settings) DayEnds(at time.Time) time.Time {
	local := at.In(s.Zone)
	ends := time.Date(local.Year(), local.Month(), local.Day(), s.DayStarts, 0, 0, 0, s.Zone)
	if !ends.After(at) {
		ends = time.Date(local.Year(), local.Month(), local.Day()+1, s.DayStarts, 0, 0, 0, s.Zone)
	}
	return ends.UTC()
}

// Day is the business day of an instant, 2026-11-22: the local date, but the date before until the hour at which the day starts. It is
// decided by the hands of the local clock, so it holds when they are moved.
func (s Settings) Day(at time.Time) string {
	local := at.In(s.Zone)
	if local.Hour() < s.DayStarts {
		local = time.Date(local.Year(), local.Month(), local.Day()-1, 12, 0, 0, 0, time.UTC)
	}
	return local.Format(time.DateOnly)
}
