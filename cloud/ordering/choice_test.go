package ordering_test

import (
	"testing"
	"time"

	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestAGuestChoosesCrustSauceAndCutAndSaysWhatMustNotBeInIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	b := basket(order.Carryout)
	b.Lines = []order.Line{{Product: "margherita", Size: "large", Quantity: 1, Crust: "stuffed", Sauce: "bbq", Cut: "uncut", Avoid: []string{"milk", "eggs"}}}
	r, _, err := s.Place(t.Context(), b, "")
	if err != nil {
		t.Fatal(err)
	}
	l := s.book.order(r.Order.ID).Order.Lines[0]
	if l.Unit.Minor != 1499+250+100 || l.Crust != "stuffed" || l.Sauce != "bbq" || l.Cut != "uncut" || len(l.Avoid) != 2 || len(l.Conflict()) != 1 {
		t.Errorf("%+v", l)
	}
	for path, spoil := range map[string]func(*order.Line){
		"lines[0].crust": func(l *order.Line) { l.Crust = "golden" },
		"lines[0].sauce": func(l *order.Line) { l.Sauce = "hot_fudge" },
		"lines[0].cut":   func(l *order.Line) { l.Cut = "hearts" },
		"lines[0].avoid": func(l *order.Line) { l.Avoid = []string{"love"} },
	} {
		b := basket(order.Carryout)
		spoil(&b.Lines[0])
		_, _, err := s.Place(t.Context(), b, "")
		if p := problem.Of(err); p == nil || p.Kind != problem.Invalid || p.Facts["path"] != path {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestAFilledCrustIsPromisedAsMuchLaterAsItTakes(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	plain, filled := basket(order.Carryout), basket(order.Carryout)
	filled.Lines[0].Crust = "stuffed"
	if later := s.quote(t, filled).Promise.From.Sub(s.quote(t, plain).Promise.From); later < time.Minute || later > 2*time.Minute { // 90 s, in whole minutes
		t.Errorf("a filled crust is promised %v later", later)
	}
	thin := basket(order.Carryout)
	thin.Lines[0].Crust = "thin"
	if s.quote(t, thin).Promise.From.After(s.quote(t, plain).Promise.From) {
		t.Error("a thin one is promised later than the usual one")
	}
}
