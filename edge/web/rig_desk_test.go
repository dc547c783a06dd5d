//go:build browser

package web_test

import (
	"context"
	"slices"
	"time"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// farCloud is what the cloud of a story knows of who brings what: by order, and whether a person said so.
type farCloud struct {
	given map[order.ID]string
}

// AskDesk answers as a cloud with three drivers on shift, one of whom nobody hears, one off shift and five orders, unless the line is cut.
func (r *rig) AskDesk(_ context.Context, q link.DeskRequest) (link.DeskReply, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.line.State != "up" {
		return link.DeskReply{}, problem.New(problem.Unavailable, "cut_off", "the line to the cloud is cut, and only the cloud can say who of its drivers brings what")
	}
	if r.cloud.given == nil {
		r.cloud.given = map[order.ID]string{"o3": "ada", "o5": "omar"}
	}
	has := r.cloud.given[q.Order]
	switch {
	case q.Ask == link.DeskWhatIf:
		return link.DeskReply{WhatIf: &link.DeskCompare{Now: link.DeskSum{Late: 1, LateMin: 6, ClickToDoor: 34}, Then: link.DeskSum{ClickToDoor: 29}}}, nil
	case q.Ask == link.DeskAssign && q.Instead != has && has != q.Driver:
		return link.DeskReply{Refused: link.Refusal(problem.New(problem.Conflict, "not_with_driver", "the order is not with driver %s: read it again", q.Instead))}, nil
	case q.Ask == link.DeskAssign:
		r.cloud.given[q.Order] = q.Driver
	case q.Ask == link.DeskUnassign:
		delete(r.cloud.given, q.Order)
	}
	return link.DeskReply{Board: r.cloud.board(time.Now().UTC().Add(r.ahead))}, nil
}

// board is what the cloud has, drawn around the restaurant.
func (c *farCloud) board(now time.Time) *link.DeskBoard {
	in := func(minutes int) *time.Time { at := now.Add(time.Duration(minutes) * time.Minute); return &at }
	place := func(north, east float64) link.DeskPlace {
		return link.DeskPlace{Latitude: 40.743 + north/111, Longitude: -73.99 + east/84}
	}
	b := &link.DeskBoard{AsOf: now, Restaurants: []link.DeskHouse{{ID: "r1", Latitude: 40.743, Longitude: -73.99}}, Totals: link.DeskSum{Late: 1, LateMin: 6, ClickToDoor: 34}}
	for _, d := range []struct {
		id, name, status string
		at               link.DeskPlace
		seen, elsewhere  int
	}{{"ada", "Ada Lovelace", "busy", place(0.6, 0.9), 0, 0}, {"ben", "Ben Okafor", "available", place(-0.3, -0.5), 0, 0}, {"cleo", "Cleo Marchetti", "on_break", place(1.1, -0.9), -5, 2}, {"luca", "Luca Rossi", "end_of_shift", place(0.2, 0.2), -50, 0}, {"omar", "Omar Haddad", "available", place(-1.5, 0.6), -42, 0}} {
		b.Drivers = append(b.Drivers, link.DeskDriver{
			ID: d.id, Name: d.name, Vehicle: "scooter", Status: d.status, Position: &link.DeskSeen{DeskPlace: d.at, At: *in(d.seen)}, Elsewhere: d.elsewhere,
			Orders: []order.ID{}, Way: []order.ID{},
		})
		if d.status == "end_of_shift" {
			b.Drivers[len(b.Drivers)-1].Since, b.Drivers[len(b.Drivers)-1].Position = in(d.seen), nil
		}
		if d.id == "omar" {
			b.Drivers[len(b.Drivers)-1].Silent = in(d.seen)
		}
	}
	for i, o := range []struct {
		id             order.ID
		plan           string
		ready, door    int
		promise        int
		drop           link.DeskPlace
		stuck, fetched bool
	}{
		{"o1", "ben", 4, 16, 22, place(0.9, 0.4), false, false},
		{"o2", "ben", 6, 21, 24, place(1.2, 0.1), false, false},
		{"o3", "ada", 2, 31, 25, place(-0.8, 1.4), false, false},
		{"o4", "", 9, 0, 20, place(-1.3, -1.1), true, false},
		{"o5", "omar", -40, 18, 24, place(-1.7, 0.9), false, true},
	} {
		number, drop := 41+i, o.drop
		x := link.DeskOrder{
			Order: o.id, Number: &number, Restaurant: "r1", Kitchen: order.Baking, Delivery: order.Unassigned, Drop: &drop, Placed: in(-12), Ready: in(o.ready),
			Promise: link.DeskPromise{From: *in(o.promise - 10), To: *in(o.promise)}, Plan: link.DeskPlan{Because: []string{"no driver is near enough"}, Stuck: o.stuck},
		}
		who := o.plan
		if has := c.given[o.id]; has != "" {
			who, x.Driver, x.ByHand, x.Delivery = has, &has, !o.fetched, order.Assigned
			if o.fetched {
				x.Kitchen, x.Delivery = order.HandedOver, order.OutForDelivery
			}
		}
		if who != "" {
			runnerUp := "cleo"
			x.Plan = link.DeskPlan{Driver: &who, Arrives: in(o.ready), PickUp: in(o.ready + 1), Door: in(max(o.door, 18)), RunnerUp: &runnerUp, DearerMin: 3.4, Because: []string{"there in 3 min", "ready in 4 min", "2 orders on one way"}}
		}
		if i := slices.IndexFunc(b.Drivers, func(d link.DeskDriver) bool { return d.ID == who }); i >= 0 {
			b.Drivers[i].Way = append(b.Drivers[i].Way, o.id)
			if x.Driver != nil {
				b.Drivers[i].Orders = append(b.Drivers[i].Orders, o.id)
			}
		}
		b.Orders = append(b.Orders, x)
	}
	return b
}
