package store_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
)

func TestAPlanReckonsWithHowFarAKitchenIsOff(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.place(t, order.ByDelivery)
	look := func() dispatch.Order {
		s, err := c.ForDispatch().DispatchSnapshot(t.Context(), time.Now(), all)
		if err != nil || len(s.Orders) != 1 {
			t.Fatalf("%d orders, %v", len(s.Orders), err)
		}
		return s.Orders[0]
	}
	before := look()
	misses := make([]dispatch.Miss, 200)
	for i := range misses {
		misses[i] = dispatch.Miss{Restaurant: before.Restaurant, Kitchen: before.Kitchen, By: 9 * time.Minute}
	}
	misses[7].Restaurant, misses[8].Kitchen = "elsewhere", order.HandedOver
	for range 2 {
		if err := c.SaveMisses(t.Context(), misses); err != nil {
			t.Fatal(err)
		}
	}
	if after := look(); after.ReadySpread < 10*time.Minute || after.ReadySpread > 15*time.Minute || before.ReadySpread >= after.ReadySpread {
		t.Errorf("a kitchen in %s that is nine minutes off may be off by %s, before by %s", after.Kitchen, after.ReadySpread, before.ReadySpread)
	}
}
