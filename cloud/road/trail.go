package road

import (
	"time"

	"awesome.pizza/cloud/dispatch"
)

// How much of a way is remembered: enough to judge a tap of a phone that was without signal for a while.
const (
	trailStep = 10 * time.Second
	trailMost = 240 // places: forty minutes of driving
	trailNear = 45 * time.Second
)

// Trail is where a driver was lately.
type Trail struct{ spots []spot }

type spot struct {
	at    time.Time
	point dispatch.Point
}

// Add remembers a position that is newer than all before. Of those that follow each other closely it keeps one.
func (t *Trail) Add(p dispatch.Position) {
	if n := len(t.spots); n > 0 && p.At.Sub(t.spots[n-1].at) < trailStep {
		return
	}
	if len(t.spots) == trailMost {
		copy(t.spots, t.spots[1:])
		t.spots = t.spots[:trailMost-1]
	}
	t.spots = append(t.spots, spot{p.At, p.Point()})
}

// At is where the driver was about then, if anybody knows.
func (t *Trail) At(when time.Time) (at dispatch.Point, ok bool) {
	best := trailNear
	for _, s := range t.spots {
		if d := when.Sub(s.at).Abs(); d <= best {
			best, at, ok = d, s.point, true
		}
	}
	return at, ok
}
