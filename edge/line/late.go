package line

import (
	"cmp"
	"slices"
	"time"

	"awesome.pizza/shared/order"
)

// Late is the plan with everything that nobody has begun as late as it may be without making any order later: what is made quickly is begun so
// that it is ready with what bakes longest. Orders keep when they are ready. It goes backwards from there: over the cut table, the ovens, the hands;
// at each nothing comes to overlap that did not before, so that there is room for it as there was.
func (p Plan) Late() Plan {
	late := p
	late.jobs = slices.Clone(p.jobs)
	due := map[int]time.Time{} // by ticket
	for n := range late.jobs {
		j := &late.jobs[n]
		due[j.ticket] = later(due[j.ticket], j.Ready)
	}
	moved := late.shiftable()
	late.cutLate(moved, due)
	late.bakeLate(moved)
	late.makeLate(moved)
	late.Orders = make(map[order.ID]Planned, len(p.Orders))
	for id, o := range p.Orders {
		o.Items = late.jobs[o.from : o.from+len(o.Items)]
		late.Orders[id] = o
	}
	return late
}

// span is a job's time at a place that takes a number of jobs at once. Moved it begins later.
type span struct {
	job        int
	begin, end time.Time
}

// shiftable are the jobs that nobody has begun.
func (p Plan) shiftable() []bool {
	moved := make([]bool, len(p.jobs))
	for n := range p.jobs {
		moved[n] = p.jobs[n].Of.State == order.ItemQueued
	}
	return moved
}

// backwards gives each span, the one that begins last first, the latest instant at which it may end so that it overlaps none that it did not
// before: the soonest begin, as it was moved, of those that began when it had ended or later. move moves it and says when it begins now.
func backwards(spans []span, move func(s span, limit time.Time) (begins time.Time)) {
	slices.SortStableFunc(spans, func(x, y span) int {
		return cmp.Or(y.begin.Compare(x.begin), y.end.Compare(x.end), cmp.Compare(y.job, x.job))
	})
	soonest := make([]time.Time, len(spans)) // of this one and those before it in the list
	for n, s := range spans {
		behind, _ := slices.BinarySearchFunc(spans[:n], s.end, func(other span, end time.Time) int {
			if other.begin.Before(end) {
				return 1
			}
			return -1
		})
		var limit time.Time
		if behind > 0 {
			limit = soonest[behind-1]
		}
		soonest[n] = move(s, limit)
		if n > 0 && soonest[n-1].Before(soonest[n]) {
			soonest[n] = soonest[n-1]
		}
	}
}

// bounded is the sooner of two limits; zero is none.
func bounded(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// cutLate moves when items are ready: with the last of their order, but for the spare that is left for who brings them together.
func (p *Plan) cutLate(moved []bool, due map[int]time.Time) {
	var spans []span
	for n := range p.jobs {
		j := &p.jobs[n]
		switch {
		case !j.Of.Bakes:
			if moved[n] {
				j.Ready = later(j.Ready, due[j.ticket].Add(-HoldSpare))
			}
		case j.Of.State != order.ItemDone:
			spans = append(spans, span{n, j.Ready.Add(-p.cut), j.Ready})
		}
	}
	backwards(spans, func(s span, limit time.Time) time.Time {
		j := &p.jobs[s.job]
		if !moved[s.job] {
			return s.begin
		}
		latest := later(j.Ready, due[j.ticket].Add(-HoldSpare))
		if p.cutters > 0 {
			latest = later(j.Ready, bounded(latest, limit))
		}
		j.Ready = latest
		return latest.Add(-p.cut)
	})
}

// bakeLate moves when pizzas go into the oven.
func (p *Plan) bakeLate(moved []bool) {
	type place struct {
		oven string
		deck int
	}
	decks := map[place][]span{}
	for n := range p.jobs {
		j := &p.jobs[n]
		if j.Of.Bakes && !j.vacated.IsZero() {
			decks[place{j.Oven, j.Deck}] = append(decks[place{j.Oven, j.Deck}], span{n, j.In, j.vacated})
		}
	}
	for _, spans := range decks {
		backwards(spans, func(s span, limit time.Time) time.Time {
			j := &p.jobs[s.job]
			if !moved[s.job] {
				return s.begin
			}
			by := j.Ready.Add(-p.cut).Sub(j.Out)
			if !limit.IsZero() {
				by = min(by, limit.Sub(j.vacated))
			}
			by = max(0, by)
			j.In, j.Out, j.vacated = j.In.Add(by), j.Out.Add(by), j.vacated.Add(by)
			return j.In
		})
	}
}

// makeLate moves when hands begin. It goes last, so that what is made waits for nothing.
func (p *Plan) makeLate(moved []bool) {
	hands := map[string][]span{}
	for n := range p.jobs {
		if j := &p.jobs[n]; !j.Start.IsZero() {
			hands[j.Cook] = append(hands[j.Cook], span{n, j.Start, j.Made})
		}
	}
	for _, spans := range hands {
		backwards(spans, func(s span, limit time.Time) time.Time {
			j := &p.jobs[s.job]
			if !moved[s.job] {
				return s.begin
			}
			wanted := j.Ready
			if j.Of.Bakes {
				wanted = j.In
			}
			by := max(0, bounded(wanted, limit).Sub(j.Made))
			j.Start, j.Made = j.Start.Add(by), j.Made.Add(by)
			if !j.Of.Bakes {
				j.Ready = j.Made
			}
			return j.Start
		})
	}
}
