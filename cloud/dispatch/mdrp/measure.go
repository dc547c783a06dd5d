package mdrp

import (
	"slices"
	"time"
)

// Measures of a day, as means over its orders where nothing else is said.
type Measures struct {
	Name              string
	Orders, Delivered int
	Undelivered       float64 // percent
	ClickToDoor       float64
	ClickToDoor90     float64
	Over              float64 // minutes over the target
	ReadyToPickup     float64
	ReadyToPickup90   float64
	Excess            float64 // click-to-door over the floor
	Cost              float64 // pay per order
	Drive             float64 // minutes per order
	PerBag            float64 // orders
	Busy              float64 // share of the shifts
	P50, P99, Max     float64 // milliseconds of a decision
	Doors             []int   // click-to-door of each order, in minutes
	Ticks             []time.Duration
}

// Measure measures a solution.
func Measure(in *Instance, s *Solution) Measures {
	m := Measures{Name: in.Name, Orders: len(in.Orders), Delivered: len(s.Deliveries)}
	rooms := make(map[string]*Restaurant, len(in.Restaurants))
	for i := range in.Restaurants {
		rooms[in.Restaurants[i].ID] = &in.Restaurants[i]
	}
	var ctd, rtp []float64
	floor := 0
	brought := map[string]int{}
	for i := range in.Orders {
		o := &in.Orders[i]
		v, ok := s.Deliveries[o.ID]
		if !ok {
			continue
		}
		m.Doors = append(m.Doors, v.Drop-o.Placed)
		ctd, rtp = append(ctd, float64(v.Drop-o.Placed)), append(rtp, float64(v.Pickup-o.Ready))
		m.Over += float64(max(0, v.Drop-o.Placed-in.Parameters.Target))
		floor += in.floor(o, rooms[o.Restaurant])
		brought[v.Courier]++
	}
	n := float64(max(m.Delivered, 1))
	m.Undelivered = 100 * float64(m.Orders-m.Delivered) / float64(max(m.Orders, 1))
	m.ClickToDoor, m.ClickToDoor90, m.ReadyToPickup, m.ReadyToPickup90 = mean(ctd), quantile(ctd, .9), mean(rtp), quantile(rtp, .9)
	m.Over /= n
	m.Excess = m.ClickToDoor - float64(floor)/n
	bags := map[string]int{}
	for _, a := range s.Assignments {
		bags[a.Courier]++
	}
	at := in.places()
	var pay, drive float64
	for _, c := range in.Couriers {
		pay += max(float64(brought[c.ID])*in.Parameters.PerOrder, float64(c.Off-c.On)/60*in.Parameters.PerHour)
		own := 0
		for _, v := range s.Moves[c.ID] {
			from := at[v.From]
			if v.From == "0" {
				from = at["\x00"+c.ID]
			}
			own += straight(in.Parameters.Speed).Time(from, at[v.To], 0)
		}
		drive += float64(own)
		own += in.Parameters.Dropoff/2*2*brought[c.ID] + in.Parameters.Pickup/2*2*bags[c.ID]
		m.Busy += float64(own) / float64(max(c.Off-c.On, 1)) / float64(len(in.Couriers))
	}
	m.Cost, m.Drive, m.PerBag = pay/n, drive/n, float64(m.Delivered)/float64(max(len(s.Assignments), 1))
	m.ticks(s)
	return m
}

func (m *Measures) ticks(s *Solution) {
	m.Ticks = slices.Clone(s.Ticks)
	slices.Sort(m.Ticks)
	if n := len(m.Ticks); n > 0 {
		ms := func(i int) float64 { return float64(m.Ticks[min(i, n-1)].Microseconds()) / 1000 }
		m.P50, m.P99, m.Max = ms(n/2), ms(n*99/100), ms(n-1)
	}
}

func mean(v []float64) float64 {
	var sum float64
	for _, x := range v {
		sum += x
	}
	return sum / float64(max(len(v), 1))
}

// quantile is between its neighbours, as most programs reckon it.
func quantile(v []float64, p float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Clone(v)
	slices.Sort(v)
	k := float64(len(v)-1) * p
	low := int(k)
	high := min(low+1, len(v)-1)
	return v[low] + (v[high]-v[low])*(k-float64(low))
}
