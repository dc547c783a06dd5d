package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	shift        = 8 * 150     // orders of eight hours
	fromSale     = 10          // events of an order at least, from the till to the guest's hands
	mostCatchUp  = time.Minute // P9: then the cloud has all of it
	goalCatchUp  = 5 * time.Second
	shiftTraders = 8
)

// A restaurant sells and cooks through a whole shift with its line cut. A minute after the line is mended, the cloud has every order as the
// kitchen has it: over the real hub, into the real Postgres, each commit on disk.
func TestAShiftWithoutTheInternetIsInTheCloudWithinAMinute(t *testing.T) {
	t.Parallel()
	c := start(t, options{})
	c.eventually(30*time.Second, "the line is up", func() bool { return c.caughtUp(1) })
	c.internet(1, false)
	c.eventually(15*time.Second, "the display says so", func() bool { return strings.Contains(string(c.get(c.edge(1)+"/api/link").body), `"down"`) })
	began := time.Now()
	all := c.shiftAtTheTill(shift)
	made, events := time.Since(began), c.backlog(1)
	if len(all) != shift || events < fromSale*shift {
		t.Fatalf("%d orders were handed over, and %d events wait for the line", len(all), events)
	}
	c.internet(1, true)
	mended := time.Now()
	c.eventually(2*mostCatchUp, "nothing is left to send", func() bool { return c.backlog(1) == 0 })
	took := time.Since(mended)
	t.Logf("%d orders, made in %s: %d events are in the cloud %s after the line was mended, %.0f a second (%s is promised, %s the goal)",
		shift, made.Round(time.Second), events, took.Round(time.Millisecond), float64(events)/took.Seconds(), mostCatchUp, goalCatchUp)
	if took > mostCatchUp {
		t.Errorf("P9: it took %s", took)
	}
	if known := c.cloudIDs("r1"); len(known) != shift {
		t.Errorf("%d orders were sold, the cloud has %d", shift, len(known))
	}
	for _, id := range all {
		if v, ok := c.order(id); !ok || v.Status != "Delivered" {
			t.Fatalf("the guest of %s has the food, and in the cloud it is %q", id, v.Status)
		}
	}
}

// shiftAtTheTill sells so many orders at the first restaurant, several at a time, each from the till to the guest's hands.
func (c *chain) shiftAtTheTill(orders int64) (all []string) {
	c.t.Helper()
	var next atomic.Int64
	var crew sync.WaitGroup
	var mu sync.Mutex
	for range shiftTraders {
		crew.Go(func() {
			for n := next.Add(1); n <= orders; n = next.Add(1) {
				id, complaint := c.sellAndHandOver(fmt.Sprint("shift-", n))
				if complaint != "" {
					c.t.Errorf("order %d of the shift: %s", n, complaint)
					return
				}
				mu.Lock()
				all = append(all, id)
				mu.Unlock()
			}
		})
	}
	crew.Wait()
	return all
}

// sellAndHandOver is an order's whole life at the first restaurant: sold, made, put into the oven, taken out, cut, handed over.
func (c *chain) sellAndHandOver(key string) (id, complaint string) {
	var v view
	a := c.post(c.edge(1)+"/api/orders", counterBasket("carryout"), "Idempotency-Key", key)
	if a.status != http.StatusCreated {
		return "", fmt.Sprintf("%d %s %v", a.status, a.body, a.err)
	}
	a.into(c.t, &v)
	id = v.ID + v.OrderID
	for tap, what := range []string{"bump", "bump", "bump", "bump", "hand-over"} {
		a := c.post(fmt.Sprintf("%s/api/tickets/%s/%s", c.edge(1), id, what), fmt.Sprintf(`{"tap":"%s-%d"}`, id, tap))
		if a.status != http.StatusOK {
			return id, fmt.Sprintf("%s: %d %s %v", what, a.status, a.body, a.err)
		}
	}
	return id, ""
}
