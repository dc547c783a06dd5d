package kitchen_test

import (
	"testing"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func (h *house) signIn(cooks ...string) {
	h.t.Helper()
	for _, c := range cooks {
		if err := h.SignIn(background(), c); err != nil {
			h.t.Fatalf("sign in %s: %v", c, err)
		}
	}
}

func (h *house) cookOf(t kitchen.Ticket) string { return h.ticket(t.Order.ID).Cook }

func (h *house) loads() map[string]int {
	loads := map[string]int{}
	for _, c := range h.snapshot().Cooks {
		loads[c.ID] = c.Load
	}
	return loads
}

func TestTicketsGoToTheLeastLoadedCookWithTheSkill(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada", "bob", "cleo")
	first, second, third, sides := h.place(pizza), h.place(pizza), h.place(pizza), h.place(cola)
	for n, c := range map[string]kitchen.Ticket{"ada": first, "bob": second} {
		if h.cookOf(c) != n {
			t.Errorf("order %d went to %q, want %s", c.Number, h.cookOf(c), n)
		}
	}
	if h.cookOf(third) != "ada" || h.cookOf(sides) != "bob" {
		t.Errorf("the third pizza went to %q, the cola to %q", h.cookOf(third), h.cookOf(sides))
	}
	if l := h.loads(); l["ada"] != 2 || l["bob"] != 2 || l["cleo"] != 0 {
		t.Errorf("loads are %v", l)
	}
	h.bump(first, menu.StationMake)
	if l := h.loads(); l["ada"] != 1 {
		t.Errorf("what is made still weighs: %v", l)
	}
}

func TestACookWhoSignsOutHoldsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada", "bob")
	pizzas, drinks := h.place(pizza), h.place(cola)
	if h.cookOf(drinks) != "bob" {
		t.Fatalf("the cola went to %q", h.cookOf(drinks))
	}
	if err := h.SignOut(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	if h.cookOf(drinks) != "" || h.cookOf(pizzas) != "ada" {
		t.Errorf("after bob left the cola has %q, the pizza %q", h.cookOf(drinks), h.cookOf(pizzas))
	}
	if err := h.SignOut(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	h.restart()
	h.signIn("bob")
	if h.cookOf(drinks) != "bob" || h.cookOf(pizzas) != "bob" {
		t.Errorf("bob is back; the cola has %q, the pizza %q", h.cookOf(drinks), h.cookOf(pizzas))
	}
}

func TestWhoStartsATicketHasIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada", "bob")
	ticket := h.place(pizza)
	h.did(h.Start(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Who: "bob"}))
	if h.cookOf(ticket) != "bob" {
		t.Errorf("bob started it, %q has it", h.cookOf(ticket))
	}
	if s := h.steps(ticket.Order.ID); s[len(s)-1].Who != "bob" || s[len(s)-1].Action != order.Start {
		t.Errorf("the cloud was told %+v", s[len(s)-1])
	}
}

func TestTheRosterDecidesWhoIsACook(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if err := h.SignIn(t.Context(), "mallory"); !problem.Is(err, problem.NotFound) {
		t.Errorf("a stranger signed in: %v", err)
	}
	h.signIn("ada", "ada", "bob")
	ticket := h.place(pizza)
	h.settings.Roster = []kitchen.Cook{{ID: "bob", Name: "Robert"}, {ID: "dan", Name: "Dan"}}
	h.restart()
	cooks := h.snapshot().Cooks
	if len(cooks) != 2 || cooks[0].Name != "Robert" || !cooks[0].SignedIn || cooks[1].SignedIn {
		t.Errorf("the roster is %+v", cooks)
	}
	if h.cookOf(ticket) != "bob" {
		t.Errorf("the ticket of a cook who left is held by %q", h.cookOf(ticket))
	}
}
