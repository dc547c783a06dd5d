package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// placed tries to place an order of a margherita and a cola.
func (c *chain) placed(t testing.TB, at *time.Time) *problem.Problem {
	t.Helper()
	b := basket(order.Carryout)
	b.FireAt = at
	_, _, err := c.service.Place(t.Context(), b, "")
	if p := problem.Of(err); p != nil || err == nil {
		return p
	}
	t.Fatal(err)
	return nil
}

func offs(t testing.TB, c *chain) (off []menu.OffKey) {
	t.Helper()
	o, err := c.Offer(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	for key := range o.Off {
		off = append(off, key)
	}
	return off
}

func TestWhatARestaurantHasNotIsNotSoldOnTheWeb(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1"}
	soon := time.Now().Add(time.Hour).UTC()
	n.says(t, "", event.ProductSoldOut{What: menu.AnIngredient, ID: "basil", Auto: true, Since: time.Now()})
	n.says(t, "", event.ProductSoldOut{What: menu.AProduct, ID: "cola", Owner: "grace", Since: time.Now(), Until: &soon})
	c.apply(t, link.Apply, n.all())
	within(t, "it is off", func() bool { return len(offs(t, c)) == 2 })
	p := c.placed(t, nil)
	if p == nil || p.Kind != problem.Conflict || p.Code != "sold_out" || p.Facts["path"] != "lines[0]" {
		t.Fatalf("it was sold all the same: %v", p)
	}
	others := p.Facts["alternatives"].([]menu.Alternative)
	if !slices.ContainsFunc(others, func(a menu.Alternative) bool {
		return a.Product == "margherita" && slices.Equal(a.Without, []string{"basil"})
	}) {
		t.Errorf("suggested is %+v", others)
	}
	if _, err := c.service.Quote(t.Context(), basket(order.Carryout)); problem.Of(err) == nil || problem.Of(err).Code != "sold_out" {
		t.Errorf("it is quoted: %v", err)
	}
	n.says(t, "", event.ProductBack{What: menu.AnIngredient, ID: "basil", At: time.Now()})
	c.apply(t, link.Apply, n.batch(3, 3))
	within(t, "the basil is back", func() bool { return len(offs(t, c)) == 1 })
	if p := c.placed(t, nil); p == nil || p.Facts["sold_out"].([]menu.Lack)[0].ID != "cola" {
		t.Errorf("the cola was sold: %v", p)
	}
	tonight := time.Now().Add(3 * time.Hour)
	if p := c.placed(t, &tonight); p != nil {
		t.Errorf("by tonight the cola is back: %v", p)
	}
}

func TestAStandingReplacesWhatWasKnownAndOneOfAGoneDeviceDoesNot(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1"}
	level := func(id string, n int64) event.StockLevel { return event.StockLevel{Ingredient: id, OnHand: n} }
	n.says(t, "", event.StockStanding{Levels: []event.StockLevel{level("ham", 500), level("egg", 30)}})
	n.says(t, "", event.ProductSoldOut{What: menu.ATopping, ID: "egg", Since: time.Now()})
	n.says(t, "", event.StockStanding{Levels: []event.StockLevel{level("ham", 400)}})
	c.apply(t, link.Apply, n.all())
	known := func() map[string]int64 {
		t.Helper()
		levels, err := c.Levels(t.Context(), "r1")
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]int64{}
		for _, l := range levels {
			out[l.Ingredient] = l.OnHand
			if l.AsOf.IsZero() || time.Since(l.AsOf) > time.Minute {
				t.Errorf("%s is of %v", l.Ingredient, l.AsOf)
			}
		}
		return out
	}
	if got := known(); got["ham"] != 400 || got["egg"] != 30 {
		t.Errorf("known is %v", got)
	}
	n.says(t, "", event.StockStanding{Whole: true, Levels: []event.StockLevel{level("ham", 300)}, Off: []event.ProductSoldOut{{What: menu.AProduct, ID: "cola", Since: time.Now()}}})
	c.apply(t, link.Apply, n.batch(4, 4))
	if got := known(); len(got) != 1 || got["ham"] != 300 {
		t.Errorf("after a whole standing known is %v", got)
	}
	within(t, "only the cola is off", func() bool { o := offs(t, c); return len(o) == 1 && o[0].ID == "cola" })
	n.says(t, "", event.StockStanding{Levels: make([]event.StockLevel, 2001)})
	c.apply(t, link.Apply, n.batch(5, 5)) // kept, not followed, and it holds up nobody
	if got := known(); len(got) != 1 {
		t.Errorf("nonsense was followed: %v", got)
	}
}

func TestAWishAboutTheStockIsACommandOfTheRestaurants(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	ten := int64(10)
	w := event.StockWished{Request: "w-1", Do: "count", Lines: []event.StockLine{{Ingredient: "ham", Quantity: &ten}}}
	if err := c.WishStock(t.Context(), "r1", w); err != nil {
		t.Fatal(err)
	}
	commands, _, err := c.Commands(context.WithoutCancel(t.Context()), "r1", 1, 10)
	if err != nil || len(commands) != 1 || commands[0].Kind != w.Kind() || commands[0].Order != "" {
		t.Fatalf("%+v, %v", commands, err)
	}
	n := &node{edge: "r1"}
	n.says(t, "", event.CommandAnswered{Seq: 1, Command: commands[0].ID, Granted: true})
	c.apply(t, link.Apply, n.all())
	if waiting, err := c.Unanswered(t.Context()); err != nil || len(waiting) != 0 {
		t.Errorf("it is answered, and waits: %v, %v", waiting, err)
	}
	if err := c.WishStock(t.Context(), "nowhere", w); !problem.Is(err, problem.NotFound) {
		t.Errorf("a restaurant that is not there: %v", err)
	}
}
