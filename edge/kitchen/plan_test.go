package kitchen_test

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/menu"
)

// rush is a house in which ada makes pizzas and dora what does not bake.
func rush(t *testing.T, with func(*kitchen.Settings)) *house {
	t.Helper()
	h := ovenHouse(t, func(s *kitchen.Settings) {
		s.Roster = []kitchen.Cook{{ID: "ada", Name: "Ada", Skills: []string{menu.StationMake}}, {ID: "dora", Name: "Dora", Skills: []string{menu.StationSides}}}
		if with != nil {
			with(s)
		}
	})
	h.signIn("ada", "dora")
	return h
}

func TestEveryPlanIsPossibleAndTheSidesAreBegunWithThePizzasInMind(t *testing.T) {
	t.Parallel()
	h := rush(t, nil)
	var last kitchen.Ticket
	for range 8 {
		last = h.place(pizza, cola, pizza)
	}
	for _, ticket := range h.snapshot().Tickets {
		for id, p := range ticket.Plan {
			i, _ := ticket.Progress.Item(id)
			if p.Start.IsZero() || p.Ready.Before(p.Start) || p.Ready.After(ticket.Ready.Add(time.Second)) || i.Bakes && (p.In.Before(p.Start) || p.Out.Before(p.In) || p.Ready.Before(p.Out)) {
				t.Errorf("order %d, item %s: %+v", ticket.Number, id, p)
			}
			if ticket.Cook == "ada" && i.Station == menu.StationMake && p.Cook != "ada" || i.Station == menu.StationSides && p.Cook != "dora" {
				t.Errorf("order %d of %s, item %s at %s is made by %s", ticket.Number, ticket.Cook, id, i.Station, p.Cook)
			}
		}
	}
	drink := h.ticket(last.Order.ID).Plan["2"]
	if spare := h.ticket(last.Order.ID).Ready.Sub(drink.Ready); spare > 2*time.Minute || drink.Start.Sub(h.clock.Now()) < 10*time.Minute {
		t.Errorf("the drink of the last order is begun at %v, and ready %v before its pizzas", drink.Start, spare)
	}
}

func TestAPlanIsTheBoardsCooks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada", "bob")
	for range 6 {
		h.place(pizza, pizza, pizza)
	}
	for _, ticket := range h.snapshot().Tickets {
		for id, p := range ticket.Plan {
			if p.Cook != ticket.Cook {
				t.Errorf("order %d is given to %s, and %s makes item %s", ticket.Number, ticket.Cook, p.Cook, id)
			}
		}
	}
}

func TestWhoStandsAtTheSidesDoesNotHideAMakeLineThatIsFull(t *testing.T) {
	t.Parallel()
	h := rush(t, throttled)
	for range 30 {
		h.place(pizza)
	}
	if i, wait, err := h.Intake(t.Context()); err != nil || !i.Paused || wait < 30*time.Minute {
		t.Errorf("behind thirty pizzas of one pair of hands web orders wait %v, and are paused: %v, %v", wait, i.Paused, err)
	}
}

func TestAScheduledOrderIsGivenToALongLineInTime(t *testing.T) {
	t.Parallel()
	h := rush(t, nil)
	wanted := h.clock.Now().Add(80 * time.Minute)
	o := counter(pizza)
	o.FireAt = &wanted
	late, _, err := h.Place(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	h.mind()
	if n := h.ticket(late.Order.ID).Number; n != 0 {
		t.Fatalf("in an empty kitchen it is number %d, 80 minutes before its time", n)
	}
	calm := h.quote(pizza).Promise
	for h.quote(pizza).Promise.From.Sub(h.clock.Now()) < 65*time.Minute {
		h.place(pizza)
	}
	h.mind()
	if n := h.ticket(late.Order.ID).Number; n != 0 {
		t.Errorf("with an hour before it it is number %d already", n)
	}
	h.clock.pass(16 * time.Minute)
	h.mind()
	now := h.ticket(late.Order.ID)
	if now.Number == 0 || now.Ready == nil || now.Ready.Sub(wanted).Abs() > 10*time.Minute {
		t.Errorf("64 minutes before its time it is number %d, ready at %v; it is wanted at %v, and an empty kitchen promised %v", now.Number, now.Ready, wanted, calm.From)
	}
}

func TestTheWorkOfScheduledOrdersIsInThePromiseOfTheirTime(t *testing.T) {
	t.Parallel()
	h := rush(t, nil)
	wanted := h.clock.Now().Add(50 * time.Minute)
	many := pizza
	many.Quantity = 30
	o := counter(many)
	o.FireAt = &wanted
	for h.quote(pizza).Promise.From.Sub(h.clock.Now()) < 20*time.Minute {
		h.place(pizza)
	}
	before := h.quote(pizza).Promise.From
	if _, _, err := h.Place(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if after := h.quote(pizza).Promise.From; after.Sub(before) < 15*time.Minute {
		t.Errorf("with thirty pizzas for the same time an order is promised %v later", after.Sub(before))
	}
}

func TestOnlyWhatIsBeforeAllOthersIsStuckWhenNobodyWorks(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		h.signIn("ada")
		first := h.place(pizza)
		for range 20 {
			h.place(pizza)
		}
		after(40 * time.Minute)
		stop()
		h, stop = running(t, path)
		if a := h.alerts(); len(a) != 1 || a[0] != "stuck_order/"+string(first.Order.ID) {
			t.Errorf("after forty minutes the alerts are %v", a)
		}
		h.did(h.Void(t.Context(), first.Order.ID, because("they left")))
		after(9 * time.Minute)
		if a := h.alerts(); len(a) != 0 {
			t.Errorf("it is the turn of the second for nine minutes: %v", a)
		}
		after(2 * time.Minute)
		if a := h.alerts(); len(a) != 1 {
			t.Errorf("and for eleven: %v", a)
		}
		stop()
	})
}

func TestAnOrderOfManyPizzasIsNotStuckWhileTheyMoveOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		h.signIn("ada")
		ticket := h.place(pizza, pizza, pizza, pizza, pizza, pizza)
		for _, i := range ticket.Progress.Items {
			h.did(h.Start(t.Context(), ticket.Order.ID, kitchen.Tap{ID: "start " + i.ID, Item: i.ID}))
			after(4 * time.Minute)
		}
		if a := h.alerts(); len(a) != 0 {
			t.Errorf("every four minutes one is begun: %v", a)
		}
		after(7 * time.Minute)
		if a := h.alerts(); len(a) != 1 {
			t.Errorf("then nothing more: %v", a)
		}
		stop()
	})
}

func TestATicketThatWaitsOnAnotherPageIsNoAlarmAndOneThatNoScreenHasIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.screen("make-1", menu.StationMake)
	h.screen("cut-1", menu.StationCut)
	unseen := "not_shown/" + string(h.place(pizza).Order.ID)
	look := func(sights ...kitchen.Sight) []string {
		t.Helper()
		if err := h.Look(t.Context(), sights); err != nil {
			t.Fatal(err)
		}
		return h.alerts()
	}
	here := func(id string, seq uint64) kitchen.Sight { return kitchen.Sight{Screen: id, Here: true, Seq: seq} }
	h.clock.pass(6 * time.Second)
	for what, s := range map[string]kitchen.Sight{
		"its screen is not here": {Screen: "make-1", Seq: 1 << 40}, "its screen has an older board": here("make-1", h.snapshot().Seq-1),
		"its screen does not say what it has": here("make-1", 0), "only the cut table's screen is here": here("cut-1", 1<<40), "a stranger has it": here("nobody", 1<<40),
	} {
		h.clock.pass(time.Second)
		look(s)
		if err := h.Mind(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a := h.alerts(); len(a) != 1 || a[0] != unseen {
			t.Errorf("%s: %v", what, a)
		}
	}
	if a := look(here("make-1", h.snapshot().Seq)); len(a) != 0 {
		t.Errorf("it has come onto a board: %v", a)
	}
	before := h.snapshot().Seq
	for range 40 {
		h.place(pizza)
	}
	look(here("make-1", h.snapshot().Seq))
	h.clock.pass(6 * time.Second)
	h.mind()
	if a := h.alerts(); len(a) != 0 || h.snapshot().Seq == before {
		t.Errorf("forty orders on other pages are %d alarms", len(a))
	}
	h.restart()
	if a := look(); len(a) != 41 {
		t.Errorf("the screen is gone, and %d of 41 orders are an alarm", len(a))
	}
	h.screen("all-1", kitchen.EveryStation)
	if a := look(here("all-1", h.snapshot().Seq)); len(a) != 0 {
		t.Errorf("one that shows all has them: %v", a)
	}
}
