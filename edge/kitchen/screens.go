package kitchen

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

const (
	// ScreensMost is how many screens are known: one more takes the place of the one that is not here and announced itself longest ago.
	ScreensMost = 100
	// EveryStation is the station of a screen that shows all of them.
	EveryStation = "all"

	screenGone = 15 * time.Second // how long a screen may be gone before somebody has to look
	screenSeen = time.Hour        // how often it is written down that a screen has announced itself
	screenLost = "screen_lost"
	// screenForgotten is how long a screen may be gone until it is forgotten: anybody can announce one that does not exist.
	screenForgotten = 24 * time.Hour
)

// Screen is a display that has told its name and its station.
type Screen struct {
	ID      string
	Name    string
	Station string    // one of the stations, or EveryStation
	Seen    time.Time // when it announced itself last, within the hour
}

// Sight is a screen as whoever serves it sees it now.
type Sight struct {
	Screen string // its id
	Here   bool   // it hears of every change
	Since  time.Time
	Seq    uint64 // the last change that it has on its board, as it says; 0: it does not say
}

// Screens are those that have announced themselves, by id.
func (k *Kitchen) Screens(context.Context) ([]Screen, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.board.screensNow(), nil
}

func (b *board) screensNow() []Screen {
	all := make([]Screen, 0, len(b.screens))
	for _, s := range b.screens {
		all = append(all, s)
	}
	slices.SortFunc(all, func(x, y Screen) int { return cmp.Compare(x.ID, y.ID) })
	return all
}

// Announce takes note of a screen, its name and its station. From then on the kitchen minds that tickets are seen: see Rendered and Watch.
func (k *Kitchen) Announce(ctx context.Context, s Screen) (Screen, error) {
	if err := s.check(); err != nil {
		return s, err
	}
	err := k.change(ctx, func(d *draft) error {
		was, known := d.board.screens[s.ID]
		s.Seen = d.now
		if known && was.Name == s.Name && was.Station == s.Station && d.now.Sub(was.Seen).Abs() < screenSeen {
			s = was
			return nil
		}
		if !known {
			if err := d.makeRoomForGlass(k.here); err != nil {
				return err
			}
		}
		d.commit.Screens = append(d.commit.Screens, s)
		return nil
	})
	return s, err
}

// makeRoomForGlass forgets a screen if there are too many. One that is here goes for none that is new: whoever invents screens puts away none
// that shows the board.
func (d *draft) makeRoomForGlass(here map[string]bool) error {
	all := d.board.screensNow()
	if len(all) < ScreensMost {
		return nil
	}
	all = slices.DeleteFunc(all, func(s Screen) bool { return here[s.ID] })
	if len(all) == 0 {
		return problem.New(problem.Conflict, "too_many_screens", "%d screens show the board: put one of them away first", ScreensMost)
	}
	d.unplug(slices.MinFunc(all, func(x, y Screen) int { return cmp.Or(x.Seen.Compare(y.Seen), cmp.Compare(x.ID, y.ID)) }).ID)
	return nil
}

func (s Screen) check() error {
	switch {
	case s.ID == "" || len(s.ID) > 64:
		return problem.New(problem.Invalid, "invalid_screen", "a screen needs an id of 1 to 64 bytes").With("path", "id")
	case len(s.Name) > maxText || !order.Plain(s.Name):
		return problem.New(problem.Invalid, "invalid_screen", "a screen's name can have up to %d bytes, and no control characters", maxText).With("path", "name")
	case s.Station != EveryStation && !slices.Contains(menu.Stations(), s.Station):
		return problem.New(problem.Invalid, "no_such_station", "there is no station %q; a screen can show one of %v, or %s", s.Station, menu.Stations(), EveryStation).
			With("path", "station")
	}
	return nil
}

// Unplug forgets a screen. It reports problem.NotFound.
func (k *Kitchen) Unplug(ctx context.Context, id string) error {
	return k.change(ctx, func(d *draft) error {
		if _, known := d.board.screens[id]; !known {
			return problem.New(problem.NotFound, "no_such_screen", "no screen has announced itself as %q", id)
		}
		if err := d.need(staff.UnplugScreen, id, "", ""); err != nil {
			return err
		}
		d.unplug(id)
		return nil
	})
}

func (d *draft) unplug(id string) {
	d.commit.Unplugged = append(d.commit.Unplugged, id)
	if a, rings := d.alert(screenLost + "/" + d.board.screens[id].Station); rings && a.Device == id {
		d.clear(a.ID) // should another of that station be missed, Watch says so
	}
}

// hasScreens reports whether anybody could show a ticket.
func (d *draft) hasScreens() bool { return len(d.board.screens) > 0 }

// Watch compares how screens are with what they should show. A station is lost while something is at it, a screen of it has been gone for too
// long, and nobody else shows it: one alert, about the screen that has been gone for longest. A screen that is gone for a day is forgotten. Watch is
// called every second or so, by one caller; it commits only when that makes a difference.
func (k *Kitchen) Watch(ctx context.Context, sights []Sight) error {
	here := map[string]bool{}
	for _, s := range sights {
		here[s.Screen] = s.Here
	}
	k.mu.RLock()
	raise, over := k.board.missing(sights, k.now())
	gone := k.board.longGone(sights, k.now())
	same := maps.Equal(here, k.here)
	k.mu.RUnlock()
	if len(raise)+len(over)+len(gone) == 0 && same {
		return nil
	}
	return k.change(ctx, func(d *draft) error {
		k.here = here
		for _, id := range d.board.longGone(sights, d.now) {
			d.unplug(id)
		}
		raise, over := d.board.missing(sights, d.now)
		for _, id := range over {
			d.clear(id)
		}
		for _, a := range raise {
			if !slices.Contains(d.commit.Unplugged, a.Device) {
				d.raise(a)
			}
		}
		return nil
	})
}

// longGone are the screens that nobody has seen for so long that they are forgotten.
func (b *board) longGone(sights []Sight, now time.Time) (ids []string) {
	for _, s := range sights {
		if k, known := b.screens[s.Screen]; known && !s.Here && now.Sub(s.Since) > screenForgotten && now.Sub(k.Seen) > screenForgotten {
			ids = append(ids, s.Screen)
		}
	}
	return ids
}

// missing are the alerts to raise about screens, and those that are over.
func (b *board) missing(sights []Sight, now time.Time) (raise []Alert, over []string) {
	lost := b.lostStations(sights, now)
	for id, a := range b.alerts {
		if a.What == screenLost && lost[id].Device != a.Device {
			over = append(over, id)
		}
	}
	for id, a := range lost {
		if b.alerts[id].Device != a.Device {
			raise = append(raise, a)
		}
	}
	slices.Sort(over)
	slices.SortFunc(raise, func(x, y Alert) int { return cmp.Compare(x.ID, y.ID) })
	return raise, over
}

// lostStations are the alerts about screens that there should be, by their ids. One that rings goes on being about its screen.
func (b *board) lostStations(sights []Sight, now time.Time) map[string]Alert {
	seen := map[string]Sight{}
	for _, s := range sights {
		seen[s.Screen] = s
	}
	shown := map[string]bool{} // by a screen that is here
	for _, s := range b.screens {
		shown[s.Station] = shown[s.Station] || seen[s.ID].Here
	}
	lost := map[string]Alert{}
	for _, s := range b.screensNow() {
		sight, known := seen[s.ID]
		if !known || sight.Here || shown[s.Station] || shown[EveryStation] || !b.busy(s.Station) {
			continue
		}
		a := Alert{ID: screenLost + "/" + s.Station, Device: s.ID, What: screenLost, Level: "critical", Since: sight.Since.UTC().Truncate(time.Millisecond)}
		rang, rings := b.alerts[a.ID]
		if !rings && now.Sub(a.Since) < screenGone {
			continue
		}
		if best, any := lost[a.ID]; !any || rang.Device == s.ID || rang.Device != best.Device && a.Since.Before(best.Since) {
			lost[a.ID] = a
		}
	}
	return lost
}

// busy reports whether anything is at a station.
func (b *board) busy(station string) bool {
	for _, t := range b.tickets {
		if t.Open() && t.Progress.Whole == order.Queued && (station == EveryStation ||
			slices.ContainsFunc(t.Progress.Items, func(i order.Item) bool { return StationOf(i) == station })) {
			return true
		}
	}
	return false
}
