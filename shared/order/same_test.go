package order_test

import (
	"reflect"
	"testing"

	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
)

// A field that is added to a line says something of what is ordered, unless it is named here.
func TestTwoLinesThatDifferInAnythingAreNotTheSame(t *testing.T) {
	t.Parallel()
	derived := map[string]bool{"Name": true, "Allergens": true} // follow from the rest and the menu
	apart := map[string]bool{"Quantity": true, "Unit": true}    // of the same dish
	for _, f := range reflect.VisibleFields(reflect.TypeFor[order.Line]()) {
		var x order.Line
		switch v := reflect.ValueOf(&x).Elem().FieldByIndex(f.Index); v.Interface().(type) {
		case string:
			v.SetString("x")
		case int:
			v.SetInt(2)
		case []string:
			v.Set(reflect.ValueOf([]string{"x"}))
		case []order.Topping:
			v.Set(reflect.ValueOf([]order.Topping{{Topping: "x"}}))
		case money.Amount:
			v.Set(reflect.ValueOf(money.Amount{Minor: 1}))
		default:
			t.Fatalf("%s is a %T", f.Name, v.Interface())
		}
		if same := order.SameLines([]order.Line{{}}, []order.Line{x}); same != derived[f.Name] {
			t.Errorf("with another %s the lines are the same: %t", f.Name, same)
		}
		if same := order.SameDish(order.Line{}, x); same != (derived[f.Name] || apart[f.Name]) {
			t.Errorf("with another %s the dish is the same: %t", f.Name, same)
		}
	}
}
