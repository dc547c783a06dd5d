package kitchen_test

import (
	"testing"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
)

// holders are who has each of some tickets.
func (h *house) holders(tickets []kitchen.Ticket) (who []string) {
	for _, t := range tickets {
		who = append(who, h.cookOf(t))
	}
	return who
}

func (h *house) placeAll(n int) (all []kitchen.Ticket) {
	for range n {
		all = append(all, h.place(pizza))
	}
	return all
}

func TestWhoComesGetsTheirPartOfWhatNobodyHasBegunInTheOrderOfTheQueue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada")
	all := h.placeAll(20)
	h.did(h.Start(t.Context(), all[7].Order.ID, by("ada")))
	changes, cancel := h.hub.Subscribe()
	defer cancel()
	h.signIn("bob", "cleo")
	c := h.next(changes)
	if l := h.loads(); l["ada"]+l["bob"] != 20 || l["ada"]-l["bob"] > 1 || l["bob"]-l["ada"] > 1 {
		t.Errorf("of 20 tickets ada and bob have %v", l)
	}
	who := h.holders(all)
	if who[0] != "ada" || who[1] != "ada" || who[7] != "ada" {
		t.Errorf("what ada makes or looks at next has gone: %v", who)
	}
	if who[2] != "bob" || who[18] == who[19] {
		t.Errorf("the guests at the front wait behind those at the back: %v", who)
	}
	if len(c.Tickets) < h.loads()["bob"] || len(c.Cooks) == 0 {
		t.Errorf("screens hear of %d tickets and %d cooks", len(c.Tickets), len(c.Cooks))
	}
	h.restart()
	if diff := diffOf(who, h.holders(all)); diff != "" {
		t.Errorf("after a restart:\n%s", diff)
	}
	before := h.snapshot().Seq
	h.signIn("bob")
	if h.snapshot().Seq != before {
		t.Error("who is there already is dealt out to again")
	}
}

func TestWhoComesBackFromBeingAwayGetsTickets(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada", "bob")
	if err := h.Alert(t.Context(), kitchen.Alert{ID: "cook_away/bob", Device: "bob", What: "cook_away", Level: "warning"}); err != nil {
		t.Fatal(err)
	}
	all := h.placeAll(9)
	if l := h.loads(); l["bob"] != 0 {
		t.Fatalf("bob is away and has %v", l)
	}
	h.did(h.Hurry(t.Context(), all[0].Order.ID, kitchen.Tap{ID: id.New(), Who: "bob", Reason: "late"}))
	if l := h.loads(); l["bob"] < 4 || l["ada"] < 4 {
		t.Errorf("bob is back: %v", l)
	}
	who := h.holders(all)
	h.did(h.Bump(t.Context(), all[1].Order.ID, by("bob")))
	who[1] = h.cookOf(all[1])
	if diff := diffOf(who, h.holders(all)); diff != "" {
		t.Errorf("tickets wander while cooks work:\n%s", diff)
	}
}

func TestWhatACookCannotMakeOrOthersTouchedStaysWhereItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("bob")
	var pizzas, drinks []kitchen.Ticket
	for range 6 {
		pizzas, drinks = append(pizzas, h.place(pizza)), append(drinks, h.place(cola))
	}
	for _, touched := range pizzas[3:5] {
		h.did(h.Hurry(t.Context(), touched.Order.ID, kitchen.Tap{ID: id.New(), Who: "bob", Reason: "late"}))
		h.did(h.Calm(t.Context(), touched.Order.ID, by("bob")))
	}
	h.signIn("cleo") // who cuts
	h.signIn("ada")  // who makes no drinks
	for n, who := range h.holders(drinks) {
		if who != "bob" {
			t.Errorf("drink %d has gone to %q", n, who)
		}
	}
	who := h.holders(pizzas)
	if who[3] != "bob" || who[4] != "bob" || who[1] != "ada" || who[2] != "ada" || who[5] != "ada" {
		t.Errorf("the pizzas are %v", who)
	}
}

func TestSomebodyWhoGoesAndComesAgainLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada", "bob")
	all := h.placeAll(10)
	for range 3 {
		if err := h.SignOut(t.Context(), "bob"); err != nil {
			t.Fatal(err)
		}
		if l := h.loads(); l["ada"] != 10 {
			t.Errorf("bob has gone: %v", l)
		}
		h.signIn("bob")
		if l := h.loads(); l["ada"] != 5 || l["bob"] != 5 {
			t.Errorf("bob is there again: %v", l)
		}
	}
	for _, ticket := range all {
		h.did(h.Bump(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Station: menu.StationMake}))
	}
	if l := h.loads(); l["ada"] != 0 || l["bob"] != 0 {
		t.Errorf("all is made: %v", l)
	}
}
