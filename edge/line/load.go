package line

import (
	"slices"
	"time"
)

// A schedule is added up in windows of five minutes, for three hours.
const (
	Window  = 5 * time.Minute
	Windows = 36

	usualMake  = 3 * time.Minute
	usualBake  = 12 * time.Minute // a web order of two pizzas
	usualSpans = 2                // windows that an order may need to be made
)

// Loads is how much of the make line and the ovens is taken, in windows of five minutes from now on. Who stands at the sides is no hand of the
// make line; who works there helps with the sides, and has no time for pizzas meanwhile.
type Loads struct {
	made, webMade, baked, webBaked [Windows]time.Duration
	makes                          time.Duration          // what there is in a window
	bakes                          [Windows]time.Duration // the same: an oven that heats up bakes nothing before it is hot
}

// Loads adds up the work of a plan.
func (p Plan) Loads(now time.Time) (l Loads) {
	l.makes = time.Duration(max(1, len(p.makers))) * Window
	for _, o := range p.opened {
		var open [Windows]time.Duration
		spread(&open, now, o.from, now.Add(Windows*Window))
		for n := range open {
			l.bakes[n] += time.Duration(o.pizzas * float64(open[n]))
		}
	}
	for _, j := range p.jobs {
		if slices.Contains(p.makers, j.Cook) {
			spread(&l.made, now, j.Start, j.Made)
			if j.web {
				spread(&l.webMade, now, j.Start, j.Made)
			}
		}
		if j.Of.Bakes {
			spread(&l.baked, now, j.In, j.Out)
			if j.web {
				spread(&l.webBaked, now, j.In, j.Out)
			}
		}
	}
	return l
}

// spread adds the time from one instant to another to the windows it lies in.
func spread(in *[Windows]time.Duration, now, from, to time.Time) {
	if from.IsZero() || to.IsZero() {
		return
	}
	for from = later(from, now); from.Before(to); {
		n := int(from.Sub(now) / Window)
		if n >= Windows {
			return
		}
		end := now.Add(time.Duration(n+1) * Window)
		if to.Before(end) {
			end = to
		}
		in[n] += end.Sub(from)
		from = end
	}
}

// WebWait is how long a usual web order would wait until hands and ovens have room for it beside all others, without touching the reserve.
func (l Loads) WebWait(reserve int) time.Duration {
	part := func(d time.Duration) time.Duration { return d * time.Duration(100-reserve) / 100 }
	room := func(n int, can, all, web time.Duration) time.Duration { return max(0, min(can-all, part(can)-web)) }
	for n := range Windows {
		var makes, bakes time.Duration
		for at := n; at < min(Windows, n+usualSpans); at++ {
			makes += room(at, l.makes, l.made[at], l.webMade[at])
			bakes += room(at, l.bakes[at], l.baked[at], l.webBaked[at])
		}
		if makes >= min(usualMake, part(l.makes)) && bakes >= min(usualBake, part(most(l.bakes))) {
			return time.Duration(n) * Window
		}
	}
	return Windows * Window
}

// Places is how many pizzas bake at once in what works of the ovens.
func (p Plan) Places() (all float64) {
	for _, o := range p.opened {
		all += o.pizzas
	}
	return all
}

func most(windows [Windows]time.Duration) time.Duration { return slices.Max(windows[:]) }

// OvenWork is how long the ovens are busy with what is to be baked, if they are filled all the time.
func (p Plan) OvenWork(now time.Time) time.Duration {
	var work time.Duration
	for _, j := range p.jobs {
		if j.Of.Bakes && j.Out.After(now) {
			work += j.Out.Sub(later(j.In, now))
		}
	}
	return time.Duration(float64(work) / max(1, p.Places()))
}
