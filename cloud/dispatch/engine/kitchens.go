package engine

// How kitchens miss their forecasts: by a histogram of the day, in sixteenths of a minute for a kitchen that needs one minute; misses grow
// with the root of what a kitchen needs.
const (
	scale   = 16
	spread  = 480 // the largest miss: half an hour for a kitchen that needs one minute
	weight  = 4   // of each miss that the day has shown
	horizon = 120 // minutes from now: what comes later is late
)

// ordinary is by how much kitchens miss before the day has shown it: as a tenth of them each, at sixteen minutes of preparation.
var ordinary = [...]int{-9, -6, -4, -2, -1, 0, 1, 3, 6, 12}

// misses are how many minutes kitchens were later than they thought.
type misses struct {
	of [2*spread + 1]int64
}

func newMisses() misses {
	var m misses
	for _, late := range ordinary {
		m.of[late*scale/4+spread] += 8
	}
	return m
}

// add is a kitchen that thought to need so many minutes and was so much later.
func (m *misses) add(prepares, late int) {
	m.of[min(max(late*scale*16/root(prepares), -spread), spread)+spread] += weight
}

// root is the square root of minutes, in sixteenths; minutes below one are one.
func root(minutes int) int {
	r := 16
	for r*r < minutes<<8 {
		r++
	}
	return r
}

// left is how likely a kitchen that is not done at now will be done 1, 2, 3… minutes from now, as shares of their sum.
func (m *misses) left(now, ready, prepares int) (in [horizon + 1]int64, sum int64) {
	width := root(prepares)
	for i, n := range m.of {
		if n == 0 {
			continue
		}
		at := ready - now + floor((i-spread)*width+scale*8, scale*16)
		if at >= 1 {
			in[min(at, horizon)] += n
			sum += n
		}
	}
	if sum == 0 {
		in[1], sum = 1, 1
	}
	return in, sum
}

func floor(a, b int) int {
	if a < 0 {
		return -((b - 1 - a) / b)
	}
	return a / b
}

// likely is how likely an order will be on its shelf 0, 1, 2… from now, as shares of their sum.
func (p *Planner) likely(s *Snapshot, o *Order) (in []int64, sum int64) {
	if o.Spread > 0 {
		return around(s.Now, o.Ready, o.Spread)
	}
	of, sum := p.error.left(s.Now, o.Ready, o.Ready-o.Placed)
	return of[:], sum
}

// usualMiss is how far off most misses are among the ordinary ones: eight of ten.
const usualMiss = 6

// around is likely of a forecast of which is known how far off it may be: as ordinary misses are spread, but so wide.
func around(now, ready, spread int) (in []int64, sum int64) {
	last := len(ordinary) - 1
	in = make([]int64, max(ready-now+floor(ordinary[last]*spread+usualMiss/2, usualMiss), 1)+1)
	for _, late := range ordinary {
		if at := ready - now + floor(late*spread+usualMiss/2, usualMiss); at >= 1 {
			in[at]++
			sum++
		}
	}
	if sum == 0 {
		in[1], sum = 1, 1
	}
	return in, sum
}

// forecast plans an order that is not on its shelf by what forecasts were worth today: when it is likely to be picked up by one who comes
// so late, and when one had better be there.
func (p *Planner) forecast(t *table) {
	for o := range t.ready {
		order := &t.snap.Orders[o]
		if !order.Forecast {
			continue
		}
		in, sum := p.likely(t.snap, order)
		soft := make([]int32, len(in))
		var before, moment, mean int64
		for k, n := range in {
			mean += int64(k) * n
		}
		t.early[o] = 0
		for k, n := range in {
			before += n
			moment += int64(k) * n
			soft[k] = int32((before*int64(k) + mean - moment) * minute / sum)
			if t.early[o] == 0 && before*100 >= sum*int64(max(p.w.Quantile, 1)) {
				t.early[o] = t.snap.Now + k
			}
		}
		t.soft[o], t.ready[o] = soft, t.snap.Now+int(mean/sum)
	}
}
