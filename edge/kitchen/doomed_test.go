package kitchen_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// healingFile names the database of a process that begins epochs until it is killed.
const healingFile = "KITCHEN_TEST_HEALING_FILE"

// healUntilKilled places orders and begins epochs in which the cloud lacks some of the events, and has an order that the kitchen lacks. It
// says on its output what was confirmed: "epoch <n>", or "<order> <version>".
func healUntilKilled(path string) {
	h := houseAt(panics{}, path, settings())
	h.clock.set(time.Now())
	say := func(args ...any) {
		if _, err := fmt.Fprintln(os.Stdout, args...); err != nil {
			panic(err)
		}
	}
	for n := 0; ; n++ {
		t := h.place(pizza, cola)
		for range n % 5 {
			t = h.bump(t, "")
		}
		say(t.Order.ID, t.Version)
		lost := webOrder(order.Carryout, cola)
		s := event.OrderStanding{Order: lost.Order, Progress: order.Begin(&lost.Order, lost.Items), Since: evening, Number: 1 + n%7, Day: t.Day}
		s.Progress.Intake, s.Progress.Whole = order.Validated, order.Queued
		some := func(r link.Ref) bool { return (r.Seq+uint64(n))%3 == 0 }
		b := h.beginning(some, append([]event.OrderStanding{s}, h.views()...)...)
		h.begin(b)
		say("epoch", b.Epoch)
		say(lost.Order.ID, 1)
	}
}

// views are the open orders as a cloud has them that is not behind.
func (h *house) views() (all []event.OrderStanding) {
	h.t.Helper()
	for _, t := range h.snapshot().Tickets {
		all = append(all, kitchen.Standing(t))
	}
	return all
}

func TestANodeKilledWhileItHealsHasBegunWhollyOrNotAtAll(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	confirmed, epoch := map[order.ID]int{}, uint64(0)
	for round := range 6 {
		for _, line := range killedAfter(t, healingFile, path, 4+round*5) {
			var what string
			var n int
			if _, err := fmt.Sscan(line, &what, &n); err != nil {
				continue // torn by the kill
			}
			if what == "epoch" {
				epoch = uint64(n)
			} else if id.Valid(what) {
				confirmed[order.ID(what)] = n
			}
		}
		h := houseAt(t, path, settings())
		if h.store.Epoch() < epoch {
			t.Errorf("epoch %d was confirmed, the file is in %d", epoch, h.store.Epoch())
		}
		for oid, version := range confirmed {
			if got := h.ticket(oid); got.Version < version {
				t.Errorf("order %s was confirmed at version %d, the file has %d", oid, version, got.Version)
			}
		}
		h.replay()
		h.begin(h.beginning(none)) // and the next one begins as if nothing had happened
		h.replay()
		epoch = h.store.Epoch()
		h.close()
	}
	if len(confirmed) < 10 || epoch < 10 {
		t.Errorf("only %d orders and %d epochs were confirmed: the story tells nothing", len(confirmed), epoch)
	}
}

// placed is an event with the epoch it stands in.
type placed struct {
	epoch uint64
	link.Event
}

// everything are the events of all epochs, in the order of their places.
func (h *house) everything() (all []placed) {
	h.t.Helper()
	db, err := sql.Open("sqlite", "file:"+h.path+"?_pragma=query_only(1)&_pragma=busy_timeout(5000)")
	if err != nil {
		h.t.Fatalf("open the file: %v", err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(background(), `SELECT epoch, seq, event_id, order_id, kind, body FROM outbox ORDER BY epoch, seq`)
	if err != nil {
		h.t.Fatalf("read the outbox: %v", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var e placed
		var body string
		if err := rows.Scan(&e.epoch, &e.Seq, &e.ID, &e.Order, &e.Kind, &body); err != nil {
			h.t.Fatalf("read the outbox: %v", err)
		}
		e.Body = json.RawMessage(body)
		all = append(all, e)
	}
	if err := rows.Err(); err != nil {
		h.t.Fatalf("read the outbox: %v", err)
	}
	return all
}

// replay does what a cloud can do that has got everything, of all epochs, each event once: it knows every order as the kitchen has it.
func (h *house) replay() {
	h.t.Helper()
	o, seen := newOffice(), 0
	h.events() // checks the chain of the present epoch
	for _, e := range h.everything() {
		seen++
		o.epoch = e.epoch
		o.follow(e.Event)
	}
	if seen != len(o.known) {
		h.t.Fatalf("%d events are there, %d of them once", seen, len(o.known))
	}
	for oid, f := range o.orders {
		if t := h.ticket(oid); diffOf(f.progress, t.Progress) != "" {
			h.t.Errorf("order %s comes out differently:\n%s", oid, diffOf(f.progress, t.Progress))
		}
	}
	for _, t := range h.snapshot().Tickets {
		if _, there := o.orders[t.Order.ID]; !there {
			h.t.Errorf("nothing tells of order %s", t.Order.ID)
		}
	}
}
