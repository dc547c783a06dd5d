package dispatch_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
)

// TestTheKitchenIsToldWhenItsDriverComes: the only driver is on his way with another order, and a pizza would wait for him.
func TestTheKitchenIsToldWhenItsDriverComes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(o *dispatch.Order)
		want  []string
	}{
		"the pizza would wait": {func(*dispatch.Order) {}, []string{`o2 ""`}},
		"he is far away":       {func(*dispatch.Order) {}, nil},
		"it is made already":   {func(o *dispatch.Order) { o.Kitchen = order.Ready }, nil},
		"it is nearly made":    {func(o *dispatch.Order) { o.Ready = time.Now().Add(time.Minute) }, nil},
		"the driver waits":     {func(o *dispatch.Order) { o.Ready = time.Now().Add(40 * time.Minute) }, nil},
		"the kitchen knows":    {func(o *dispatch.Order) { o.Arrives = time.Now().Add(time.Hour / 2) }, nil},
		"he comes much earlier": {func(o *dispatch.Order) {
			o.Arrives, o.Ready = time.Now().Add(40*time.Minute), time.Now().Add(40*time.Minute)
		}, []string{`o2 ""`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := shop(2, 1)
				carried, waits := &r.orders[0], &r.orders[1]
				carried.Driver, carried.Delivery, carried.Kitchen, carried.Drop = "d1", order.OutForDelivery, order.HandedOver, north(2.2)
				waits.Kitchen, waits.Ready, waits.Placed = order.Preparing, time.Now().Add(5*time.Minute), time.Now()
				if name == "he is far away" {
					carried.Drop = north(5)
				}
				c.spoil(waits)
				open(t, r, &lock{})
				pass(time.Minute)
				r.do(func() {
					if !slices.Equal(r.told, c.want) {
						t.Errorf("kitchens were told of %q, want %q", r.told, c.want)
					}
				})
			})
		})
	}
}
