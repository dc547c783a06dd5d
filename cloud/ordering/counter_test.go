package ordering_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/line"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// counterOf is a real kitchen, with whose counter the web is compared.
type counterOf struct {
	*kitchen.Kitchen
	clock *wall
}

func newCounter(t *testing.T, ovens []line.Oven, cooks int) counterOf {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "edge.db"))
	if err != nil {
		t.Fatal(err)
	}
	screens := live.New[kitchen.Change](16)
	t.Cleanup(func() {
		screens.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	s := kitchen.Settings{Restaurant: "r1", Ovens: ovens}
	for n := range cooks {
		s.Roster = append(s.Roster, kitchen.Cook{ID: fmt.Sprint("cook", n), Name: "Cook"})
	}
	c := counterOf{clock: &wall{at: noon}}
	if c.Kitchen, err = kitchen.New(t.Context(), db, m, c.clock, screens, s); err != nil {
		t.Fatal(err)
	}
	for _, cook := range s.Roster {
		if err := c.SignIn(t.Context(), cook.ID); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// rush is a queue of so many orders of one to three pizzas.
func (c counterOf) rush(t *testing.T, orders int) {
	t.Helper()
	for n := range orders {
		o := kitchen.CounterOrder{
			Key: id.New(), Channel: order.Counter, Fulfilment: order.Carryout, Customer: order.Customer{Name: "Ada"}, Payment: order.Payment{Method: "cash"},
			Lines: []order.Line{{Product: "margherita", Size: "large", Quantity: 1 + n%3}},
		}
		if _, _, err := c.Place(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
}

// web is a cloud that has just heard the kitchen's heartbeat.
func (c counterOf) web(t *testing.T) *scene {
	t.Helper()
	raw, err := link.Encode(link.Heartbeat{Device: "UDEV1", Boot: "b0", Epoch: 1, At: c.clock.at, Outlook: c.Outlook(t.Context())})
	if err != nil {
		t.Fatal(err)
	}
	h, err := link.Decode[link.Heartbeat](raw)
	if err != nil || h.Outlook == nil || h.Outlook.Sound() != nil {
		t.Fatalf("%+v, %v", h, err)
	}
	var p restaurant.Presence
	p.Heard("r1", restaurant.Beat{Outlook: h.Outlook}, c.clock.at)
	l := p.Of("r1", c.clock.at)
	s := newScene(t)
	s.at, s.Outlook, s.OutlookAt = c.clock.at, l.Outlook, l.OutlookAt
	return s
}

func (c counterOf) asks(t *testing.T, lines []order.Line) order.Promise {
	t.Helper()
	q, err := c.Quote(context.Background(), kitchen.CounterOrder{Fulfilment: order.Carryout, Lines: lines})
	if err != nil {
		t.Fatal(err)
	}
	return q.Promise
}

// kitchens are some to be compared.
func kitchens(t *testing.T) map[string]counterOf {
	t.Helper()
	deck := []line.Oven{{ID: "oven-1", Decks: 2, Capacity: 8, Sizes: map[string]int{"small": 10, "large": 6}}}
	belt := []line.Oven{{ID: "belt", Decks: 1, Capacity: 10, Belt: 390 * time.Second}}
	all := map[string]counterOf{
		"idle": newCounter(t, deck, 2), "alone": newCounter(t, nil, 1), "in a rush": newCounter(t, deck, 3), "with a belt": newCounter(t, belt, 2),
		"with a cold oven": newCounter(t, deck, 2), "with nobody there": newCounter(t, deck, 0),
	}
	all["alone"].rush(t, 3)
	all["in a rush"].rush(t, 25)
	all["with a belt"].rush(t, 8)
	all["with a cold oven"].rush(t, 5)
	a := kitchen.Alert{ID: "underheat/oven-1", Device: "oven-1", What: string(wire.Underheat), Level: string(wire.Critical), Since: noon}
	if err := all["with a cold oven"].Alert(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTheWebPromisesWhatTheCounterPromises(t *testing.T) {
	t.Parallel()
	for name, c := range kitchens(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := c.web(t)
			c.comparesReferences(t, s)
			c.comparesTheMenu(t, s)
		})
	}
}

// comparesReferences holds the two against each other where they are the same to the second.
func (c counterOf) comparesReferences(t *testing.T, s *scene) {
	t.Helper()
	r := referencePizza(t, s)
	for _, n := range []int{1, 2, 4, 8, 16, 32} {
		b := basket(order.Carryout)
		b.Lines = []order.Line{{Product: r.Product, Size: r.Size, Quantity: n}}
		web, counter := s.quote(t, b).Promise, c.asks(t, b.Lines)
		if !web.From.Equal(counter.From) || !web.To.Equal(counter.To) || !slices.Equal(web.Because, counter.Because) {
			t.Errorf("%d pizzas: the web says\n%+v, the counter\n%+v", n, web, counter)
		}
	}
}

// comparesTheMenu holds them against each other for some of everything: their ranges have something in common.
func (c counterOf) comparesTheMenu(t *testing.T, s *scene) {
	t.Helper()
	for n, p := range s.Menu.Products {
		size := p.Sizes[n%len(p.Sizes)]
		for _, quantity := range []int{1, 6} {
			b := basket(order.Carryout)
			b.Lines = []order.Line{{Product: p.ID, Size: size.ID, Quantity: quantity}, {Product: "cola", Quantity: 1}}
			web, counter := s.quote(t, b).Promise, c.asks(t, b.Lines)
			if web.From.Sub(counter.From).Abs() > counter.To.Sub(counter.From) {
				t.Errorf("%d × %s/%s: the web says %v, the counter %v", quantity, p.ID, size.ID, web.From.Sub(noon), counter.From.Sub(noon))
			}
		}
	}
}

// referencePizza is one that takes as long as the reference of what was heard.
func referencePizza(t *testing.T, s *scene) order.Item {
	t.Helper()
	r := s.Outlook.Reference
	for _, p := range s.Menu.Products {
		for _, size := range p.Sizes {
			if size.BakeSeconds > 0 && size.MakeSeconds == r.MenuMake && (size.BakeSeconds == r.MenuBake || r.MenuBake == 0) {
				return order.Item{Product: p.ID, Size: size.ID}
			}
		}
	}
	t.Fatalf("nothing on the menu takes as long as %+v", r)
	return order.Item{}
}

func TestTheCloudsOwnReckoningIsAsideWhatTheKitchenSays(t *testing.T) {
	t.Parallel()
	c := newCounter(t, []line.Oven{{ID: "oven-1", Decks: 1, Capacity: 4}}, 3)
	c.rush(t, 20)
	s := c.web(t)
	kitchens := s.quote(t, basket(order.Carryout)).Promise
	s.Outlook = nil // an older node, or nothing was heard
	s.Cooks, s.Ahead, s.AheadSeconds = 3, 20, 20*2*90
	if own := s.quote(t, basket(order.Carryout)); kitchens.From.Sub(own.Promise.From) < 10*time.Minute || own.Basis.By != ordering.CloudReckons {
		t.Errorf("the oven is what everything waits for: the kitchen says %v, the cloud alone %v", kitchens, own.Promise)
	}
}
