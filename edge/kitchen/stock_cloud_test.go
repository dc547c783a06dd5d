package kitchen_test

import (
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/problem"
)

// levelsTold are what the cloud was told of the shelves.
func (h *house) levelsTold() (all []event.StockStanding) {
	for _, f := range h.facts() {
		if s, ok := f.(event.StockStanding); ok {
			all = append(all, s)
		}
	}
	return all
}

func TestTheCloudHearsWhatIsOffAtOnceAndWhatIsLeftNowAndThen(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/edge.db"
	synctest.Test(t, func(t *testing.T) {
		h := houseAt(t, path, settings())
		defer h.close()
		stop := h.run()
		pass := func(d time.Duration) {
			h.clock.pass(d)
			time.Sleep(d)
			synctest.Wait()
		}
		pass(time.Minute)
		if got := h.levelsTold(); len(got) != 0 {
			t.Errorf("there is no stock, and the cloud hears %+v", got)
		}
		h.write(stock.Count, map[string]int64{"mozzarella": 200})
		if got := h.levelsTold(); len(got) != 1 || len(got[0].Levels) != 1 || got[0].Levels[0].OnHand != 200 {
			t.Errorf("after a count the cloud hears %+v", got)
		}
		if pass(time.Minute); len(h.levelsTold()) != 2 || !h.levelsTold()[1].Whole {
			t.Errorf("there is stock now, and the cloud hears %+v", h.levelsTold())
		}
		h.place(pizza)
		var off []event.ProductSoldOut
		for _, f := range h.facts() {
			if s, ok := f.(event.ProductSoldOut); ok {
				off = append(off, s)
			}
		}
		if len(off) != 1 || off[0].ID != "mozzarella" || !off[0].Auto {
			t.Errorf("50 g are left, and off is %+v", off)
		}
		before := len(h.levelsTold())
		pass(time.Minute)
		if n := len(h.levelsTold()) - before; n != 0 {
			t.Errorf("one sale makes %d standings in a minute", n)
		}
		pass(6 * time.Minute)
		got := h.levelsTold()
		if len(got) != before+1 || got[before].Levels[0].Reserved != 150 {
			t.Errorf("in time the cloud hears %+v", got[before:])
		}
		stop()
		h.restart()
		stop = h.run()
		pass(time.Minute)
		if got := h.levelsTold(); len(got) != before+2 || !got[before+1].Whole || len(got[before+1].Off) != 1 {
			t.Errorf("after a start the cloud hears %+v", got[before+1:])
		}
		stop()
	})
}

func TestAWishOfTheCloudAboutTheShelvesIsDoneOnceOrRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	amount := int64(500)
	lines := []event.StockLine{{Ingredient: "ham", Quantity: &amount}}
	for range 2 { // a guest of the office pressed twice
		if a := h.obey("", event.StockWished{Request: "w-1", Do: "receipt", Lines: lines, By: "head office"}); !a.Granted {
			t.Fatalf("refused: %s", a.Reason)
		}
	}
	h.shelf("ham", 500, 0)
	for what, w := range map[string]event.StockWished{
		"no reason":  {Request: "w-2", Do: "waste", Lines: lines},
		"gold":       {Request: "w-3", Do: "count", Lines: []event.StockLine{{Ingredient: "gold", Quantity: &amount}}},
		"nothing":    {Request: "w-4", Do: "count", Lines: []event.StockLine{{Ingredient: "ham"}}},
		"a dance":    {Request: "w-5", Do: "dance"},
		"used again": {Request: "w-1", Do: "count", Lines: lines},
		"no product": {Request: "w-6", Do: "sold_out", What: "product", ID: "sushi"},
	} {
		if a := h.obey("", w); a.Granted || a.Reason == "" {
			t.Errorf("%s is granted: %+v", what, a)
		}
	}
	if a := h.obey("", event.StockWished{Request: "w-7", Do: "sold_out", What: "product", ID: "margherita", Reason: "recall"}); !a.Granted {
		t.Errorf("refused: %s", a.Reason)
	}
	if _, _, err := h.Place(t.Context(), counter(pizza)); problem.Of(err) == nil || problem.Of(err).Code != "sold_out" {
		t.Errorf("it can be ordered: %v", err)
	}
	if a := h.obey("", event.StockWished{Request: "w-8", Do: "back", What: "product", ID: "margherita"}); !a.Granted {
		t.Errorf("refused: %s", a.Reason)
	}
	h.place(pizza)
	few := int64(5)
	if a := h.obey("", event.StockWished{Request: "w-9", Do: "threshold", Lines: []event.StockLine{{Ingredient: "ham", Threshold: &few}}}); !a.Granted {
		t.Errorf("refused: %s", a.Reason)
	}
	if l := h.level("ham"); l.Threshold != 5 || l.Low {
		t.Errorf("the ham stands as %+v", l)
	}
}
