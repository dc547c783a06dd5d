package api

import (
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
)

// basketBody is what a guest asks for.
type basketBody struct {
	Restaurant string           `json:"restaurant_id" minLength:"1" maxLength:"64"`
	Fulfilment order.Fulfilment `json:"fulfilment" enum:"delivery,carryout,dine_in,curbside"`
	Channel    order.Channel    `json:"channel,omitempty" enum:"web,phone,kiosk,partner" doc:"web if left out"`
	Customer   customerBody     `json:"customer"`
	Address    *addressBody     `json:"address,omitempty" doc:"where a delivery goes"`
	Lines      []lineBody       `json:"lines" minItems:"1" maxItems:"100"`
	Payment    paymentBody      `json:"payment"`
	FireAt     *time.Time       `json:"fire_at,omitempty" doc:"when the guest wants it, if not as soon as possible"`
}

type customerBody struct {
	Name  string `json:"name" minLength:"1" maxLength:"100"`
	Phone string `json:"phone,omitempty" pattern:"^(\\+[1-9][0-9]{6,14})?$" patternDescription:"a phone number like +12025550123"`
}

type addressBody struct {
	Street    string  `json:"street" minLength:"1" maxLength:"200"`
	City      string  `json:"city" minLength:"1" maxLength:"200"`
	Note      string  `json:"note,omitempty" maxLength:"200"`
	Latitude  float64 `json:"latitude" minimum:"-90" maximum:"90"`
	Longitude float64 `json:"longitude" minimum:"-180" maximum:"180"`
}

type lineBody struct {
	Product  string        `json:"product" minLength:"1" maxLength:"64"`
	Half     string        `json:"half,omitempty" maxLength:"64" doc:"a second speciality for the right half"`
	Size     string        `json:"size,omitempty" maxLength:"64"`
	Crust    string        `json:"crust,omitempty" maxLength:"64" doc:"one of the product's; the usual one if left out"`
	Sauce    string        `json:"sauce,omitempty" maxLength:"64" doc:"one of the product's, on both halves; its own if left out"`
	Cut      string        `json:"cut,omitempty" maxLength:"64" doc:"one of the product's; the usual one if left out"`
	Quantity int           `json:"quantity" minimum:"1" maximum:"50"`
	Toppings []toppingBody `json:"toppings,omitempty" maxItems:"20"`
	Note     string        `json:"note,omitempty" maxLength:"200"`
	Avoid    []string      `json:"avoid,omitempty" maxItems:"14" doc:"allergens that must not get to who eats it, by the menu's names; anything else goes into the note"`
}

type toppingBody struct {
	Topping   string          `json:"topping" minLength:"1" maxLength:"64"`
	Placement order.Placement `json:"placement,omitempty" enum:"whole,left,right" doc:"whole if left out"`
	Amount    order.Amount    `json:"amount,omitempty" enum:"none,light,normal,extra,double" doc:"normal if left out; none takes it off"`
}

type paymentBody struct {
	Method string `json:"method" enum:"cash,card_at_door"`
}

func (b *basketBody) basket() ordering.Basket {
	return ordering.Basket{
		Restaurant: b.Restaurant, Fulfilment: b.Fulfilment, Channel: b.Channel,
		Customer: order.Customer{Name: b.Customer.Name, Phone: b.Customer.Phone},
		Address:  b.Address.address(), Lines: linesOf(b.Lines), Payment: order.Payment{Method: b.Payment.Method}, FireAt: b.FireAt,
	}
}

func (b *addressBody) address() *order.Address {
	if b == nil {
		return nil
	}
	return &order.Address{Street: b.Street, City: b.City, Note: b.Note, Latitude: b.Latitude, Longitude: b.Longitude}
}

func linesOf(all []lineBody) []order.Line {
	out := make([]order.Line, len(all))
	for i, l := range all {
		out[i] = order.Line{
			Product: l.Product, Half: l.Half, Size: l.Size, Crust: l.Crust, Sauce: l.Sauce, Cut: l.Cut, Quantity: l.Quantity, Note: l.Note, Avoid: l.Avoid,
		}
		for _, t := range l.Toppings {
			out[i].Toppings = append(out[i].Toppings, order.Topping{Topping: t.Topping, Placement: t.Placement, Amount: t.Amount})
		}
	}
	return out
}
