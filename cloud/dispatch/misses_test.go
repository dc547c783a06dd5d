package dispatch_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
)

// TestWhatKitchensSayIsHeldAgainstWhatComesTrue: of four pizzas that are promised in ten minutes one is late, one early; one was made for its
// driver's time and one in a kitchen that nobody hears of: these teach nothing.
func TestWhatKitchensSayIsHeldAgainstWhatComesTrue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := shop(4, 0)
		for i := range r.orders {
			o := &r.orders[i]
			o.Kitchen, o.Ready, o.Delivery = order.Preparing, time.Now().Add(10*time.Minute), order.Unassigned
		}
		r.orders[2].Arrives, r.orders[3].Heard = time.Now().Add(time.Hour/2), time.Now()
		open(t, r, &lock{})
		pass(4 * time.Minute)
		r.do(func() { // both go into the oven, and are now said to come as they will
			r.orders[0].Kitchen, r.orders[0].Ready = order.Baking, r.orders[0].Ready.Add(3*time.Minute)
			r.orders[1].Kitchen, r.orders[1].Ready = order.Baking, r.orders[1].Ready.Add(-2*time.Minute)
		})
		pass(4 * time.Minute)
		r.do(func() {
			r.orders[1].Kitchen, r.orders[2].Kitchen, r.orders[3].Kitchen = order.Ready, order.Ready, order.Ready
		})
		pass(5 * time.Minute)
		r.do(func() { r.orders[0].Kitchen = order.Ready })
		pass(time.Minute)
		r.do(func() {
			slices.SortFunc(r.misses, func(a, b dispatch.Miss) int { return int(a.By - b.By) })
			want := []time.Duration{0, 0, 2 * time.Minute, 3 * time.Minute}
			if len(r.misses) != len(want) {
				t.Fatalf("%v was learned", r.misses)
			}
			for i, m := range r.misses {
				if m.Restaurant != r.orders[0].Restaurant || (m.By-want[i]).Abs() > 2*dispatch.Every || (m.Kitchen == order.Baking) != (i < 2) {
					t.Errorf("%d: %v, want one of about %s", i, m, want[i])
				}
			}
		})
	})
}

func TestAKitchenThatIsOftenOffIsBelievedLess(t *testing.T) {
	t.Parallel()
	guess := dispatch.SpreadOf(order.Preparing)
	for name, c := range map[string]struct {
		misses   float64
		mean     time.Duration
		from, to time.Duration
	}{
		"nothing is known":         {0, 0, guess, guess},
		"one miss of half an hour": {1, 30 * time.Minute, guess, 5 * time.Minute},
		"a hundred of four":        {100, 4 * time.Minute, 5 * time.Minute, 6 * time.Minute},
		"a hundred of ten seconds": {100, 10 * time.Second, 10 * time.Second, guess / 2},
	} {
		if got := dispatch.MeasuredSpread(order.Preparing, c.misses, time.Duration(c.misses*float64(c.mean))); got < c.from || got > c.to {
			t.Errorf("%s: forecasts may be off by %s", name, got)
		}
	}
	if got := dispatch.MeasuredSpread(order.Ready, 100, time.Hour); got != 0 {
		t.Errorf("what is on the shelf may be off by %s", got)
	}
}
