package api

import (
	"cmp"
	"slices"
	"sync"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
)

// loads is what each driver has in the bag. It follows what is told of changes, so that nobody who passes a position on waits for the database.
type loads struct {
	mu   sync.Mutex
	of   map[string]map[order.ID]*ordering.Record // by driver
	who  map[order.ID]string
	read bool
}

// learned says that all restaurants were read: from now on a bag that is not known is empty.
func (l *loads) learned() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.read = true
}

// note takes in an order; whoever calls it leaves out older versions.
func (l *loads) note(r *ordering.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dropLocked(r.Order.ID)
	if r.Driver == nil || !carried(r) && !underway(r) || r.Status().Terminal() {
		return
	}
	if l.of == nil {
		l.of, l.who = map[string]map[order.ID]*ordering.Record{}, map[order.ID]string{}
	}
	if l.of[r.Driver.ID] == nil {
		l.of[r.Driver.ID] = map[order.ID]*ordering.Record{}
	}
	l.of[r.Driver.ID][r.Order.ID], l.who[r.Order.ID] = r, r.Driver.ID
}

func (l *loads) drop(id order.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dropLocked(id)
}

func (l *loads) dropLocked(id order.ID) {
	who, known := l.who[id]
	if !known {
		return
	}
	delete(l.who, id)
	if delete(l.of[who], id); len(l.of[who]) == 0 {
		delete(l.of, who)
	}
}

// bag is what a driver has in the bag, and what of a trip is still to be fetched, oldest first. It is not known before all restaurants were read once.
func (l *loads) bag(driver string) (bag []*ordering.Record, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.of[driver] {
		bag = append(bag, r)
	}
	slices.SortFunc(bag, func(x, y *ordering.Record) int {
		return cmp.Or(x.Order.PlacedAt.Compare(y.Order.PlacedAt), cmp.Compare(x.Order.ID, y.Order.ID))
	})
	return bag, l.read
}
