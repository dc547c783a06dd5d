package ordering_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestAnOrderIsPricedPromisedAndDurableBeforeItIsAnswered(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	r, replayed, err := s.Place(t.Context(), basket(order.ByDelivery), "")
	if err != nil || replayed {
		t.Fatal(replayed, err)
	}
	o := r.Order
	if r.Status() != order.StatusCreated || r.Version != 1 || r.Progress.Delivery != order.Unassigned || len(r.Token) < 20 {
		t.Errorf("%+v", r)
	}
	if o.Totals.Total.Minor != o.Totals.Items.Minor+o.Totals.Tax.Minor+o.Totals.Fee.Minor || o.Totals.Items.Minor != 1499 {
		t.Errorf("totals %+v", o.Totals)
	}
	if !o.AcceptBy.Equal(noon.Add(ordering.DefaultAcceptWithin)) || o.Channel != order.Web || o.Origin != order.Cloud || o.MenuVersion != s.Menu.Version {
		t.Errorf("%+v", o)
	}
	if s.book.order(o.ID).Order.ID != o.ID {
		t.Error("it is not in the store")
	}
	if other := s.place(t, order.ByDelivery); other.Token == r.Token || other.Order.ID == o.ID {
		t.Error("two orders share a token or an id")
	}
}

func TestUnusableBasketsSayWhereAndWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*ordering.Basket)
		path  string
	}{
		"no fulfilment":       {func(b *ordering.Basket) { b.Fulfilment = "" }, "fulfilment"},
		"by the counter":      {func(b *ordering.Basket) { b.Channel = order.Counter }, "channel"},
		"on the house":        {func(b *ordering.Basket) { b.Payment.Method = "house" }, "payment.method"},
		"nobody":              {func(b *ordering.Basket) { b.Customer.Name = "" }, "customer.name"},
		"a blank name":        {func(b *ordering.Basket) { b.Customer.Name = "  " }, "customer.name"},
		"a name that beeps":   {func(b *ordering.Basket) { b.Customer.Name = "Ada\a" }, "customer.name"},
		"two lines of street": {func(b *ordering.Basket) { b.Address.Street = "1 Main St\r\nfree pizza" }, "address"},
		"a novel of a name":   {func(b *ordering.Basket) { b.Customer.Name = strings.Repeat("x", 101) }, "customer.name"},
		"a local number":      {func(b *ordering.Basket) { b.Customer.Phone = "555-0123" }, "customer.phone"},
		"nothing":             {func(b *ordering.Basket) { b.Lines = nil }, "lines"},
		"too many lines":      {func(b *ordering.Basket) { b.Lines = make([]order.Line, menu.MaxLines+1) }, "lines"},
		"too many pieces":     {func(b *ordering.Basket) { b.Lines = manyLines(5, 50) }, "lines"},
		"unknown product":     {func(b *ordering.Basket) { b.Lines[0].Product = "calzone" }, "lines[0].product"},
		"nowhere":             {func(b *ordering.Basket) { b.Address = nil }, "address"},
		"no street":           {func(b *ordering.Basket) { b.Address.Street = "" }, "address.street"},
		"no city":             {func(b *ordering.Basket) { b.Address.City = "" }, "address.city"},
		"a novel at the door": {func(b *ordering.Basket) { b.Address.Note = strings.Repeat("x", 201) }, "address.note"},
		"beyond the pole":     {func(b *ordering.Basket) { b.Address.Latitude = 91 }, "address.latitude"},
		"not a number":        {func(b *ordering.Basket) { b.Address.Longitude = math.NaN() }, "address.longitude"},
		"another city":        {func(b *ordering.Basket) { b.Address.Latitude = 41.9 }, "address"},
		"address to fetch":    {func(b *ordering.Basket) { b.Fulfilment = order.Carryout }, "address"},
		"yesterday":           {func(b *ordering.Basket) { b.FireAt = at(-24 * time.Hour) }, "fire_at"},
		"next year":           {func(b *ordering.Basket) { b.FireAt = at(365 * 24 * time.Hour) }, "fire_at"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := basket(order.ByDelivery)
			c.spoil(&b)
			_, _, err := newScene(t).Place(t.Context(), b, "")
			if p := problem.Of(err); p == nil || p.Kind != problem.Invalid || p.Facts["path"] != c.path {
				t.Errorf("got %v, want a complaint about %s", err, c.path)
			}
		})
	}
}

func at(d time.Duration) *time.Time {
	t := noon.Add(d)
	return &t
}

func manyLines(n, quantity int) (lines []order.Line) {
	for range n {
		lines = append(lines, order.Line{Product: "cola", Quantity: quantity})
	}
	return lines
}

func TestALargeOrderStillCrossesTheLink(t *testing.T) {
	t.Parallel()
	b := basket(order.Carryout)
	b.Lines = nil
	for range menu.MaxLines { // every line as long as it can be
		l := order.Line{Product: "margherita", Size: "large", Quantity: 2, Note: strings.Repeat("é", 100)}
		for range 20 {
			l.Toppings = append(l.Toppings, order.Topping{Topping: "mushrooms", Placement: order.Right, Amount: order.Normal})
		}
		b.Lines = append(b.Lines, l)
	}
	if _, _, err := newScene(t).Place(t.Context(), b, ""); !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), "too large") {
		t.Errorf("%v", err)
	}
	b.Lines = b.Lines[:40]
	if _, _, err := newScene(t).Place(t.Context(), b, ""); err != nil {
		t.Errorf("a large but possible order: %v", err)
	}
}

func TestRestaurantsRefuseWhatTheyDoNotTakeNow(t *testing.T) {
	t.Parallel()
	opens := noon.Add(5 * time.Hour)
	for name, c := range map[string]struct {
		house func(*ordering.House)
		fact  string
		code  string
	}{
		"closed": {func(h *ordering.House) {
			h.OpenAt = func(t time.Time) bool { return t.After(opens) }
			h.Opens = func(time.Time) (time.Time, bool) { return opens, true }
		}, "opens", "restaurant_closed"},
		"paused":  {func(h *ordering.House) { h.Paused = true }, "", "restaurant_paused"},
		"cut off": {func(h *ordering.House) { h.LinkUp = false }, "since", "restaurant_paused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			c.house(&s.home)
			_, _, err := s.Place(t.Context(), basket(order.Carryout), "")
			p := problem.Of(err)
			if p == nil || p.Kind != problem.Conflict || p.Code != c.code || c.fact != "" && p.Facts[c.fact] == nil {
				t.Errorf("%v", err)
			}
		})
	}
	s := newScene(t)
	b := basket(order.Carryout)
	b.Restaurant = "r9"
	if _, _, err := s.Place(t.Context(), b, ""); !problem.Is(err, problem.NotFound) {
		t.Errorf("nobody's restaurant: %v", err)
	}
}

func TestACutOffRestaurantThatQueuesPromisesMore(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	up, err := s.Quote(t.Context(), basket(order.Carryout))
	if err != nil {
		t.Fatal(err)
	}
	s.LinkUp, s.Queues = false, true
	down, err := s.Quote(t.Context(), basket(order.Carryout))
	if err != nil || down.Promise.From.Sub(up.Promise.From) < 10*time.Minute {
		t.Errorf("%v, cut off %v, %v", up.Promise, down.Promise, err)
	}
}

func TestAScheduledOrderIsForItsTime(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.OpenAt = func(at time.Time) bool { return at.After(noon.Add(time.Hour)) } // closed now, open then
	b := basket(order.Carryout)
	b.FireAt = at(3 * time.Hour)
	r, _, err := s.Place(t.Context(), b, "")
	if err != nil || !r.Order.Promise.From.Equal(noon.Add(3*time.Hour)) || !r.Order.AcceptBy.Equal(noon.Add(150*time.Minute)) {
		t.Errorf("promised %v, to be accepted by %v, %v", r.Order.Promise, r.Order.AcceptBy, err)
	}
}

func TestARepeatedRequestIsAnsweredAfterTheRestaurantClosed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	first, _, err := s.Place(t.Context(), basket(order.Carryout), "k")
	if err != nil {
		t.Fatal(err)
	}
	s.Paused = true
	again, replayed, err := s.Place(t.Context(), basket(order.Carryout), "k")
	if err != nil || !replayed || again.Order.ID != first.Order.ID {
		t.Errorf("%v, %v, %v", again.Order.ID, replayed, err)
	}
	if _, _, err := s.Place(t.Context(), basket(order.DineIn), "k"); code(err) != "restaurant_paused" {
		t.Errorf("another request with the key: %v", err)
	}
	if _, _, err := s.Place(t.Context(), basket(order.Carryout), ""); code(err) != "restaurant_paused" {
		t.Errorf("a new request: %v", err)
	}
}

func TestAStoreThatFailsIsNotAnOrder(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.book.broken = errors.New("disk full")
	if _, _, err := s.Place(t.Context(), basket(order.Carryout), ""); !errors.Is(err, s.book.broken) {
		t.Errorf("%v", err)
	}
}

func TestPromisesGrowWithWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := newScene(t)
		s.Ahead = rapid.IntRange(0, 50).Draw(t, "ahead")
		s.AheadSeconds = s.Ahead * 90
		s.Cooks = rapid.IntRange(1, 6).Draw(t, "cooks")
		b := basket(order.ByDelivery)
		b.Lines[0].Quantity = rapid.IntRange(1, 10).Draw(t, "quantity")
		b.Address.Latitude += rapid.Float64Range(0, 0.05).Draw(t, "north")
		promise := func() order.Promise {
			q, err := s.Quote(t.Context(), b)
			if err != nil {
				t.Fatal(err)
			}
			return q.Promise
		}
		base := promise()
		if !base.From.After(noon) || !base.To.After(base.From) || len(base.Because) < 3 {
			t.Fatalf("%+v", base)
		}
		b.Lines[0].Quantity++
		if p := promise(); p.From.Before(base.From) {
			t.Fatal("more to make, and sooner")
		}
		s.AheadSeconds += 600 * s.Cooks
		if p := promise(); p.From.Sub(base.From) < 9*time.Minute {
			t.Fatal("a longer queue, and as soon")
		}
		b.Address.Latitude += 0.01
		if p := promise(); p.To.Before(base.To) {
			t.Fatal("further away, and sooner")
		}
	})
}
