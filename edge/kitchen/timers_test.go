package kitchen_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
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
	"awesome.pizza/shared/problem"
)

// running is a kitchen that runs in a bubble of time, on a real file. stop ends it as a power cut would: nothing more is written.
func running(t *testing.T, path string) (h *house, stop func()) {
	t.Helper()
	return runningOn(t, path, func(s *store.Store) kitchen.Store { return s })
}

func runningOn(t *testing.T, path string, disk func(*store.Store) kitchen.Store) (h *house, stop func()) {
	t.Helper()
	return runningWith(t, path, quiet(), disk)
}

func runningWith(t *testing.T, path string, s kitchen.Settings, disk func(*store.Store) kitchen.Store) (h *house, stop func()) {
	t.Helper()
	h = &house{t: t, path: path}
	var err error
	if h.store, err = store.Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	h.hub = live.New[kitchen.Change](4096)
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	if h.Kitchen, err = kitchen.New(t.Context(), disk(h.store), m, clock.System{}, h.hub, s); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	return h, func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		h.close()
	}
}

func (h *house) alerts() (out []string) {
	for _, a := range h.snapshot().Alerts {
		out = append(out, a.ID)
	}
	return out
}

func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestAnOverdueBakeRaisesOneAlertThatEndsByItself(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		ticket := h.bump(h.place(pizza), menu.StationMake)
		after(time.Minute)
		h.bump(ticket, menu.StationOven)
		bake := time.Duration(ticket.Progress.Items[0].BakeSeconds)*time.Second + 30*time.Second
		after(bake - time.Second)
		if a := h.alerts(); len(a) != 0 {
			t.Errorf("a second before it is overdue: %v", a)
		}
		after(2 * time.Second)
		want := "overdue_bake/" + string(ticket.Order.ID) + "/1"
		if a := h.alerts(); len(a) != 1 || a[0] != want {
			t.Errorf("a second after: %v", a)
		}
		after(5 * time.Minute)
		h.bump(ticket, menu.StationOven)
		if a := h.alerts(); len(a) != 0 {
			t.Errorf("out of the oven: %v", a)
		}
		raised, cleared := 0, 0
		for _, f := range h.facts() {
			switch b := f.(type) {
			case event.AlertRaised:
				raised++
				if b.Alert != want || b.What != "overdue_bake" || b.Level != "critical" || b.Order != ticket.Order.ID {
					t.Errorf("raised %+v", b)
				}
			case event.AlertCleared:
				cleared++
			}
		}
		if raised != 1 || cleared != 1 {
			t.Errorf("raised %d times, cleared %d times", raised, cleared)
		}
		stop()
	})
}

func TestATimerIsExactAcrossARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		ticket := h.place(pizza) // stuck in the queue after ten minutes
		after(4 * time.Minute)
		stop()
		after(3 * time.Minute)
		h, stop = running(t, path)
		after(3*time.Minute - time.Second)
		if a := h.alerts(); len(a) != 0 {
			t.Errorf("a second early: %v", a)
		}
		after(time.Second)
		if a := h.snapshot().Alerts; len(a) != 1 || a[0].ID != "stuck_order/"+string(ticket.Order.ID) || !a[0].Since.Equal(ticket.Since) {
			t.Errorf("on time: %+v", a)
		}
		stop()
		h, stop = running(t, path)
		after(time.Hour)
		if a := h.alerts(); len(a) != 1 {
			t.Errorf("after another restart: %v", a)
		}
		if state, err := h.store.Load(t.Context()); err != nil || len(state.Timers) != 0 {
			t.Errorf("a timer that has fired is still there: %+v, %v", state.Timers, err)
		}
		h.bump(ticket, menu.StationMake)
		if a := h.alerts(); len(a) != 0 {
			t.Errorf("it moves again: %v", a)
		}
		after(11 * time.Minute)
		if a := h.alerts(); len(a) != 1 {
			t.Errorf("it is stuck again: %v", a)
		}
		stop()
	})
}

func TestATimerThatCameDueWhileTheNodeWasOffFiresAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		h.place(pizza)
		stop()
		after(time.Hour)
		h, stop = running(t, path)
		synctest.Wait()
		if a := h.alerts(); len(a) != 1 {
			t.Errorf("alerts are %v", a)
		}
		stop()
	})
}

func TestARecalledBakeKeepsItsTime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		ticket := h.bump(h.place(pizza), menu.StationMake)
		h.bump(ticket, menu.StationOven)
		after(6 * time.Minute)
		h.bump(ticket, menu.StationOven)
		after(10 * time.Second)
		h.did(h.Recall(t.Context(), ticket.Order.ID, kitchen.Tap{ID: "undo"}))
		after(19 * time.Second)
		if a := h.alerts(); len(a) != 0 {
			t.Errorf("a second early: %v", a)
		}
		after(time.Second)
		if a := h.alerts(); len(a) != 1 {
			t.Errorf("put back it bakes for ever: %v", a)
		}
		stop()
	})
}

func TestAScheduledOrderIsQueuedWhenItsTimeHasCome(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		h.release(0)
		o, at := webOrder(order.Carryout, pizza), time.Now().Add(2*time.Hour)
		o.Order.FireAt = &at
		if a := h.obey(o.Order.ID, o); !a.Granted {
			t.Fatal(a.Reason)
		}
		after(time.Hour)
		stop()
		h, stop = running(t, path)
		h.release(1)
		after(30*time.Minute - time.Second)
		if got := h.ticket(o.Order.ID).Number; got != 0 {
			t.Errorf("it went to the queue too early, as number %d", got)
		}
		after(time.Second)
		if got := h.ticket(o.Order.ID); got.Number != 1 || !got.QueuedAt.Equal(at.Add(-30*time.Minute).UTC()) {
			t.Errorf("number %d, queued at %v", got.Number, got.QueuedAt)
		}
		stop()
	})
}

func TestAnOrderThatIsScheduledAtTheCounterIsQueuedWhenItsTimeHasComeAlsoAfterARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		at := time.Now().Add(26 * time.Hour).UTC()
		c := counter(pizza)
		c.FireAt = &at
		ticket, _, err := h.Place(background(), c)
		if err != nil || ticket.Number != 0 || !ticket.Order.Promise.From.Equal(at) || !ticket.Order.Promise.To.After(at) {
			t.Fatalf("number %d, promised %+v, %v", ticket.Number, ticket.Order.Promise, err)
		}
		if asked, err := h.Quote(background(), c); err != nil || !asked.Promise.From.Equal(at) {
			t.Errorf("it is quoted as %+v, %v", asked.Promise, err)
		}
		again, replayed, err := h.Place(background(), c)
		if err != nil || !replayed || again.Order.ID != ticket.Order.ID {
			t.Errorf("sent again it is %s, replayed %v, %v", again.Order.ID, replayed, err)
		}
		after(20 * time.Hour)
		stop()
		h, stop = running(t, path) // nobody has to hear of the cloud
		after(5*time.Hour + 30*time.Minute - time.Second)
		if got := h.ticket(ticket.Order.ID).Number; got != 0 {
			t.Errorf("it went to the queue too early, as number %d", got)
		}
		after(time.Second)
		got := h.ticket(ticket.Order.ID)
		if got.Number != 1 || !got.QueuedAt.Equal(at.Add(-30*time.Minute)) {
			t.Errorf("number %d, queued at %v", got.Number, got.QueuedAt)
		}
		stop()
	})
}

func TestATimerThatCameDueWhileTheNodeWasOffFiresAtTheStart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at := evening.Add(2 * time.Hour)
	c := counter(pizza)
	c.FireAt = &at
	ticket, _, err := h.Place(background(), c)
	if err != nil {
		t.Fatal(err)
	}
	h.close()
	h.clock.pass(100 * time.Minute)
	h.open()
	h.mind()
	if got := h.ticket(ticket.Order.ID); got.Number != 1 {
		t.Errorf("it is %s with number %d", got.Progress.Status(), got.Number)
	}
}

func TestAnOrderCanBeScheduledNeitherForThePastNorForNextMonth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, at := range map[string]time.Time{
		"an hour ago": evening.Add(-time.Hour), "now": evening, "in five minutes": evening.Add(5 * time.Minute),
		"in eight days": evening.Add(8 * 24 * time.Hour), "in the year one": {},
	} {
		c := counter(pizza)
		c.FireAt = &at
		_, _, err := h.Place(background(), c)
		if p := problem.Of(err); p == nil || p.Code != "invalid_order" || p.Facts["path"] != "fire_at" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := h.Quote(background(), c); problem.Of(err) == nil {
			t.Errorf("%s: it is quoted", name)
		}
	}
	soon := evening.Add(20 * time.Minute)
	c := counter(pizza)
	c.FireAt = &soon
	if ticket, _, err := h.Place(background(), c); err != nil || ticket.Number != 1 {
		t.Errorf("what is wanted so soon is queued at once: number %d, %v", ticket.Number, err)
	}
}

func TestForecastsSlipWhenNobodyWorks(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		ticket := h.place(pizza)
		after(5 * time.Minute)
		slipped := h.ticket(ticket.Order.ID).Ready.Sub(*ticket.Ready)
		if slipped < 4*time.Minute || slipped > 5*time.Minute {
			t.Errorf("five minutes later it is ready %v later", slipped)
		}
		told := 0
		for _, f := range h.facts() {
			if c, ok := f.(event.ForecastChanged); ok && c.Order == ticket.Order.ID {
				told++
			}
		}
		if told < 4 || told > 5 {
			t.Errorf("the cloud was told %d times", told)
		}
		stop()
	})
}

func TestAKitchenThatCannotWriteGoesOnAndCatchesUp(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		var disk *failing
		h, stop := runningOn(t, path, func(s *store.Store) kitchen.Store {
			disk = &failing{Store: s}
			return disk
		})
		h.place(pizza)
		disk.full.Store(true)
		after(time.Hour)
		if len(h.snapshot().Tickets) != 1 || len(h.alerts()) != 0 {
			t.Errorf("on a full disk the board shows %d tickets, alerts %v", len(h.snapshot().Tickets), h.alerts())
		}
		if n := disk.refused.Load(); n > 1000 {
			t.Errorf("it tried %d times in an hour", n)
		}
		disk.full.Store(false)
		after(time.Minute)
		if len(h.alerts()) != 1 {
			t.Errorf("with room again the alerts are %v", h.alerts())
		}
		stop()
	})
}

// slow is a store that prunes until somebody lets it go.
type slow struct {
	*store.Store
	begun, release chan struct{}
}

func (s *slow) Prune(context.Context, time.Time) error {
	s.begun <- struct{}{}
	<-s.release
	return nil
}

func TestTimersFireWhileTheStorePrunes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		disk := &slow{begun: make(chan struct{}), release: make(chan struct{})}
		h, stop := runningOn(t, path, func(s *store.Store) kitchen.Store {
			disk.Store = s
			return disk
		})
		after(55 * time.Minute)
		h.place(pizza) // stuck in the queue after ten minutes
		<-disk.begun
		after(6 * time.Minute)
		if a := h.alerts(); len(a) != 1 {
			t.Errorf("while the store prunes the alerts are %v", a)
		}
		close(disk.release)
		stop()
	})
}

// quiet are settings of a kitchen whose log nobody reads.
func quiet() kitchen.Settings {
	s := settings()
	s.Log = slog.New(slog.DiscardHandler)
	return s
}

// failing is a store whose disk is full while it says so.
type failing struct {
	*store.Store
	full    atomic.Bool
	after   bool // the commit happens, only its answer is lost
	refused atomic.Int64
}

var errFull = errors.New("database or disk is full")

func (f *failing) Commit(ctx context.Context, c kitchen.Commit) error {
	full := f.full.Load()
	if full {
		f.refused.Add(1)
	}
	if full && !f.after {
		return errFull
	}
	if err := f.Store.Commit(ctx, c); err != nil || !full {
		return err
	}
	return errFull
}

func TestAFullDiskRefusesLoudlyAndStoresNothingHalf(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]bool{"before the commit": false, "after the commit": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			m, err := menu.Pizzeria()
			if err != nil {
				t.Fatal(err)
			}
			disk := &failing{Store: h.store, after: late}
			k, err := kitchen.New(t.Context(), disk, m, h.clock, h.hub, h.settings)
			if err != nil {
				t.Fatal(err)
			}
			disk.full.Store(true)
			c := counter(pizza)
			if _, _, err := k.Place(t.Context(), c); !errors.Is(err, errFull) {
				t.Errorf("an order on a full disk: %v", err)
			}
			disk.full.Store(false)
			ticket, replayed, err := k.Place(t.Context(), c)
			if err != nil || replayed != late || ticket.Number != 1 {
				t.Errorf("sent again it is number %d, replayed %v, %v", ticket.Number, replayed, err)
			}
			s, err := k.Snapshot(t.Context())
			if state, lerr := h.store.Load(t.Context()); err != nil || lerr != nil || len(s.Tickets) != 1 || state.Seq != s.Seq {
				t.Errorf("%d tickets at %d, the file is at %d, %v %v", len(s.Tickets), s.Seq, state.Seq, err, lerr)
			}
		})
	}
}
