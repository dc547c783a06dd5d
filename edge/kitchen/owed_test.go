package kitchen_test

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/shared/order"
)

func TestAnOrderThatIsLateAgainstItsPromiseIsStuckWhateverItsStep(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		held := h.place(pizza)
		h.did(h.HoldBack(t.Context(), held.Order.ID, because("the guest is not here")))
		fetched := h.ready(h.place(cola))
		stop()
		h, stop = running(t, path)
		after(time.Until(held.Order.Promise.To.Add(10*time.Minute)) - time.Second)
		if _, rings := h.alert("stuck_order/" + string(held.Order.ID)); rings {
			t.Error("it rings too early")
		}
		after(time.Second)
		if _, rings := h.alert("stuck_order/" + string(held.Order.ID)); !rings {
			t.Errorf("it is late and nobody moves it, and what rings is %v", h.alerts())
		}
		if a, rings := h.alert("stuck_order/" + string(fetched.Order.ID)); rings && a.Since.After(fetched.Since) {
			t.Errorf("its guest is late, not the kitchen: %+v", a)
		}
		h.did(h.LetGo(t.Context(), held.Order.ID, because("")))
		if _, rings := h.alert("stuck_order/" + string(held.Order.ID)); rings {
			t.Error("somebody has taken it up, and it still rings")
		}
		stop()
	})
}

func TestFoodThatNobodyFetchesForADeliveryIsStuckWhenItIsLate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		h.release(0)
		o := webOrder(order.ByDelivery, pizza)
		o.Order.Promise = order.Promise{From: time.Now().Add(20 * time.Minute), To: time.Now().Add(30 * time.Minute)}
		h.obey(o.Order.ID, o)
		ready := h.ready(h.ticket(o.Order.ID))
		after(20*time.Minute - time.Second) // it was to leave ten minutes after it was ordered
		if a := h.alerts(); len(a) != 0 {
			t.Errorf("it rings too early: %v", a)
		}
		after(time.Second)
		if _, rings := h.alert("stuck_order/" + string(ready.Order.ID)); !rings {
			t.Errorf("what rings is %v", h.alerts())
		}
		stop()
	})
}
