package phone

import (
	"time"

	"awesome.pizza/shared/wire"
)

func (d *Driver) drive(to wire.Position, now time.Time) {
	d.trip = trip{route: NewRoute(d.at, to, d.Dice), underWay: true, takenAlong: d.trip.takenAlong && d.offer != nil}
	d.last = now
	if d.Dice.Chance(d.Habits.DeadZones) {
		length := d.trip.route.Length()
		d.trip.deadFrom = length * d.Dice.Between(0.1, 0.5)
		d.trip.deadTo = d.trip.deadFrom + length*d.Dice.Between(0.1, 0.4)
	}
}

// Network reports whether there is any where the car is.
func (d *Driver) Network() bool {
	return !d.trip.underWay || d.trip.metres < d.trip.deadFrom || d.trip.metres >= d.trip.deadTo
}

// move drives on, and reports whether that brought the car to where it was going.
func (d *Driver) move(now time.Time) (arrived bool) {
	passed := now.Sub(d.last)
	d.last, d.moving = now, false
	if !d.trip.underWay {
		return false
	}
	d.trip.metres += d.speed() * passed.Seconds()
	d.at, d.heading = d.trip.route.At(d.trip.metres)
	d.moving = true
	if d.trip.metres < d.trip.route.Length() {
		return false
	}
	d.trip.underWay, d.moving = false, false
	return true
}

// fastest is how fast a car gets on the wall clock, in m/s, however fast life goes: 160 km/h. Nobody would believe more of a driver, and
// the chain does not.
const fastest = 45.0

// speed is in metres per second of the wall clock.
func (d *Driver) speed() float64 {
	return min(d.Habits.Speed*d.Pace.Passes(time.Second).Seconds(), fastest)
}

// Location is what the phone's receiver says: a few metres beside the truth.
func (d *Driver) Location(now time.Time) wire.DriverLocation {
	spread := 4.0
	speed := 0.0
	if d.moving {
		speed = d.speed()
	}
	return wire.DriverLocation{
		Position:  Shift(d.at, d.Dice.NormFloat64()*spread, d.Dice.NormFloat64()*spread),
		Timestamp: wire.At(now), Speed: &speed, Heading: new(d.heading), Accuracy: new(2 * spread),
	}
}
