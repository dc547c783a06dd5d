package kitchen_test

import (
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// unreleased is the id of the alert about a web order that nobody releases.
func unreleased(id order.ID) string { return "unreleased/" + string(id) }

// offered is a web order that comes in, in a bubble of time.
func (h *house) offered(fire *time.Time) order.ID {
	h.t.Helper()
	o := webOrder(order.Carryout, pizza)
	o.Order.FireAt = fire
	if a := h.obey(o.Order.ID, o); !a.Granted {
		h.t.Fatalf("the order was refused: %s", a.Reason)
	}
	return o.Order.ID
}

func TestAWebOrderThatNobodyReleasesRaisesAnAlarmExactlyOverARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		web := h.offered(nil)
		after(time.Minute)
		stop()
		after(30 * time.Second)
		h, stop = running(t, path) // the line is cut: no SYNC says that the order may go on
		after(30*time.Second - time.Millisecond)
		if a := h.alerts(); len(a) != 0 {
			t.Errorf("too early: %v", a)
		}
		after(time.Millisecond)
		if a := h.snapshot().Alerts; len(a) != 1 || a[0].ID != unreleased(web) || a[0].Level != "critical" || a[0].Order != web {
			t.Errorf("on time: %+v", a)
		}
		stop()
		h, stop = running(t, path)
		after(time.Hour)
		if a := h.alerts(); len(a) != 1 {
			t.Errorf("after another restart: %v", a)
		}
		h.release(1)
		if a := h.alerts(); slices.Contains(a, unreleased(web)) || h.ticket(web).Progress.Whole != order.Queued {
			t.Errorf("released, it is %s, and the board says %v", h.ticket(web).Progress.Whole, a)
		}
		raised, cleared := 0, 0
		for _, f := range h.facts() {
			switch b := f.(type) {
			case event.AlertRaised:
				if b.Alert == unreleased(web) {
					raised++
				}
			case event.AlertCleared:
				if b.Alert == unreleased(web) {
					cleared++
				}
			}
		}
		if raised != 1 || cleared != 1 {
			t.Errorf("the cloud hears %d times that it waits, %d times that it does not", raised, cleared)
		}
		stop()
	})
}

func TestAScheduledWebOrderIsMissedFromItsTimeOnAndOneThatWasRevokedNotAtAll(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		fire := time.Now().Add(3 * time.Hour)
		later := h.offered(&fire)
		revoked := h.offered(nil)
		h.obey(revoked, event.OrderRevoked{Order: revoked, Reason: "changed my mind"})
		after(2*time.Hour + 30*time.Minute + 2*time.Minute - time.Second)
		if a := h.alerts(); len(a) != 0 {
			t.Errorf("before its time: %v", a)
		}
		after(time.Second)
		if a := h.alerts(); !slices.Equal(a, []string{unreleased(later)}) {
			t.Errorf("its time has come: %v", a)
		}
		stop()
	})
}

func TestAWebOrderThatWaitsForRoomIsNoMatterUntilItIsHeldBackAnew(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		s := quiet()
		s.Throttle = &kitchen.Throttle{Ahead: time.Minute}
		h, stop := runningWith(t, path, s, func(s *store.Store) kitchen.Store { return s })
		for range 30 {
			h.place(pizza)
		}
		web := h.offered(nil)
		after(2*time.Minute + time.Second)
		if a := h.alerts(); !slices.Contains(a, unreleased(web)) {
			t.Errorf("nobody has released it: %v", a)
		}
		h.release(h.commands)
		if a := h.alerts(); slices.Contains(a, unreleased(web)) || h.ticket(web).Progress.Whole != order.Waiting {
			t.Errorf("it waits for room: it is %s, %v", h.ticket(web).Progress.Whole, a)
		}
		after(9 * time.Minute)
		if a := h.alerts(); slices.Contains(a, unreleased(web)) {
			t.Errorf("it still waits for room: %v", a)
		}
		stop()
	})
}
