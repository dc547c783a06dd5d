package line

import (
	"slices"
	"time"

	"awesome.pizza/shared/order"
)

// make gives what is queued to hands: whoever is free first takes the first in the queue that they can make and that is not held back.
func (r *running) make() {
	q := r.queue()
	for len(q.open) > 0 {
		who := q.freest(r.Hands)
		h := &r.Hands[who]
		at := slices.IndexFunc(q.open, func(n int) bool { return q.can[q.at[n]][who] && !r.jobs[n].release.After(h.free) })
		if at < 0 {
			h.free = r.nextRelease(q, who)
			continue
		}
		n := q.open[at]
		j := &r.jobs[n]
		j.Cook, j.Start = h.ID, h.free
		j.Made = h.free.Add(time.Duration(float64(j.makes) * h.Pace))
		h.free = j.Made
		q.open = slices.Delete(q.open, at, at+1)
		q.left[q.at[n]]--
	}
}

// queue is what is to be made.
type queue struct {
	open []int    // jobs, in the order of the queue
	at   []int    // by job: its station
	left []int    // by station: how many are open
	can  [][]bool // by station and hand: who works there
}

func (r *running) queue() queue {
	q := queue{at: make([]int, len(r.jobs)), open: make([]int, 0, len(r.jobs))}
	var stations []string
	for n := range r.jobs {
		if r.jobs[n].Of.State != order.ItemQueued {
			continue
		}
		station := r.jobs[n].Of.Station
		at := slices.Index(stations, station)
		if at < 0 {
			at = len(stations)
			able := make([]bool, len(r.Hands))
			for h := range r.Hands {
				able[h] = r.able(h, station)
			}
			stations, q.left, q.can = append(stations, station), append(q.left, 0), append(q.can, able)
		}
		q.open, q.at[n] = append(q.open, n), at
		q.left[at]++
	}
	return q
}

// freest is the hand that is free first of those that can do something of what is open.
func (q queue) freest(hands []Hand) int {
	best := -1
	for n := range hands {
		if best >= 0 && !hands[n].free.Before(hands[best].free) {
			continue
		}
		for station, left := range q.left {
			if left > 0 && q.can[station][n] {
				best = n
				break
			}
		}
	}
	return best
}

func (r *running) nextRelease(q queue, who int) (next time.Time) {
	for _, n := range q.open {
		if at := r.jobs[n].release; q.can[q.at[n]][who] && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}
