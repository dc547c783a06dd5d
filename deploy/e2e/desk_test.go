package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// deskView is GET /api/dispatch at a restaurant's counter.
type deskView struct {
	Current bool
	Age     int `json:"age_s"`
	Line    struct{ State, Cause, Since string }
	Board   *struct {
		Orders []struct {
			ID     string `json:"order_id"`
			Driver string `json:"driver_id"`
			ByHand bool   `json:"by_hand"`
		}
		Drivers []struct{ ID, Name string }
	}
}

// desk is what a restaurant's counter is shown.
func (c *chain) desk(n int) (v deskView) {
	if a := c.get(c.edge(n) + "/api/dispatch"); a.err != nil || a.status != http.StatusOK || json.Unmarshal(a.body, &v) != nil {
		return deskView{}
	}
	return v
}

// with is who brings an order, as a restaurant's counter has it; "-" when it is not on its board.
func (v deskView) with(order string) string {
	if v.Board != nil {
		for _, o := range v.Board.Orders {
			if o.ID == order {
				return o.Driver
			}
		}
	}
	return "-"
}

// hire is a driver of a restaurant's, free and next to it.
func (c *chain) hire(name, restaurant string) string {
	c.t.Helper()
	var d struct{ ID, Secret string }
	c.post(c.cloud+"/api/drivers", fmt.Sprintf(`{"name":%q,"vehicle":"scooter","restaurant_id":%q}`, name, restaurant)).into(c.t, &d)
	as := []string{"Authorization", "Bearer " + d.Secret}
	if a := c.do(http.MethodPut, c.cloud+"/api/drivers/"+d.ID+"/status", `{"status":"available"}`, as...); a.err != nil || a.status >= 300 {
		c.t.Fatalf("%s is not on shift: %v %d %s", name, a.err, a.status, a.body)
	}
	return d.ID
}

// A counter gives a web order to one driver and then to another, with the line cut in between and the cloud killed: what it says while the line is cut is
// refused and not done later, what it says afterwards is done by the cloud and seen there.
func TestACounterSaysWhoBringsAnOrder(t *testing.T) {
	t.Parallel()
	c := start(t, options{restaurants: 2, speed: 1})
	grace, linus, other := c.hire("Grace", "r1"), c.hire("Linus", "r1"), c.hire("Elsewhere", "r2")
	id := c.place(basket("r1", "delivery", "margherita"), "desk")
	c.eventually(time.Minute, "the order is on the counter's board", func() bool { return c.desk(1).with(id) == "" })
	if v := c.desk(2); v.with(id) != "-" {
		t.Errorf("another restaurant's counter sees it: %+v", v.Board)
	}
	for _, d := range c.desk(1).Board.Drivers {
		if d.ID == other {
			t.Errorf("another restaurant's driver is on the board: %+v", d)
		}
	}
	at := c.edge(1) + "/api/dispatch/orders/" + id + "/assign"
	give := func(to, from string) answer {
		return c.post(at, fmt.Sprintf(`{"driver_id":%q,"instead_of":%q}`, to, from))
	}
	cloudSays := func() string {
		var v struct {
			Delivery struct{ Driver *struct{ ID string } }
		}
		if a := c.get(c.cloud + "/api/orders/" + id); a.err != nil || json.Unmarshal(a.body, &v) != nil || v.Delivery.Driver == nil {
			return ""
		}
		return v.Delivery.Driver.ID
	}
	if a := give(grace, ""); a.status != http.StatusOK || cloudSays() != grace {
		t.Fatalf("given: %v %d %s", a.err, a.status, a.body)
	}
	if a := give(other, grace); a.status != http.StatusUnprocessableEntity || !strings.Contains(string(a.body), "no_such_driver") {
		t.Errorf("to another restaurant's driver: %d %s", a.status, a.body)
	}

	c.internet(1, false)
	c.eventually(time.Minute, "the counter says that the line is cut", func() bool {
		v := c.desk(1)
		return !v.Current && v.Line.State == "down" && v.Line.Since != "" && v.with(id) == grace
	})
	if a := give(linus, grace); a.status != http.StatusServiceUnavailable || !strings.Contains(string(a.body), "cut_off") {
		t.Errorf("while it is cut: %v %d %s", a.err, a.status, a.body)
	}
	c.internet(1, true)
	c.eventually(2*time.Minute, "the counter is current again", func() bool { return c.desk(1).Current })
	if is := cloudSays(); is != grace {
		t.Errorf("what was said while the line was cut was done later: it is with %q", is)
	}
	c.kill("cloud")
	c.restart("cloud")
	c.eventually(2*time.Minute, "another one brings it, by the counter's word", func() bool {
		a := give(linus, grace)
		return a.err == nil && a.status == http.StatusOK
	})
	c.eventually(time.Minute, "all sides say so", func() bool { return cloudSays() == linus && c.desk(1).with(id) == linus })
	if a := c.post(c.edge(1)+"/api/dispatch/orders/"+id+"/unassign", fmt.Sprintf(`{"driver_id":%q}`, linus)); a.status != http.StatusOK || cloudSays() == linus {
		t.Errorf("taken back: %v %d %s", a.err, a.status, a.body)
	}
	var log struct {
		Intact bool
		Lines  []struct{ Action, Subject, Detail string }
	}
	c.get(c.edge(1)+"/api/audit").into(t, &log)
	said := 0
	for _, l := range log.Lines {
		if l.Action == "assign_driver" && l.Subject == id {
			said++
		}
	}
	if !log.Intact || said < 5 { // given, refused (two lines), given over, taken back
		t.Errorf("the log says it %d times: %+v", said, log)
	}
}
