package store_test

import (
	"strings"
	"testing"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

func TestAHandOverIsEvidenceOfThePickUp(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	r := c.place(t, order.ByDelivery)
	n := &node{edge: "r1"}
	cooked(t, n, r.Order.ID)
	c.apply(t, link.Apply, n.batch(1, 6))
	if _, err := c.service.Assign(t.Context(), r.Order.ID, 0, ordering.Driver{ID: "d1", Name: "Dee"}, nil, "cloud"); err != nil {
		t.Fatal(err)
	}
	c.apply(t, link.Apply, n.batch(7, 7))
	got := c.order(t, r.Order.ID)
	if got.Progress.Delivery != order.PickedUp || got.Status() != order.StatusPickedUp {
		t.Errorf("%s, %s", got.Progress.Delivery, got.Status())
	}
	commands, _, err := c.Commands(t.Context(), "r1", 1, 100)
	if err != nil || len(commands) != 3 || commands[2].Kind != "delivery.stepped.v1" || !strings.Contains(string(commands[2].Body), "picked_up") {
		t.Errorf("the restaurant is told %+v, %v", commands, err)
	}
}

func TestARevokeIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	for name, granted := range map[string]bool{"granted": true, "refused": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newChain(t)
			r := c.place(t, order.Carryout)
			asked, wished, err := c.service.Cancel(t.Context(), r.Order.ID, 0, ordering.ByGuest, "changed plans")
			if err != nil || !wished || asked.CancelAsked == nil || asked.Status() != order.StatusValidated {
				t.Fatalf("%+v, %v, %v", asked, wished, err)
			}
			commands, _, err := c.Commands(t.Context(), "r1", 2, 2)
			if err != nil || len(commands) != 1 || commands[0].Kind != "order.revoked.v1" {
				t.Fatalf("%+v, %v", commands, err)
			}
			n := &node{edge: "r1"}
			n.steps(t, r.Order.ID, order.Queue)
			answer := event.CommandAnswered{Seq: 2, Command: commands[0].ID, Order: r.Order.ID, Granted: granted}
			if granted {
				n.says(t, r.Order.ID, event.OrderStepped{Order: r.Order.ID, Action: order.Void, Reason: "changed plans", Cause: event.ByWish})
			} else {
				answer.Reason = "it is in the oven"
			}
			n.says(t, r.Order.ID, answer)
			c.apply(t, link.Apply, n.all())
			got := c.order(t, r.Order.ID)
			want, reason := order.StatusQueued, "it is in the oven"
			if granted {
				want, reason = order.StatusCancelled, "changed plans"
			}
			if got.CancelAsked != nil || got.Status() != want || got.Reason != reason {
				t.Errorf("%s, asked %v, %q", got.Status(), got.CancelAsked, got.Reason)
			}
			if done := c.sql(t, `SELECT granted FROM edge_commands WHERE cmd_seq = 2 AND answered IS NOT NULL`); done != granted {
				t.Errorf("the command ended with %v", done)
			}
		})
	}
}

func TestAlertsComeAndGo(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1"}
	n.says(t, "", event.AlertRaised{Alert: "a1", Device: "oven\x00-1", What: "silent", Level: "critical", Since: time.Now()})
	n.says(t, "", event.AlertRaised{Alert: "a2", Device: "oven-2", What: "overheat", Level: "critical", Since: time.Now()})
	n.says(t, "", event.AlertCleared{Alert: "a2", At: time.Now()})
	c.apply(t, link.Apply, n.all())
	alerts, err := c.OpenAlerts(t.Context(), "r1")
	if err != nil || len(alerts) != 1 || alerts[0].Alert != "a1" || alerts[0].What != "silent" {
		t.Errorf("%+v, %v", alerts, err)
	}
}

// A wish that was refused is repeated by a healing; the second answer to it closes a wish of which the kitchen has not heard.
func TestTheAnswerToARepeatedWishDoesNotCloseTheNextOne(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	oid := c.place(t, order.Carryout).Order.ID
	offer := c.commands(t, 1, 1)[0]
	if _, asked, err := c.service.Cancel(t.Context(), oid, 0, "guest", "first"); err != nil || !asked {
		t.Fatal(asked, err)
	}
	first := c.commands(t, 2, 2)[0]
	r := c.renew(t, "key-1", "boot", 1, 2) // both were obeyed, and nobody here knows
	again := c.commands(t, r.commands+1, r.commands+2)
	n.epoch = r.row.Epoch
	no := func(cmd link.Command) {
		n.says(t, oid, event.CommandAnswered{Seq: cmd.Seq, Command: cmd.ID, Order: oid, Granted: false, Reason: "it is in the oven"})
	}
	n.answers(t, offer)
	n.steps(t, oid, order.Queue)
	no(first)
	c.apply(t, link.Apply, n.all())
	if _, asked, err := c.service.Cancel(t.Context(), oid, 0, "guest", "second"); err != nil || !asked {
		t.Fatal(asked, err)
	}
	n.answers(t, again[0])
	no(again[1])
	c.apply(t, link.Apply, n.batch(4, 5))
	if o := c.order(t, oid); o.CancelAsked == nil {
		t.Errorf("the second wish counts as answered (%q), its command waits: %v", o.Reason, c.sql(t, `SELECT count(*) FROM edge_commands WHERE answered IS NULL AND kind LIKE 'order.revoked%'`))
	}
}
