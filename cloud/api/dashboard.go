package api

import (
	"context"
	"strconv"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
)

// houseView is a restaurant at a glance.
type houseView struct {
	ID       string                   `json:"id"`
	Name     string                   `json:"name"`
	Link     linkView                 `json:"link"`
	Backlog  uint64                   `json:"backlog" doc:"events the cloud does not have yet"`
	Open     int                      `json:"open" doc:"orders that have not ended"`
	ByStatus map[order.StatusName]int `json:"by_status"`
	Oldest   or[instant]              `json:"oldest" doc:"when the oldest open order was placed"`
	Late     int                      `json:"late" doc:"open orders whose promise is over, or cannot be kept by the kitchen's forecast"`
	Overdue  int                      `json:"overdue" doc:"open orders that the restaurant did not accept in time"`
	Out      int                      `json:"drivers_out" doc:"drivers of the chain with food of this restaurant in the bag"`
	Alerts   int                      `json:"alerts" doc:"what needs a person: see /api/fleet"`
	AsOf     instant                  `json:"as_of"`
}

// sum counts a restaurant's open orders. The board's lock is held.
func (b *board) sum(h *house) houseView {
	now := b.api.now()
	l := b.api.Links.Of(h.id, now)
	v := houseView{
		ID: h.id, Name: h.name, Link: linkOf(l), Backlog: l.Beat.Backlog, Open: len(h.orders), ByStatus: map[order.StatusName]int{}, Alerts: h.alerts,
		AsOf: instant{now},
	}
	var oldest time.Time
	out := map[string]bool{}
	for _, r := range h.orders {
		status := r.Status()
		v.ByStatus[status]++
		if oldest.IsZero() || r.Order.PlacedAt.Before(oldest) {
			oldest = r.Order.PlacedAt
		}
		if late(r, now) {
			v.Late++
		}
		if r.Overdue {
			v.Overdue++
		}
		if r.Driver != nil && r.Courier == nil && (status == order.StatusPickedUp || status == order.StatusOutForDelivery) {
			out[r.Driver.ID] = true
		}
	}
	v.Oldest, v.Out = at(oldest), len(out)
	return v
}

func late(r *ordering.Record, now time.Time) bool {
	promised := r.Order.Promise.To
	return now.After(promised) || r.Ready != nil && r.Ready.After(promised)
}

type streamInput struct {
	Last string `header:"Last-Event-ID" doc:"the stream begins with a snapshot in any case, which has all that was missed"`
}

// chainEvent is the first event of the dashboard's stream.
type chainEvent struct {
	Now         instant     `json:"now"`
	Restaurants []houseView `json:"restaurants"`
}

// dashboard streams all restaurants: "snapshot", then "restaurant" for each that changes.
func (a *API) dashboard(context.Context, *streamInput) (pour, error) {
	return func(ctx context.Context, s *stream) {
		a.watchBoard(ctx, s, func(s *stream) int {
			seq, all := a.board.all()
			s.add(strconv.Itoa(seq), "snapshot", chainEvent{instant{a.now()}, all})
			return seq
		}, func(s *stream, n boardNews) {
			s.add(strconv.Itoa(n.seq), "restaurant", n.sum)
		})
	}, nil
}

type houseStreamInput struct {
	ID   string `path:"restaurantId"`
	Last string `header:"Last-Event-ID"`
}

// houseEvent is the first event of a restaurant's stream.
type houseEvent struct {
	Now        instant   `json:"now"`
	Restaurant houseView `json:"restaurant"`
	Orders     []queued  `json:"orders" doc:"oldest first"`
}

// houseDashboard streams one restaurant: "snapshot", then "order" for each order that changes, also when it ends, and "restaurant".
func (a *API) houseDashboard(ctx context.Context, in *houseStreamInput) (pour, error) {
	r, err := a.Restaurants.Restaurant(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	a.board.call(in.ID, r.Name)
	return func(ctx context.Context, s *stream) {
		a.watchBoard(ctx, s, func(s *stream) int {
			seq, sum, orders := a.board.one(in.ID)
			now := a.now()
			l := a.Links.Of(in.ID, now)
			e := houseEvent{instant{now}, sum, make([]queued, len(orders))}
			for i, r := range orders {
				e.Orders[i] = queuedOf(r, &l, now)
			}
			s.add(strconv.Itoa(seq), "snapshot", e)
			return seq
		}, func(s *stream, n boardNews) {
			if n.house != in.ID {
				return
			}
			if n.order != nil {
				now := a.now()
				l := a.Links.Of(in.ID, now)
				s.add("", "order", queuedOf(n.order, &l, now))
			}
			s.add(strconv.Itoa(n.seq), "restaurant", n.sum)
		})
	}, nil
}

// watchBoard says a snapshot and what changes from then on. A client that does not keep up gets another snapshot.
func (a *API) watchBoard(ctx context.Context, s *stream, snapshot func(*stream) int, change func(*stream, boardNews)) {
	beat := time.NewTicker(a.settings.Heartbeat)
	defer beat.Stop()
	for ctx.Err() == nil {
		news, cancel := a.board.news.Subscribe()
		seq := snapshot(s)
		alive := s.flush()
		for open := true; alive && open; {
			var n boardNews
			select {
			case <-ctx.Done():
				alive = false
			case <-beat.C:
				alive = s.beat()
			case n, open = <-news:
				if open && n.seq > seq {
					change(s, n)
					alive = s.buf.Len() == 0 || s.flush()
				}
			}
		}
		if cancel(); !alive {
			return
		}
	}
}

type metricsOutput struct{ Body metricsView }

// metricsView is the whole chain at a glance.
type metricsView struct {
	Now         instant                  `json:"now"`
	Restaurants int                      `json:"restaurants"`
	LinksUp     int                      `json:"links_up"`
	Backlog     uint64                   `json:"backlog"`
	Open        int                      `json:"open"`
	ByStatus    map[order.StatusName]int `json:"by_status"`
	Oldest      int                      `json:"oldest_age_s"`
	Late        int                      `json:"late"`
	Overdue     int                      `json:"overdue"`
	Out         int                      `json:"drivers_out"`
}

func (a *API) metrics(context.Context, *noInput) (*metricsOutput, error) {
	_, all := a.board.all()
	now := a.now()
	m := metricsView{Now: instant{now}, Restaurants: len(all), ByStatus: map[order.StatusName]int{}}
	for _, h := range all {
		if h.Link.State == "up" {
			m.LinksUp++
		}
		m.Backlog, m.Open, m.Late, m.Overdue, m.Out = m.Backlog+h.Backlog, m.Open+h.Open, m.Late+h.Late, m.Overdue+h.Overdue, m.Out+h.Out
		for status, n := range h.ByStatus {
			m.ByStatus[status] += n
		}
		if h.Oldest.it != nil {
			m.Oldest = max(m.Oldest, int(now.Sub(h.Oldest.it.Time).Seconds()))
		}
	}
	return &metricsOutput{m}, nil
}
