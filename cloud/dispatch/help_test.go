package dispatch_test

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

func TestWhenACourierIsWanted(t *testing.T) {
	t.Parallel()
	d1 := driver("d1", 1)
	early := func(o *dispatch.Order) { o.Promise.To = noon.Add(12 * time.Minute) } // a drive of 2 km takes 7 to 8 minutes, with stops 14
	declined := func(o *dispatch.Order) { o.Declined = []string{"d1"} }
	busy := with(d1, func(d *dispatch.Driver) { d.Bag, d.Status = []order.ID{"o9"}, wire.Busy })
	far := with(onShelf("o9"), func(o *dispatch.Order) { o.Delivery, o.Driver, o.Drop = order.PickedUp, "d1", north(12) })
	for _, c := range []struct {
		name    string
		orders  []dispatch.Order
		drivers []dispatch.Driver
		margin  time.Duration
		want    string // orders
	}{
		{"a driver is near", []dispatch.Order{onShelf("o1")}, []dispatch.Driver{d1}, 0, ""},
		{"nobody is on shift", []dispatch.Order{onShelf("o1")}, nil, 0, "o1"},
		{"everybody has a break", []dispatch.Order{onShelf("o1")}, []dispatch.Driver{with(d1, func(d *dispatch.Driver) { d.Status = wire.OnBreak })}, 0, "o1"},
		{"everybody is another restaurant's", []dispatch.Order{onShelf("o1")}, []dispatch.Driver{with(d1, func(d *dispatch.Driver) { d.Home = "r2" })}, 0, "o1"},
		{"nobody has been heard of", []dispatch.Order{onShelf("o1")}, []dispatch.Driver{with(d1, func(d *dispatch.Driver) { d.SeenAt = noon.Add(-6 * time.Minute); d.StatusAt = d.SeenAt })}, 0, "o1"},
		{"it is not ready for long", []dispatch.Order{baking("o1", 21*time.Minute)}, nil, 0, ""},
		{"it is ready soon", []dispatch.Order{baking("o1", 20*time.Minute)}, nil, 0, "o1"},
		{"a driver would be late", []dispatch.Order{with(onShelf("o1"), early)}, []dispatch.Driver{d1}, 0, "o1"},
		{"a driver would be a little late", []dispatch.Order{with(onShelf("o1"), early)}, []dispatch.Driver{d1}, 10 * time.Minute, ""},
		{"a driver comes back too late", []dispatch.Order{onShelf("o1"), far}, []dispatch.Driver{busy}, 0, "o1"},
		{"one driver for three", []dispatch.Order{onShelf("o1"), onShelf("o2"), onShelf("o3")}, []dispatch.Driver{d1}, 0, "o2 o3"},
		{"nobody wants to", []dispatch.Order{with(onShelf("o1"), declined)}, []dispatch.Driver{d1}, 0, "o1"},
		{"nobody wants to, but there is time", []dispatch.Order{with(baking("o1", 5*time.Minute), declined)}, []dispatch.Driver{d1}, 0, ""},
		{"somebody is being asked", []dispatch.Order{with(onShelf("o1"), func(o *dispatch.Order) { o.Offered = "d1" })}, nil, 0, ""},
		{"a courier is being asked", []dispatch.Order{with(onShelf("o1"), func(o *dispatch.Order) { o.Offered, o.Courier = "courier.swift", "courier.swift" })}, nil, 0, ""},
		{"somebody has it", []dispatch.Order{with(onShelf("o1"), func(o *dispatch.Order) { o.Delivery, o.Driver = order.Assigned, "d2" })}, nil, 0, ""},
		{"nobody knows where to", []dispatch.Order{with(onShelf("o1"), func(o *dispatch.Order) { o.Nowhere = true })}, nil, 0, ""},
	} {
		got := ""
		for _, n := range dispatch.Needs(scene(c.orders, c.drivers...), c.margin) {
			got += " " + string(n.Order)
			if n.Because == "" || n.Own.IsZero() && len(c.drivers) > 0 && n.Because == "" {
				t.Errorf("%s: nobody knows why", c.name)
			}
		}
		if got != "" {
			got = got[1:]
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// phone is a courier desk that only listens.
type phone struct {
	mu    sync.Mutex
	calls [][]order.ID
}

func (p *phone) first() []order.ID {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.calls) == 0 {
		return nil
	}
	return p.calls[0]
}

func (p *phone) Wanted(needs []dispatch.Need) {
	var ids []order.ID
	for _, n := range needs {
		ids = append(ids, n.Order)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, ids)
}

func TestCouriersHaveAMomentBeforeALateDriverIsAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := shop(1, 1)
		r.orders[0].Promise.To = time.Now().Add(time.Minute)
		r.orders[0].Ready = time.Now()
		p := &phone{}
		o := openWith(t, r, &lock{}, func(d *dispatch.Dispatcher) { d.Couriers = p })
		pass(dispatch.Deferral - dispatch.Every)
		if said := o.said(); len(said) > 0 || !slices.Equal(p.first(), []order.ID{"o1"}) {
			t.Fatalf("%q, %v", said, p.first())
		}
		pass(2 * dispatch.Every)
		if said := o.said(); len(said) == 0 || said[0] != "d1 o1" {
			t.Errorf("no courier came, and our late driver is not asked: %q", said)
		}
	})
}
