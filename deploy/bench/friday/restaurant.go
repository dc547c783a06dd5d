package friday

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/line"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

const (
	tick      = 15 * time.Second // how often people look up
	drive     = 15 * time.Minute // to the door, as promises have it
	driveMore = 5 * time.Minute  // by which a promise for the door is wider
	atMost    = 8 * time.Hour    // after the doors closed: an evening that lasts longer never ends
)

// restaurant is one evening under one policy.
type restaurant struct {
	Evening
	Policy
	ctx     context.Context
	kitchen *kitchen.Kitchen
	menu    *menu.Menu
	now     time.Time
	err     error // the first thing that the kitchen refused
	draw    *rand.Rand

	todo     agenda
	steps    int // that were planned
	commands uint64
	orders   map[order.ID]*job
	queue    []*job // in the order in which they came
	open     int
	coming   int
	slots    map[time.Time]int

	makers  []*maker
	cutting int     // cutters at work
	made    []piece // waits for an oven
	baked   []piece // waits to be cut
	ovens   []*chamber
	shelf   []*job // deliveries that wait for a driver
	idle    int    // drivers in the restaurant
	back    []time.Time
	figures Figures
}

// job is an order on its way through the restaurant.
type job struct {
	guest
	ticket kitchen.Ticket
	told   promised // for pick-up
	door   time.Time
	boxed  time.Time
}

// piece is one item of an order.
type piece struct {
	job  *job
	item string
}

// maker is a cook at the make line.
type maker struct {
	id   string
	pace float64
	busy bool
}

// chamber is an oven: what lies in its slots.
type chamber struct {
	id    string
	in    []piece // by slot; the zero piece is a free one
	turns []int   // by slot: how often something was put in
	down  bool
}

// Now is the time, for the kitchen.
func (r *restaurant) Now() time.Time { return r.now }

// Publish is what the screens show.
func (r *restaurant) Publish(c kitchen.Change) {
	for _, t := range c.Tickets {
		if j := r.orders[t.Order.ID]; j != nil {
			j.ticket = t
		}
	}
}

func (r *restaurant) fail(err error) {
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("at %s: %w", r.now.Format(time.TimeOnly), err)
	}
}

// Spend lets an evening pass under a policy. dir is for the kitchen's database.
func Spend(ctx context.Context, dir string, e Evening, p Policy) (f Figures, err error) {
	m, err := menu.Pizzeria()
	if err != nil {
		return f, err
	}
	db, err := store.Open(ctx, filepath.Join(dir, "friday.db"))
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	r := &restaurant{
		Evening: e, Policy: p, ctx: ctx, menu: m, now: e.Opens.Add(-time.Hour), draw: rand.New(rand.NewPCG(e.Seed, 2)),
		orders: map[order.ID]*job{}, slots: map[time.Time]int{}, idle: e.Drivers,
	}
	r.kitchen, err = kitchen.New(ctx, db, m, r, r, r.settings())
	if err != nil {
		return f, err
	}
	return r.evening()
}

func (r *restaurant) settings() kitchen.Settings {
	s := kitchen.Settings{Restaurant: "r1", Drive: drive, Log: slog.New(slog.DiscardHandler)}
	for n := range r.Makers {
		mk := &maker{id: fmt.Sprintf("maker-%d", n+1), pace: 0.88 + 0.04*float64(n)}
		r.makers = append(r.makers, mk)
		s.Roster = append(s.Roster, kitchen.Cook{ID: mk.id, Name: mk.id, Skills: []string{menu.StationMake, menu.StationSides}})
	}
	for n := range r.Cutters {
		name := fmt.Sprintf("cutter-%d", n+1)
		s.Roster = append(s.Roster, kitchen.Cook{ID: name, Name: name, Skills: []string{menu.StationCut}})
	}
	for n := range r.Ovens {
		o := &chamber{id: fmt.Sprintf("oven-%d", n+1), in: make([]piece, r.Each), turns: make([]int, r.Each)}
		r.ovens = append(r.ovens, o)
		s.Ovens = append(s.Ovens, line.Oven{ID: o.id, Decks: 1, Capacity: r.Each})
	}
	return s
}

// evening opens the doors, lets everything happen that is planned, and closes when the last guest has gone.
func (r *restaurant) evening() (Figures, error) {
	for _, c := range r.kitchenRoster() {
		r.fail(r.kitchen.SignIn(r.ctx, c))
	}
	r.fail(r.kitchen.Release(r.ctx, 0))
	guests := r.guests(r.menu)
	r.coming = len(guests)
	for _, g := range guests {
		r.at(g.at, func() { r.arrive(g) })
	}
	if r.Fails > 0 {
		r.at(r.Opens.Add(r.Fails), r.ovenFails)
		r.at(r.Opens.Add(r.Fails+r.Back), r.ovenIsBack)
	}
	r.at(r.Opens, r.lookUp)
	end := r.Opens.Add(r.Lasts + atMost)
	for len(r.todo) > 0 && r.err == nil && r.coming+r.open > 0 {
		next := r.todo.next()
		if r.now = next.at; r.now.After(end) || r.ctx.Err() != nil {
			return r.figures, errors.Join(r.ctx.Err(), fmt.Errorf("%d orders were never handed over", r.open))
		}
		next.do()
		r.work()
	}
	return r.sum(), r.err
}

func (r *restaurant) kitchenRoster() (ids []string) {
	for _, m := range r.makers {
		ids = append(ids, m.id)
	}
	for n := range r.Cutters {
		ids = append(ids, fmt.Sprintf("cutter-%d", n+1))
	}
	return ids
}

func (r *restaurant) lookUp() {
	r.fail(r.kitchen.Mind(r.ctx))
	r.at(r.now.Add(tick), r.lookUp)
}

// arrive is a guest who orders.
func (r *restaurant) arrive(g guest) {
	r.coming--
	j := &job{guest: g}
	j.told.from, j.told.to = r.promise(r, r.now, g)
	p := order.Promise{From: j.told.from, To: j.told.to}
	if g.how == order.ByDelivery {
		p.From, p.To = p.From.Add(drive), p.To.Add(drive+driveMore)
	}
	j.door = p.To
	if g.web {
		r.offer(j, p)
	} else {
		r.take(j)
	}
	if r.err != nil {
		return
	}
	r.queue, r.open = append(r.queue, j), r.open+1
	if g.how == order.ByDelivery && r.tells {
		r.tellDriver(j)
	}
}

// offer is an order of the web: it comes as a command.
func (r *restaurant) offer(j *job, p order.Promise) {
	o := order.Order{
		ID: order.ID(id.New()), Restaurant: "r1", Origin: order.Cloud, Channel: order.Web, Fulfilment: j.how, PlacedAt: r.now, Promise: p,
		Customer: order.Customer{Name: "web"}, Payment: order.Payment{Method: "cash"},
	}
	for _, l := range j.lines {
		priced, err := r.menu.PriceLine(l)
		r.fail(err)
		o.Lines = append(o.Lines, priced)
	}
	if j.how == order.ByDelivery {
		o.Address = &order.Address{Street: "1 Main St", City: "Springfield"}
	}
	r.orders[o.ID] = j
	r.command(o.ID, event.OrderOffered{Order: o, Items: r.menu.Items(o.Lines)})
}

// take is an order at the counter or by phone.
func (r *restaurant) take(j *job) {
	c := kitchen.CounterOrder{
		Key: id.New(), Channel: order.Phone, Fulfilment: j.how, Customer: order.Customer{Name: "phone"}, Lines: j.lines, Payment: order.Payment{Method: "cash"},
	}
	if j.how == order.ByDelivery {
		c.Address = &order.Address{Street: "1 Main St", City: "Springfield"}
	}
	t, _, err := r.kitchen.Place(r.ctx, c)
	r.fail(err)
	j.ticket = t
	r.orders[t.Order.ID] = j
}

func (r *restaurant) command(of order.ID, body event.Body) {
	raw, err := event.Encode(body)
	r.fail(err)
	r.commands++
	r.fail(r.kitchen.Obey(r.ctx, kitchen.Command{Seq: r.commands, ID: fmt.Sprint("c", r.commands), Kind: body.Kind(), At: r.now, Order: string(of), Body: raw}))
}

// planned is something that will happen.
type planned struct {
	at  time.Time
	seq int
	do  func()
}

func (r *restaurant) at(when time.Time, do func()) {
	r.steps++
	heap.Push(&r.todo, planned{when, r.steps, do})
}

func (r *restaurant) after(took time.Duration, do func()) {
	r.at(r.now.Add(took.Truncate(100*time.Millisecond)), do)
}

// agenda is what will happen, soonest first.
type agenda []planned

// Len is for heap.
func (a agenda) Len() int { return len(a) }

// Less is for heap.
func (a agenda) Less(i, j int) bool {
	if !a[i].at.Equal(a[j].at) {
		return a[i].at.Before(a[j].at)
	}
	return a[i].seq < a[j].seq
}

// Swap is for heap.
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push is for heap.
func (a *agenda) Push(x any) {
	if p, ok := x.(planned); ok {
		*a = append(*a, p)
	}
}

// next takes out what is planned first.
func (a *agenda) next() planned {
	first := (*a)[0]
	heap.Pop(a)
	return first
}

// Pop is for heap.
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}
