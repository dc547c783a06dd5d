package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// standing is how an order of the counter stands by its restaurant's word.
func standing(o event.OrderTaken, whole order.Kitchen) event.OrderStanding {
	p := order.Begin(&o.Order, o.Items)
	p.Intake, p.Whole = order.Validated, whole
	return event.OrderStanding{Order: o.Order, Progress: p, Number: 7, Since: time.Now(), Token: "token-" + string(o.Order.ID)}
}

func TestWhatCouldNotBeFollowedIsOverOnceTheRestaurantSaysHowItStands(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	lost, other := taken(t), taken(t)
	n.steps(t, lost.Order.ID, order.Queue)
	n.says(t, lost.Order.ID, event.CommandAnswered{Seq: 9, Command: "another's", Order: lost.Order.ID, Granted: true})
	n.steps(t, other.Order.ID, order.Queue)
	c.apply(t, link.Apply, n.all())
	if open, err := c.OpenAlerts(t.Context(), "r1"); err != nil || len(open) != 3 {
		t.Fatalf("%d alerts, %v", len(open), err)
	}
	n.steps(t, lost.Order.ID, order.Start, "1") // in one transaction with what settles it
	n.says(t, lost.Order.ID, standing(lost, order.Queued))
	c.apply(t, link.Apply, n.batch(4, 5))
	open, err := c.OpenAlerts(t.Context(), "r1")
	if err != nil || len(open) != 1 || open[0].Order != string(other.Order.ID) {
		t.Errorf("left are %+v, %v", open, err)
	}
	r, err := c.ByToken(t.Context(), "token-"+string(lost.Order.ID))
	if err != nil || r.Order.ID != lost.Order.ID || r.Status() != order.StatusQueued || r.Number != 7 {
		t.Errorf("%+v, %v", r, err)
	}
	n.steps(t, lost.Order.ID, order.Start, "1")
	c.apply(t, link.Apply, n.batch(6, 6))
	if status := c.order(t, lost.Order.ID).Status(); status != order.StatusPreparing {
		t.Errorf("single steps lead on to %s", status)
	}
}

func TestAStandingOfAnEpochThatIsOverIsHistory(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	said := func(o event.OrderTaken, whole order.Kitchen, epoch uint64) {
		s := standing(o, whole)
		s.Epoch = epoch
		n.says(t, o.Order.ID, s)
	}
	gone, fresh := taken(t), taken(t)
	said(gone, order.HandedOver, link.FirstEpoch)
	said(gone, order.Queued, link.FirstEpoch+6)  // of a life of the card that was healed away
	said(fresh, order.Queued, link.FirstEpoch+6) // better than nothing
	c.apply(t, link.Apply, n.all())
	if status := c.order(t, gone.Order.ID).Status(); status != order.StatusDelivered {
		t.Errorf("what was handed over is %s again", status)
	}
	if status := c.order(t, fresh.Order.ID).Status(); status != order.StatusQueued {
		t.Errorf("an order that was not here is %s", status)
	}
	said(gone, order.Voided, 0) // a node that does not say in which epoch
	c.apply(t, link.Apply, n.batch(4, 4))
	if status := c.order(t, gone.Order.ID).Status(); status != order.StatusCancelled {
		t.Errorf("by an older node's word it is %s", status)
	}
}

func TestTheOfferCarriesTheGuestsLink(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	r := c.place(t, order.Carryout)
	body, err := event.Decode("order.offered.v1", c.commands(t, 1, 1)[0].Body)
	if offer, ok := body.(event.OrderOffered); err != nil || !ok || offer.Token != r.Token || r.Token == "" {
		t.Errorf("%+v, %v", body, err)
	}
}

func TestStandingsAreWhatTheKitchenMayStillHave(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	var all []event.OrderTaken
	for range 4 {
		all = append(all, taken(t))
	}
	say := func(i int, whole order.Kitchen) { n.says(t, all[i].Order.ID, standing(all[i], whole)) }
	for i, whole := range []order.Kitchen{order.Queued, order.Queued, order.Queued, order.HandedOver} {
		say(i, whole)
	}
	c.apply(t, link.Apply, n.all())
	photographed := n.events[3].ID
	say(1, order.HandedOver) // after the card was photographed
	say(2, order.Voided)
	c.apply(t, link.Apply, n.batch(5, 6))
	web := c.place(t, order.Carryout)
	c.placeOnly(t) // not the kitchen's yet

	ids := func(boot string) (out []order.ID) {
		t.Helper()
		c.renew(t, "key-1", boot, 1, 0)
		for after, more := "", true; more; {
			var page []event.OrderStanding
			var err error
			if page, _, more, err = c.Standings(t.Context(), "r1", after, 2); err != nil || len(page) > 2 || more && len(page) != 2 {
				t.Fatalf("%d orders, more %v, %v", len(page), more, err)
			}
			for _, s := range page {
				if string(s.Order.ID) <= after {
					t.Errorf("%s after %s", s.Order.ID, after)
				}
				after, out = string(s.Order.ID), append(out, s.Order.ID)
			}
		}
		return out
	}
	want := func(which ...order.ID) []order.ID { slices.Sort(which); return which }
	if got := ids("empty"); !slices.Equal(got, want(all[0].Order.ID, web.Order.ID)) {
		t.Errorf("an empty kitchen gets %v", got)
	}
	if _, _, err := c.Known(t.Context(), "r1", "restored", []string{photographed}); err != nil {
		t.Fatal(err)
	}
	if got := ids("restored"); !slices.Equal(got, want(all[0].Order.ID, all[1].Order.ID, all[2].Order.ID, web.Order.ID)) {
		t.Errorf("a restored kitchen gets %v", got)
	}
	page, numbers, _, err := c.Standings(t.Context(), "r1", "", 10)
	if err != nil || numbers[time.Now().In(newYork(t)).Format(time.DateOnly)] != 7 {
		t.Errorf("last numbers are %v, %v", numbers, err)
	}
	at := slices.IndexFunc(page, func(s event.OrderStanding) bool { return s.Order.ID == all[1].Order.ID })
	if s := page[at]; s.Progress.Kitchen() != order.HandedOver || s.Number != 7 || s.Token == "" {
		t.Errorf("%+v", s)
	}
	if _, _, _, err := c.Standings(t.Context(), "nowhere", "", 10); !problem.Is(err, problem.NotFound) {
		t.Errorf("%v", err)
	}
	if _, _, _, err := c.Standings(t.Context(), "r1", "'; DROP", 10); !problem.Is(err, problem.Invalid) {
		t.Errorf("%v", err)
	}
}

func TestARestoredKitchenHearsOfWhatEndedInTheTransactionOfTheLastThingItKnows(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	ended, made, before := taken(t), taken(t), taken(t)
	n.says(t, before.Order.ID, standing(before, order.HandedOver))
	n.says(t, ended.Order.ID, standing(ended, order.Queued))
	n.says(t, made.Order.ID, standing(made, order.Queued))
	photographed := n.events[2].ID
	n.says(t, ended.Order.ID, standing(ended, order.HandedOver)) // after the card was photographed
	c.apply(t, link.Apply, n.all())
	if _, _, err := c.Known(t.Context(), "r1", "restored", []string{photographed}); err != nil {
		t.Fatal(err)
	}
	c.renew(t, "key-1", "restored", 1, 0)
	page, _, _, err := c.Standings(t.Context(), "r1", "", 10)
	if err != nil {
		t.Fatal(err)
	}
	named := map[order.ID]order.Kitchen{}
	for _, s := range page {
		named[s.Order.ID] = s.Progress.Kitchen()
	}
	if len(named) != 2 || named[ended.Order.ID] != order.HandedOver || named[made.Order.ID] != order.Queued {
		t.Errorf("named are %v", named)
	}
}

func newYork(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestACommandThatWasOvertakenIsGivenAnewOnce(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	c.place(t, order.Carryout)
	c.place(t, order.Carryout)
	n.answers(t, c.commands(t, 2, 2)[0]) // the first was taken for another one of its number
	c.apply(t, link.Apply, n.all())
	give := func(at time.Time, high int64, when string) {
		t.Helper()
		if err := c.GiveAnew(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		if is := c.sql(t, `SELECT cmd_seq FROM edge_heads WHERE edge = 'r1'`); is != high {
			t.Errorf("%s: the last command is %v, want %d", when, is, high)
		}
	}
	give(time.Now(), 2, "its answer may be under way")
	give(time.Now().Add(time.Hour), 3, "nobody answers it")
	if again := c.commands(t, 3, 3)[0]; again.Again != c.commands(t, 1, 1)[0].ID {
		t.Errorf("%+v", again)
	}
	c.place(t, order.Carryout)
	n.answers(t, c.commands(t, 4, 4)[0])
	c.apply(t, link.Apply, n.batch(2, 2))
	give(time.Now().Add(2*time.Hour), 4, "it was given anew once")
	c.sound(t)
}

// Whatever a node, its clones, the guests and the people of a restaurant do in whichever order: tables stay sound, no event is lost or
// counted twice, and every command waits once, behind the place where the epoch began.
func TestAnyHistoryOfHealingLeavesTheTablesSound(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.presence.Heard("r1", restaurant.Beat{}, time.Now().Add(time.Hour)) // no node beats in here
	device, seen := c.enrol(t, "r1", "device-0"), map[string]bool{}
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 6).Draw(r, "steps") {
			row, high, err := c.Link(t.Context(), "r1")
			if err != nil {
				r.Fatal(err)
			}
			switch rapid.IntRange(0, 5).Draw(r, "what") {
			case 0, 1: // events, some of which came before
				n := &node{edge: "r1", device: device, epoch: row.Epoch}
				stored, err := c.Events(t.Context(), "r1", row.Epoch, 1, 1000)
				if err != nil {
					r.Fatal(err)
				}
				n.events = stored
				for range rapid.IntRange(1, 4).Draw(r, "events") {
					o := taken(t)
					n.says(t, o.Order.ID, o)
					seen[n.events[len(n.events)-1].ID] = true
				}
				first := uint64(max(1, len(stored)-rapid.IntRange(0, 3).Draw(r, "again")))
				if row.Seq > uint64(len(stored)) {
					r.Fatalf("the watermark is %d, stored are %d", row.Seq, len(stored))
				}
				c.apply(t, link.Apply, n.batch(min(first, uint64(len(stored))+1), uint64(len(n.events))))
			case 2:
				c.place(t, order.Carryout)
			case 3:
				applied := rapid.Uint64Range(0, high+3).Draw(r, "applied")
				c.renew(t, device, fmt.Sprint("boot-", rapid.IntRange(0, 2).Draw(r, "boot")), rapid.Uint64Range(1, row.Epoch+2).Draw(r, "epoch"), applied)
			case 4:
				device = c.enrol(t, "r1", fmt.Sprint("device-", row.Epoch, "-", high))
			case 5: // the answer to a command that waits
				waits := c.commands(t, max(1, high), high)
				if len(waits) == 1 && waits[0].Kind == "order.offered.v1" {
					n := &node{edge: "r1", device: device, epoch: row.Epoch}
					if n.events, err = c.Events(t.Context(), "r1", row.Epoch, 1, 1000); err != nil {
						r.Fatal(err)
					}
					n.answers(t, waits[0])
					c.apply(t, link.Apply, n.batch(uint64(len(n.events)), uint64(len(n.events))))
				}
			}
		}
		c.sound(t)
		ids := make([]string, 0, len(seen))
		for id := range seen {
			ids = append(ids, id)
		}
		known, _, err := c.Known(t.Context(), "r1", "asks", ids)
		if err != nil || slices.Contains(known, false) {
			r.Errorf("an event was forgotten: %v", err)
		}
		if n := c.sql(t, `SELECT count(*) FROM orders WHERE doc->'order'->>'origin' = 'edge'`); n != int64(len(seen)) {
			r.Errorf("%v orders of %d events", n, len(seen))
		}
	})
}

// A database that has gone back knows the events and not their orders. The kitchen that begins an epoch there may forecast an order before it says
// how it stands, and a cook may have to look at it: then nothing would end an alert about the forecast.
func TestAForecastOfAForgottenOrderIsNoTrouble(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	o := taken(t)
	ready := time.Now().Add(10 * time.Minute)
	n.says(t, o.Order.ID, event.ForecastChanged{Order: o.Order.ID, Ready: ready})
	said := standing(o, order.Queued)
	said.Recovered = true
	n.says(t, o.Order.ID, said)
	c.apply(t, link.Apply, n.all())
	if open, err := c.OpenAlerts(t.Context(), "r1"); err != nil || len(open) > 0 {
		t.Errorf("%+v, %v", open, err)
	}
	if r, err := c.Order(t.Context(), o.Order.ID); err != nil || r.Progress.Whole != order.Queued {
		t.Errorf("%+v, %v", r, err)
	}
}

// The database went back and has forgotten an order; what its restaurant says of it meanwhile cannot be followed, and it ends there. The snapshot names
// it by its id, between the others, so that the restaurant tells how it stands.
func TestAForgottenOrderThatItsRestaurantSpokeOfIsNamedByItsID(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	first, forgotten, last := taken(t), taken(t), taken(t)
	for _, o := range []event.OrderTaken{first, last} {
		n.says(t, o.Order.ID, standing(o, order.Queued))
	}
	n.steps(t, forgotten.Order.ID, order.Void)
	c.apply(t, link.Apply, n.all())
	var ids []order.ID
	for after, more := "", true; more; after = string(ids[len(ids)-1]) {
		var page []event.OrderStanding
		var err error
		if page, _, more, err = c.Standings(t.Context(), "r1", after, 1); err != nil || len(page) != 1 {
			t.Fatalf("%d, %v", len(page), err)
		}
		if s := page[0]; s.Stranger() != (s.Order.ID == forgotten.Order.ID) || s.Order.Restaurant != "r1" {
			t.Errorf("%+v", s)
		}
		ids = append(ids, page[0].Order.ID)
	}
	if !slices.Equal(ids, []order.ID{first.Order.ID, forgotten.Order.ID, last.Order.ID}) {
		t.Errorf("%v", ids)
	}
}

func TestWhatCouldNotBeFollowedIsNamedUntilItIsSettled(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	o := taken(t)
	n.says(t, o.Order.ID, standing(o, order.HandedOver))
	n.steps(t, o.Order.ID, order.Void) // of a card on which it was not handed over
	c.apply(t, link.Apply, n.all())
	c.renew(t, "key-1", "restored", 1, 0)
	if _, _, err := c.Known(t.Context(), "r1", "restored", []string{n.events[0].ID, n.events[1].ID}); err != nil {
		t.Fatal(err)
	}
	page, _, _, err := c.Standings(t.Context(), "r1", "", 10)
	if err != nil || len(page) != 1 || !page[0].Unsettled || page[0].Progress.Whole != order.HandedOver {
		t.Fatalf("%+v, %v", page, err)
	}
	since := &node{edge: "r1", device: n.device, epoch: 2}
	said := standing(o, order.Voided)
	said.Epoch = 2
	since.says(t, o.Order.ID, said)
	c.apply(t, link.Apply, since.all())
	if page, _, _, err := c.Standings(t.Context(), "r1", "", 10); err != nil || len(page) != 1 || page[0].Unsettled || page[0].Progress.Whole != order.Voided {
		t.Errorf("%+v, %v", page, err)
	}
}
