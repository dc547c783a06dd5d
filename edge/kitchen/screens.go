package kitchen

import (
	"cmp"
	"context"
	"slices"
	"time"

	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

const (
	// ScreensMost is how many screens are known: one more takes the place of the one that was not heard of for longest.
	ScreensMost = 100
	// EveryStation is the station of a screen that shows all of them.
	EveryStation = "all"

	screenGone = 15 * time.Second // how long a screen may be gone before somebody has to look
	screenSeen = time.Hour        // how often it is written down that a screen has announced itself
	screenLost = "screen_lost"
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
		if all := d.board.screensNow(); !known && len(all) >= ScreensMost {
			d.unplug(slices.MinFunc(all, func(x, y Screen) int { return x.Seen.Compare(y.Seen) }).ID)
		}
		d.commit.Screens = append(d.commit.Screens, s)
		return nil
	})
	return s, err
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
	d.clear(screenLost + "/" + id)
}

// hasScreens reports whether anybody could show a ticket.
func (d *draft) hasScreens() bool { return len(d.board.screens) > 0 }

// Watch compares how screens are with what they should show. A screen that has been gone for too long while something is at its station, and
// nobody else shows that station, is lost until it is back, another one shows its station, or nothing is there any more. It is called every
// second or so; it commits only when that makes a difference.
func (k *Kitchen) Watch(ctx context.Context, sights []Sight) error {
	k.mu.RLock()
	raise, over := k.board.missing(sights, k.now())
	k.mu.RUnlock()
	if len(raise) == 0 && len(over) == 0 {
		return nil
	}
	return k.change(ctx, func(d *draft) error {
		raise, over := d.board.missing(sights, d.now)
		for _, a := range raise {
			d.raise(a)
		}
		for _, id := range over {
			d.clear(id)
		}
		return nil
	})
}

// missing are the alerts to raise about screens, and those that are over.
func (b *board) missing(sights []Sight, now time.Time) (raise []Alert, over []string) {
	seen := map[string]Sight{}
	for _, s := range sights {
		seen[s.Screen] = s
	}
	shown := map[string]bool{} // by a screen that is here
	for _, s := range b.screens {
		shown[s.Station] = shown[s.Station] || seen[s.ID].Here
	}
	for _, s := range b.screensNow() {
		id := screenLost + "/" + s.ID
		_, rang := b.alerts[id]
		sight, known := seen[s.ID]
		lost := known && !sight.Here && !shown[s.Station] && !shown[EveryStation] && b.busy(s.Station)
		switch {
		case rang && !lost:
			over = append(over, id)
		case !rang && lost && now.Sub(sight.Since) >= screenGone:
			raise = append(raise, Alert{ID: id, Device: s.ID, What: screenLost, Level: "critical", Since: sight.Since.UTC().Truncate(time.Millisecond)})
		}
	}
	return raise, over
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
