package api

import (
	"maps"
	"net/http"
	"sync"
	"time"

	"awesome.pizza/shared/order"
)

// How often a guest's code can be got wrong. It has four digits: who has ten tries comes through one time in a thousand.
const (
	mostTries   = 10
	triesFor    = 24 * time.Hour // after the last one: no order is at a door for longer
	triesBefore = 1000           // orders that are remembered before what is old is thrown away
)

// tries counts, for each order, how often the code of its guest was tried since it was right.
type tries struct {
	mu sync.Mutex
	of map[order.ID]tried
}

type tried struct {
	times int
	last  time.Time
}

// take counts a try, and refuses one too many: with 409, because a phone that keeps its deeds sends again after 429, and all others wait behind.
// What is under way counts, so nobody gains by trying many at once.
func (t *tries) take(id order.ID, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.of) >= triesBefore {
		maps.DeleteFunc(t.of, func(_ order.ID, x tried) bool { return now.Sub(x.last) > triesFor })
	}
	x := t.of[id]
	if now.Sub(x.last) > triesFor {
		x.times = 0
	}
	if x.times >= mostTries {
		return refuse(http.StatusConflict, "too_many_guesses", "the code was wrong %d times: take a picture at the door, or write down who took the food", mostTries)
	}
	if t.of == nil {
		t.of = map[order.ID]tried{}
	}
	t.of[id] = tried{x.times + 1, now}
	return nil
}

// right forgets what was tried before.
func (t *tries) right(id order.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.of, id)
}
