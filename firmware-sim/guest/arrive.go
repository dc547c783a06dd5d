package guest

import (
	"fmt"
	"time"

	"awesome.pizza/firmware-sim/dice"
)

// Curve is how busy it is over time, as a share of the busiest moment.
type Curve string

// The curves.
const (
	Flat   Curve = "flat"
	Friday Curve = "friday" // from 16:00 to 23:00, with its rush from six to eight; then again from the beginning
)

// fridays are shares at full hours from 16:00 on, as pizzerias report their Friday evenings.
var fridays = []float64{0.2, 0.45, 0.9, 1, 0.85, 0.5, 0.3, 0.15}

// ParseCurve reads the name of a curve.
func ParseCurve(s string) (Curve, error) {
	if c := Curve(s); c == Flat || c == Friday {
		return c, nil
	}
	return "", fmt.Errorf("curve %q: write flat or friday", s)
}

// Share is how busy it is after so much of life's time, from 0 to 1.
func (c Curve) Share(since time.Duration) float64 {
	if c != Friday {
		return 1
	}
	hours := since.Hours()
	evening := float64(len(fridays) - 1)
	for hours >= evening {
		hours -= evening
	}
	n := int(hours)
	return fridays[n] + (fridays[n+1]-fridays[n])*(hours-float64(n))
}

// Arrivals are the instants at which parties order: a Poisson process whose rate follows a curve (by thinning; Lewis and Shedler 1979).
type Arrivals struct {
	PerMinute float64 // on the wall clock, at the busiest moment
	Curve     Curve
	Pace      dice.Pace // how fast the evening goes by
	Dice      *dice.Dice
	since     time.Duration // on the wall clock
}

// Next is how long after the start the next party orders, on the wall clock.
func (a *Arrivals) Next() time.Duration {
	mean := time.Duration(float64(time.Minute) / a.PerMinute)
	for {
		a.since += a.Dice.Wait(mean)
		if a.Dice.Chance(a.Curve.Share(a.Pace.Passes(a.since))) {
			return a.since
		}
	}
}
