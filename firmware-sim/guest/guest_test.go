package guest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/guest"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func pizzeria(t *testing.T) *menu.Menu {
	t.Helper()
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAThousandBasketsAreAllOnTheMenu(t *testing.T) {
	t.Parallel()
	m, d := pizzeria(t), dice.New(1, "guests")
	pizzas, drinks, halves, changes, crusts, sauces, cuts, avoiding := 0, 0, 0, 0, 0, 0, 0, 0
	products := map[string]bool{}
	for range 1000 {
		lines := guest.Basket(d, m)
		if len(lines) == 0 || len(lines) > menu.MaxLines {
			t.Fatalf("%d lines", len(lines))
		}
		for _, l := range lines {
			_, err := m.PriceLine(order.Line{
				Product: l.Product, Half: l.Half, Size: l.Size, Crust: l.Crust, Sauce: l.Sauce, Cut: l.Cut, Quantity: l.Quantity,
				Toppings: l.Toppings, Note: l.Note, Avoid: l.Avoid,
			})
			if err != nil {
				t.Errorf("%+v: %v", l, err)
			}
			p, _ := m.Product(l.Product)
			products[p.ID] = true
			switch p.Category {
			case "pizza":
				pizzas += l.Quantity
			case "drink":
				drinks++
			}
			if l.Half != "" {
				halves++
			}
			changes += len(l.Toppings)
			for count, said := range map[*int]bool{&crusts: l.Crust != "", &sauces: l.Sauce != "", &cuts: l.Cut != "", &avoiding: len(l.Avoid) > 0} {
				if said {
					*count++
				}
			}
		}
	}
	if pizzas < 1500 || pizzas > 3000 || drinks < 400 || drinks > 600 || halves < 50 || changes < 300 {
		t.Errorf("%d pizzas, %d halves, %d changes, %d baskets with drinks in a thousand", pizzas, halves, changes, drinks)
	}
	if crusts < 200 || sauces < 80 || cuts < 60 || avoiding < 60 || avoiding > 400 {
		t.Errorf("%d other crusts, %d other sauces, %d other cuts, %d lines that avoid something in a thousand baskets", crusts, sauces, cuts, avoiding)
	}
	if len(products) < len(m.Products)*8/10 {
		t.Errorf("only %d of %d products are ever ordered", len(products), len(m.Products))
	}
}

func TestAPoorMenuStillMakesABasket(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	m.Products = slices.DeleteFunc(m.Products, func(p menu.Product) bool { return p.Category != "drink" })
	if lines := guest.Basket(dice.New(1, "x"), m); len(lines) == 0 {
		t.Error("nothing to drink")
	}
}

func TestOneSeedIsOneEveningOfOrders(t *testing.T) {
	t.Parallel()
	place := guest.Place{ID: "r1", Latitude: 40.7, Longitude: -74, Menu: pizzeria(t)}
	evening := func(seed uint64) (out []guest.Request) {
		d := dice.New(seed, "guests")
		for range 50 {
			out = append(out, guest.Order(d, place, 0.6))
		}
		return out
	}
	if diff := cmp.Diff(evening(3), evening(3)); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(evening(3), evening(4)) {
		t.Error("two seeds, one evening")
	}
}

func TestDeliveriesGoToDoorsAroundTheRestaurant(t *testing.T) {
	t.Parallel()
	d, place := dice.New(1, "guests"), guest.Place{ID: "r1", Latitude: 40.7, Longitude: -74, Menu: pizzeria(t)}
	deliveries := 0
	for range 500 {
		r := guest.Order(d, place, 0.6)
		if (r.Fulfilment == order.ByDelivery) != (r.Address != nil) {
			t.Fatalf("%s with address %+v", r.Fulfilment, r.Address)
		}
		if r.Address == nil {
			continue
		}
		deliveries++
		if north, east := r.Address.Latitude-40.7, r.Address.Longitude+74; north*north > 0.024*0.024 || east*east > 0.031*0.031 {
			t.Errorf("lives at %+v", r.Address)
		}
	}
	if deliveries < 250 || deliveries > 350 {
		t.Errorf("%d of 500 are deliveries, not about 300", deliveries)
	}
}

func TestGuestsComeAsOftenAsTheyShould(t *testing.T) {
	t.Parallel()
	count := func(a guest.Arrivals, until time.Duration) (n int) {
		for a.Next() < until {
			n++
		}
		return n
	}
	if n := count(guest.Arrivals{PerMinute: 6, Curve: guest.Flat, Dice: dice.New(1, "a")}, 10*time.Hour); n < 3400 || n > 3800 {
		t.Errorf("%d guests in ten hours at six a minute", n)
	}
	friday := guest.Arrivals{PerMinute: 6, Curve: guest.Friday, Dice: dice.New(1, "a")}
	if n := count(friday, time.Hour); n > 160 {
		t.Errorf("%d guests in the quiet first hour", n)
	}
	quick := guest.Arrivals{PerMinute: 60, Curve: guest.Friday, Pace: 60, Dice: dice.New(1, "a")}
	if n := count(quick, 7*time.Minute); n < 180 || n > 340 {
		t.Errorf("%d guests in an evening of seven minutes", n)
	}
}

func TestTheRushOfAFridayIsBetweenSixAndEight(t *testing.T) {
	t.Parallel()
	busiest := time.Duration(0)
	for at := time.Duration(0); at < 7*time.Hour; at += time.Minute {
		share := guest.Friday.Share(at)
		if share <= 0 || share > 1 {
			t.Fatalf("share %v at %v", share, at)
		}
		if share > guest.Friday.Share(busiest) {
			busiest = at
		}
	}
	if busiest < 2*time.Hour || busiest > 4*time.Hour {
		t.Errorf("busiest %v after four o'clock", busiest)
	}
	if guest.Friday.Share(8*time.Hour) != guest.Friday.Share(time.Hour) {
		t.Error("a second evening differs from the first")
	}
	if _, err := guest.ParseCurve("monday"); err == nil {
		t.Error("there is a curve monday")
	}
}

func TestAWitnessComplainsOfWhatCannotBe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		how        order.Fulfilment
		seen       []guest.Seen
		complaints int
	}{
		"a delivery": {order.ByDelivery, []guest.Seen{
			{"Created", 1},
			{"Validated", 2},
			{"Queued", 3},
			{"Preparing", 4},
			{"Baking", 5},
			{"QualityCheck", 6},
			{"ReadyForPickup", 7},
			{"DriverAssigned", 8},
			{"PickedUp", 9},
			{"OutForDelivery", 10},
			{"Delivered", 11},
		}, 0},
		"seen late":                     {order.ByDelivery, []guest.Seen{{"Created", 1}, {"Baking", 9}, {"Baking", 9}, {"Delivered", 14}}, 0},
		"a remake":                      {order.Carryout, []guest.Seen{{"ReadyForPickup", 7}, {"Preparing", 8}}, 0},
		"a driver drops out":            {order.ByDelivery, []guest.Seen{{"DriverAssigned", 8}, {"ReadyForPickup", 9}}, 0},
		"cancelled":                     {order.Carryout, []guest.Seen{{"Baking", 5}, {"Cancelled", 6}}, 0},
		"back from the road":            {order.ByDelivery, []guest.Seen{{"OutForDelivery", 10}, {"Baking", 11}}, 1},
		"back to the beginning":         {order.Carryout, []guest.Seen{{"Queued", 3}, {"Created", 4}}, 1},
		"cancelled and delivered":       {order.ByDelivery, []guest.Seen{{"Cancelled", 6}, {"Delivered", 7}}, 1},
		"an older version":              {order.Carryout, []guest.Seen{{"Baking", 6}, {"Baking", 5}}, 1},
		"two steps in one version":      {order.ByDelivery, []guest.Seen{{"Baking", 6}, {"ReadyForPickup", 7}, {"DriverAssigned", 7}}, 0},
		"said again after a cut":        {order.Carryout, []guest.Seen{{"Baking", 6}, {"QualityCheck", 6}, {"ReadyForPickup", 6}, {"QualityCheck", 6}, {"ReadyForPickup", 6}}, 0},
		"one version, two truths":       {order.ByDelivery, []guest.Seen{{"OutForDelivery", 9}, {"Baking", 9}}, 1},
		"a driver for what one fetches": {order.Carryout, []guest.Seen{{"ReadyForPickup", 6}, {"OutForDelivery", 7}}, 1},
		"a word nobody knows":           {order.Carryout, []guest.Seen{{"Burnt", 6}}, 1},
	} {
		w, complaints := guest.Witness{Fulfilment: c.how}, 0
		for _, s := range c.seen {
			if w.See(s) != "" {
				complaints++
			}
		}
		if complaints != c.complaints {
			t.Errorf("%s: %d complaints, want %d", name, complaints, c.complaints)
		}
	}
}
