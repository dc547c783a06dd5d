package kds_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

const secret = "tr-0123456789abcdef"

// recover has the node recover an order of the web's that was in the oven, under a number that is taken.
func (n *node) recover(number int) string {
	n.t.Helper()
	m, err := menu.Pizzeria()
	if err != nil {
		n.t.Fatal(err)
	}
	o := order.Order{
		ID: order.ID(id.New()), Restaurant: "r1", Origin: order.Cloud, Channel: order.Web, Fulfilment: order.ByDelivery, PlacedAt: time.Now().UTC(),
		Lines: []order.Line{{Product: "margherita", Size: "large", Quantity: 1}},
	}
	p := order.Begin(&o, m.Items(o.Lines))
	p.Intake, p.Whole, p.Items[0].State = order.Validated, order.Queued, order.ItemInOven
	err = n.kitchen.Begin(n.t.Context(), kitchen.Beginning{Epoch: 2, Orders: []event.OrderStanding{{
		Order: o, Progress: p, Day: time.Now().UTC().Format(time.DateOnly), Number: number, Since: time.Now(), Token: secret,
	}}})
	if err != nil {
		n.t.Fatal(err)
	}
	return string(o.ID)
}

type recoveredBody struct {
	ticketBody
	Recovered bool
	Was       int
}

func TestTheBoardAsksAboutARecoveredTicketUntilItIsConfirmed(t *testing.T) {
	t.Parallel()
	n := open(t)
	n.place() // has number 1
	of := n.recover(1)
	path := "/api/tickets/" + of + "/confirm"
	onBoard := func() recoveredBody {
		t.Helper()
		var board struct{ Tickets []recoveredBody }
		if err := json.Unmarshal(n.get("/api/board").body, &board); err != nil {
			t.Fatal(err)
		}
		for _, ticket := range board.Tickets {
			if ticket.ID == of {
				return ticket
			}
		}
		t.Fatal("it is not on the board")
		return recoveredBody{}
	}
	if got := onBoard(); !got.Recovered || got.Number != 2 || got.Was != 1 || got.State != "baking" {
		t.Errorf("the board shows %+v", got)
	}
	for name, c := range map[string]struct {
		body   object
		status int
	}{
		"no such place":   {object{"tap": "t1", "state": "voided"}, http.StatusUnprocessableEntity},
		"an endless word": {object{"tap": "t1", "state": strings.Repeat("x", 99)}, http.StatusUnprocessableEntity},
		"no id":           {object{"state": "ready"}, http.StatusUnprocessableEntity},
	} {
		if r := n.post(path, c.body); r.status != c.status {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	first := n.post(path, object{"tap": "screen-1", "state": "quality_check"})
	if got := first.ticket(t); got.State != "quality_check" || onBoard().Recovered {
		t.Errorf("found on the cut table, it is %+v", got)
	}
	seq := n.seq()
	if again := n.post(path, object{"tap": "screen-1", "state": "quality_check"}); string(again.body) != string(first.body) || n.seq() != seq {
		t.Errorf("the same tap again: %s", again.body)
	}
	slower := n.post(path, object{"tap": "screen-2"})
	if slower.status != http.StatusConflict || slower.text("code") != "nothing_to_confirm" || slower.json["ticket"] == nil {
		t.Errorf("a slower tablet: %d %s", slower.status, slower.body)
	}
}

func TestTheTrackingTokenIsOnNoPageAndInNoAnswer(t *testing.T) {
	t.Parallel()
	n := open(t)
	of := n.recover(7)
	changes, cancel := n.hub.Subscribe()
	defer cancel()
	replies := []reply{
		n.get("/api/board"), n.get("/api/orders"), n.get("/api/orders/" + of), n.get("/api/recent"), n.get("/"), n.get("/health"),
		n.tap("/api/tickets/"+of+"/hand-over", object{}), // refused with the ticket as it is
		n.tap("/api/tickets/"+of+"/confirm", object{}),
		n.tap("/api/tickets/"+of+"/bump", object{"station": "oven"}),
		n.tap("/api/tickets/"+of+"/void", object{"reason": "enough"}),
		n.get("/api/recent"), n.get("/api/orders/" + of),
	}
	for _, r := range replies {
		if strings.Contains(string(r.body), secret) {
			t.Errorf("a screen is told the token: %s", r.body)
		}
	}
	raw, err := json.Marshal(<-changes)
	if err != nil || strings.Contains(string(raw), secret) {
		t.Errorf("a change of the board has the token, %v", err)
	}
	kept, err := n.kitchen.Ticket(t.Context(), order.ID(of))
	if err != nil || kept.Token != secret {
		t.Errorf("the kitchen forgot the token: %q, %v", kept.Token, err)
	}
}

func TestTheLineSaysWhyItIsDown(t *testing.T) {
	t.Parallel()
	n := open(t)
	n.set(func(n *node) {
		n.line = kds.LinkView{State: "down", Cause: "fenced", Detail: "another device is enrolled"}
	})
	if r := n.get("/api/link"); r.text("cause") != "fenced" || r.text("detail") != "another device is enrolled" {
		t.Errorf("it says %s", r.body)
	}
}
