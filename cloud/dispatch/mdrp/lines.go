package mdrp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"awesome.pizza/cloud/dispatch/engine"
)

// maxLine is the longest line that is read: an init with some ten thousand restaurants and couriers.
const maxLine = 16 << 20

// The lines of the conversation with whoever plays the day: an init, ticks, an end. Each tick is answered by one line.
type (
	line struct {
		Type        string      `json:"type"`
		Params      params      `json:"params"`
		Restaurants []site      `json:"restaurants"`
		Couriers    []site      `json:"couriers"`
		T           whole       `json:"t"`
		Orders      []orderLine `json:"orders"`
		BecameReady []string    `json:"became_ready"`
		Free        []freeLine  `json:"free"`
	}
	params struct {
		Speed    float64 `json:"meters_per_minute"`
		Pickup   whole   `json:"pickup_service"`
		Dropoff  whole   `json:"dropoff_service"`
		Target   float64 `json:"target_ctd"`
		Most     float64 `json:"max_ctd"`
		PerOrder float64 `json:"pay_per_order"`
		PerHour  float64 `json:"min_pay_per_hour"`
	}
	site struct {
		ID  string  `json:"id"`
		X   float64 `json:"x"`
		Y   float64 `json:"y"`
		On  whole   `json:"on"`
		Off whole   `json:"off"`
	}
	orderLine struct {
		ID         string   `json:"id"`
		X          float64  `json:"x"`
		Y          float64  `json:"y"`
		Restaurant string   `json:"restaurant"`
		Placed     whole    `json:"placed"`
		Ready      *whole   `json:"ready"`     // when it will be ready
		ReadyEst   *float64 `json:"ready_est"` // what its restaurant needs on average
	}
	freeLine struct {
		Courier string `json:"courier"`
		At      string `json:"at"`
		FreeAt  whole  `json:"free_at"`
	}
	answer struct {
		T        whole         `json:"t"`
		Commands []commandLine `json:"commands"`
	}
	commandLine struct {
		Courier string   `json:"courier"`
		Move    string   `json:"move,omitempty"`
		Deliver []string `json:"deliver,omitempty"`
	}
)

// whole is a whole number that may be written with a point, as some write every number.
type whole int

func (w *whole) UnmarshalJSON(text []byte) error {
	var f float64
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	if f != math.Trunc(f) || math.Abs(f) > 1e9 {
		return fmt.Errorf("%s is no whole number of minutes", text)
	}
	*w = whole(f)
	return nil
}

// Converse decides for whoever plays a day: JSON lines in, an answer to each tick out, until an end or the end of in. It reports the first
// line that it cannot read.
func Converse(in io.Reader, out io.Writer, c Category, w engine.Weights) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	var p *Policy
	for n := 1; lines.Scan(); n++ {
		text := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
		if len(text) == 0 {
			continue
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return fmt.Errorf("line %d is not understood: %w", n, err)
		}
		var err error
		switch {
		case l.Type == "end":
			return nil
		case l.Type == "init":
			p, err = begin(&l, c, w)
		case l.Type == "tick" && p != nil:
			err = p.answer(&l, out)
		default:
			err = fmt.Errorf("a line of type %q: first init, then ticks, then end", l.Type)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return lines.Err()
}

func begin(l *line, c Category, w engine.Weights) (*Policy, error) {
	if l.Params.Speed <= 0 {
		return nil, errors.New("meters_per_minute must be above zero")
	}
	if len(l.Restaurants) > maxRows || len(l.Couriers) > maxRows {
		return nil, fmt.Errorf("%d restaurants and %d couriers, at most %d of each", len(l.Restaurants), len(l.Couriers), maxRows)
	}
	init := Init{Parameters: Parameters{
		Speed: l.Params.Speed, Pickup: int(l.Params.Pickup), Dropoff: int(l.Params.Dropoff), Target: int(l.Params.Target), Most: int(l.Params.Most),
		PerOrder: l.Params.PerOrder, PerHour: l.Params.PerHour,
	}}
	for _, r := range l.Restaurants {
		init.Restaurants = append(init.Restaurants, Restaurant{ID: r.ID, X: r.X, Y: r.Y})
	}
	for _, k := range l.Couriers {
		init.Couriers = append(init.Couriers, Courier{ID: k.ID, X: k.X, Y: k.Y, On: int(k.On), Off: int(k.Off)})
	}
	return NewPolicy(init, c, w), nil
}

func (p *Policy) answer(l *line, out io.Writer) error {
	n := News{Now: int(l.T), Ready: l.BecameReady}
	for _, o := range l.Orders {
		placed := Placed{Order: Order{ID: o.ID, X: o.X, Y: o.Y, Placed: int(o.Placed), Restaurant: o.Restaurant}}
		switch {
		case o.Ready != nil:
			placed.ReadyAt = float64(*o.Ready)
		case o.ReadyEst != nil:
			placed.ReadyAt, placed.Estimate = *o.ReadyEst, true
		default:
			return fmt.Errorf("order %q has neither ready nor ready_est", o.ID)
		}
		if _, known := p.room[o.Restaurant]; !known {
			return fmt.Errorf("order %q is of restaurant %q, which init did not name", o.ID, o.Restaurant)
		}
		n.Orders = append(n.Orders, placed)
	}
	for _, f := range l.Free {
		n.Free = append(n.Free, Free{Courier: f.Courier, At: f.At, Since: int(f.FreeAt)})
	}
	a := answer{T: l.T, Commands: []commandLine{}}
	for _, cmd := range p.Minute(n) {
		a.Commands = append(a.Commands, commandLine(cmd))
	}
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	_, err = out.Write(append(text, '\n'))
	return err
}
