package phone

import (
	"math"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/shared/wire"
)

// Route is a way through streets that cross at right angles, as polyline.
type Route struct {
	points []wire.Position
	marks  []float64 // metres from the start to each point
}

// block is the usual distance between two crossings, in m.
const block = 110.0

// metresPerDegree of latitude: a sixtieth of a degree is a nautical mile.
const metresPerDegree = 60 * 1852.0

// NewRoute is one of the ways from a to b: blocks east-west and north-south in an order thrown by dice, each a little longer or shorter.
func NewRoute(from, to wire.Position, d *dice.Dice) Route {
	east, north := offset(from, to)
	r := Route{points: []wire.Position{from}}
	x, y := 0.0, 0.0
	for math.Abs(east-x)+math.Abs(north-y) > 1 {
		step := block * d.Between(0.8, 1.2)
		if left := math.Abs(east - x); left > 0 && (d.Chance(left/(left+math.Abs(north-y))) || north == y) {
			x += clamp(east-x, step)
		} else {
			y += clamp(north-y, step)
		}
		r.points = append(r.points, Shift(from, x, y))
	}
	r.points = append(r.points, to)
	r.measure()
	return r
}

func clamp(x, most float64) float64 { return max(-most, min(most, x)) }

func (r *Route) measure() {
	r.marks = []float64{0}
	for i := 1; i < len(r.points); i++ {
		r.marks = append(r.marks, r.marks[i-1]+Distance(r.points[i-1], r.points[i]))
	}
}

// Length in m.
func (r Route) Length() float64 {
	if len(r.marks) == 0 {
		return 0
	}
	return r.marks[len(r.marks)-1]
}

// At is the place after so many metres, and the heading there in degrees clockwise from north.
func (r Route) At(metres float64) (wire.Position, float64) {
	if len(r.points) == 1 {
		return r.points[0], 0
	}
	i := 1
	for i < len(r.points)-1 && r.marks[i] < metres {
		i++
	}
	a, b := r.points[i-1], r.points[i]
	east, north := offset(a, b)
	share := 1.0
	if leg := r.marks[i] - r.marks[i-1]; leg > 0 {
		share = max(0, min(1, (metres-r.marks[i-1])/leg))
	}
	return Shift(a, east*share, north*share), math.Mod(math.Atan2(east, north)*180/math.Pi+360, 360)
}

// Distance between two places as the crow flies, in m; good to a thousandth within a city.
func Distance(a, b wire.Position) float64 {
	east, north := offset(a, b)
	return math.Hypot(east, north)
}

// offset is how far b lies east and north of a, in m.
func offset(a, b wire.Position) (east, north float64) {
	return (b.Longitude - a.Longitude) * metresPerDegree * math.Cos(a.Latitude*math.Pi/180), (b.Latitude - a.Latitude) * metresPerDegree
}

// Shift is the place so many metres east and north of another.
func Shift(p wire.Position, east, north float64) wire.Position {
	return wire.Position{
		Latitude:  p.Latitude + north/metresPerDegree,
		Longitude: p.Longitude + east/(metresPerDegree*math.Cos(p.Latitude*math.Pi/180)),
	}
}
