package kitchen_test

import (
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/line"
	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

func TestCrustSauceAndAllergyOfALineAreReservedChangedAndToldWithIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Receipt, map[string]int64{"mozzarella": 10_000, "dough_large": 10, "dough_medium": 10, "tomato_sauce": 1000, "bbq_sauce": 1000, "basil": 100})
	ticket := h.place(order.Line{Product: "margherita", Size: "large", Quantity: 2, Crust: "stuffed", Sauce: "bbq", Cut: "squares", Avoid: []string{"nuts"}})
	h.shelf("mozzarella", 10_000, 2*230)
	h.shelf("tomato_sauce", 1000, 0)
	l := h.ticket(ticket.Order.ID).Order.Lines[0]
	if l.Crust != "stuffed" || l.Sauce != "bbq" || l.Cut != "squares" || len(l.Avoid) != 1 || l.Unit.Minor != 1499+250+100 {
		t.Errorf("after a restart the line is %s", asJSON(l))
	}

	set := l
	set.Crust, set.Sauce, set.Cut, set.Avoid = "thin", "", "uncut", []string{"milk", "nuts"}
	changed := h.change(ticket, kitchen.OrderChange{Set: map[int]order.Line{0: set}})
	h.shelf("mozzarella", 10_000, 2*150)
	h.shelf("dough_large", 10, 0)
	h.shelf("dough_medium", 10, 2)
	notice := changed.Notices[0]
	if notice.Kind != kitchen.WasChanged || notice.Lines[0].Was.Crust != "stuffed" || notice.Lines[0].Now.Crust != "thin" || len(notice.Lines[0].Now.Avoid) != 2 {
		t.Errorf("the notice is %s", asJSON(notice))
	}
	if items := changed.Progress.Items; len(items) != 2 || items[0].ID != "3" {
		t.Errorf("they are other pizzas, not those: %s", asJSON(items))
	}

	for name, only := range map[string]func(*order.Line){
		"a crust": func(l *order.Line) { l.Crust = "" }, "a sauce": func(l *order.Line) { l.Sauce = "bbq" },
		"a cut": func(l *order.Line) { l.Cut = "" }, "an allergy": func(l *order.Line) { l.Avoid = []string{"nuts"} },
	} {
		set := h.ticket(ticket.Order.ID).Order.Lines[0]
		only(&set)
		if _, err := h.Change(background(), ticket.Order.ID, because("so they say"), kitchen.OrderChange{Set: map[int]order.Line{0: set}}); err != nil {
			t.Errorf("%s alone is no change: %v", name, err)
		}
	}
	h.followed(ticket.Order.ID)
}

func TestAFilledCrustIsPromisedLaterAndTeachesNothingWrong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if err := h.SignIn(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	filled := pizza
	filled.Crust = "stuffed"
	before := h.outlook()
	plain, thick := h.quote(pizza).Promise.From, h.quote(filled).Promise.From
	if later := thick.Sub(plain); later < 80*time.Second || later > 100*time.Second { // 30 s of hands and 60 s of oven
		t.Errorf("a filled crust is promised %v later", later)
	}
	for range 12 { // exactly as long as the menu says
		ticket := h.place(filled)
		tap := func() kitchen.Tap { return kitchen.Tap{ID: id.New(), Who: "ada", Item: "1"} }
		h.did(h.Start(t.Context(), ticket.Order.ID, tap()))
		h.clock.pass(120 * time.Second)
		h.did(h.Bump(t.Context(), ticket.Order.ID, tap()))
		h.sense(wire.ItemPutIn, 1)
		h.clock.pass(420 * time.Second)
		h.sense(wire.ItemTakenOut, 1)
		h.did(h.Bump(t.Context(), ticket.Order.ID, tap()))
		h.did(h.HandOver(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New()}))
	}
	for _, l := range h.learned() {
		if (l.Kind == line.MakeLesson || l.Kind == line.BakeLesson) && (l.Mid < 0.95 || l.Mid > 1.05) {
			t.Errorf("%v has learned %v", l.Topic, l.Mid)
		}
	}
	if after := h.outlook(); after.Reference.Bake < before.Reference.Bake-5 || after.Reference.Bake > before.Reference.Bake+5 {
		t.Errorf("a plain pizza is said to bake for %d s instead of %d", after.Reference.Bake, before.Reference.Bake)
	}
}

func (h *house) learned() []line.Lesson {
	h.t.Helper()
	state, err := h.store.Load(background())
	if err != nil {
		h.t.Fatalf("load: %v", err)
	}
	return state.Lessons
}
