package order_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"awesome.pizza/shared/order"
)

func outlook() *order.Outlook {
	return &order.Outlook{
		Pizzas: []order.Prospect{{1, 400, 300}, {2, 430, 300}, {4, 500, 300}, {8, 700, 300}, {16, 1100, 360}, {32, 1900, 500}},
		Side:   &order.Prospect{Pieces: 1, Ready: 20, Spread: 300}, Hands: 2, Ahead: 3,
		Reference: order.Reference{MenuMake: 90, MenuBake: 300, Make: 99, Bake: 300, MenuSide: 10},
		Large:     &order.Large{Pieces: 20, Reserve: 20},
	}
}

func pizzas(n, makes, bakes int) (items []order.Item) {
	for range n {
		items = append(items, order.Item{Bakes: true, MakeSeconds: makes, BakeSeconds: bakes})
	}
	return items
}

func TestAnOutlookSaysOfReferencePizzasWhatTheKitchenSays(t *testing.T) {
	t.Parallel()
	o := outlook()
	for _, p := range o.Pizzas[:5] {
		if e := o.Of(pizzas(p.Pieces, 90, 300)); e.Ready != time.Duration(p.Ready)*time.Second || e.Spread != time.Duration(p.Spread)*time.Second || e.Large {
			t.Errorf("%d pizzas: %+v", p.Pieces, e)
		}
	}
	for n, want := range map[int]time.Duration{3: 465 * time.Second, 12: 900 * time.Second} {
		if e := o.Of(pizzas(n, 90, 300)); e.Ready != want {
			t.Errorf("%d pizzas: %v, not %v", n, e.Ready, want)
		}
	}
}

func TestWhatDiffersFromTheReferenceIsAdded(t *testing.T) {
	t.Parallel()
	o := outlook()
	for name, c := range map[string]struct {
		items []order.Item
		want  int
	}{
		"a quick one":            {pizzas(1, 60, 300), 400 - 33},    // a tenth slower than the menu says
		"three slow ones":        {pizzas(3, 120, 300), 465 + 33*2}, // two turns of two hands
		"one that bakes":         {pizzas(1, 90, 420), 520},         // two minutes longer
		"a side":                 {[]order.Item{{MakeSeconds: 15}}, 25},
		"a pizza with a side":    {append(pizzas(1, 90, 300), order.Item{MakeSeconds: 10}), 400},
		"nothing":                {nil, 0},
		"one that takes no time": {pizzas(1, 0, 0), 400 - 99 - 300},
	} {
		if e := o.Of(c.items); e.Ready != time.Duration(c.want)*time.Second {
			t.Errorf("%s: %v, not %d s", name, e.Ready, c.want)
		}
	}
	o.Reference.MenuBake = 0
	if e := o.Of(pizzas(1, 90, 600)); e.Ready != 400*time.Second || e.Bake != 300*time.Second {
		t.Errorf("on a belt: %+v", e)
	}
}

func TestALargeOrderIsPromisedLaterThanItsSizeAlone(t *testing.T) {
	t.Parallel()
	o := outlook()
	large := o.Of(pizzas(32, 90, 300))
	if want := 1900 + (1900-400)/4; !large.Large || large.Ready != time.Duration(want)*time.Second {
		t.Errorf("%+v, not in %d s", large, want)
	}
	drinks := make([]order.Item, 40)
	for n := range drinks {
		drinks[n].MakeSeconds = 10
	}
	if e := o.Of(drinks); !e.Large || e.Ready != 260*time.Second { // twenty turns, and a quarter more
		t.Errorf("40 drinks: %+v", e)
	}
	o.Side = nil
	if e := o.Of(drinks[:1]); e.Ready != 400*time.Second || e.Large {
		t.Errorf("a drink of which nobody said when: %+v", e)
	}
	o.Large = nil
	if e := o.Of(pizzas(32, 90, 300)); e.Large || e.Ready != 1900*time.Second {
		t.Errorf("without the rule: %+v", e)
	}
	if e := o.Of(pizzas(48, 90, 300)); e.Ready != 2700*time.Second || e.Spread != 500*time.Second {
		t.Errorf("beyond what was tried: %+v", e)
	}
}

func TestAnOutlookThatCannotBeIsNotSound(t *testing.T) {
	t.Parallel()
	if err := outlook().Sound(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*order.Outlook){
		"says nothing":       func(o *order.Outlook) { o.Pizzas = nil },
		"says too much":      func(o *order.Outlook) { o.Pizzas = make([]order.Prospect, 17) },
		"goes back":          func(o *order.Outlook) { o.Pizzas[1].Pieces = 1 },
		"is over":            func(o *order.Outlook) { o.Pizzas[0].Ready = -1 },
		"is next week":       func(o *order.Outlook) { o.Pizzas[5].Ready = 1 << 40 },
		"has no width":       func(o *order.Outlook) { o.Pizzas[5].Spread = -1 },
		"has an odd side":    func(o *order.Outlook) { o.Side.Ready = -1 },
		"has no end of room": func(o *order.Outlook) { o.Places = math.NaN() },
		"has nobody":         func(o *order.Outlook) { o.Hands = 0 },
		"bakes backwards":    func(o *order.Outlook) { o.Reference.Bake = -1 },
		"reserves all":       func(o *order.Outlook) { o.Large.Reserve = 100 },
		"tells a novel":      func(o *order.Outlook) { o.Because = []string{strings.Repeat("x", 201)} },
		"beeps":              func(o *order.Outlook) { o.Because = []string{"\a"} },
		"gives many causes":  func(o *order.Outlook) { o.Because = make([]string, 17) },
		"closes oddly":       func(o *order.Outlook) { o.Closed = map[order.Channel]order.Shut{order.Web: {Reason: "\n"}} },
		"closes backwards":   func(o *order.Outlook) { o.Closed = map[order.Channel]order.Shut{order.Web: {Wait: -1}} },
	} {
		o := outlook()
		if spoil(o); o.Sound() == nil {
			t.Errorf("one that %s passes", name)
		}
	}
}
