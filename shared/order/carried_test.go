package order_test

import (
	"testing"

	"awesome.pizza/shared/order"
)

func TestADriverOfTheRestaurantsOwnTakesADeliveryThatNobodyOfTheCloudsHas(t *testing.T) {
	t.Parallel()
	for _, origin := range sides {
		walk(origin, order.ByDelivery, func(m move) {
			p := m.after
			if p.Intake != order.Validated {
				return
			}
			free := p.Delivery == order.Unassigned || p.Delivery == order.Assigned
			out, err := p.Carried(order.OutForDelivery)
			if free != (err == nil) {
				t.Errorf("%s with %s: %v", p.Whole, p.Delivery, err)
			}
			if err != nil {
				return
			}
			if out.Delivery != order.OutForDelivery || out.Whole != p.Whole || len(out.Items) != len(p.Items) {
				t.Errorf("%+v became %+v", p, out)
			}
			for _, end := range []order.Delivery{order.Delivered, order.Failed} {
				if ended, err := out.Carried(end); err != nil || ended.Delivery != end || !ended.Status().Terminal() {
					t.Errorf("%s: %+v, %v", end, ended, err)
				}
			}
		})
	}
}

func TestOnlyADeliveryIsCarried(t *testing.T) {
	t.Parallel()
	walk(order.Edge, order.Carryout, func(m move) {
		for _, to := range []order.Delivery{order.OutForDelivery, order.Delivered, order.Failed, order.Assigned, ""} {
			if _, err := m.after.Carried(to); err == nil {
				t.Fatalf("%+v was carried to %q", m.after, to)
			}
		}
	})
}
