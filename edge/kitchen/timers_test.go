package kitchen_test

import (
	"context"
	"log/slog"
	"path/filepath"
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

// quiet are settings of a kitchen whose log nobody reads.
func quiet() kitchen.Settings {
	s := settings()
	s.Log = slog.New(slog.DiscardHandler)
	return s
}
