package edge_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/staff"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

const (
	soakPerHour = 45 / min(slower, 9) // orders, of some twelve events each
	soakDay     = 24 / min(slower, 8) // hours
	soakWarm    = 6 / min(slower, 3)  // hours until everything that is allowed to grow has grown
)

// flaws are what the soak must be able to find. The zero value is how the node is.
type flaws struct {
	screensStay bool // screens that are switched off go on listening
	hoard       bool // somebody remembers every change of the board
	unpruned    bool // nobody prunes
}

// soak is a node at work for days in a bubble of time: the real kitchen on a real file, and the real core of the link to a cloud in memory.
type soak struct {
	*week
	path    string
	flaws   flaws
	opened  time.Time
	menu    *menu.Menu
	screens *live.Hub[kitchen.Change]
	cloud   link.LinkRow
	cut     chan bool // the internet is cut, or mended

	hours    []total // at the end of each hour of trade
	now      total
	offline  bool
	commands uint64
	mu       sync.Mutex
	hoard    []string
	hands    sync.WaitGroup
	stop     context.CancelFunc
}

// total is what was done since the beginning.
type total struct {
	at     time.Time
	orders int
	events int // facts of the kitchen
	hours  int // of trade
	days   int // that were opened at the till
}

// unpruning is a store whose owner has forgotten to prune.
type unpruning struct{ *store.Store }

func (unpruning) Prune(context.Context, time.Time) error { return nil }

func openSoak(t *testing.T, path string, f flaws) *soak {
	t.Helper()
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	dishes, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	s := &soak{path: path, opened: time.Now(), flaws: f, menu: dishes, screens: live.New[kitchen.Change](256), cut: make(chan bool), cloud: link.LinkRow{Edge: "r1", Device: "U1", Epoch: 1}}
	kept := kitchen.Store(db)
	if f.unpruned {
		kept = unpruning{db}
	}
	kit, err := kitchen.New(t.Context(), kept, dishes, clock.NewSteady(clock.Machine(), clock.Saved{}, time.Time{}), s.screens,
		kitchen.Settings{Restaurant: "r1", DayStarts: 4, Staff: soakStaff(), Printers: []kitchen.Printer{{ID: soakPrinter, Papers: kitchen.Papers()}}})
	if err != nil {
		t.Fatal(err)
	}
	s.week = &week{t: t, db: db, kit: kit}
	if err := kit.Release(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	s.hands.Go(func() {
		if err := kit.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	s.hands.Go(func() { s.line(ctx) })
	s.hands.Go(func() { s.tend(ctx) })
	s.hands.Go(func() { s.paper(ctx) })
	return s
}

func (s *soak) close() {
	s.t.Helper()
	s.stop()
	s.screens.Close()
	s.hands.Wait()
	if err := s.db.Close(); err != nil {
		s.t.Error(err)
	}
}

// tend looks after the disk, as the node does, though not as often.
func (s *soak) tend(ctx context.Context) {
	every := time.NewTicker(15 * time.Minute)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if _, err := s.db.Tend(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.t.Error(err)
		}
	}
}

// screen listens to the board for a quarter of an hour, as one that is switched on for a while.
func (s *soak) screen() {
	changes, leave := s.screens.Subscribe()
	s.hands.Go(func() {
		for c := range changes {
			if s.flaws.hoard {
				s.mu.Lock()
				s.hoard = append(s.hoard, fmt.Sprintf("%+v", c))
				s.mu.Unlock()
			}
		}
	})
	if !s.flaws.screensStay && !s.flaws.hoard {
		time.AfterFunc(15*time.Minute, leave)
	}
}

// trade serves guests for some hours, each order made, baked, cut and handed over in its time.
func (s *soak) trade(hours int) {
	s.t.Helper()
	const every = time.Hour / soakPerHour
	for n := range hours * soakPerHour {
		if n%soakPerHour == 0 {
			s.note()
			s.screen()
			s.shift()
		}
		o := s.order(n%3 == 0 && !s.offline)
		for _, step := range []struct {
			after time.Duration
			take  func(order.ID) error
		}{
			{2 * time.Minute, s.bump(menu.StationMake)},
			{3 * time.Minute, s.bump(menu.StationOven)},
			{9 * time.Minute, s.bump(menu.StationOven)},
			{10 * time.Minute, s.bump(menu.StationCut)},
			{14 * time.Minute, func(o order.ID) error {
				_, err := s.kit.HandOver(s.t.Context(), o, kitchen.Tap{ID: id.New()})
				return err
			}},
		} {
			time.AfterFunc(step.after, func() {
				if err := step.take(o); err != nil {
					s.t.Error(err)
				}
			})
		}
		time.Sleep(every)
	}
	s.note()
}

// order takes an order at the counter, or obeys the cloud's command to make one.
func (s *soak) order(web bool) order.ID {
	s.t.Helper()
	s.now.orders++
	if !web {
		return s.sold()
	}
	lines := []order.Line{{Product: "margherita", Size: "large", Quantity: 2}}
	o := order.Order{
		ID: order.ID(id.New()), Restaurant: "r1", Origin: order.Cloud, Channel: order.Web, Fulfilment: order.Carryout, Lines: lines, PlacedAt: time.Now(),
	}
	body := event.OrderOffered{Order: o, Items: s.menu.Items(lines)}
	raw, err := event.Encode(body)
	if err != nil {
		s.t.Fatal(err)
	}
	s.commands++
	c := kitchen.Command{Seq: s.commands, ID: id.New(), Kind: body.Kind(), At: time.Now(), Order: string(o.ID), Body: raw}
	if err := s.kit.Obey(s.t.Context(), c); err != nil {
		s.t.Fatal(err)
	}
	return o.ID
}

// note writes down what was done so far.
func (s *soak) note() {
	s.t.Helper()
	tip, err := s.db.Tip(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	s.now.at, s.now.events = time.Now(), int(tip.Seq)
	s.hours = append(s.hours, s.now)
}

// within is what was done in the last while, in whole hours.
func (s *soak) within(d time.Duration) total {
	var before total
	for _, h := range s.hours {
		if time.Since(h.at) > d {
			before = h
		}
	}
	return total{orders: s.now.orders - before.orders, events: s.now.events - before.events, hours: s.now.hours - before.hours}
}

// internet cuts the line, or mends it.
func (s *soak) internet(up bool) {
	s.offline = !up
	s.cut <- !up
}

// rules are how many rows each table may have, and why.
func (s *soak) rules(open int) map[string]int {
	month, week, day, hours := s.within(ticketsKept+time.Hour), s.within(store.OutboxKept+time.Hour), s.within(25*time.Hour), s.within(2*time.Hour)
	paper, uses := s.within(store.PrintsKept+2*time.Hour), s.within(store.UsesKept+25*time.Hour)
	return map[string]int{
		"meta": 1, "sums": 32, "goose_db_version": 16, // as many as there are tables and schemas
		"orders": month.orders, "tickets": month.orders, // of a month
		"outbox":  week.events + 1,                         // of a week, and the chain's last
		"taps":    day.orders + 5*hours.orders + day.hours, // a counter repeats an order for a day, a count as well, a screen a tap for an hour
		"timers":  4*open + 1,                              // of open tickets, and the daily check
		"alerts":  open,                                    // of open tickets
		"inbox":   min(10_000, int(s.commands)),            // answers to commands
		"numbers": 36,                                      // of business days
		"screens": 1,                                       // the one that has told its name
		"cooks":   0, "dead_letters": 0,                    // nobody was signed in, nothing was without sense

		"people": len(soakStaff()), "sessions": staff.SessionsMost,
		"known_screens": len(soakStaff()) * staff.KnownEach, "strikes": 0, // nobody guesses
		"guests":   soakGuests, // however often they order
		"runs":     0,          // no driver is out
		"intake":   1,          // now and then there is too much to do
		"released": 1,          // how far web orders were let go
		"lived":    store.LivedDays,

		"audit": s.now.orders + 4*s.now.hours + 2*s.now.days, "cash": s.now.orders + 2*s.now.days, "tills": s.now.days, // of 400 days: payments, and who was there
		"lessons":     2000,             // and no more
		"food_safety": 0,                // no probe is there
		"prints":      4 * paper.orders, // of a week: a ticket, a receipt, a label for each box

		"stock_shelves": len(soakCounts), "stock_off": 0,
		"stock_ledger": 4*uses.orders + len(soakCounts)*(s.now.hours+2*s.now.days), // each use of a week, then each day's; each count
	}
}

const (
	ticketsKept   = store.LivedDays * 24 * time.Hour // by a node that always runs
	heapPerTicket = 32 << 10                         // bytes of an open ticket, with everything that is known of it
	heapSlack     = 256 << 10                        // … of everything else, as it comes and goes
	residentSlack = min(slower, 4) * 16 << 20
	fileBase      = 1 << 20
	filePerOrder  = 3 << 10 // of an order, its ticket and its number
	filePerRow    = 1 << 10 // of the outbox and of answers
	filePerLine   = 1 << 9  // of the ledgers, the log, and paper
	logMost       = 4 << 20
)

// Three days of a pizzeria that never closes, one of them without the internet; then it closes for a month, and opens again. It is not run
// beside other tests, for it looks at the whole process.
func TestSeventyTwoHoursLeakNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		s := openSoak(t, path, flaws{})
		s.trade(soakWarm)
		warm := s.sample()
		s.trade(soakDay - soakWarm)
		s.expect(warm, s.sample())
		s.internet(false)
		s.trade(soakDay)
		s.expect(warm, s.sample())
		s.internet(true)
		s.trade(soakDay)
		fullest := s.sample()
		s.expect(warm, fullest)
		if complaint := fullest.fits(fullest); complaint != "" {
			t.Error(complaint)
		}
		time.Sleep((ticketsKept + 24*time.Hour) / min(slower, 4)) // a month; a week, where everything is slow
		empty := s.sample()
		s.expect(warm, empty)
		if acked, err := s.db.Acked(t.Context()); err != nil || int(acked.Seq) != s.now.events || s.cloud.Seq != acked.Seq {
			t.Errorf("of %d events the cloud has %d, as far as the node knows %d: %v", s.now.events, s.cloud.Seq, acked.Seq, err)
		}
		s.trade(soakWarm)
		again := s.sample()
		s.expect(warm, again)
		if again.file > fullest.file+fileBase/4 {
			t.Errorf("the file grew from %d to %d bytes, though a month of it was free", fullest.file, again.file)
		}
		time.Sleep(time.Hour)
		s.close()
	})
}

// The soak finds what it is there for: three flaws that a node could have, each of which it reports by its name.
func TestTheSoakFindsLeaks(t *testing.T) {
	for name, x := range map[string]struct {
		flaws flaws
		found string
	}{
		"screens that are never closed": {flaws{screensStay: true}, "goroutines"},
		"somebody who forgets nothing":  {flaws{hoard: true}, "heap"},
		"nobody who prunes":             {flaws{unpruned: true}, "rows of taps"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "edge.db")
			synctest.Test(t, func(t *testing.T) {
				s := openSoak(t, path, x.flaws)
				s.trade(soakWarm)
				warm := s.sample()
				s.trade(soakWarm)
				complaints := s.leaks(warm, s.sample())
				if !slices.ContainsFunc(complaints, func(c string) bool { return strings.HasPrefix(c, x.found+":") }) {
					t.Errorf("it is not found: %q", complaints)
				}
				time.Sleep(time.Hour)
				s.close()
			})
		})
	}
}
