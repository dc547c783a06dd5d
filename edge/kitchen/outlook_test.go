package kitchen_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/line"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

func (h *house) outlook() *order.Outlook {
	h.t.Helper()
	o := h.Outlook(background())
	if o == nil {
		h.t.Fatalf("the kitchen says nothing of what it would promise")
	}
	if err := o.Sound(); err != nil {
		h.t.Fatalf("what the kitchen says of itself is not sound: %v", err)
	}
	return o
}

func TestAnOutlookGrowsWithTheQueueAndSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, nil)
	h.signIn("ada", "bob", "cleo")
	idle := h.outlook()
	if idle.Ahead != 0 || idle.Hands != 2 || idle.Places != 6 || len(idle.Pizzas) != 6 || idle.Side == nil || idle.Large != nil || idle.Closed != nil || len(idle.Because) != 0 {
		t.Errorf("an idle kitchen says %s", asJSON(idle))
	}
	if r := idle.Reference; r.Make != r.MenuMake || r.Bake != r.MenuBake || r.MenuMake == 0 || r.MenuBake == 0 {
		t.Errorf("it has learned nothing, and says %+v", r)
	}
	for range 10 {
		h.place(pizza, pizza)
	}
	h.ovenAlert("underheat", "oven-1")
	busy := h.outlook()
	for n, p := range busy.Pizzas {
		if was := idle.Pizzas[n]; p.Ready <= was.Ready || p.Spread < was.Spread || n > 0 && p.Ready < busy.Pizzas[n-1].Ready {
			t.Errorf("with 10 orders ahead %+v, with none %+v", p, was)
		}
	}
	if busy.Ahead != 10 || len(busy.Because) != 1 || busy.Places >= 6 {
		t.Errorf("a busy kitchen with a cold oven says %s", asJSON(busy))
	}
	if h.snapshot().Seq == 0 || len(h.snapshot().Tickets) != 10 {
		t.Error("looking ahead has changed the board")
	}
}

func TestAnOutlookIsOfWebOrdersWhichWaitBehindThoseThatWait(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, throttled)
	h.signIn("ada")
	for range 20 {
		h.offer(order.Carryout, pizza)
	}
	h.release(20)
	counter := h.quote(pizza).Promise.From.Sub(h.clock.Now())
	if o := h.outlook(); o.Ahead != 20 || time.Duration(o.Pizzas[0].Ready)*time.Second < counter+5*time.Minute {
		t.Errorf("of 20 web orders most wait; at the counter it takes %v, on the web %+v after %d", counter, o.Pizzas[0], o.Ahead)
	}
	if o := h.outlook(); o.Large == nil || o.Large.Pieces != 12 || o.Large.Reserve != 20 {
		t.Errorf("the rule of large orders is %+v", o.Large)
	}
}

func TestAnOutlookSaysHowLongDeliveriesWaitForADriver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.offer(order.ByDelivery, cola)
	h.release(1)
	h.bump(h.ticket(id), "")
	h.clock.pass(7 * time.Minute)
	if o := h.outlook(); o.Wait != 7*60 || h.ticket(id).Progress.Kitchen() != order.Ready {
		t.Errorf("the order is %s, deliveries wait %d s", h.ticket(id).Progress.Kitchen(), o.Wait)
	}
}

func TestAKitchenThatBakesNothingHasNoOutlook(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	k, err := kitchen.New(t.Context(), h.store, &menu.Menu{Version: 1, Currency: "USD"}, h.clock, h.hub, h.settings)
	if err != nil {
		t.Fatal(err)
	}
	if o := k.Outlook(t.Context()); o != nil {
		t.Errorf("%+v", o)
	}
}

func TestAChannelIsClosedByItsOwnRuleWhileOthersAreTaken(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, func(s *kitchen.Settings) {
		s.Throttle = &kitchen.Throttle{Channels: map[order.Channel]kitchen.ChannelRule{
			order.Partner: {Reserve: 40, PauseAfter: 15 * time.Minute}, order.Kiosk: {LargePieces: 5}, order.Counter: {LargePieces: 8},
		}}
	})
	h.signIn("ada", "bob")
	if o := h.outlook(); o.Closed != nil {
		t.Errorf("an idle kitchen has closed %v", o.Closed)
	}
	for range 9 {
		h.place(pizza, pizza)
	}
	o := h.outlook()
	shut, closed := o.Closed[order.Partner]
	if !closed || len(o.Closed) != 1 || shut.Wait < 15*60 || shut.Reason == "" || h.snapshot().Intake.Paused {
		t.Errorf("closed are %+v, the web is %+v", o.Closed, h.snapshot().Intake)
	}
	h.restart()
	if again := h.Closed(t.Context()); again[order.Partner] != shut {
		t.Errorf("after a restart %+v", again)
	}
	many := pizza
	many.Quantity = 6
	if h.quote(many).Large {
		t.Error("six are large at the counter")
	}
	c := counter(many)
	c.Channel = order.Kiosk
	if q, err := h.Quote(t.Context(), c); err != nil || !q.Large {
		t.Errorf("six at the kiosk: %+v, %v", q.Large, err)
	}
}

func TestRulesOfChannelsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[order.Channel]kitchen.ChannelRule{
		order.Counter: {Reserve: 10}, order.Web: {Reserve: 10}, "pigeon": {Reserve: 10}, order.Partner: {Reserve: 91}, order.Phone: {PauseAfter: time.Hour},
		order.Kiosk: {LargePieces: -1},
	} {
		if _, err := (kitchen.Throttle{Channels: map[order.Channel]kitchen.ChannelRule{name: c}}).Checked(); err == nil {
			t.Errorf("%s with %+v passes", name, c)
		}
	}
}

// gentle is the throttle of a restaurant that has set nothing.
func gentle(s *kitchen.Settings) { s.Throttle = &kitchen.Throttle{Gentle: true} }

func TestARestaurantThatHasSetNothingPausesOnlyWhenItsOvensAreFullForAnHourAndAHalf(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, gentle)
	h.signIn("ada", "bob")
	many := pizza
	many.Quantity = 25
	h.place(many) // large, and nobody is asked
	if h.quote(many).Large {
		t.Error("an order of the counter is said to be large")
	}
	for range 15 {
		h.offer(order.Carryout, pizza)
	}
	h.release(15)
	for _, ticket := range h.snapshot().Tickets {
		if ticket.Number == 0 {
			t.Fatal("a web order is kept from the line")
		}
	}
	if len(h.pauses()) != 0 {
		t.Fatalf("40 pizzas for six places: %s", asJSON(h.pauses()))
	}
	some, placed := pizza, 0
	some.Quantity = 5
	for len(h.pauses()) == 0 && placed < 20 {
		h.place(some)
		placed++
	}
	i := h.snapshot().Intake
	if !i.Paused || i.By != kitchen.IntakeRule || !strings.HasPrefix(i.Reason, "the ovens have work for 9") || placed < 8 || placed > 16 {
		t.Fatalf("after %d orders more: %+v", placed, i)
	}
	h.clock.pass(6 * time.Minute)
	for n, ticket := range h.snapshot().Tickets {
		if _, err := h.Void(t.Context(), ticket.Order.ID, kitchen.Tap{ID: fmt.Sprint("void", n), Reason: "the bus left"}); err != nil {
			t.Fatal(err)
		}
		if !h.snapshot().Intake.Paused {
			if left := len(h.snapshot().Tickets); left < 5 || left > 20 {
				t.Errorf("it resumes when %d orders are left", left)
			}
			return
		}
	}
	t.Error("it never resumes")
}

func TestARestaurantInWhichNobodyIsSignedInIsNotJudged(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, gentle)
	many := pizza
	many.Quantity = 50
	for range 6 {
		h.place(many)
	}
	h.mind()
	if len(h.pauses()) != 0 {
		t.Fatalf("300 pizzas, and nobody there: %s", asJSON(h.pauses()))
	}
	h.signIn("ada")
	h.mind()
	if len(h.pauses()) != 1 || !h.snapshot().Intake.Paused {
		t.Fatalf("with somebody there: %s", asJSON(h.pauses()))
	}
	if err := h.SignOut(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(12 * time.Hour)
	h.mind()
	if h.snapshot().Intake.Paused {
		t.Error("the pause goes on when nobody is there any more")
	}
}

// BenchmarkOutlook is what a heartbeat costs with a hundred tickets on the board.
func BenchmarkOutlook(b *testing.B) {
	s := settings()
	s.Ovens = []line.Oven{{ID: "oven-1", Decks: 2, Capacity: 8}}
	h := houseAt(b, b.TempDir()+"/edge.db", s)
	defer h.close()
	for range 100 {
		h.place(pizza, cola)
	}
	for b.Loop() {
		h.outlook()
	}
}
