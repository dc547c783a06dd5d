package kitchen

import (
	"context"
	"errors"
	"slices"

	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// wish does what a command asks for. A problem refuses it; note is for the answer of a wish that is granted.
func (d *draft) wish(ctx context.Context, k *Kitchen, c Command) (note string, err error) {
	body, err := event.Decode(c.Kind, c.Body)
	if errors.Is(err, event.ErrUnknown) {
		return "", refuse("this node knows no command %q: it needs an update", c.Kind)
	} else if err != nil {
		return "", refuse("the command cannot be read: %v", err)
	}
	switch b := body.(type) {
	case event.OrderOffered:
		return d.offered(ctx, k, c, b)
	case event.OrderRecovered:
		return d.recovered(ctx, k, c, event.OrderStanding(b))
	case event.StockWished:
		return d.stockWished(ctx, k, b)
	case event.BagOpened:
		return d.bagOpened(ctx, k, b)
	case event.BagClosed:
		return d.bagClosed(ctx, k, b)
	case escrow.Returned:
		d.shelvesNow().Settle(b)
		d.settled = true
		return "", nil
	}
	t, err := k.Ticket(ctx, order.ID(c.Order))
	if problem.Is(err, problem.NotFound) {
		return "", refuse("the kitchen has no such order")
	} else if err != nil {
		return "", err
	}
	switch b := body.(type) {
	case event.OrderRevoked:
		return d.revoke(t, b.Reason)
	case event.StatusWished:
		return d.wished(t, b)
	case event.DeliveryStepped:
		return d.delivery(t, b)
	}
	return "", refuse("%s is not a command", c.Kind)
}

func refuse(format string, args ...any) error {
	return problem.New(problem.Refused, "refused", format, args...)
}

// offered takes an order of the cloud's: it waits until the gate lets it through.
func (d *draft) offered(ctx context.Context, k *Kitchen, c Command, b event.OrderOffered) (string, error) {
	o := b.Order
	switch _, err := k.Ticket(ctx, o.ID); {
	case err == nil:
		return "the kitchen has it already", nil
	case !problem.Is(err, problem.NotFound):
		return "", err
	}
	switch {
	case o.ID == "" || string(o.ID) != c.Order:
		return "", refuse("the command is for order %q and offers %q", c.Order, o.ID)
	case o.Restaurant != d.settings.Restaurant:
		return "", refuse("the order is for restaurant %q", o.Restaurant)
	case len(b.Items) == 0:
		return "", refuse("the order has nothing to make")
	}
	o.Origin = order.Cloud
	d.arrive(o.ID, sale{b.Share, b.Sold})
	t := newTicket(o, b.Items, d.now)
	t.Command, t.Token, t.Custody.Accepted = c.Seq, b.Token, c.At.UTC()
	d.stage("stored", t.Custody.Accepted, d.now)
	var err error
	if t.Progress, err = t.Progress.Follow(order.Cloud, order.Validate); err != nil {
		return "", err
	}
	d.put(t)
	d.met(t.Order)
	return "", nil
}

// recovered takes an order over that the cloud has from a box which is gone, and asks a cook where the food is; an order that is here is
// taken no step back. The cloud is told how it stands, with the number that it has here.
func (d *draft) recovered(ctx context.Context, k *Kitchen, c Command, s event.OrderStanding) (string, error) {
	switch {
	case s.Order.ID == "" || string(s.Order.ID) != c.Order:
		return "", refuse("the command is for order %q and brings %q", c.Order, s.Order.ID)
	case s.Order.Restaurant != d.settings.Restaurant:
		return "", refuse("the order is for restaurant %q", s.Order.Restaurant)
	}
	_, has, err := d.find(ctx, k, s.Order.ID)
	if err != nil {
		return "", err
	}
	if has {
		s.Progress.Delivery = "" // what the kitchen was told of it is as new, or newer
	}
	d.raiseNumber(s.Day, s.Number)
	now, err := d.reconcile(ctx, k, cloudOrder{s, true}, c.Seq)
	switch {
	case err != nil:
		return "", err
	case !has && !now.changed:
		return "", refuse("nothing is left to make of it")
	}
	d.commit.Standing = []order.ID{s.Order.ID}
	if !now.changed {
		return "the kitchen has it already", nil
	}
	return "", nil
}

// revoke voids an order while nothing bakes.
func (d *draft) revoke(t Ticket, reason string) (string, error) {
	switch t.Progress.Whole {
	case order.Voided, order.Rejected:
		return "it will not be made anyway", nil
	case order.HandedOver:
		return "", refuse("it is handed over")
	}
	if t.Progress.Kitchen() == order.Ready {
		return "", refuse("it is ready")
	}
	for _, i := range t.Progress.Items {
		switch i.State {
		case order.ItemInOven, order.ItemBaked:
			return "", refuse("it is in the oven")
		case order.ItemDone:
			if i.Bakes {
				return "", refuse("it is baked")
			}
		case order.ItemQueued, order.ItemMaking, order.ItemMade:
		}
	}
	_, err := d.step(t, cause{by: event.ByWish, who: "cloud", reason: reason}, order.Void)
	return "", err
}

// wished takes the steps that bring an order to the status that the cloud wishes for, if it is the next one and the kitchen's to give.
func (d *draft) wished(t Ticket, b event.StatusWished) (string, error) {
	p := t.Progress
	if p.Status() == b.Status {
		return "it is so already", nil
	}
	if b.Status == order.StatusCancelled {
		return d.revoke(t, b.By)
	}
	why := cause{by: event.ByWish, who: b.By}
	if past(p, b.Status) {
		return "it is past that", nil
	}
	owner, ok := p.OwnerOf(b.Status)
	if !ok || owner != order.Edge {
		return "", refuse("the order is %s; the kitchen cannot take it to %s", p.Status(), b.Status)
	}
	if b.Status == order.StatusQueued {
		return "", refuse("the order waits for its time, or for commands that came before")
	}
	if b.Status == order.StatusDelivered {
		_, err := d.step(t, why, order.HandOver)
		return "", err
	}
	return "", d.advance(t, why, goals()[b.Status])
}

// past reports whether an order has been at a status that the kitchen gives, and has gone on.
func past(p order.Progress, status order.StatusName) bool {
	way := []order.StatusName{
		order.StatusValidated, order.StatusQueued, order.StatusPreparing, order.StatusBaking, order.StatusQualityCheck, order.StatusReadyForPickup,
		order.StatusDriverAssigned, order.StatusPickedUp, order.StatusOutForDelivery, order.StatusDelivered,
	}
	wished, now := slices.Index(way, status), slices.Index(way, p.Status())
	return wished > 0 && wished <= slices.Index(way, order.StatusReadyForPickup) && wished < now
}

// goals are how far every item has to be, at least, for a status.
func goals() map[order.StatusName][]order.ItemState {
	return map[order.StatusName][]order.ItemState{
		order.StatusPreparing:      {order.ItemQueued},
		order.StatusBaking:         {order.ItemQueued, order.ItemMaking, order.ItemMade},
		order.StatusQualityCheck:   {order.ItemQueued, order.ItemMaking, order.ItemMade, order.ItemInOven},
		order.StatusReadyForPickup: {order.ItemQueued, order.ItemMaking, order.ItemMade, order.ItemInOven, order.ItemBaked},
	}
}

// advance moves items on for as long as they are in one of the states. Items that do not bake are left alone until all have to be done.
func (d *draft) advance(t Ticket, why cause, states []order.ItemState) error {
	all := slices.Contains(states, order.ItemBaked) || len(states) == 1
	for _, state := range states {
		steps := map[order.Action][]string{}
		for _, i := range t.Progress.Items {
			if i.State == state && (i.Bakes || all) {
				steps[i.Bump()] = append(steps[i.Bump()], i.ID)
			}
		}
		for _, action := range []order.Action{order.Start, order.Make, order.Bake, order.Unload, order.Finish} {
			if len(steps[action]) == 0 {
				continue
			}
			var err error
			if t, err = d.step(t, why, action, steps[action]...); err != nil {
				return err
			}
		}
	}
	return nil
}

// delivery takes over what the cloud says about its lane. When the driver has a ready order, it is handed over.
func (d *draft) delivery(t Ticket, b event.DeliveryStepped) (string, error) {
	switch b.Delivery {
	case order.Unassigned, order.Assigned, order.Failed, order.PickedUp, order.OutForDelivery, order.Delivered:
	case order.NoDelivery:
		return "", refuse("a delivery cannot become none")
	default:
		return "", refuse("this node knows no delivery state %q: it needs an update", b.Delivery)
	}
	if !t.Order.Delivers() {
		return "", refuse("the order is not a delivery")
	}
	if t.Carrier != "" {
		return "a driver of the restaurant's own has it", nil
	}
	if b.Delivery == order.PickedUp && d.tookBack(t) {
		return "it was taken back meanwhile", nil
	}
	note := ""
	if gone(b.Delivery) && t.Progress.Kitchen() == order.Ready && !t.Progress.Status().Terminal() {
		var err error
		if t, err = d.step(t, cause{by: event.ByWish, who: b.Driver}, order.HandOver); err != nil {
			return "", err
		}
	} else if gone(b.Delivery) && t.Progress.Whole == order.Queued {
		note = "the kitchen had it as " + string(t.Progress.Kitchen())
	}
	t.Progress.Delivery, t.Driver, t.Expected = b.Delivery, nil, nil
	if b.Driver != "" {
		t.Driver = &Driver{ID: b.Driver, Name: b.Name, Arrives: b.Arrives, Courier: b.Courier, Code: b.Code}
	} else if b.Delivery == order.Unassigned {
		t.Expected = b.Arrives
	}
	t.Version++
	d.put(t)
	return note, nil
}
