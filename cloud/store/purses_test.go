package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

const dough = "dough_large" // a margherita of the baskets here takes one piece

// lends lets r1 lend so much dough, in total.
func (c *chain) lends(t testing.TB, n *node, total int64) {
	t.Helper()
	n.says(t, "", escrow.Lent{Ingredient: dough, Epoch: max(1, n.epoch), Total: total})
	c.apply(t, link.Apply, n.batch(uint64(len(n.events)), uint64(len(n.events))))
}

// purse is what the database has of the dough of r1: what was lent, sold and given back.
func (c *chain) purse(t testing.TB) (lent, sold, returned int64) {
	t.Helper()
	for of, into := range map[string]*int64{"lent": &lent, "sold": &sold, "returned": &returned} {
		*into, _ = c.sql(t, `SELECT `+of+` FROM stock_purses WHERE restaurant = 'r1' AND ingredient = $1`, dough).(int64)
	}
	return lent, sold, returned
}

// offers are the offers that r1 was made, by the order's id.
func (c *chain) offers(t testing.TB) map[order.ID]event.OrderOffered {
	t.Helper()
	commands, _, err := c.Commands(t.Context(), "r1", 1, 1000)
	if err != nil {
		t.Fatal(err)
	}
	all := map[order.ID]event.OrderOffered{}
	for _, m := range commands {
		if body, err := event.Decode(m.Kind, m.Body); err == nil {
			if o, ok := body.(event.OrderOffered); ok {
				all[o.Order.ID] = o
			}
		}
	}
	return all
}

func TestTheWebSellsWhatARestaurantHasLentAndNoMore(t *testing.T) {
	t.Parallel()
	c, n := newChain(t), &node{edge: "r1"}
	if p := c.placed(t, nil); p != nil {
		t.Fatalf("a restaurant that has counted nothing sells without limit: %v", p)
	}
	c.lends(t, n, 2)
	first := c.place(t, order.Carryout)
	c.place(t, order.Carryout)
	if o := c.offers(t)[first.Order.ID]; o.Share != 1 || len(o.Sold) != 1 || o.Sold[dough] != 1 {
		t.Errorf("it is offered from share %d with %v", o.Share, o.Sold)
	}
	p := c.placed(t, nil)
	if p == nil || p.Kind != problem.Conflict || p.Code != "sold_out" || p.Facts["path"] != "lines[0]" {
		t.Fatalf("a third is sold from a share of two: %v", p)
	}
	lacks := p.Facts["sold_out"].([]menu.Lack)
	if len(lacks) != 1 || lacks[0].ID != dough || lacks[0].Left == nil || *lacks[0].Left != 0 {
		t.Errorf("it says %+v", lacks)
	}
	c.lends(t, n, 3)
	within(t, "there is more", func() bool { return c.placed(t, nil) == nil })
	if lent, sold, _ := c.purse(t); lent != 3 || sold != 3 {
		t.Errorf("%d of %d are sold", sold, lent)
	}
	c.lends(t, n, 9)
	n.says(t, "", escrow.Lent{Ingredient: "basil", Epoch: 1}) // counted, and nothing of it is for the web
	c.apply(t, link.Apply, n.batch(4, 4))
	if p = c.placed(t, nil); p == nil || p.Code != "sold_out" || len(p.Facts["alternatives"].([]menu.Alternative)) == 0 {
		t.Errorf("without basil: %v, suggested is %v", p, p.Facts["alternatives"])
	}
	if _, sold, _ := c.purse(t); sold != 3 {
		t.Errorf("an order that was refused for one ingredient took another: %d are sold", sold)
	}
}

func TestManyWhoOrderAtOnceShareWhatThereIs(t *testing.T) {
	t.Parallel()
	c, n := newChain(t), &node{edge: "r1"}
	other := openChain(t, c.url)
	c.lends(t, n, 5)
	var mu sync.Mutex
	var sold, refused int
	var all sync.WaitGroup
	for i := range 24 {
		from := []*chain{c, other}[i%2]
		all.Go(func() {
			_, _, err := from.service.Place(t.Context(), basket(order.Carryout), "")
			mu.Lock()
			defer mu.Unlock()
			switch p := problem.Of(err); {
			case err == nil:
				sold++
			case p != nil && p.Code == "sold_out":
				refused++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if lent, took, _ := c.purse(t); sold != 5 || refused != 19 || lent != 5 || took != 5 {
		t.Errorf("%d are sold and %d refused; the purse says %d of %d", sold, refused, took, lent)
	}
}

func TestAnOrderCancelledBeforeItIsOfferedGivesBackWhatItTook(t *testing.T) {
	t.Parallel()
	c, n := newChain(t), &node{edge: "r1"}
	c.lends(t, n, 1)
	r, _, err := c.service.Place(t.Context(), basket(order.Carryout), "key-1")
	if err != nil {
		t.Fatal(err)
	}
	again, replayed, err := c.service.Place(t.Context(), basket(order.Carryout), "key-1")
	if err != nil || !replayed || again.Order.ID != r.Order.ID {
		t.Fatalf("the same request again: %v, %v", replayed, err)
	}
	if _, sold, _ := c.purse(t); sold != 1 {
		t.Errorf("a repeated request has sold %d", sold)
	}
	if _, asked, err := c.service.Cancel(t.Context(), r.Order.ID, 0, ordering.ByGuest, "hungry no more"); err != nil || asked {
		t.Fatalf("it was offered already: %v, %v", asked, err)
	}
	if _, sold, _ := c.purse(t); sold != 0 {
		t.Errorf("%d stay sold", sold)
	}
	next := c.place(t, order.Carryout)
	if _, asked, err := c.service.Cancel(t.Context(), next.Order.ID, 0, ordering.ByGuest, "no"); err != nil || !asked {
		t.Fatalf("it was not offered: %v, %v", asked, err)
	}
	if _, sold, _ := c.purse(t); sold != 1 {
		t.Errorf("what the restaurant has heard of is its own to give back, and %d are sold", sold)
	}
	if left := c.sql(t, `SELECT count(*) FROM stock_sales`); left != int64(0) {
		t.Errorf("%v sales wait to be offered", left)
	}
}

func TestARecallIsAnsweredWithWhatIsLeftAndBehindWhatWasSold(t *testing.T) {
	t.Parallel()
	c, n := newChain(t), &node{edge: "r1"}
	c.lends(t, n, 5)
	c.place(t, order.Carryout)
	c.place(t, order.Carryout)
	n.says(t, "", escrow.Recalled{Ingredient: dough, Epoch: 1, Total: 4})
	n.says(t, "", escrow.Recalled{Ingredient: "basil", Epoch: 1, Total: 4}) // of which nothing was lent
	n.says(t, "", escrow.Recalled{Ingredient: dough, Epoch: 9, Total: 4})   // of an epoch that is not
	c.apply(t, link.Apply, n.batch(2, 4))
	commands, _, err := c.Commands(t.Context(), "r1", 1, 100)
	if err != nil || len(commands) != 3 || commands[2].Kind != (escrow.Returned{}).Kind() {
		t.Fatalf("%+v, %v", commands, err)
	}
	if body, err := event.Decode(commands[2].Kind, commands[2].Body); err != nil || body != (escrow.Returned{Ingredient: dough, Epoch: 1, Total: 3}) {
		t.Errorf("given back is %+v, %v", body, err)
	}
	if p := c.placed(t, nil); p == nil || p.Code != "sold_out" {
		t.Errorf("what was given back is sold: %v", p)
	}
	n.says(t, "", escrow.Lent{Ingredient: "", Epoch: 1, Total: 1})
	n.says(t, "", escrow.Lent{Ingredient: dough, Epoch: 1, Total: -7})
	n.says(t, "", escrow.Lent{Ingredient: dough, Epoch: 1, Total: 1 << 60})
	c.apply(t, link.Apply, n.batch(5, 7))
	if lent, sold, returned := c.purse(t); lent != 5 || sold != 2 || returned != 3 {
		t.Errorf("nonsense was followed: %d, %d, %d", lent, sold, returned)
	}
}

func TestANewEpochEndsSharesAndWhatWaitsIsSoldAnew(t *testing.T) {
	t.Parallel()
	c, n := newChain(t), &node{edge: "r1"}
	c.lends(t, n, 4)
	waits, _, err := c.service.Place(t.Context(), basket(order.Carryout), "")
	if err != nil {
		t.Fatal(err)
	}
	row, _, _, _, err := c.Renew(t.Context(), "r1", "", "boot", 1, 0)
	if err != nil || row.Epoch != 2 {
		t.Fatalf("%+v, %v", row, err)
	}
	p := c.placed(t, nil)
	if p == nil || p.Code != "sold_out" {
		t.Fatalf("sold from a share that is over: %v", p)
	}
	admit := func() error {
		_, _, err := c.service.SetStatus(t.Context(), waits.Order.ID, 0, order.StatusValidated, ordering.Deed{By: ordering.ByCloud})
		return err
	}
	if p := problem.Of(admit()); p == nil || p.Code != "sold_out" {
		t.Fatalf("it is offered from a share that is over: %v", p)
	}
	n = &node{edge: "r1", epoch: 2}
	n.says(t, "", escrow.Lent{Ingredient: dough, Epoch: 1, Total: 9}) // moved here by the healing
	c.apply(t, link.Apply, n.all())
	if err := admit(); err == nil {
		t.Fatal("it is offered from what was lent in the epoch before")
	}
	c.lends(t, n, 1)
	if err := admit(); err != nil {
		t.Fatal(err)
	}
	if o := c.offers(t)[waits.Order.ID]; o.Share != 2 || o.Sold[dough] != 1 {
		t.Errorf("it is offered from share %d with %v", o.Share, o.Sold)
	}
	if p := c.placed(t, nil); p == nil || p.Code != "sold_out" {
		t.Errorf("one was lent and two are sold: %v", p)
	}
}

func TestADatabaseThatWentBackSellsNoShareUntilItsRestaurantKnowsIt(t *testing.T) {
	t.Parallel()
	c, n := newChain(t), &node{edge: "r1"}
	c.lends(t, n, 4)
	waits, _, err := c.service.Place(t.Context(), basket(order.Carryout), "")
	if err != nil {
		t.Fatal(err)
	}
	old := c.Incarnation()
	now, err := c.Doubt(t.Context(), "r1", old, "it knows more")
	if err != nil || now == old {
		t.Fatalf("%s, %v", now, err)
	}
	if p := c.placed(t, nil); p == nil || p.Kind != problem.Unavailable || p.Code != "restored" {
		t.Fatalf("it sells what it may have sold already: %v", p)
	}
	if err := c.ChangeAll(t.Context(), []order.ID{waits.Order.ID}, func(r *ordering.Record) error {
		return r.Take(order.Cloud, order.Validate, ordering.ByCloud, time.Now())
	}); err != nil || c.order(t, waits.Order.ID).Status() != order.StatusCreated {
		t.Errorf("what waits is offered: %v", err)
	}
	for who, want := range map[string]bool{"r1": true, "r2": false} {
		if waits, err := c.Unconfirmed(t.Context(), who, now); err != nil || waits != want {
			t.Errorf("%s waits: %v, %v", who, waits, err)
		}
	}
	if err := errors.Join(c.Confirm(t.Context(), "r1", old), c.Confirm(t.Context(), "r2", now)); err != nil {
		t.Fatal(err)
	}
	if p := c.placed(t, nil); p == nil || p.Kind != problem.Unavailable {
		t.Fatalf("another life or another restaurant has confirmed it: %v", p)
	}
	if err := c.Confirm(t.Context(), "r1", now); err != nil {
		t.Fatal(err)
	}
	c.admit(t, waits.Order.ID)
	if p := c.placed(t, nil); p != nil {
		t.Errorf("it never sells again: %v", p)
	}
}

func TestASaleThatIsOfferedNoMoreIsForgotten(t *testing.T) {
	t.Parallel()
	c, n := newChain(t), &node{edge: "r1"}
	c.lends(t, n, 4)
	r, _, err := c.service.Place(t.Context(), basket(order.Carryout), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Tidy(t.Context(), time.Now().Add(2*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if kept := c.sql(t, `SELECT count(*) FROM stock_sales`); kept != int64(1) {
		t.Errorf("what waits to be offered is forgotten: %v", kept)
	}
	c.sql(t, `UPDATE orders SET intake = false WHERE id = $1::text::uuid`, string(r.Order.ID))
	if err := c.Tidy(t.Context(), time.Now().Add(2*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if kept := c.sql(t, `SELECT count(*) FROM stock_sales`); kept != int64(0) {
		t.Errorf("%v are kept", kept)
	}
}
