package road

import (
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
)

// Stop is a door a driver has to go to.
type Stop struct {
	Order order.ID
	Drop  dispatch.Point
	Due   time.Time      // by when
	Fetch bool           // it is a restaurant, at which the order is fetched on the way
	Ready time.Time      // not before then
	ETA   dispatch.Range // given by Sequence
}

// mostTried is how many stops are brought into the best order by trying all of them; more are gone to nearest first.
const mostTried = 6

// Sequence is the order in which a driver goes to doors, and when: with the least lateness in all, and of those the one that ends first. Same
// stops, same order.
func Sequence(now time.Time, from dispatch.Point, stops []Stop, t dispatch.Travel) []Stop {
	if len(stops) > mostTried {
		return nearestFirst(now, from, stops, t)
	}
	s := search{travel: t, out: make([]Stop, 0, len(stops)), left: append([]Stop(nil), stops...)}
	s.try(dispatch.Range{From: now, To: now}, from, 0)
	return s.best
}

// Along is when a driver is at doors that are gone to in this order. Of a restaurant on the way it is when the driver leaves it.
func Along(now time.Time, from dispatch.Point, stops []Stop, t dispatch.Travel) []Stop {
	out, at := append([]Stop(nil), stops...), dispatch.Range{From: now, To: now}
	for i := range out {
		out[i].ETA = arrive(at, from, out[i].Drop, t)
		if out[i].Fetch {
			out[i].ETA = out[i].leave()
		}
		at, from = out[i].ETA, out[i].Drop
	}
	return out
}

// leave is when a driver leaves a restaurant: not before the order is ready, and a counter takes longer than a door.
func (s *Stop) leave() dispatch.Range {
	after := func(at time.Time) time.Time {
		if at.Before(s.Ready) {
			return s.Ready
		}
		return at
	}
	return dispatch.Range{From: after(s.ETA.From).Add(dispatch.AtCounter / 2), To: after(s.ETA.To).Add(dispatch.AtCounter - dispatch.AtDoor)}
}

type search struct {
	travel dispatch.Travel
	left   []Stop
	out    []Stop
	best   []Stop
	late   time.Duration
	end    time.Time
}

func (s *search) try(at dispatch.Range, from dispatch.Point, late time.Duration) {
	if len(s.left) == 0 {
		if s.best == nil || late < s.late || late == s.late && at.To.Before(s.end) {
			s.best, s.late, s.end = append([]Stop{}, s.out...), late, at.To
		}
		return
	}
	for i := range s.left {
		stop, rest := s.left[i], s.left
		stop.ETA = arrive(at, from, stop.Drop, s.travel)
		s.out = append(s.out, stop)
		s.left = append(append(make([]Stop, 0, len(rest)), rest[:i]...), rest[i+1:]...)
		s.try(stop.ETA, stop.Drop, late+max(0, stop.ETA.To.Sub(stop.Due)))
		s.left, s.out = rest, s.out[:len(s.out)-1]
	}
}

func nearestFirst(now time.Time, from dispatch.Point, stops []Stop, t dispatch.Travel) (out []Stop) {
	left, at := append([]Stop(nil), stops...), dispatch.Range{From: now, To: now}
	for len(left) > 0 {
		next := 0
		for i := range left {
			if dispatch.Kilometres(from, left[i].Drop) < dispatch.Kilometres(from, left[next].Drop) {
				next = i
			}
		}
		stop := left[next]
		left = append(left[:next], left[next+1:]...)
		stop.ETA = arrive(at, from, stop.Drop, t)
		at, from, out = stop.ETA, stop.Drop, append(out, stop)
	}
	return out
}

// arrive is when a driver who leaves a place in a span of time is at a door.
func arrive(at dispatch.Range, from, to dispatch.Point, t dispatch.Travel) dispatch.Range {
	o := dispatch.Order{Drop: to, Delivery: order.OutForDelivery}
	return dispatch.Range{From: dispatch.ETA(at.From, from, dispatch.Driver{}, o, t).From, To: dispatch.ETA(at.To, from, dispatch.Driver{}, o, t).To}
}
