package api

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/order"
)

// board knows all open orders of all restaurants in brief, for HQ: read once, then kept current by what is told of changes. What was not
// told is found when a restaurant is read again, one after the other.
type board struct {
	api  *API
	news *live.Hub[boardNews]

	loads loads // has a lock of its own: whoever tells a position does not wait for what HQ looks at

	mu     sync.Mutex
	seq    int
	houses map[string]*house
	again  chan struct{} // holds one: read everything again
}

// house is what the board knows of one restaurant.
type house struct {
	id     string
	name   string // empty: not read yet, and nobody is shown it
	linkUp bool
	alerts int
	orders map[order.ID]*ordering.Record
	ended  map[order.ID]int // version in which an order ended: what was read before cannot bring it back
	loaded bool

	said   []restaurant.Said // by its node, as last published
	saidAt time.Time
}

// boardNews is one change. It stands behind all that a snapshot with a lower number has.
type boardNews struct {
	seq   int
	house string
	order *ordering.Record // nil: the restaurant itself
	sum   houseView
}

const (
	boardBuffer = 256
	rereadEvery = time.Second // one restaurant at a time
)

func newBoard(a *API) *board {
	return &board{api: a, news: live.New[boardNews](boardBuffer), houses: map[string]*house{}, again: make(chan struct{}, 1)}
}

// reload makes the board read everything again.
func (b *board) reload() {
	select {
	case b.again <- struct{}{}:
	default:
	}
}

// run reads, looks at links, and reads again, until ctx ends.
func (b *board) run(ctx context.Context) {
	defer b.news.Close()
	b.load(ctx)
	links, reread := time.NewTicker(b.api.settings.Pace), time.NewTicker(rereadEvery)
	defer links.Stop()
	defer reread.Stop()
	for next := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-b.again:
			b.load(ctx)
		case <-links.C:
			b.lookAtLinks()
		case <-reread.C:
			next = b.loadNext(ctx, next)
		}
	}
}

func (b *board) load(ctx context.Context) {
	all, err := b.api.Restaurants.Restaurants(ctx)
	if err != nil {
		b.grumble(ctx, err)
		b.retry(ctx)
		return
	}
	for i := range all {
		b.call(all[i].ID, all[i].Name)
	}
	whole := true
	for i := range all {
		whole = b.loadHouse(ctx, all[i].ID) && whole
	}
	if whole && ctx.Err() == nil { // else nobody knows what is in every bag
		b.loads.learned()
	}
}

// call gives a restaurant its name. With it, it is shown.
func (b *board) call(id, name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if h := b.houseLocked(id); h.name != name {
		h.name = name
		b.publish(h, nil)
	}
}

// retry reads again after a while, for the database may be back.
func (b *board) retry(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(b.api.settings.Pace):
		b.reload()
	}
}

// loadNext reads the restaurant at a place of the list, and new ones on the way around.
func (b *board) loadNext(ctx context.Context, place int) int {
	ids := b.ids()
	if place >= len(ids) {
		b.load(ctx)
		return 0
	}
	b.loadHouse(ctx, ids[place])
	return place + 1
}

func (b *board) loadHouse(ctx context.Context, id string) bool {
	ctx, cancel := context.WithTimeout(ctx, b.api.settings.Timeout)
	defer cancel()
	records, open, err := b.api.Orders.OpenBut(ctx, id, b.versions(id))
	if err != nil {
		b.grumble(ctx, err)
		return false
	}
	alerts, err := b.api.Troubles.OpenAlerts(ctx, id)
	if err != nil {
		b.grumble(ctx, err)
		return false
	}
	h := b.house(id)
	for i := range records {
		b.changed(&records[i])
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for oid, r := range h.orders {
		if age := b.api.now().Sub(r.Order.PlacedAt); !open[oid] && age > b.api.settings.Reread {
			delete(h.orders, oid) // it ended, and nobody told
			b.loads.drop(oid)
		}
	}
	h.loaded, h.alerts = true, len(alerts)
	clear(h.ended)
	b.publish(h, nil)
	return true
}

// versions are those of the orders that are known of a restaurant.
func (b *board) versions(id string) map[order.ID]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	known := map[order.ID]int{}
	for oid, r := range b.houseLocked(id).orders {
		known[oid] = r.Version
	}
	return known
}

func (b *board) grumble(ctx context.Context, err error) {
	if ctx.Err() == nil {
		b.api.settings.Log.ErrorContext(ctx, "read for the dashboard", "err", err)
	}
}

func (b *board) house(id string) *house {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.houseLocked(id)
}

func (b *board) houseLocked(id string) *house {
	h := b.houses[id]
	if h == nil {
		h = &house{id: id, orders: map[order.ID]*ordering.Record{}, ended: map[order.ID]int{}}
		b.houses[id] = h
	}
	return h
}

// changed takes in an order. Older versions of what is known change nothing.
func (b *board) changed(r *ordering.Record) {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.houseLocked(r.Order.Restaurant)
	known := h.orders[r.Order.ID]
	if known != nil && known.Version >= r.Version || h.ended[r.Order.ID] >= r.Version {
		return
	}
	b.loads.note(r)
	if r.Status().Terminal() {
		delete(h.orders, r.Order.ID)
		h.ended[r.Order.ID] = r.Version
	} else {
		h.orders[r.Order.ID] = r
	}
	b.publish(h, r)
}

// lookAtLinks publishes restaurants whose link went up or down, and orders of which a node says more than its events, or no longer does.
func (b *board) lookAtLinks() {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.api.now()
	for _, h := range b.houses {
		l := b.api.Links.Of(h.id, now)
		if l.Up != h.linkUp {
			h.linkUp = l.Up
			b.publish(h, nil)
		}
		if l.SaidAt.Equal(h.saidAt) {
			continue
		}
		for _, s := range slices.Concat(h.said, l.Said) {
			if r := h.orders[s.Order]; r != nil {
				b.publish(h, r)
			}
		}
		h.said, h.saidAt = l.Said, l.SaidAt
	}
}

func (b *board) publish(h *house, r *ordering.Record) {
	b.seq++
	if h.name != "" && b.news.Subscribers() > 0 {
		b.news.Publish(boardNews{b.seq, h.id, r, b.sum(h)})
	}
}

func (b *board) ids() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(maps.Keys(b.houses))
}

// all is every restaurant whose name is known as it stands, by id.
func (b *board) all() (seq int, houses []houseView) {
	b.mu.Lock()
	defer b.mu.Unlock()
	houses = []houseView{}
	for _, id := range slices.Sorted(maps.Keys(b.houses)) {
		if h := b.houses[id]; h.name != "" {
			houses = append(houses, b.sum(h))
		}
	}
	return b.seq, houses
}

// one is one restaurant with its open orders, oldest first.
func (b *board) one(id string) (seq int, sum houseView, orders []*ordering.Record) {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.houseLocked(id)
	orders = slices.SortedFunc(maps.Values(h.orders), func(x, y *ordering.Record) int { return x.Order.PlacedAt.Compare(y.Order.PlacedAt) })
	return b.seq, b.sum(h), orders
}
