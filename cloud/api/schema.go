package api

import (
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"awesome.pizza/shared/order"
)

// schemas is the registry of the document. Names that the vocabulary lists are listed there too.
func schemas() huma.Registry {
	r := huma.NewMapRegistry("#/components/schemas/", schemaName)
	r.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[Problem]())
	r.RegisterTypeAlias(reflect.TypeFor[order.StatusName](), reflect.TypeFor[statusWord]())
	r.RegisterTypeAlias(reflect.TypeFor[order.Kitchen](), reflect.TypeFor[kitchenWord]())
	r.RegisterTypeAlias(reflect.TypeFor[order.Delivery](), reflect.TypeFor[deliveryWord]())
	r.RegisterTypeAlias(reflect.TypeFor[order.ItemState](), reflect.TypeFor[itemWord]())
	return r
}

type (
	statusWord   string
	kitchenWord  string
	deliveryWord string
	itemWord     string
)

// Schema is for huma.
func (statusWord) Schema(huma.Registry) *huma.Schema { return oneOf(order.Statuses()...) }

// Schema is for huma.
func (kitchenWord) Schema(huma.Registry) *huma.Schema {
	return oneOf(order.Waiting, order.Queued, order.Preparing, order.Baking, order.QualityCheck, order.Ready, order.HandedOver, order.Rejected, order.Voided)
}

// Schema is for huma.
func (deliveryWord) Schema(huma.Registry) *huma.Schema {
	return oneOf(order.NoDelivery, order.Unassigned, order.Assigned, order.PickedUp, order.OutForDelivery, order.Delivered, order.Failed)
}

// Schema is for huma.
func (itemWord) Schema(huma.Registry) *huma.Schema {
	return oneOf(order.ItemQueued, order.ItemMaking, order.ItemMade, order.ItemInOven, order.ItemBaked, order.ItemDone)
}

func oneOf[T ~string](words ...T) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, w := range words {
		s.Enum = append(s.Enum, string(w))
	}
	return s
}

// schemaName names a type in the document: orderView is Order, basketBody is BasketRequest, menu.Topping is MenuTopping. The bodies of inputs
// and outputs that have no name of their own are called after those.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if path.Base(elem(t).PkgPath()) == "menu" && name != "Menu" {
		return "Menu" + name
	}
	for _, suffix := range []struct{ is, becomes string }{{"InputBody", "Request"}, {"OutputBody", "Answer"}, {"Body", "Request"}, {"View", ""}} {
		if short, ok := strings.CutSuffix(name, suffix.is); ok && short != "" {
			return short + suffix.becomes
		}
	}
	return name
}

func elem(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t
}
