package cloud

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/downlink"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// counters answers restaurants' counters who ask who brings their orders. Each is shown its own orders, and may give them to who serves it.
type counters struct {
	desk    *dispatch.Desk
	orders  *ordering.Service
	read    func(ctx context.Context, id order.ID) (ordering.Record, error)
	drivers func(ctx context.Context, id string) (dispatch.Driver, error)
	note    func(ctx context.Context, a acts.Act) error
}

// openDesk is where dispatchers sit: head office's, and, over the lines, each counter's.
func openDesk(db *store.Store, d *dispatch.Dispatcher, orders *ordering.Service, lines *downlink.Downlink) *dispatch.Desk {
	desk := dispatch.NewDesk(db.ForDispatch(), d)
	lines.AnswerDesks(&counters{desk: desk, orders: orders, read: db.Order, drivers: db.Driver, note: db.Note})
	return desk
}

// AnswerDesk answers a question. A problem is an answer; any other error is none.
func (c *counters) AnswerDesk(ctx context.Context, edge string, q link.DeskRequest) (link.DeskReply, error) {
	reply, err := c.answer(ctx, edge, q)
	if p := problem.Of(err); p != nil {
		return link.DeskReply{Refused: link.Refusal(p)}, nil
	}
	return reply, err
}

func (c *counters) answer(ctx context.Context, edge string, q link.DeskRequest) (link.DeskReply, error) {
	switch q.Ask {
	case link.DeskLook:
		return c.board(ctx, edge)
	case link.DeskWhatIf:
		now, then, err := c.desk.HouseWhatIf(ctx, edge, q.Extra)
		return link.DeskReply{WhatIf: &link.DeskCompare{Now: sumOf(now), Then: sumOf(then)}}, err
	case link.DeskAssign, link.DeskUnassign:
		if err := c.noted(ctx, edge, q); err != nil {
			return link.DeskReply{}, err
		}
		c.desk.Forget(edge)
		return c.board(ctx, edge)
	}
	return link.DeskReply{}, problem.New(problem.Invalid, "unknown_question", "this cloud does not know how to answer that: it is older than the node")
}

func (c *counters) board(ctx context.Context, edge string) (link.DeskReply, error) {
	v, err := c.desk.House(ctx, edge)
	if err != nil {
		return link.DeskReply{}, err
	}
	b := boardOf(&v)
	return link.DeskReply{Board: &b}, nil
}

// noted has an order turned over, with a line in the log of acts: in the same transaction when something came of it.
func (c *counters) noted(ctx context.Context, edge string, q link.DeskRequest) error {
	what, from, to := "assign_driver", q.Instead, q.Driver
	if q.Ask == link.DeskUnassign {
		what, from, to = "unassign_driver", q.Driver, ""
	}
	on := acts.Subject{Kind: acts.OfOrder, ID: string(q.Order), Restaurant: edge}
	ctx, act := acts.Begin(ctx, acts.Who{Role: acts.Counter, ID: q.By, Restaurant: edge}, what, id.New(), on)
	act.Say("driver", from, to)
	err := c.turn(ctx, edge, q)
	if err == nil && act.Written() {
		return nil
	}
	line := act.Line()
	if p := problem.Of(err); p != nil {
		line.Outcome, line.Code = acts.Refused, p.Code
	} else if err != nil {
		line.Outcome = acts.Failed
	}
	return errors.Join(err, c.note(context.WithoutCancel(ctx), line))
}

// turn gives an order to a driver, or takes it back. What is so already is done.
func (c *counters) turn(ctx context.Context, edge string, q link.DeskRequest) error {
	r, err := c.read(ctx, q.Order)
	if err == nil && r.Order.Restaurant != edge {
		err = problem.New(problem.NotFound, "no_such_order", "this restaurant has no order %q", q.Order)
	}
	if err != nil {
		return err
	}
	has := ""
	if r.Driver != nil {
		has = r.Driver.ID
	}
	if q.Ask == link.DeskUnassign {
		if has == "" && !r.Status().Terminal() {
			return nil
		}
		_, err = c.orders.Drop(ctx, q.Order, 0, q.Driver, ordering.ByStaff)
		return err
	}
	d, err := c.drivers(ctx, q.Driver)
	if problem.Is(err, problem.NotFound) || err == nil && !d.Serves(edge) {
		return problem.New(problem.Invalid, "no_such_driver", "no driver of this restaurant is called %q", q.Driver)
	}
	if err != nil {
		return err
	}
	chosen := ordering.Driver{ID: d.ID, Name: d.Name, ByHand: true, Because: oneLine(q.Reason)}
	switch {
	case has == d.ID && r.Driver.ByHand:
		return nil // asked twice
	case q.Instead != "":
		_, err = c.orders.Reassign(ctx, q.Order, 0, q.Instead, chosen, ordering.ByStaff)
	default:
		_, err = c.orders.Assign(ctx, q.Order, 0, chosen, nil, ordering.ByStaff)
	}
	return err
}

// boardOf is a restaurant's view as it travels.
func boardOf(v *dispatch.View) link.DeskBoard {
	b := link.DeskBoard{AsOf: v.Now, Base: v.Base, Rev: v.Rev, Totals: sumOf(v.Outcome()), Restaurants: []link.DeskHouse{}, Drivers: []link.DeskDriver{}, Orders: []link.DeskOrder{}}
	for _, r := range v.Restaurants {
		b.Restaurants = append(b.Restaurants, link.DeskHouse{ID: r.ID, Latitude: r.Position.Lat, Longitude: r.Position.Lon})
	}
	looks, stuck := map[order.ID]*dispatch.Outlook{}, map[order.ID]bool{}
	for i := range v.Plan.Orders {
		looks[v.Plan.Orders[i].Order] = &v.Plan.Orders[i]
	}
	for _, s := range v.Plan.Stuck {
		stuck[s.Order] = true
	}
	orders := slices.Clone(v.Orders) // what is promised first is shown first
	slices.SortStableFunc(orders, func(x, y dispatch.Order) int { return x.Promise.To.Compare(y.Promise.To) })
	b.More = max(0, len(orders)-link.DeskOrders)
	shown := map[order.ID]bool{}
	for i := range orders[:len(orders)-b.More] {
		o := &orders[i]
		shown[o.ID] = true
		b.Orders = append(b.Orders, orderOf(o, looks[o.ID], stuck[o.ID]))
	}
	all := v.Listed()
	for i := range all[:min(len(all), link.DeskDrivers)] {
		b.Drivers = append(b.Drivers, driverOf(&all[i], v.Plan.Orders, shown, v.Now))
	}
	return b
}

// noWay is why an order without a place on the map is in nobody's plan.
var noWay = []dispatch.Reason{{Key: dispatch.WhyNoWay}}

func orderOf(o *dispatch.Order, l *dispatch.Outlook, stuck bool) link.DeskOrder {
	out := link.DeskOrder{
		Order: o.ID, Restaurant: o.Restaurant, Kitchen: o.Kitchen, Delivery: o.Delivery, Placed: timeOr(o.Placed), Ready: timeOr(o.Ready),
		Promise: link.DeskPromise{From: o.Promise.From, To: o.Promise.To}, Driver: textOr(o.Driver), ByHand: o.ByHand, Offered: textOr(o.Offered),
		Plan: link.DeskPlan{Because: dispatch.Sentences(noWay), Reasons: reasonsOf(noWay), Stuck: stuck},
	}
	if o.Number > 0 {
		out.Number = &o.Number
	}
	if !o.Nowhere {
		out.Drop = &link.DeskPlace{Latitude: o.Drop.Lat, Longitude: o.Drop.Lon}
	}
	if l != nil {
		out.Plan = link.DeskPlan{
			Driver: textOr(l.Driver), Stop: l.Stop, Arrives: timeOr(l.Arrive), PickUp: timeOr(l.Pickup), Door: timeOr(l.Door),
			LateSeconds: int(l.Late / time.Second), RunnerUp: textOr(l.Second), DearerMin: l.Dearer, Because: dispatch.Sentences(l.Because),
			Reasons: reasonsOf(l.Because), Stuck: stuck,
		}
	}
	return out
}

func reasonsOf(why []dispatch.Reason) []link.DeskReason {
	out := make([]link.DeskReason, len(why))
	for i, r := range why {
		out[i] = link.DeskReason{Key: r.Key, Name: textOr(r.Name)}
		if r.N != 0 {
			out[i].N = &why[i].N
		}
	}
	return out
}

func driverOf(d *dispatch.Driver, plan []dispatch.Outlook, shown map[order.ID]bool, now time.Time) link.DeskDriver {
	out := link.DeskDriver{ID: d.ID, Name: d.Name, Vehicle: string(d.Vehicle), Status: string(d.Status), Orders: []order.ID{}, Way: []order.ID{}, Silent: timeOr(d.SilentSince(now))}
	if d.StatusAt.After(time.Unix(0, 0)) {
		out.Since = timeOr(d.StatusAt)
	}
	if !d.SeenAt.IsZero() && !d.OffShift() {
		out.Position = &link.DeskSeen{DeskPlace: link.DeskPlace{Latitude: d.Position.Lat, Longitude: d.Position.Lon}, At: d.SeenAt}
	}
	for _, id := range d.Bag {
		if shown[id] {
			out.Orders = append(out.Orders, id)
		} else {
			out.Elsewhere++
		}
	}
	var way []*dispatch.Outlook
	for i := range plan {
		if l := &plan[i]; l.Driver == d.ID && !l.Door.IsZero() && shown[l.Order] {
			way = append(way, l)
		}
	}
	slices.SortStableFunc(way, func(x, y *dispatch.Outlook) int { return x.Door.Compare(y.Door) })
	for _, l := range way {
		out.Way = append(out.Way, l.Order)
	}
	return out
}

func sumOf(o dispatch.Outcome) link.DeskSum {
	return link.DeskSum{Late: o.Late, LateMin: o.Lateness.Minutes(), ClickToDoor: o.ClickToDoor.Minutes(), Nobody: o.Nobody}
}

// oneLine is what a person wrote, as a history shows it.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "")))
}

func timeOr(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func textOr(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
