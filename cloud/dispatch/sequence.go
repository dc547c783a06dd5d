package dispatch

import (
	"slices"
	"time"
)

// mostTried is how many doors are brought into the best sequence by trying all of them; more are gone to nearest first.
const mostTried = 6

// sequence is the order in which a driver goes to doors from where he is: with the least lateness in all, and of those the one that ends first. The same
// doors have the same sequence.
func (w *walk) sequence(doors []int) []int {
	if len(doors) < 2 {
		return doors
	}
	if len(doors) > mostTried {
		return w.nearestFirst(doors)
	}
	s := trial{walk: w, doors: doors, legs: make([][]time.Duration, len(doors)+1)}
	for i := range s.legs {
		at := w.at
		if i < len(doors) {
			at = w.held[doors[i]].Drop
		}
		for _, door := range doors {
			s.legs[i] = append(s.legs[i], w.travel.Time(at, w.held[door].Drop, w.speed))
		}
	}
	s.try(len(doors), w.to, 0)
	return s.best
}

// trial tries every sequence.
type trial struct {
	*walk
	doors []int
	legs  [][]time.Duration // from each door, and last from where the driver is, to each door
	gone  []int             // places in doors
	best  []int
	late  time.Duration
	end   time.Time
}

func (s *trial) try(from int, at time.Time, late time.Duration) {
	if s.best != nil && late > s.late {
		return
	}
	if len(s.gone) == len(s.doors) {
		if s.best == nil || late < s.late || at.Before(s.end) {
			s.best, s.late, s.end = make([]int, 0, len(s.gone)), late, at
			for _, i := range s.gone {
				s.best = append(s.best, s.doors[i])
			}
		}
		return
	}
	for i, door := range s.doors {
		if slices.Contains(s.gone, i) {
			continue
		}
		_, there := along(at, at, s.legs[from][i])
		there = there.Add(AtDoor)
		more := time.Duration(0)
		if due := s.held[door].Promise.To; !due.IsZero() {
			more = max(0, there.Sub(due))
		}
		s.gone = append(s.gone, i)
		s.try(i, there, late+more)
		s.gone = s.gone[:len(s.gone)-1]
	}
}

func (w *walk) nearestFirst(doors []int) (out []int) {
	at, left := w.at, slices.Clone(doors)
	for len(left) > 0 {
		next, least := 0, time.Duration(-1)
		for i, door := range left {
			if way := w.travel.Time(at, w.held[door].Drop, w.speed); least < 0 || way < least {
				next, least = i, way
			}
		}
		out, at = append(out, left[next]), w.held[left[next]].Drop
		left = slices.Delete(left, next, next+1)
	}
	return out
}
