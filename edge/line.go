package edge

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/watch"
)

// obedient introduces the kitchen to the uplink: the kitchen does not know that its commands come over a link.
type obedient struct{ *kitchen.Kitchen }

// Obey carries out a command from the cloud.
func (o obedient) Obey(ctx context.Context, c link.Command) error {
	return o.Kitchen.Obey(ctx, kitchen.Command(c))
}

// Begin begins a new epoch.
func (o obedient) Begin(ctx context.Context, b link.Beginning) error {
	k := kitchen.Beginning{
		Epoch: b.Epoch, Commands: b.Commands, CommandID: b.CommandID, Through: kitchen.Place(b.Through), Orders: b.Orders, Numbers: b.Numbers,
	}
	for _, p := range b.Unknown {
		k.Unknown = append(k.Unknown, kitchen.Place(p))
	}
	return o.Kitchen.Begin(ctx, k)
}

// digestOf is where the open orders stand, for a cloud that is still behind.
func digestOf(k *kitchen.Kitchen) func(context.Context) ([]link.OpenOrder, error) {
	return func(ctx context.Context) (open []link.OpenOrder, err error) {
		s, err := k.Snapshot(ctx)
		for i := range s.Tickets {
			t := &s.Tickets[i]
			if !t.Open() {
				continue // it is shown until somebody has taken note that it was voided
			}
			open = append(open, link.OpenOrder{Order: t.Order.ID, State: t.Progress.Kitchen(), Number: t.Number, Since: t.Since})
		}
		return open, err
	}
}

// outlookOf is what the kitchen would promise, worked out at most once a second: a heartbeat goes out after each command.
func outlookOf(k *kitchen.Kitchen) func(context.Context) *order.Outlook {
	var mu sync.Mutex
	var last *order.Outlook
	var at time.Time
	return func(ctx context.Context) *order.Outlook {
		mu.Lock()
		defer mu.Unlock()
		if !at.IsZero() && time.Since(at) < outlookEvery {
			return last
		}
		last, at = k.Outlook(ctx), time.Now()
		return last
	}
}

const outlookEvery = time.Second

// lineView shows the line to the displays in their words.
type lineView struct {
	line   *uplink.Uplink
	outbox uplink.Outbox
	now    *hours
	device string
}

// LinkState is the line as it stands now.
func (v lineView) LinkState() kds.LinkView {
	s := v.line.State()
	view := kds.LinkView{State: "up", Detail: s.Detail, Device: v.device, Since: kds.At(v.now.since(s.Since)), Backlog: int(s.Backlog)}
	if s.Condition != link.Online {
		view.State, view.Cause = "down", causeWord(s)
	}
	if s.Backlog > 0 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if at, err := v.outbox.OldestUnsent(ctx); err == nil && !at.IsZero() {
			view.Oldest = kds.At(at)
		}
	}
	return view
}

// clockState is whether times on the board can be believed, in their words. SYNC tells the cloud the same.
func (v lineView) clockState() string {
	if v.now.Trusted() {
		return "trusted"
	}
	return "doubtful"
}

// causeWord is where the line ends, or what is wrong with it: one of kds.Causes.
func causeWord(s link.State) string {
	if s.Condition == link.Healing {
		return "healing"
	}
	switch s.Cause {
	case link.CauseLAN:
		return "lan"
	case link.CauseInternet, link.CauseStarting:
		return "internet"
	case link.CauseFenced:
		return "fenced"
	case link.CauseFork, link.CauseSnapshot, link.CauseHistory:
		return "healing"
	case link.CauseSchema:
		return "schema"
	case link.CauseOutbox:
		return "disk"
	case uplink.CauseCredential, uplink.CauseRevoked:
		return "credential"
	}
	return "cloud"
}

// openKitchen opens the kitchen of a restaurant as its store has it.
func (c *Config) openKitchen(ctx context.Context, e uplink.Enrolment, h House, db kitchen.Store, m *menu.Menu, now clock.Clock, screens kitchen.Screens, count kitchen.Meter) (*kitchen.Kitchen, error) {
	at, err := c.zone(e.TimeZone)
	if err != nil {
		return nil, err
	}
	k, err := kitchen.New(ctx, db, m, now, screens, kitchen.Settings{
		Restaurant: e.Restaurant, Zone: at, DayStarts: c.DayStarts, Roster: h.roster(), Ovens: h.hearths(), Throttle: h.throttle(),
		Printers:   h.outlets(),
		Meter:      count,
		StockCheck: c.StockCheck,
		Staff:      h.staff(), PINs: h.needsPINs(c.PINs),
	})
	if err != nil {
		return nil, fmt.Errorf("open the kitchen: %w", err)
	}
	return k, nil
}

// zone is the restaurant's: the one that is set, else the one that its enrolment names.
func (c *Config) zone(enrolled string) (*time.Location, error) {
	at, err := time.LoadLocation(cmp.Or(c.TimeZone, enrolled))
	if err != nil {
		return nil, fmt.Errorf("find the restaurant's time zone: %w", err)
	}
	return at, nil
}

// metrics are the node's numbers besides those of its process.
func metrics(ctx context.Context, r *watch.Registry, k *kitchen.Kitchen, line *uplink.Uplink, db *store.Store) *watch.Registry {
	watch.Gauge(r, "edge_dead_letters", "Messages of devices and commands that were refused or made no sense, ever; the newest are kept with their reasons.", func() float64 {
		all, _, err := db.Letters(ctx)
		if err != nil {
			return -1
		}
		return float64(all)
	})
	watch.Gauge(r, "edge_open_tickets", "Orders on the board.", func() float64 {
		s, err := k.Snapshot(ctx)
		if err != nil {
			return -1
		}
		return float64(len(s.Tickets))
	})
	watch.Histogram(r, "edge_forecast_error_seconds", "How far orders were ready behind their first forecast.", k.Missed)
	watch.Gauge(r, "edge_web_orders_paused", "1 while the restaurant takes no web orders.", func() float64 {
		if i, _, err := k.Intake(ctx); err == nil && i.Paused {
			return 1
		}
		return 0
	})
	watch.Gauge(r, "edge_web_order_wait_seconds", "How long a new web order would wait for hands and ovens.", func() float64 {
		_, wait, err := k.Intake(ctx)
		if err != nil {
			return -1
		}
		return wait.Seconds()
	})
	watch.Gauge(r, "edge_link_up", "1 while the cloud can be reached.", func() float64 {
		if line.State().Condition == link.Online {
			return 1
		}
		return 0
	})
	watch.Gauge(r, "edge_backlog_events", "Events the cloud has not acknowledged.", func() float64 { return float64(line.State().Backlog) })
	return r
}
