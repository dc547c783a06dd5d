package ordering_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// says lets the kitchen of a street say what it would promise: one margherita in 40 minutes.
func (s *scene) says() *order.Outlook {
	p := s.Menu.Items([]order.Line{{Product: "margherita", Size: "large", Quantity: 1}})[0]
	s.OutlookAt = s.at
	s.Outlook = &order.Outlook{
		At: s.at, Pizzas: []order.Prospect{{Pieces: 1, Ready: 2400, Spread: 480}, {Pieces: 32, Ready: 5500, Spread: 700}}, Hands: 2, Ahead: 17,
		Reference: order.Reference{MenuMake: p.MakeSeconds, MenuBake: p.BakeSeconds, Make: p.MakeSeconds, Bake: p.BakeSeconds},
		Wait:      300, Because: []string{"oven-1 is too cold"},
	}
	return s.Outlook
}

func (s *scene) quote(t teller, b ordering.Basket) ordering.Quote {
	t.Helper()
	q, err := s.Quote(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestThePromiseIsTheKitchensOwnWhileItsWordIsFresh(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.Ahead, s.AheadSeconds = 2, 120 // what the cloud knows of
	s.says()
	for _, age := range []time.Duration{0, 2 * time.Minute} {
		s.at = noon.Add(age)
		q := s.quote(t, basket(order.Carryout))
		if p := q.Promise; !p.From.Equal(s.at.Add(40*time.Minute)) || p.To.Sub(p.From) != 8*time.Minute {
			t.Errorf("after %v: %v to %v", age, p.From, p.To)
		}
		if want := []string{"17 orders ahead", "oven 6 min", "oven-1 is too cold"}; !slices.Equal(q.Promise.Because, want) {
			t.Errorf("after %v: because %q", age, q.Promise.Because)
		}
		if b := q.Basis; b.By != ordering.KitchenReckons || !b.AsOf.Equal(noon) || b.Stale || b.Ahead != 17 || b.Wait != 0 || b.Drive != 0 || len(b.Reasons) != 1 {
			t.Errorf("after %v: %+v", age, b)
		}
	}
	door := s.quote(t, basket(order.ByDelivery))
	if lead := door.Promise.From.Sub(s.at); lead != 45*time.Minute+door.Basis.Drive.Round(time.Second) || door.Basis.Drive < 4*time.Minute || door.Promise.To.Sub(door.Promise.From) != 10*time.Minute {
		t.Errorf("at the door %v, %+v", door.Promise, door.Basis)
	}
}

func TestAWordThatGrowsOldCountsTheLessAndIsOverAfterTenMinutes(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	own := s.quote(t, basket(order.Carryout))
	if own.Basis.By != ordering.CloudReckons || !own.Basis.AsOf.IsZero() {
		t.Errorf("without a word of the kitchen: %+v", own.Basis)
	}
	s.says()
	s.LinkUp, s.Queues = false, true
	last := time.Hour
	for _, age := range []time.Duration{time.Minute, 3 * time.Minute, 6 * time.Minute, 9 * time.Minute} {
		s.at = noon.Add(age)
		q := s.quote(t, basket(order.Carryout))
		lead := q.Promise.From.Sub(s.at)
		if lead >= last && age > time.Minute {
			t.Errorf("after %v it is %v, and was %v before", age, lead, last)
		}
		stale := age > 2*time.Minute
		if said := strings.Contains(strings.Join(q.Promise.Because, "; "), "the kitchen was last heard of"); said != stale || q.Basis.Stale != stale || stale != (q.Basis.By == ordering.BothReckon) {
			t.Errorf("after %v: because %q, %+v", age, q.Promise.Because, q.Basis)
		}
		if !slices.Contains(q.Promise.Because, "the restaurant cannot be reached at the moment") || q.Basis.Late != 15*time.Minute || age == time.Minute && lead != 55*time.Minute {
			t.Errorf("cut off, after %v: %v, because %q", age, lead, q.Promise.Because)
		}
		last = lead
	}
	s.at = noon.Add(10 * time.Minute)
	s.LinkUp = true
	if q := s.quote(t, basket(order.Carryout)); q.Promise.From.Sub(s.at) != own.Promise.From.Sub(noon) || !slices.Equal(q.Promise.Because, own.Promise.Because) || q.Basis.By != ordering.CloudReckons {
		t.Errorf("after ten minutes %+v, without a word %+v", q, own)
	}
}

func TestALargeOrderOfTheWebIsTakenAndPromisedLater(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	b := basket(order.Carryout)
	b.Lines[0].Quantity = 32
	o := s.says()
	usual := s.quote(t, b)
	o.Large = &order.Large{Pieces: 20, Reserve: 20}
	large := s.quote(t, b)
	if usual.Large || !large.Large || large.Promise.From.Sub(usual.Promise.From) != (5500-2400)/4*time.Second || !slices.Contains(large.Promise.Because, "a large order") {
		t.Errorf("%+v\n%+v", usual.Promise, large.Promise)
	}
	r, _, err := s.Place(t.Context(), b, "")
	if err != nil || !r.Order.Promise.From.Equal(large.Promise.From) {
		t.Errorf("%v, %v", r.Order.Promise, err)
	}
	b.Lines[0].Quantity = 20
	if s.quote(t, b).Large {
		t.Error("twenty are not more than twenty")
	}
}

func TestAChannelThatTheKitchenHasNoRoomForIsClosedAndNoOther(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.says().Closed = map[order.Channel]order.Shut{order.Partner: {Wait: 1800, Reason: "a new order would wait 30 min"}}
	b := basket(order.Carryout)
	b.Channel = order.Partner
	_, _, err := s.Place(t.Context(), b, "")
	if p := problem.Of(err); p == nil || p.Code != "restaurant_paused" || p.Facts["channel"] != order.Partner || p.Facts["reason"] == "" {
		t.Errorf("a partner: %v", err)
	}
	if _, _, err := s.Place(t.Context(), basket(order.Carryout), ""); err != nil {
		t.Errorf("the web: %v", err)
	}
	later := b
	later.FireAt = at(3 * time.Hour)
	if _, _, err := s.Place(t.Context(), later, ""); err != nil {
		t.Errorf("a partner, for later: %v", err)
	}
	s.at = noon.Add(3 * time.Minute)
	if _, _, err := s.Place(t.Context(), b, ""); err != nil {
		t.Errorf("a partner, when the word is old: %v", err)
	}
}

func TestAScheduledOrderIsForItsTimeAlsoByTheKitchensWord(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.says()
	b := basket(order.Carryout)
	b.FireAt = at(3 * time.Hour)
	if p := s.quote(t, b).Promise; !p.From.Equal(*b.FireAt) || p.To.Sub(p.From) != 8*time.Minute || p.Because[len(p.Because)-1] != "scheduled" {
		t.Errorf("%+v", p)
	}
	b.FireAt = at(20 * time.Minute) // sooner than can be kept
	if p := s.quote(t, b).Promise; !p.From.Equal(noon.Add(40 * time.Minute)) {
		t.Errorf("%+v", p)
	}
}
