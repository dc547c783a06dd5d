package kitchen_test

import (
	"testing"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/order"
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
