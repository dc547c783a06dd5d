package api

import (
	"context"
	"slices"
	"strconv"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
)

type trackInput struct {
	ID    order.ID `path:"orderId"`
	Token string   `query:"token" doc:"of the tracking link"`
	Last  string   `header:"Last-Event-ID" doc:"version up to which everything was seen: the stream goes on behind it"`
}

// trackEvent is what an order's stream says: one event "order" for each step of the timeline, in order and with the step's version as its
// id; "change" when something else has changed since (promise, driver, forecast); "end" behind the last step there can be.
type trackEvent struct {
	Status      order.StatusName `json:"status"`
	Version     int              `json:"version"`
	At          instant          `json:"at"`
	Number      or[int]          `json:"number"`
	Promise     promiseView      `json:"promise"`
	Ready       or[instant]      `json:"ready"`
	Arrives     or[instant]      `json:"arrives"`
	Driver      or[driverBrief]  `json:"driver"`
	Courier     or[courierView]  `json:"courier"`
	Kitchen     order.Kitchen    `json:"kitchen"`
	Delivery    order.Delivery   `json:"delivery"`
	CancelAsked or[instant]      `json:"cancel_asked"`
	Reason      string           `json:"reason"`
	Overdue     bool             `json:"overdue"`
}

// whereEvent is where the driver is.
type whereEvent struct {
	Latitude  or[float64] `json:"latitude" doc:"null to a guest as long as the driver goes to other doors first: where those are is nobody else's business; and once nobody has heard of the driver for some minutes"`
	Longitude or[float64] `json:"longitude"`
	Heading   or[float64] `json:"heading"`
	Speed     or[float64] `json:"speed" doc:"metres per second"`
	At        instant     `json:"at"`
	ETA       or[instant] `json:"eta" doc:"at the door: the middle of the range"`
	Earliest  or[instant] `json:"earliest"`
	Latest    or[instant] `json:"latest"`
	Before    int         `json:"stops_before" doc:"doors the driver goes to before this one"`
}

// nearEvent says once that the driver is about to be there. An event driver with another eta, or none, takes it back.
type nearEvent struct {
	ETA     instant `json:"eta"`
	Seconds int     `json:"seconds" doc:"until then"`
}

// track follows an order.
func (a *API) track(ctx context.Context, in *trackInput) (pour, error) {
	f, leave := a.orders.follow(in.ID)
	r, err := a.Orders.Order(ctx, in.ID)
	if err == nil {
		err = a.mayRead(ctx, &r, in.Token)
	}
	free := func() {}
	if err == nil {
		free, err = a.crowd.enter("order "+string(in.ID), a.settings.OrderStreams)
	}
	stop := func() { free(); leave() }
	if err != nil {
		leave()
		return nil, err
	}
	t := &tracker{api: a, news: f, guest: in.Token != ""}
	if !t.guest && callerOf(ctx).drives() {
		t.mine = r.Driver.ID
	}
	last, resumes := seen(in.Last)
	if resumes && last <= r.Version { // a version there never was is from another history: begin anew
		t.resume(&r, last)
	}
	if resumes && r.Status().Terminal() && t.said == r.Version {
		stop()
		return nil, nil
	}
	return func(ctx context.Context, s *stream) {
		defer stop()
		t.run(ctx, s, &r)
	}, nil
}

// tracker is one stream of one order.
type tracker struct {
	api  *API
	news *seat[*ordering.Record]

	guest bool   // who follows by the tracking link: other guests' doors are not to be seen
	mine  string // the driver who follows, as long as the order is this one's

	steps int // of the timeline that were said
	said  int // version that was said

	driver    string // whose positions are followed
	by        dispatch.Driver
	last      dispatch.Position // that was told
	shown     bool              // and still holds
	positions chan dispatch.Position
	leave     func()
	near      bool // it was said that the driver is about to be there
}

// resume goes on behind a version. Several steps can share one: as nobody knows which of them arrived, all but the first are said again.
func (t *tracker) resume(r *ordering.Record, last int) {
	for t.steps < len(r.Steps) && r.Steps[t.steps].Version <= last {
		again := r.Steps[t.steps].Version == last && t.steps > 0 && r.Steps[t.steps-1].Version == last
		if again {
			return
		}
		t.steps++
	}
	t.said = last
}

// run says what there is to say until the order has ended, or the client is gone.
func (t *tracker) run(ctx context.Context, s *stream, r *ordering.Record) {
	defer t.watch(ctx, nil)
	beat, reread := time.NewTicker(t.api.settings.Heartbeat), time.NewTicker(t.api.settings.Reread)
	defer beat.Stop()
	defer reread.Stop()
	for {
		if !t.say(s, r) {
			return
		}
		t.watch(ctx, r)
		next, alive := t.wait(ctx, s, beat.C, reread.C, r)
		if !alive {
			return
		}
		r = next
	}
}

// wait passes positions and beats until there is a record to say something about.
func (t *tracker) wait(ctx context.Context, s *stream, beat, reread <-chan time.Time, r *ordering.Record) (next *ordering.Record, alive bool) {
	for {
		select {
		case <-ctx.Done():
			return nil, false
		case next := <-t.news.news:
			return next, true
		case <-t.news.missed:
			return t.reread(ctx, r), true
		case <-reread:
			t.meet(ctx)
			return t.reread(ctx, r), true
		case p := <-t.positions:
			t.where(s, p, r)
		case <-beat:
			t.fade(s, r)
			if !s.beat() {
				return nil, false
			}
		}
		if !s.flush() {
			return nil, false
		}
	}
}

// reread is the order as it is now, or r when it cannot be read: the next time will do.
func (t *tracker) reread(ctx context.Context, r *ordering.Record) *ordering.Record {
	ctx, cancel := context.WithTimeout(ctx, t.api.settings.Timeout)
	defer cancel()
	now, err := t.api.Orders.Order(ctx, r.Order.ID)
	if err != nil {
		return r
	}
	return &now
}

// say tells what is new in a record, and reports whether there is more to come.
func (t *tracker) say(s *stream, r *ordering.Record) (more bool) {
	if r.Version < t.said {
		return true // told in the wrong order
	}
	if t.mine != "" && (r.Driver == nil || r.Driver.ID != t.mine) {
		return false
	}
	for ; t.steps < len(r.Steps); t.steps++ {
		step := r.Steps[t.steps]
		s.add(strconv.Itoa(step.Version), "order", eventOf(r, step.Status, step.Version, step.At))
		t.said = step.Version
	}
	if t.said < r.Version {
		s.add(strconv.Itoa(r.Version), "change", eventOf(r, r.Status(), r.Version, t.api.now()))
		t.said = r.Version
	}
	if r.Status().Terminal() {
		s.add("", "end", eventOf(r, r.Status(), r.Version, t.api.now()))
		s.flush()
		return false
	}
	return s.flush()
}

func eventOf(r *ordering.Record, status order.StatusName, version int, at time.Time) trackEvent {
	return trackEvent{
		Status: status, Version: version, At: instant{at}, Number: numberOf(r), Promise: promiseOf(r.Order.Promise), Ready: when(r.Ready),
		Arrives: when(r.Arrives), Driver: driverOf(r), Courier: courierOf(r), Kitchen: r.Progress.Kitchen(), Delivery: r.Progress.Delivery,
		CancelAsked: when(r.CancelAsked), Reason: r.Reason, Overdue: r.Overdue,
	}
}

// watch follows the driver between departure and door, and nobody otherwise.
func (t *tracker) watch(ctx context.Context, r *ordering.Record) {
	driver := ""
	if r != nil && r.Status() == order.StatusOutForDelivery && r.Driver != nil {
		driver = r.Driver.ID
	}
	if driver == t.driver {
		return
	}
	if t.leave != nil {
		t.leave()
		t.positions, t.leave = nil, nil
	}
	t.near, t.shown = false, false
	if t.driver = driver; driver == "" {
		return
	}
	t.by = dispatch.Driver{}
	t.meet(ctx)
	var at *seat[dispatch.Position]
	at, t.leave = t.api.positions.follow(driver)
	t.positions = at.news
	if p, ok := t.api.Positions.Position(driver); ok {
		t.api.positions.tell(driver, p)
	}
}

// meet reads who drives; of whom it cannot be read, what was known holds.
func (t *tracker) meet(ctx context.Context) {
	if d, ok := t.api.drives(ctx, t.driver); ok {
		t.by = d
	}
}

// others reports whether there is something else in the bag: then a way can lead to another door first.
func others(bag []*ordering.Record, r *ordering.Record) bool {
	return slices.ContainsFunc(bag, func(o *ordering.Record) bool { return o.Order.ID != r.Order.ID })
}

// nowhere reports whether something else is in the car of which nobody knows where it goes: its door may come first.
func nowhere(bag []*ordering.Record, r *ordering.Record) bool {
	return slices.ContainsFunc(bag, func(o *ordering.Record) bool {
		return o.Order.ID != r.Order.ID && carried(o) && !o.Order.Address.Located()
	})
}

// soon is how long before the door a guest is told to come down. Who is told and then turns out to be far from it is told anew.
const (
	soon   = 2 * time.Minute
	notYet = 2 * soon
)

// fade says that nobody knows any more where the driver is, when the last word of that has grown old.
func (t *tracker) fade(s *stream, r *ordering.Record) {
	if t.shown && !t.last.Fresh(t.api.now()) {
		t.where(s, t.last, r)
	}
}

// where tells a position, and once that the driver is about to be there. From one that is old nothing is reckoned, and guests are not shown it.
func (t *tracker) where(s *stream, p dispatch.Position, r *ordering.Record) {
	now, was := t.api.now(), t.shown
	t.last, t.shown = p, p.Fresh(now)
	if t.guest && !t.shown && !was {
		return
	}
	e := whereEvent{At: instant{p.Seen()}}
	bag, known := t.api.board.loads.bag(p.Driver) // no time for the database here: until the board is read, the position goes without a forecast
	eta, before, ok := t.api.arrivalFrom(p, t.by, r, bag)
	if ok = ok && known && t.shown; ok {
		e.ETA, e.Earliest, e.Latest, e.Before = at(middle(eta)), at(eta.From), at(eta.To), before
	}
	next := ok && before == 0 && !nowhere(bag, r)
	if !t.guest || t.shown && known && !others(bag, r) || next {
		e.Latitude, e.Longitude, e.Heading, e.Speed = some(p.Lat), some(p.Lon), or[float64]{p.Heading}, or[float64]{p.Speed}
	}
	s.add("", "driver", e)
	door := middle(eta).Add(-dispatch.AtDoor / 2) // the car's, not yet the bell's
	switch left := door.Sub(now); {
	case !next || left > notYet:
		t.near = false
	case left <= soon && !t.near:
		t.near = true
		s.add("", "near", nearEvent{instant{door}, max(0, int(left.Seconds()))})
	}
}
