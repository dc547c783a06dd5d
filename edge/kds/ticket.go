package kds

import (
	"cmp"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// viewer turns what the kitchen holds into what displays show.
type viewer struct {
	menu     *menu.Menu
	now      time.Time
	discreet bool // whoever asks is not told where guests live, and how to call them
}

func (v viewer) tickets(all []kitchen.Ticket) []ticketView {
	views := make([]ticketView, len(all))
	for i, t := range all {
		views[i] = v.ticket(t)
	}
	return views
}

func (v viewer) ticket(t kitchen.Ticket) ticketView {
	began := t.QueuedAt
	if began.IsZero() {
		began = t.TakenAt
	}
	t, _ = t.Masked(v.now)
	promise := t.Order.Promise
	return ticketView{
		ID: t.Order.ID, Number: t.Number, Rank: t.Rank(), Channel: t.Order.Channel, Fulfilment: t.Order.Fulfilment, Customer: t.Order.Customer.Name,
		State: t.Progress.Kitchen(), Status: t.Progress.Status(), Version: t.Version, Cook: t.Cook,
		AgeSeconds: int(max(0, v.now.Sub(began)-t.Held(v.now)) / time.Second),
		Since:      at(t.Since), PlacedAt: at(t.Order.PlacedAt), QueuedAt: at(t.QueuedAt), Ready: atMaybe(t.Ready),
		FireAt: atMaybe(t.FireAt), Wanted: atMaybe(t.Order.FireAt),
		Rendered:  at(t.Custody.Shown),
		Promise:   promiseView{From: at(promise.From), To: at(promise.To), Because: promise.Because},
		Total:     t.Order.Totals.Total,
		Delivery:  v.delivery(t),
		Items:     v.items(t),
		Recovered: t.Recovered, Was: t.Was,
		lifeView: v.life(t),
	}
}

func (v viewer) delivery(t kitchen.Ticket) deliveryView {
	d := deliveryView{State: t.Progress.Delivery}
	if t.Driver != nil {
		d.Driver = &driverView{ID: t.Driver.ID, Name: t.Driver.Name, Arrives: atMaybe(t.Driver.Arrives), Courier: t.Driver.Courier, Code: t.Driver.Code}
	}
	return d
}

func (v viewer) items(t kitchen.Ticket) []itemView {
	items := make([]itemView, len(t.Progress.Items))
	for n, i := range t.Progress.Items {
		items[n] = itemView{
			ID: i.ID, Line: i.Line, Product: i.Product, Half: i.Half, Name: i.Name, Size: i.Size, Station: kitchen.StationOf(i),
			State: i.State, Bakes: i.Bakes, MakeSeconds: i.MakeSeconds, BakeSeconds: i.BakeSeconds, Remakes: i.Remakes,
			HalfName: v.product(i.Half), Since: at(t.Clocks.Items[i.ID][i.State]),
		}
		if s, ok := t.Slots[i.ID]; ok {
			items[n].Slot = &slotView{Oven: s.Oven, Slot: s.Slot}
		}
		if p, ok := t.Plan[i.ID]; ok && i.State != order.ItemDone {
			items[n].Plan = &planView{Cook: p.Cook, Start: at(p.Start), Oven: p.Oven, Deck: p.Deck, In: at(p.In), Out: at(p.Out), Ready: at(p.Ready)}
		}
		if i.Line >= 0 && i.Line < len(t.Order.Lines) {
			v.fromLine(&items[n], t.Order.Lines[i.Line])
		}
	}
	return items
}

// fromLine adds what stands on the line of the order.
func (v viewer) fromLine(i *itemView, l order.Line) {
	i.Quantity, i.Note, i.Allergens, i.Avoid, i.Conflict = l.Quantity, l.Note, l.Allergens, l.Avoid, l.Conflict()
	crust, _ := v.menu.Crust(l.Crust)
	sauce, _ := v.menu.Sauce(l.Sauce)
	cut, _ := v.menu.Cut(l.Cut)
	i.Crust, i.Sauce, i.Cut = l.Crust, l.Sauce, l.Cut
	i.CrustName, i.SauceName, i.CutName = cmp.Or(crust.Name, l.Crust), cmp.Or(sauce.Name, l.Sauce), cmp.Or(cut.Name, l.Cut)
	for _, c := range l.Toppings {
		t, _ := v.menu.Topping(c.Topping)
		i.Toppings = append(i.Toppings, toppingView{Topping: c.Topping, Name: t.Name, Placement: c.Placement, Amount: c.Amount})
	}
}

func (v viewer) product(id string) string {
	p, _ := v.menu.Product(id)
	return p.Name
}

func (v viewer) cooks(all []kitchen.Cook) []cookView {
	views := make([]cookView, len(all))
	for i, c := range all {
		views[i] = cookView{ID: c.ID, Name: c.Name, Skills: listed(c.Skills), SignedIn: c.SignedIn, Load: c.Load, Away: c.Away}
	}
	return views
}

func (v viewer) alerts(all []kitchen.Alert) []alertView {
	views := make([]alertView, len(all))
	for i, a := range all {
		views[i] = alertView{ID: a.ID, Device: a.Device, What: a.What, Level: a.Level, Order: a.Order, Since: at(a.Since)}
	}
	return views
}

// listed makes an empty list of none: clients need not ask for null.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
