package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
)

// board is what a dispatcher sees, as far as the tests look.
type board struct {
	Zone   string `json:"zone"`
	Zones  []struct{ ID string }
	Totals struct{ Late, Nobody int }
	Orders []struct {
		ID       order.ID `json:"order_id"`
		Driver   *string  `json:"driver_id"`
		ByHand   bool     `json:"by_hand"`
		Delivery string
		Plan     struct {
			Driver  *string `json:"driver_id"`
			Door    *string
			Because []string
			Stuck   bool
		}
	}
	Drivers []struct {
		ID     string
		Way    []order.ID
		Silent *time.Time `json:"silent_since"`
	}
}

func (c *chain) board(t testing.TB) (seen board) {
	t.Helper()
	if err := json.Unmarshal(c.get(t, "/api/hq/dispatch?restaurant_id=r1").is(t, 200).body, &seen); err != nil {
		t.Fatal(err)
	}
	return seen
}

// queued is an order that the kitchen works on.
func (c *chain) queued(t testing.TB) order.ID {
	t.Helper()
	oid := c.place(t, order.ByDelivery).id()
	c.confirm(t, oid)
	c.cook(t, oid, order.Queue)
	return oid
}

func TestADispatcherSeesWhoBringsWhatAndWhy(t *testing.T) {
	t.Parallel()
	c := open(t)
	driver := string(c.post(t, "/api/drivers", map[string]any{"name": "Ada", "restaurant_id": "r1"}).is(t, 201).id())
	oid := c.queued(t)
	c.call(t, req{"PUT", "/api/drivers/" + driver + "/status", map[string]any{"status": "available"}, nil}).is(t, 200)
	now := time.Now()
	if err := c.SavePositions(t.Context(), []dispatch.Position{{Driver: driver, Lat: 40.741, Lon: -73.99, At: now, Heard: now}}); err != nil {
		t.Fatal(err)
	}
	seen := c.board(t)
	if len(seen.Orders) != 1 || seen.Orders[0].Plan.Driver == nil || *seen.Orders[0].Plan.Driver != driver || seen.Zone != "r1" || len(seen.Zones) != 1 {
		t.Fatalf("%+v", seen)
	}
	if why := strings.Join(seen.Orders[0].Plan.Because, "; "); !strings.Contains(why, "Ada is best") || seen.Orders[0].Plan.Door == nil {
		t.Errorf("%s, %+v", why, seen.Orders[0])
	}
	if len(seen.Drivers) != 1 || len(seen.Drivers[0].Way) != 1 || seen.Drivers[0].Way[0] != oid {
		t.Errorf("%+v", seen.Drivers)
	}
	c.get(t, "/api/hq/dispatch?restaurant_id=r9").refused(t, 404, "no_such_restaurant")
}

func TestADispatcherSeesSinceWhenADriverIsSilent(t *testing.T) {
	t.Parallel()
	c := open(t)
	driver := string(c.post(t, "/api/drivers", map[string]any{"name": "Ada"}).is(t, 201).id())
	long := time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)
	c.call(t, req{"PUT", "/api/drivers/" + driver + "/status", map[string]any{"status": "available", "timestamp": long}, nil}).is(t, 200)
	if seen := c.board(t); len(seen.Drivers) != 1 || seen.Drivers[0].Silent == nil || !seen.Drivers[0].Silent.Equal(long) {
		t.Errorf("on shift for an hour, and never seen: %+v", seen.Drivers)
	}
}

func TestOneDriverMoreIsWorthSoMuch(t *testing.T) {
	t.Parallel()
	c := open(t)
	c.queued(t)
	ask := func(extra int, restaurant string) reply {
		return c.post(t, "/api/hq/dispatch/what-if", map[string]any{"extra_drivers": extra, "restaurant": restaurant})
	}
	if a := ask(1, "r1").is(t, 200); a.at("now", "nobody") != 1.0 || a.at("then", "nobody") != 0.0 {
		t.Errorf("%s", a.body)
	}
	ask(0, "r1").refused(t, 422, "invalid_request")
	ask(21, "r1").refused(t, 422, "invalid_request")
	ask(1, "").refused(t, 422, "invalid_request")
	ask(1, "r9").refused(t, 404, "no_such_restaurant")
}

func TestADispatcherGivesAnOrderToAnotherDriver(t *testing.T) {
	t.Parallel()
	c := open(t)
	var hired [2]string
	for i, name := range []string{"Ada", "Ben"} {
		hired[i] = string(c.post(t, "/api/drivers", map[string]any{"name": name}).is(t, 201).id())
	}
	path := "/api/orders/" + string(c.queued(t)) + "/assign-driver"
	give := func(to, from string) reply {
		return c.post(t, path, map[string]any{"driver_id": to, "instead_of": from})
	}
	give(hired[0], "").is(t, 200)
	give(hired[1], "").refused(t, 409, "illegal_step")
	give(hired[0], hired[1]).refused(t, 409, "not_with_driver")
	give(hired[1], hired[0]).is(t, 200)
	seen := c.board(t)
	if o := seen.Orders[0]; o.Driver == nil || *o.Driver != hired[1] || !o.ByHand {
		t.Errorf("%+v", o)
	}
}

func TestADispatcherTakesAnOrderBackWhileItIsNotFetched(t *testing.T) {
	t.Parallel()
	c := open(t)
	ada := string(c.post(t, "/api/drivers", map[string]any{"name": "Ada"}).is(t, 201).id())
	path := "/api/orders/" + string(c.queued(t))
	take := func(from string) reply {
		return c.post(t, path+"/unassign-driver", map[string]any{"driver_id": from})
	}
	if a := take(ada); a.status < 400 {
		t.Errorf("nobody has it, and it was taken back: %s", a.body)
	}
	c.post(t, path+"/assign-driver", map[string]any{"driver_id": ada}).is(t, 200)
	if a := take("somebody-else"); a.status < 400 {
		t.Errorf("taken from who does not have it: %s", a.body)
	}
	if a := take(ada).is(t, 200); a.at("delivery", "state") != "unassigned" || a.at("delivery", "driver") != nil {
		t.Errorf("%s", a.body)
	}
	if a := take(ada); a.status < 400 {
		t.Errorf("taken back twice: %s", a.body)
	}
	take("").refused(t, 422, "invalid_request")
}

func TestADispatcherReadsThroughWhoseHandsAnOrderWent(t *testing.T) {
	t.Parallel()
	c := open(t)
	ada := string(c.post(t, "/api/drivers", map[string]any{"name": "Ada"}).is(t, 201).id())
	oid := string(c.queued(t))
	c.get(t, "/api/hq/orders/"+oid+"/hands").is(t, 200)
	c.post(t, "/api/orders/"+oid+"/assign-driver", map[string]any{"driver_id": ada}).is(t, 200)
	c.post(t, "/api/orders/"+oid+"/unassign-driver", map[string]any{"driver_id": ada}).is(t, 200)
	var seen struct {
		Hands []struct {
			Act, By string
			Driver  struct{ ID, Name string }
		}
	}
	if err := json.Unmarshal(c.get(t, "/api/hq/orders/"+oid+"/hands").is(t, 200).body, &seen); err != nil {
		t.Fatal(err)
	}
	if h := seen.Hands; len(h) != 2 || h[0].Act != "given" || h[1].Act != "taken_off" || h[0].By != "staff" || h[1].Driver.Name != "Ada" {
		t.Errorf("%+v", seen)
	}
	c.get(t, "/api/hq/orders/nowhere/hands").refused(t, 404, "no_such_order")
}
