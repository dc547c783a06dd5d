package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestTheSameRequestTwiceIsOneOrder(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	first, _, err := c.service.Place(t.Context(), basket(order.Carryout), "key-1")
	if err != nil {
		t.Fatal(err)
	}
	c.admit(t, first.Order.ID)
	again, replayed, err := c.service.Place(t.Context(), basket(order.Carryout), "key-1")
	if err != nil || !replayed {
		t.Fatalf("replayed %v, %v", replayed, err)
	}
	if diff := cmp.Diff(first, again, same); diff != "" {
		t.Errorf("the second answer differs from the first (-first +second):\n%s", diff)
	}
	_, _, err = c.service.Place(t.Context(), basket(order.DineIn), "key-1")
	if p := problem.Of(err); p == nil || p.Kind != problem.Invalid || p.Code != "idempotency_mismatch" {
		t.Errorf("another basket with the same key: %v", err)
	}
	if n := c.sql(t, `SELECT count(*) FROM orders`); n != int64(1) {
		t.Errorf("%v orders", n)
	}
}

func TestAReplayIsAnsweredEvenWhenTheRestaurantHasPausedSince(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	first, _, err := c.service.Place(t.Context(), basket(order.Carryout), "key-1")
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Restaurant(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	r.Paused = true
	if err := c.UpsertRestaurant(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	again, replayed, err := c.service.Place(t.Context(), basket(order.Carryout), "key-1")
	if err != nil || !replayed || again.Order.ID != first.Order.ID {
		t.Errorf("%v, %v, %v", again.Order.ID, replayed, err)
	}
	_, _, err = c.service.Place(t.Context(), basket(order.Carryout), "key-2")
	if p := problem.Of(err); p == nil || p.Code != "restaurant_paused" {
		t.Errorf("a new order at a paused restaurant: %v", err)
	}
}

func TestKeysHoldWhenManyAskAtOnce(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	other := openChain(t, c.url)
	const keys, times = 8, 12
	var (
		mu    sync.Mutex
		got   = map[int]map[order.ID]bool{}
		fresh int
		wait  sync.WaitGroup
	)
	for i := range keys * times {
		wait.Go(func() {
			key, at := i%keys, []*chain{c, other}[i/keys%2]
			r, replayed, err := at.service.Place(t.Context(), basket(order.Carryout), fmt.Sprint("key-", key))
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if got[key] == nil {
				got[key] = map[order.ID]bool{}
			}
			got[key][r.Order.ID] = true
			if !replayed {
				fresh++
			}
		})
	}
	wait.Wait()
	for key, ids := range got {
		if len(ids) != 1 {
			t.Errorf("key %d made %d orders", key, len(ids))
		}
	}
	if n := c.sql(t, `SELECT count(*) FROM orders`); n != int64(keys) || fresh != keys {
		t.Errorf("%v orders, %d of them told as new, for %d keys", n, fresh, keys)
	}
}

func TestKeysAreForgottenInTheEnd(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	for _, err := range []error{
		third(c.service.Place(t.Context(), basket(order.Carryout), "key-1")),
		c.Tidy(t.Context(), time.Now().Add(store.KeepKeys-time.Hour)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, replayed, err := c.service.Place(t.Context(), basket(order.Carryout), "key-1"); err != nil || !replayed {
		t.Errorf("a young key: replayed %v, %v", replayed, err)
	}
	if err := c.Tidy(t.Context(), time.Now().Add(store.KeepKeys+time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, replayed, err := c.service.Place(t.Context(), basket(order.Carryout), "key-1"); err != nil || replayed {
		t.Errorf("an old key: replayed %v, %v", replayed, err)
	}
	_, _, err := c.service.Place(t.Context(), basket(order.Carryout), "a\x00b")
	if !problem.Is(err, problem.Invalid) {
		t.Errorf("a key that no database takes: %v", err)
	}
}

func third[A, B any](_ A, _ B, err error) error { return err }

func TestHousesKnowQueueMenuAndLink(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	quote := func() ordering.Quote {
		t.Helper()
		q, err := c.service.Quote(t.Context(), basket(order.Carryout))
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	before := quote()
	for range 30 {
		c.place(t, order.Carryout)
	}
	r, err := c.Restaurant(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	r.Cooks = 1
	if err := c.UpsertRestaurant(t.Context(), r); err != nil { // the card is read anew
		t.Fatal(err)
	}
	if after := quote(); after.Promise.From.Sub(before.Promise.From) < 10*time.Minute || after.Promise.Because[0] != "30 orders ahead" {
		t.Errorf("promised %v, with thirty orders ahead %v", before.Promise, after.Promise)
	}
	m, err := c.Menu(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	dearer := *m
	dearer.Version, dearer.Tax = m.Version+1, m.Tax+1000
	if err := c.PutMenu(t.Context(), "r1", &dearer); err != nil {
		t.Fatal(err)
	}
	if after := quote(); after.Totals.Tax.Minor <= before.Totals.Tax.Minor {
		t.Errorf("tax was %v and is %v", before.Totals.Tax, after.Totals.Tax)
	}
	if err := c.PutMenu(t.Context(), "r1", &dearer); !problem.Is(err, problem.Conflict) {
		t.Errorf("the same version again: %v", err)
	}
	if err := c.PutMenu(t.Context(), "nowhere", &dearer); !problem.Is(err, problem.NotFound) {
		t.Errorf("a menu for nobody: %v", err)
	}
	if _, err := c.Menu(t.Context(), "nowhere"); !problem.Is(err, problem.NotFound) {
		t.Errorf("the menu of nobody: %v", err)
	}
	if err := c.UpsertRestaurant(t.Context(), restaurant.Restaurant{ID: "r 3"}); !problem.Is(err, problem.Invalid) {
		t.Errorf("a bad row: %v", err)
	}
	if all, err := c.Restaurants(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("%d restaurants, %v", len(all), err)
	}
}
