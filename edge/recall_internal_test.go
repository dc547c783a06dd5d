package edge

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nkeys"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// standing is an order as the cloud has it: taken by another node, and being made there.
func standing(t *testing.T, m *menu.Menu) event.OrderStanding {
	t.Helper()
	lines := []order.Line{{Product: "margherita", Size: "large", Quantity: 1}}
	o := order.Order{
		ID: order.ID(id.New()), Restaurant: "r1", Origin: order.Edge, Channel: order.Counter, Fulfilment: order.Carryout, Lines: lines, PlacedAt: time.Now().UTC(),
	}
	p := order.Begin(&o, m.Items(lines))
	for _, a := range []order.Action{order.Validate, order.Queue} {
		var err error
		if p, err = p.Follow(order.Edge, a); err != nil {
			t.Fatal(err)
		}
	}
	return event.OrderStanding{Order: o, Progress: p, Day: "2026-11-22", Number: 17, Since: time.Now().UTC()}
}

func TestANewBoxGoesOnFromTheOrdersThatAreOpen(t *testing.T) {
	t.Parallel()
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	chain, err := nkeys.CreateAccount()
	if err != nil {
		t.Fatal(err)
	}
	e := uplink.Enrolment{Restaurant: "r1", Device: "U1", Seed: "SU1", Epoch: 3, Commands: 9, CommandID: "c9"}
	if e.Chain, err = chain.PublicKey(); err != nil {
		t.Fatal(err)
	}
	open := standing(t, m)
	doc, err := link.Encode(link.Snapshot{
		Restaurant: "r1", Device: "U1", Epoch: 3, Inc: "pg-1", Made: time.Now(), Orders: []event.OrderStanding{open}, Numbers: map[string]int{"2026-11-22": 20},
	})
	if err != nil {
		t.Fatal(err)
	}
	sig, err := chain.Sign(doc)
	if err != nil {
		t.Fatal(err)
	}
	e.Snapshot = []uplink.Page{{Doc: doc, Sig: sig}}
	dir := t.TempDir()
	for start := range 2 {
		db, err := store.Open(t.Context(), filepath.Join(dir, databaseFile))
		if err != nil {
			t.Fatal(err)
		}
		if err := db.BeginEpoch(t.Context(), e.Epoch, e.Commands); err != nil {
			t.Fatal(err)
		}
		screens := live.New[kitchen.Change](16)
		k, err := kitchen.New(t.Context(), db, m, clock.System{}, screens, kitchen.Settings{Restaurant: "r1", Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		as := e // the second start finds the file as the first had it: the power was cut before it was written
		if err := recall(t.Context(), &as, dir, db, k); err != nil {
			t.Fatal(err)
		}
		s, err := k.Snapshot(t.Context())
		if err != nil || len(s.Tickets) != 1 || s.Tickets[0].Order.ID != open.Order.ID || s.Tickets[0].Number != 17 || !s.Tickets[0].Recovered {
			t.Errorf("start %d: on the board are %+v, %v", start, s.Tickets, err)
		}
		if seq, _, err := db.CommandSeq(t.Context()); err != nil || seq != 9 || db.Epoch() != 3 {
			t.Errorf("start %d: obeyed %d in epoch %d, %v", start, seq, db.Epoch(), err)
		}
		if kept, err := uplink.LoadEnrolment(dir); err != nil || len(kept.Snapshot) != 0 || kept.Epoch != 3 {
			t.Errorf("start %d: the enrolment keeps names and addresses: %v", start, err)
		}
		screens.Close()
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	e.Snapshot[0].Sig[0] ^= 1
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := recall(t.Context(), &e, dir, db, nil); err == nil {
		t.Error("a snapshot that nobody signed is believed")
	}
}
