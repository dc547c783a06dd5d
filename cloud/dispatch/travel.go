package dispatch

import (
	"time"

	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/order"
)

// Point is a place on Earth: degrees, WGS 84.
type Point struct{ Lat, Lon float64 }

// Position is where a driver was last seen.
type Position struct {
	Driver  string    `json:"driver"`
	Lat     float64   `json:"lat"` // degrees, WGS 84
	Lon     float64   `json:"lon"`
	Heading *float64  `json:"heading,omitempty"` // degrees clockwise from north
	Speed   *float64  `json:"speed,omitempty"`   // metres per second
	At      time.Time `json:"at"`                // by the phone's clock
	Heard   time.Time `json:"heard"`             // by the cloud's clock
}

// Lost is how old a position is that says nothing any more of where its driver is.
const Lost = 3 * time.Minute

// Seen is when a position was true, by our clock: a phone's clock that is off by less than clock.MaxAhead is not held against its driver, and a
// position that waited in the phone for longer is old.
func (p Position) Seen() time.Time {
	if p.Heard.Sub(p.At).Abs() < clock.MaxAhead {
		return p.Heard.UTC()
	}
	return p.At.UTC()
}

// Fresh reports whether a driver is still about where the position says.
func (p Position) Fresh(now time.Time) bool { return now.Sub(p.Seen()) <= Lost }

// Point is the place alone.
func (p Position) Point() Point { return Point{p.Lat, p.Lon} }

// Travel tells how long a way takes. It must be quick and always answer the same.
type Travel interface {
	// Time is the time from door to door at a speed along the streets in km/h.
	Time(from, to Point, speedKMH float64) time.Duration
}

// ByHour is Travel that depends on the time of the day.
type ByHour interface {
	// At is how long ways take at a time.
	At(now time.Time) Travel
}

// At is how long ways take at a time, if that makes a difference to t.
func At(t Travel, now time.Time) Travel {
	if hours, byHour := t.(ByHour); byHour {
		return hours.At(now)
	}
	return t
}

// Crow reckons with the great circle, lengthened as streets are.
//
// Circuity, the ratio of the way along streets to the straight line, is 1.2 to 1.4 in cities and larger for short trips than for long ones
// (Giacomin and Levinson, "Road network circuity in metropolitan areas", Environment and Planning B 42 (2015) 1040–1053). With 1.35, the 25 km/h of
// a car are 309 m a minute as the crow flies; the Grubhub instances of the meal delivery routing problem
// (github.com/grubhub/mdrplib) take 314 to 320.
type Crow struct {
	Hurry float64 // how many times faster than real everything moves, in a sped-up simulation; 0 is 1
}

// Circuity is how much longer streets are than the crow flies.
const Circuity = 1.35

// Time is along the streets at that speed.
func (c Crow) Time(from, to Point, speedKMH float64) time.Duration {
	hurry := c.Hurry
	if hurry <= 0 {
		hurry = 1
	}
	return time.Duration(Kilometres(from, to) * Circuity / (max(speedKMH, 1) * hurry) * float64(time.Hour))
}

// Kilometres is the great circle between two points.
func Kilometres(a, b Point) float64 { return order.Kilometres(a.Lat, a.Lon, b.Lat, b.Lon) }

// Vehicle is what a driver moves in or on.
type Vehicle string

// The vehicles.
const (
	Car     Vehicle = "car"
	Scooter Vehicle = "scooter"
	Bicycle Vehicle = "bicycle"
	OnFoot  Vehicle = "foot"
)

// Known reports whether there is such a vehicle.
func (v Vehicle) Known() bool { return v == Car || v == Scooter || v == Bicycle || v == OnFoot }

// SpeedKMH is the usual speed along the streets of a town, lights and all.
func (v Vehicle) SpeedKMH() float64 {
	switch v {
	case Bicycle:
		return 15
	case OnFoot:
		return 5
	case Car, Scooter:
	}
	return 25
}

func (d *Driver) speed() float64 {
	if d.SpeedKMH > 0 {
		return d.SpeedKMH
	}
	return d.Vehicle.SpeedKMH()
}

// Mixed is the speed at which a way takes as long as it takes these drivers on the average; a car's where there are none. It is for whoever has to say
// how long a way takes before anybody knows who goes.
func Mixed(drivers []Driver) float64 {
	if len(drivers) == 0 {
		return Car.SpeedKMH()
	}
	hours := 0.0
	for i := range drivers {
		hours += 1 / drivers[i].speed()
	}
	return float64(len(drivers)) / hours
}
