package dispatch

import (
	"cmp"
	"math"
	"slices"
)

// Near is how far apart, in km, restaurants are that share a zone: their areas touch, and a driver of one could be at the other's.
const Near = 10

// Zone is a group of restaurants that are near each other, directly or through others between them. It is planned as a whole.
type Zone struct {
	ID          string // of its first restaurant
	Restaurants []Restaurant
}

// Atlas is all restaurants in their zones.
type Atlas struct {
	Zones []Zone
	zone  map[string]int // of a restaurant
	cells map[cell][]Restaurant
}

// Draw finds the connected components of the restaurants, each and all by id. Whoever has the same restaurants finds the same zones.
func Draw(all []Restaurant) *Atlas {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Restaurant) int { return cmp.Compare(a.ID, b.ID) })
	near, at, cells := newGroups(len(all)), map[string]int{}, map[cell][]Restaurant{}
	for i, r := range all {
		at[r.ID] = i
		home := cellOf(r.Position)
		for _, c := range home.around(1) {
			for _, other := range cells[c] {
				if Kilometres(r.Position, other.Position) <= Near {
					near.join(i, at[other.ID])
				}
			}
		}
		cells[home] = append(cells[home], r)
	}
	a := &Atlas{zone: map[string]int{}, cells: cells}
	for i, r := range all {
		first := all[near.first(i)].ID
		z, known := a.zone[first]
		if !known {
			z = len(a.Zones)
			a.Zones = append(a.Zones, Zone{ID: first})
		}
		a.zone[r.ID] = z
		a.Zones[z].Restaurants = append(a.Zones[z].Restaurants, r)
	}
	return a
}

// groups joins numbers into groups, named by their first.
type groups []int

func newGroups(n int) groups {
	g := make(groups, n)
	for i := range g {
		g[i] = i
	}
	return g
}

func (g groups) first(i int) int {
	for g[i] != i {
		g[i] = g[g[i]]
		i = g[i]
	}
	return i
}

func (g groups) join(i, j int) {
	a, b := g.first(i), g.first(j)
	g[max(a, b)] = min(a, b)
}

// of reports whether an atlas shows these restaurants, where they are.
func (a *Atlas) of(all []Restaurant) bool {
	if len(all) != len(a.zone) {
		return false
	}
	for _, r := range all {
		if z, known := a.zone[r.ID]; !known || !slices.Contains(a.Zones[z].Restaurants, r) {
			return false
		}
	}
	return true
}

// restaurants are the ids of those in some zones.
func (a *Atlas) restaurants(zones []string) (out []string) {
	for _, z := range a.Zones {
		if slices.Contains(zones, z.ID) {
			for _, r := range z.Restaurants {
				out = append(out, r.ID)
			}
		}
	}
	return out
}

// Names are the ids of the zones.
func (a *Atlas) Names() []string {
	out := make([]string, len(a.Zones))
	for i, z := range a.Zones {
		out[i] = z.ID
	}
	return out
}

// Of is the zone of a restaurant.
func (a *Atlas) Of(restaurant string) (z Zone, known bool) {
	i, known := a.zone[restaurant]
	if !known {
		return z, false
	}
	return a.Zones[i], true
}

// nearest is the zone in which one who drives for all can be asked: that of the nearest restaurant, if any is within reach.
func (a *Atlas) nearest(p Point) (zone int, found bool) {
	least := math.Inf(1)
	for _, c := range cellOf(p).around(2) {
		for _, r := range a.cells[c] {
			if km := Kilometres(p, r.Position); km < least {
				zone, least, found = a.zone[r.ID], km, true
			}
		}
	}
	return zone, found
}

// share gives each of some zones what concerns it: its orders, the drivers of its restaurants, those who drive for all and are nearest to
// it, and whoever has an order of its.
func (a *Atlas) share(s *Snapshot, zones []string) []Snapshot {
	out, number := make([]Snapshot, 0, len(zones)), map[int]int{}
	for z := range a.Zones {
		if slices.Contains(zones, a.Zones[z].ID) {
			number[z] = len(out)
			out = append(out, Snapshot{
				Now: s.Now, Base: s.Base, Rev: s.Rev, Travel: s.Travel, Restaurants: a.Zones[z].Restaurants, Placings: s.Placings,
			})
		}
	}
	has := map[string]int{}
	for i := range s.Orders {
		o := &s.Orders[i]
		z, known := a.zone[o.Restaurant]
		n, mine := number[z]
		if !known || !mine {
			continue
		}
		out[n].Orders = append(out[n].Orders, *o)
		if who := cmp.Or(o.Driver, o.Offered); who != "" {
			has[who] = z
		}
	}
	last := map[string]*Route{}
	for i := range s.Last {
		last[s.Last[i].Driver] = &s.Last[i]
	}
	for i := range s.Drivers {
		d := &s.Drivers[i]
		z, known := a.zone[d.Home]
		if d.Home == "" {
			z, known = a.nearest(d.Position)
			known = known && !d.SeenAt.IsZero()
		}
		if carries, some := has[d.ID]; some {
			z, known = carries, true
		}
		if n, mine := number[z]; known && mine {
			out[n].Drivers = append(out[n].Drivers, *d)
			if r := last[d.ID]; r != nil {
				out[n].Last = append(out[n].Last, *r)
			}
		}
	}
	return out
}

// strays are those on shift for all restaurants who are in no zone, for nobody knows where they are, or they are near none, and they have nothing to bring.
// No plan has them; a dispatcher may wonder where they are.
func (a *Atlas) strays(s *Snapshot) (out []Driver) {
	for i := range s.Drivers {
		d := &s.Drivers[i]
		if d.Home != "" || d.OffShift() || len(d.Bag) > 0 || d.Holding != "" {
			continue
		}
		if _, found := a.nearest(d.Position); d.SeenAt.IsZero() || !found {
			out = append(out, *d)
		}
	}
	return out
}

// cell is a cube of Near kilometres, in space: on a sphere that is simpler than squares of degrees, which shrink towards the poles.
type cell [3]int

func cellOf(p Point) cell {
	const rad, earth = math.Pi / 180, 6371.0
	lat, lon := p.Lat*rad, p.Lon*rad
	at := func(x float64) int { return int(math.Floor(earth * x / Near)) }
	return cell{at(math.Cos(lat) * math.Cos(lon)), at(math.Cos(lat) * math.Sin(lon)), at(math.Sin(lat))}
}

// around is a cell and those so many cells from it.
func (c cell) around(far int) []cell {
	var out []cell
	for x := -far; x <= far; x++ {
		for y := -far; y <= far; y++ {
			for z := -far; z <= far; z++ {
				out = append(out, cell{c[0] + x, c[1] + y, c[2] + z})
			}
		}
	}
	return out
}
