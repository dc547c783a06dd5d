package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// hear waits for an order to be told in a status, and returns the record.
func hear(t *testing.T, changes <-chan *ordering.Record, oid order.ID, want order.StatusName) *ordering.Record {
	t.Helper()
	limit := time.After(patience)
	for {
		select {
		case r, open := <-changes:
			if !open {
				t.Fatal("the channel is closed")
			}
			if r.Order.ID == oid && r.Status() == want {
				return r
			}
		case <-limit:
			t.Fatalf("nobody told that %s is %s", oid, want)
		}
	}
}

func TestEveryProcessHearsOfAChange(t *testing.T) {
	t.Parallel()
	a := newChain(t)
	b := openChain(t, a.url)
	here, cancelHere := a.WatchOrders()
	there, cancelThere := b.WatchOrders()
	defer cancelHere()
	defer cancelThere()
	commands, cancel := b.WatchCommands()
	defer cancel()
	oid := a.placeOnly(t)
	for _, changes := range []<-chan *ordering.Record{here, there} {
		hear(t, changes, oid, order.StatusCreated)
	}
	a.admit(t, oid)
	for _, changes := range []<-chan *ordering.Record{here, there} {
		if r := hear(t, changes, oid, order.StatusValidated); r.Version != 2 {
			t.Errorf("version %d", r.Version)
		}
	}
	select {
	case edge := <-commands:
		if edge != "r1" {
			t.Errorf("commands for %q", edge)
		}
	case <-time.After(patience):
		t.Error("the other process does not know of the command")
	}
	n := &node{edge: "r1"}
	n.steps(t, oid, order.Queue)
	b.apply(t, link.Apply, n.all())
	hear(t, here, oid, order.StatusQueued)
	hear(t, there, oid, order.StatusQueued)
}

func TestALostConnectionMakesWatchersReadAgain(t *testing.T) {
	t.Parallel()
	a := newChain(t)
	b := openChain(t, a.url)
	there, cancel := b.WatchOrders()
	defer cancel()
	a.sql(t, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'`)
	for closed := false; !closed; {
		select {
		case _, open := <-there:
			closed = !open
		case <-time.After(patience):
			t.Fatal("a watcher was not told that it missed something")
		}
	}
	again, cancelAgain := b.WatchOrders()
	defer cancelAgain()
	hear(t, again, a.placeOnly(t), order.StatusCreated)
}

func TestAnotherProcessLearnsOfANewMenu(t *testing.T) {
	t.Parallel()
	a := newChain(t)
	b := openChain(t, a.url)
	m, err := b.Menu(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	next := *m
	next.Version++
	if err := a.PutMenu(t.Context(), "r1", &next); err != nil {
		t.Fatal(err)
	}
	within(t, "the new menu is known there", func() bool {
		m, err := b.Menu(t.Context(), "r1")
		return err == nil && m.Version == next.Version
	})
}

func TestOrdersOfADeadProcessReachTheirRestaurants(t *testing.T) {
	t.Parallel()
	dead := newChain(t) // its service never runs
	oid := dead.placeOnly(t)
	alive := openChain(t, dead.url)
	changes, cancel := alive.WatchOrders()
	defer cancel()
	alive.run(t)
	hear(t, changes, oid, order.StatusValidated)
	commands, _, err := alive.Commands(t.Context(), "r1", 1, 10)
	if err != nil || len(commands) != 1 {
		t.Errorf("%d commands, %v", len(commands), err)
	}
}

func TestAnOrderNobodyAcceptsIsMarkedAndNotCancelled(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.service.AcceptWithin = time.Millisecond
	changes, cancel := c.WatchOrders()
	defer cancel()
	c.run(t)
	oid := c.placeOnly(t)
	var r *ordering.Record
	for r = hear(t, changes, oid, order.StatusValidated); !r.Overdue; {
		r = hear(t, changes, oid, order.StatusValidated)
	}
	if r.Status() != order.StatusValidated {
		t.Errorf("%s", r.Status())
	}
}

func TestAClosingStoreFinishesWhatItAccepted(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	leaving := openChain(t, c.url)
	if _, err := leaving.Menu(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	var (
		mu   sync.Mutex
		kept []order.ID
		wait sync.WaitGroup
	)
	begun := make(chan struct{}, 64)
	for range 64 {
		wait.Go(func() {
			for {
				r, _, err := leaving.service.Place(context.Background(), basket(order.Carryout), "")
				if err != nil {
					if !problem.Is(err, problem.Unavailable) {
						t.Errorf("while closing: %v", err)
					}
					return
				}
				mu.Lock()
				kept = append(kept, r.Order.ID)
				mu.Unlock()
				select {
				case begun <- struct{}{}:
				default:
				}
			}
		})
	}
	<-begun
	leaving.Close()
	wait.Wait()
	for _, oid := range kept {
		c.order(t, oid)
	}
	if err := leaving.UpsertRestaurant(context.Background(), restaurant.Restaurant{}); err == nil {
		t.Error("a closed store takes restaurants")
	}
}
