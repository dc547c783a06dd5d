// Package mdrp holds the dispatch engine against the public instances of the meal delivery routing problem (Reyes, Erera, Savelsbergh,
// Sahasrabudhe, O'Neil 2018; github.com/grubhub/mdrplib): it reads them, plays a day minute by minute, writes the solution files that the
// publisher's evaluator reads, and measures.
//
// Not in here: the decisions (cloud/dispatch/engine), and the instances themselves, which are read from a folder.
package mdrp

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"awesome.pizza/cloud/dispatch/engine"
)

// Order of a day. Times are minutes of it, places metres.
type Order struct {
	ID         string
	X, Y       float64
	Placed     int
	Restaurant string
	Ready      int
}

// Restaurant is where orders are picked up.
type Restaurant struct {
	ID   string
	X, Y float64
}

// Courier is on duty from On to Off and begins at a place.
type Courier struct {
	ID      string
	X, Y    float64
	On, Off int
}

// Parameters are the same for a whole day.
type Parameters struct {
	Speed             float64 // metres per minute
	Pickup, Dropoff   int     // minutes of service
	Target, Most      int     // click-to-door
	PerOrder, PerHour float64 // pay
}

// Instance is a day.
type Instance struct {
	Name        string
	Orders      []Order
	Restaurants []Restaurant
	Couriers    []Courier
	Parameters  Parameters
}

// Limits of what is read.
const (
	maxBytes = 16 << 20
	maxRows  = 60000
)

// Read reads a folder of the four files.
func Read(folder string) (*Instance, error) {
	in := &Instance{Name: filepath.Base(filepath.Clean(folder))}
	read := func(name string, columns int, row func(c cells)) error {
		if err := table(filepath.Join(folder, name), columns, row); err != nil {
			return fmt.Errorf("read %s of %s: %w", name, in.Name, err)
		}
		return nil
	}
	err := read("orders.txt", 6, func(c cells) {
		in.Orders = append(in.Orders, Order{ID: c.text(0), X: c.float(1), Y: c.float(2), Placed: c.int(3), Restaurant: c.text(4), Ready: c.int(5)})
	})
	if err == nil {
		err = read("restaurants.txt", 3, func(c cells) {
			in.Restaurants = append(in.Restaurants, Restaurant{ID: c.text(0), X: c.float(1), Y: c.float(2)})
		})
	}
	if err == nil {
		err = read("couriers.txt", 5, func(c cells) {
			in.Couriers = append(in.Couriers, Courier{ID: c.text(0), X: c.float(1), Y: c.float(2), On: c.int(3), Off: c.int(4)})
		})
	}
	if err == nil {
		err = read("instance_parameters.txt", 7, func(c cells) {
			in.Parameters = Parameters{
				Speed: c.float(0), Pickup: c.int(1), Dropoff: c.int(2), Target: c.int(3), Most: c.int(4), PerOrder: c.float(5), PerHour: c.float(6),
			}
		})
	}
	if err != nil {
		return nil, err
	}
	return in, in.check()
}

// check finds what a day cannot be played with.
func (in *Instance) check() error {
	known := make(map[string]bool, len(in.Restaurants))
	for _, r := range in.Restaurants {
		known[r.ID] = true
	}
	if err := in.checkCouriers(); err != nil {
		return err
	}
	seen := make(map[string]bool, len(in.Orders))
	for _, o := range in.Orders {
		if !known[o.Restaurant] || seen[o.ID] || o.Placed < 0 || o.Ready < o.Placed {
			return fmt.Errorf("%s: order %q has no restaurant, is there twice, or is ready before it is placed", in.Name, o.ID)
		}
		seen[o.ID] = true
	}
	if in.Parameters.Speed <= 0 || in.Parameters.Pickup < 0 || in.Parameters.Dropoff < 0 {
		return fmt.Errorf("%s: the speed must be above zero and services not below", in.Name)
	}
	return nil
}

// longestDay is how many minutes a day is played at most: a week.
const longestDay = 7 * 24 * 60

func (in *Instance) checkCouriers() error {
	seen := make(map[string]bool, len(in.Couriers))
	for _, c := range in.Couriers {
		if seen[c.ID] || c.On < 0 || c.Off < c.On || c.Off > longestDay {
			return fmt.Errorf("%s: courier %q is there twice, or is not on duty from one minute to a later one of at most %d", in.Name, c.ID, longestDay)
		}
		seen[c.ID] = true
	}
	return nil
}

// cells is a row; the first cell that cannot be read is remembered.
type cells struct {
	of  []string
	bad *error
}

func (c cells) text(i int) string { return c.of[i] }

func (c cells) float(i int) float64 {
	v, err := strconv.ParseFloat(c.of[i], 64)
	if (err != nil || math.IsNaN(v) || math.Abs(v) > 1e9) && *c.bad == nil {
		*c.bad = fmt.Errorf("%q is no number", c.of[i])
	}
	return v
}

func (c cells) int(i int) int { return int(c.float(i)) }

func table(path string, columns int, row func(cells)) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() > maxBytes {
		return fmt.Errorf("%d bytes, at most %d", info.Size(), maxBytes)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) > maxRows {
		return fmt.Errorf("%d rows, at most %d", len(lines), maxRows)
	}
	if head := strings.Split(lines[0], "\t"); len(head) > 1 {
		if _, err := strconv.ParseFloat(strings.TrimSpace(head[len(head)-1]), 64); err == nil {
			return fmt.Errorf("the first row is %q; it has to name the columns", lines[0])
		}
	}
	for n, line := range lines[min(1, len(lines)):] {
		if strings.TrimSpace(line) == "" {
			continue
		}
		of := strings.Split(strings.TrimRight(line, "\r"), "\t")
		if len(of) < columns {
			return fmt.Errorf("row %d has %d cells, not %d", n+2, len(of), columns)
		}
		var bad error
		row(cells{of, &bad})
		if bad != nil {
			return fmt.Errorf("row %d: %w", n+2, bad)
		}
	}
	return nil
}

// straight is the travel time of the instances: whole minutes, rounded up.
type straight float64

// Time is from place to place.
func (speed straight) Time(a, b engine.Place, _ int) int {
	return int(math.Ceil(math.Sqrt((a.X-b.X)*(a.X-b.X)+(a.Y-b.Y)*(a.Y-b.Y)) / float64(speed)))
}

// Floor is the click-to-door time of an order that nobody can beat.
func (in *Instance) floor(o *Order, r *Restaurant) int {
	p := in.Parameters
	return o.Ready + p.Pickup/2 + straight(p.Speed).Time(engine.Place{X: r.X, Y: r.Y}, engine.Place{X: o.X, Y: o.Y}, 0) + p.Dropoff/2 - o.Placed
}

// places are where everything is; where couriers begin stands under their names behind a zero byte.
func (in *Instance) places() map[string]engine.Place {
	at := make(map[string]engine.Place, len(in.Orders)+len(in.Restaurants)+len(in.Couriers))
	for i := range in.Orders {
		at[in.Orders[i].ID] = engine.Place{X: in.Orders[i].X, Y: in.Orders[i].Y}
	}
	for _, r := range in.Restaurants {
		at[r.ID] = engine.Place{X: r.X, Y: r.Y}
	}
	for _, c := range in.Couriers {
		at["\x00"+c.ID] = engine.Place{X: c.X, Y: c.Y}
	}
	return at
}
