package kitchen_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

const years = 365 * 24 * time.Hour

// shaky is a restaurant whose machine has a clock that anybody may set, in a bubble of time. The bubble's time is the truth.
type shaky struct {
	*house
	began time.Time
	off   atomic.Int64 // nanoseconds of the machine's clock from the truth
	clock *clock.Steady
	saved clock.Saved
	stop  func()
	trace []string
}

func (s *shaky) read() clock.Reading {
	return clock.Reading{Wall: time.Now().Add(time.Duration(s.off.Load())), Ran: time.Since(s.began)}
}

// boot opens the kitchen on what was saved of the time.
func (s *shaky) boot() {
	s.t.Helper()
	s.clock = clock.NewSteady(s.read, s.saved, time.Time{})
	s.house = &house{t: s.t, path: s.path, commands: s.commands}
	var err error
	if s.store, err = store.Open(background(), s.path); err != nil {
		s.t.Fatalf("open the store: %v", err)
	}
	s.hub = live.New[kitchen.Change](4096)
	m, err := menu.Pizzeria()
	if err != nil {
		s.t.Fatalf("read the menu: %v", err)
	}
	if s.Kitchen, err = kitchen.New(background(), s.store, m, s.clock, s.hub, quiet()); err != nil {
		s.t.Fatalf("open the kitchen: %v", err)
	}
	ctx, cancel := context.WithCancel(background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	s.stop = func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Errorf("run: %v", err)
		}
		s.saved = s.clock.Save()
		s.close()
	}
}

// told is a SYNC: the cloud knows the truth.
func (s *shaky) told() {
	s.t.Helper()
	step := s.clock.Hear(s.clock.Ran(), time.Now())
	if step == nil {
		return
	}
	if err := s.Relabel(background(), step.From, step.By, step.Take); err != nil {
		s.t.Fatalf("relabel: %v", err)
	}
}

// look writes down what a cook sees: states and numbers, ages, when it will be ready, and what rings.
func (s *shaky) look() {
	s.t.Helper()
	board, now := s.snapshot(), s.clock.Now()
	line := fmt.Sprintf("at %v:", time.Since(s.began).Round(time.Second))
	for _, t := range board.Tickets {
		line += fmt.Sprintf(" #%d %s for %v", t.Number, t.Progress.Status(), now.Sub(t.Since).Round(time.Second))
		if t.Ready != nil {
			line += fmt.Sprintf(", ready in %v", t.Ready.Sub(now).Round(time.Second))
		}
	}
	for _, a := range board.Alerts {
		line += fmt.Sprintf("; %s for %v", a.What, now.Sub(a.Since).Round(time.Second))
	}
	s.trace = append(s.trace, line)
}

// evening is the same history for every clock: jump is called where a clock may jump, by how much is its own affair; restart says whether
// the node is started anew there too.
func (s *shaky) evening(jump func(n int), restart bool) {
	pause := func(d time.Duration, n int) {
		after(d)
		s.look()
		if restart {
			s.stop()
		}
		jump(n)
		if restart {
			s.boot()
			s.release(s.commands)
		}
		s.look()
	}
	s.boot()
	jump(0)
	first := s.place(pizza)
	late := s.schedule(50 * time.Minute)
	pause(4*time.Minute, 1)
	first = s.bump(first, menu.StationMake)
	after(time.Minute)
	first = s.bump(first, menu.StationOven)
	pause(2*time.Minute, 2) // in the middle of a bake
	second := s.place(pizza, cola)
	pause(5*time.Minute, 3) // the bake is overdue by now
	first = s.bump(first, menu.StationOven)
	pause(6*time.Minute, 4) // the second order is stuck, the first stands at the cut table
	s.bump(first, menu.StationCut)
	s.bump(second, menu.StationMake)
	pause(time.Minute, 5)
	for range 40 {
		after(time.Minute)
		s.look()
	}
	s.stop()
	if t := s.reread(late); t.Number != 3 {
		s.t.Errorf("the order for later has number %d", t.Number)
	}
}

// schedule takes a web order for a time, as the truth has it.
func (s *shaky) schedule(in time.Duration) order.ID {
	s.t.Helper()
	o := webOrder(order.Carryout, pizza)
	at := time.Now().Add(in)
	o.Order.FireAt = &at
	if a := s.obey(o.Order.ID, o); !a.Granted {
		s.t.Fatalf("the order was refused: %s", a.Reason)
	}
	s.release(s.commands)
	return o.Order.ID
}

func (s *shaky) reread(id order.ID) kitchen.Ticket {
	s.t.Helper()
	db, err := store.Open(background(), s.path)
	if err != nil {
		s.t.Fatalf("open the store: %v", err)
	}
	t, err := db.Ticket(background(), id)
	if err := db.Close(); err != nil {
		s.t.Fatalf("close the store: %v", err)
	}
	if err != nil {
		s.t.Fatalf("read ticket %s: %v", id, err)
	}
	return t
}

// lived runs the evening and returns what was seen and what the cloud was told.
func lived(t *testing.T, off time.Duration, jump func(s *shaky, n int), restart bool) (trace, facts []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		s := &shaky{house: &house{t: t, path: path}, began: time.Now()}
		s.off.Store(int64(off))
		s.saved = clock.Saved{Floor: time.Now()} // it ran yesterday, and was told the time
		s.evening(func(n int) { jump(s, n) }, restart)
		s.boot()
		for _, f := range s.facts() {
			switch b := f.(type) {
			case event.OrderStepped:
				facts = append(facts, fmt.Sprint(b.Action, " ", b.Items, " ", b.Number))
			case event.AlertRaised:
				facts = append(facts, "raised "+b.What)
			case event.AlertCleared:
				facts = append(facts, "cleared")
			}
		}
		s.stop()
		trace = s.trace
	})
	return trace, facts
}

func TestNoJumpOfAClockChangesAnOrderAStateOrAnExpiry(t *testing.T) {
	t.Parallel()
	for _, restart := range []bool{false, true} {
		still := func(*shaky, int) {}
		want, told := lived(t, 0, still, restart)
		for _, rings := range []string{"overdue_bake", "stuck_order"} {
			if !slices.ContainsFunc(want, func(l string) bool { return strings.Contains(l, rings) }) {
				t.Fatalf("no %s in this evening:\n%s", rings, strings.Join(want, "\n"))
			}
		}
		for name, c := range map[string]struct {
			off  time.Duration
			jump func(s *shaky, n int)
		}{
			"ten years ahead from the start":    {10 * years, still},
			"ten years behind from the start":   {-10 * years, still},
			"1970 at every boot":                {-30 * years, still},
			"back and forth":                    {0, func(s *shaky, n int) { s.off.Add(int64(time.Duration(1-2*(n%2)) * 10 * years * time.Duration(n))) }},
			"ten years ahead in mid-cook":       {0, func(s *shaky, n int) { s.off.Store(int64(map[int]time.Duration{2: 10 * years}[n])) }},
			"ten years behind in mid-cook":      {0, func(s *shaky, n int) { s.off.Store(int64(map[int]time.Duration{2: -10 * years}[n])) }},
			"told the time between the jumps":   {0, func(s *shaky, n int) { s.off.Store(int64(time.Duration(n-3) * 4 * years)); s.told() }},
			"told once, and 1970 at every boot": {-30 * years, func(s *shaky, n int) { s.tellOnce(n == 0) }},
		} {
			got, facts := lived(t, c.off, c.jump, restart)
			if d := diffOf(want, got); d != "" {
				t.Errorf("%s, restarted %v: cooks see another evening (-right clock +this):\n%s", name, restart, d)
			}
			if d := diffOf(told, facts); d != "" {
				t.Errorf("%s, restarted %v: the cloud hears of another evening:\n%s", name, restart, d)
			}
		}
	}
}

func (s *shaky) tellOnce(now bool) {
	if now {
		s.told()
	}
}

func TestAClockThatIsPutRightMovesWhatItLabelledAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ floor, off time.Duration }{
		"a node that was off for ten hours, without a battery": {-10 * time.Hour, -30 * years},
		"a node that was made ten years ago":                   {-10 * years, -30 * years},
		"a first boot ten years ahead":                         {0, 10 * years},
	} {
		path := filepath.Join(t.TempDir(), "edge.db")
		synctest.Test(t, func(t *testing.T) {
			s := &shaky{house: &house{t: t, path: path}, began: time.Now()}
			s.off.Store(int64(c.off))
			if c.floor != 0 {
				s.saved.Floor = time.Now().Add(c.floor)
			}
			s.boot()
			ticket := s.bump(s.place(pizza), menu.StationMake)
			s.place(cola)
			s.opened(10_000)
			out := s.delivery()
			s.did(s.Carry(background(), out.Order.ID, tapAt(""), "Max"))
			if _, err := s.PauseIntake(background(), "ada", "no dough", 30*time.Minute); err != nil {
				t.Fatal(err)
			}
			after(time.Minute)
			s.bump(ticket, menu.StationOven)
			after(2 * time.Minute)
			s.look()
			s.told()
			s.look()
			if s.trace[0] != s.trace[1] {
				t.Errorf("%s: before it was put right\n%s\nand after\n%s", name, s.trace[0], s.trace[1])
			}
			if got := s.ticket(ticket.Order.ID); got.Since.After(time.Now()) || time.Since(got.Since) > 3*time.Minute {
				t.Errorf("%s: since %v, now it is %v", name, got.Since, time.Now())
			}
			s.labelledThreeMinutesAgo(name)
			s.stop()
			s.boot()
			s.release(s.commands)
			s.labelledThreeMinutesAgo(name + ", restarted")
			after(7*time.Minute - time.Second) // the second order is stuck ten minutes after it was queued, and the first is overdue
			rings := len(s.alerts())
			after(2 * time.Second)
			if rings != 1 || len(s.alerts()) != 2 {
				t.Errorf("%s: %d rang, then %v", name, rings, s.alerts())
			}
			s.stop()
		})
	}
}

// labelledThreeMinutesAgo checks what has a label and is no ticket.
func (s *shaky) labelledThreeMinutesAgo(when string) {
	s.t.Helper()
	want := time.Now().Add(-3 * time.Minute)
	is := func(what string, at, want time.Time) {
		s.t.Helper()
		if d := at.Sub(want).Abs(); d > time.Minute {
			s.t.Errorf("%s: %s is %v, want %v", when, what, at, want)
		}
	}
	i, _, err := s.Intake(background())
	if err != nil || !i.Paused {
		s.t.Fatalf("%s: %+v, %v", when, i, err)
	}
	is("the pause", i.Since, want)
	is("its end", i.Until, want.Add(30*time.Minute))
	is("the till", s.drawer().Till.OpenedAt, want)
	if runs := s.Runs(background()); len(runs) == 1 {
		is("the run", runs[0].At, want)
	} else {
		s.t.Errorf("%s: %d runs", when, len(runs))
	}
}

func TestWhileANodeWithoutABatteryIsOffNothingIsKnownToPass(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		s := &shaky{house: &house{t: t, path: path}, began: time.Now()}
		s.off.Store(int64(-30 * years))
		s.saved.Floor = time.Now()
		s.boot()
		s.told()
		old := s.place(pizza)
		after(5 * time.Minute)
		s.stop()
		after(time.Hour) // off
		s.boot()
		fresh := s.place(cola)
		after(4 * time.Minute)
		if a := s.alerts(); len(a) != 0 {
			t.Errorf("by its own reckoning it was off for no time: %v", a)
		}
		s.told() // now it is known
		after(time.Second)
		if a := s.alerts(); len(a) != 1 || !strings.Contains(a[0], string(old.Order.ID)) {
			t.Errorf("an hour late: %v", a)
		}
		if age := s.clock.Now().Sub(s.ticket(fresh.Order.ID).Since); age.Round(time.Minute) != 4*time.Minute {
			t.Errorf("the fresh order is %v old", age)
		}
		if age := s.clock.Now().Sub(s.ticket(old.Order.ID).Since); age.Round(time.Minute) != 69*time.Minute {
			t.Errorf("the old order is %v old", age)
		}
		s.stop()
	})
}

func TestWhatWasSavedOfTheTimeMayBeOlderThanTheBoard(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		s := &shaky{house: &house{t: t, path: path}, began: time.Now()}
		s.off.Store(int64(-30 * years))
		s.saved.Floor = time.Now()
		s.boot()
		after(time.Hour)
		ticket := s.place(pizza)
		after(9 * time.Minute)
		s.stop()
		s.saved.Floor = s.saved.Floor.Add(-time.Hour) // an older backup of the file
		s.boot()
		if got := s.ticket(ticket.Order.ID); got.Since.After(s.clock.Now()) {
			t.Errorf("a ticket from the future: %v at %v", got.Since, s.clock.Now())
		}
		after(10*time.Minute - time.Second)
		if a := s.alerts(); len(a) != 0 {
			t.Errorf("early: %v", a)
		}
		after(2 * time.Second)
		if a := s.alerts(); len(a) != 1 {
			t.Errorf("never: %v", a)
		}
		s.stop()
	})
}

func TestAClockIsNotPutRightWhenTheLabelsCannotBeMoved(t *testing.T) {
	t.Parallel()
	h := houseAt(t, filepath.Join(t.TempDir(), "edge.db"), settings())
	h.place(pizza)
	h.close()
	set := false
	if err := h.Relabel(t.Context(), time.Time{}, time.Hour, func() { set = true }); err == nil || set {
		t.Errorf("set %v, %v", set, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Relabel(ctx, time.Time{}, time.Hour, func() { set = true }); err == nil || set {
		t.Errorf("set %v, %v", set, err)
	}
}
