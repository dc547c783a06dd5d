package kitchen

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

const (
	// MostPieces is the largest number of things to make in one order taken here; more is catering, which people talk about first.
	MostPieces = 200

	orderKept = 24 * time.Hour // how long the counter may repeat an order
)

// CounterOrder is an order taken in the restaurant: at the counter, by phone, at a kiosk. Lines are priced here.
type CounterOrder struct {
	Key        string           `json:"-"` // Idempotency-Key, made by the screen: the same again is answered with the first ticket
	Channel    order.Channel    `json:"channel"`
	Fulfilment order.Fulfilment `json:"fulfilment"`
	Customer   order.Customer   `json:"customer"`
	Address    *order.Address   `json:"address,omitempty"` // deliveries only
	Lines      []order.Line     `json:"lines"`
	Payment    order.Payment    `json:"payment"`
	Tendered   int64            `json:"tendered,omitempty"`  // cash that the guest gives now, in minor units; 0: they pay later
	Confirmed  bool             `json:"confirmed,omitempty"` // the guest knows how long so large an order takes
	FireAt     *time.Time       `json:"fire_at,omitempty"`   // scheduled: when the guest wants it; nil: as soon as can be
}

// Place takes an order: created, validated, numbered and queued in one commit. A scheduled one is numbered and queued when its time has
// come. replayed says that Key was known and nothing was done. It reports problem.Invalid with the fact "path", "idempotency_mismatch" among them when Key came with another order.
func (k *Kitchen) Place(ctx context.Context, c CounterOrder) (t Ticket, replayed bool, err error) {
	o, items, err := c.price(k.Menu(), k.settings.Restaurant)
	if err != nil {
		return Ticket{}, false, err
	}
	a := Answer{ID: "order/" + c.Key, Order: o.ID, Request: c.fingerprint(), Keep: k.now().Add(orderKept)}
	t, replayed, err = k.placePriced(ctx, c, o, items, a)
	if p := problem.Of(err); p == nil || p.Code != "sold_out" {
		return t, replayed, err
	}
	over := k.hurry()
	defer over()
	if !k.fetch(ctx, o.Lines, nil) {
		return t, replayed, err
	}
	return k.placePriced(ctx, c, o, items, a)
}

func (k *Kitchen) placePriced(ctx context.Context, c CounterOrder, o order.Order, items []order.Item, a Answer) (t Ticket, replayed bool, err error) {
	var done *draft
	err = k.change(ctx, func(d *draft) error {
		before, repeated, err := k.answered(ctx, a)
		if err != nil || repeated {
			t, replayed = before, repeated && err == nil
			return err
		}
		d.answer, done = &a, d
		if err := d.place(o, items, c.Confirmed); err != nil || c.Tendered == 0 {
			return err
		}
		return d.payNow(d.tickets[o.ID], c)
	})
	if err == nil && done != nil {
		t = done.tickets[o.ID]
	}
	return t, replayed, err
}

func (d *draft) place(o order.Order, items []order.Item, confirmed bool) error {
	if err := d.schedulable(o); err != nil {
		return err
	}
	if err := d.shelvesNow().Sellable(o.Lines, nil); err != nil {
		return err
	}
	if open := len(d.anyhow()); open >= d.settings.OpenMost && !d.board.knows(d.caller, d.settings, d.now) { // nobody signs in to order
		return problem.New(problem.Conflict, "too_many_open", "%d orders are open: hand some over or void them before another is taken, or sign in here", open)
	}
	o.PlacedAt = d.now
	d.arrive(o.ID, sale{})
	t := newTicket(o, items, d.now)
	t.Order.Promise = d.promise(t)
	if d.settings.large(t.Order.Channel, items) && !confirmed {
		return tooLarge(len(items), t.Order.Promise, d.settings.Zone)
	}
	d.tell(o.ID, event.OrderTaken{Order: t.Order, Items: items})
	d.met(t.Order)
	t, err := d.step(t, cause{by: event.ByRule}, order.Validate)
	if err != nil || !d.due(t) { // a timer queues what is scheduled
		return err
	}
	_, err = d.queue(t, cause{by: event.ByRule})
	return err
}

// newTicket is the ticket of an order that was just taken.
func newTicket(o order.Order, items []order.Item, at time.Time) Ticket {
	t := Ticket{Order: o, Progress: order.Begin(&o, items), TakenAt: at, Since: at, Version: 1}.clone()
	t.Clocks.Lane[order.Waiting] = at
	for _, i := range t.Progress.Items {
		t.Clocks.Items[i.ID] = map[order.ItemState]time.Time{order.ItemQueued: at}
	}
	return t
}

// queue gives an order its number.
func (d *draft) queue(t Ticket, why cause) (Ticket, error) {
	t.Day = d.settings.Day(d.now)
	t.Number = d.lastNumber(t.Day) + 1
	t, err := d.step(t, why, order.Queue)
	if err != nil {
		return t, err
	}
	d.raiseNumber(t.Day, t.Number)
	return t, nil
}

// lastNumber is the last number given on a business day, as this draft leaves it.
func (d *draft) lastNumber(day string) int { return max(d.numbers[day], d.board.numbers[day]) }

// raiseNumber says that the numbers of a business day have been given up to one. Nothing follows from a number of no day.
func (d *draft) raiseNumber(day string, to int) {
	if day != "" && to > d.lastNumber(day) {
		d.numbers[day] = to
	}
}

// price checks what does not need the kitchen, and makes the order.
func (c CounterOrder) price(m *menu.Menu, restaurant string) (order.Order, []order.Item, error) {
	o := order.Order{
		ID: order.ID(id.New()), Restaurant: restaurant, Origin: order.Edge, Channel: c.Channel, Fulfilment: c.Fulfilment, Customer: c.Customer,
		Address: c.Address, Payment: c.Payment, MenuVersion: m.Version, FireAt: c.wanted(),
	}
	if err := c.check(); err != nil {
		return o, nil, err
	}
	pieces := 0
	for n, l := range c.Lines {
		priced, err := m.PriceLine(l)
		if p := problem.Of(err); p != nil {
			return o, nil, p.With("path", fmt.Sprintf("lines[%d].%v", n, p.Facts["path"]))
		} else if err != nil {
			return o, nil, err
		}
		pieces += l.Quantity
		o.Lines = append(o.Lines, priced)
	}
	if pieces > MostPieces {
		return o, nil, invalid("lines", "%d pieces are more than the %d of one order", pieces, MostPieces)
	}
	o.Totals = m.Totals(o.Lines, o.Fulfilment)
	return o, m.Items(o.Lines), nil
}

func (c CounterOrder) check() error {
	switch c.Channel {
	case order.Counter, order.Phone, order.Kiosk:
	case order.Web, order.Partner:
		return invalid("channel", "%s orders are taken by the cloud", c.Channel)
	default:
		return invalid("channel", "channel is %q; it can be counter, phone or kiosk", c.Channel)
	}
	switch c.Fulfilment {
	case order.ByDelivery, order.Carryout, order.DineIn, order.Curbside:
	default:
		return invalid("fulfilment", "fulfilment is %q; it can be delivery, carryout, dine_in or curbside", c.Fulfilment)
	}
	switch {
	case c.Key == "" || len(c.Key) > 100:
		return invalid("idempotency_key", "an order needs a key of 1 to 100 bytes, made by the screen")
	case len(c.Lines) == 0 || len(c.Lines) > menu.MaxLines:
		return invalid("lines", "an order has 1 to %d lines, not %d", menu.MaxLines, len(c.Lines))
	case len(c.Customer.Name) > maxText:
		return invalid("customer.name", "the name can have up to %d bytes", maxText)
	case !order.Plain(c.Customer.Name):
		return invalid("customer.name", "the name has control characters in it")
	case len(c.Customer.Phone) > 32 || !order.Plain(c.Customer.Phone):
		return invalid("customer.phone", "the phone number can have up to 32 bytes, and no control characters")
	case c.Tendered != 0 && c.Payment.Method != "cash":
		return invalid("payment.tendered", "only cash is tendered")
	case c.Payment.Method != "cash" && c.Payment.Method != "card_at_door":
		return invalid("payment.method", "payment is %q; it can be cash or card_at_door", c.Payment.Method)
	}
	return c.checkAddress()
}

func (c CounterOrder) checkAddress() error {
	a := c.Address
	switch {
	case c.Fulfilment != order.ByDelivery && a != nil:
		return invalid("address", "only a delivery has an address")
	case c.Fulfilment != order.ByDelivery:
		return nil
	case a == nil || strings.TrimSpace(a.Street) == "" || strings.TrimSpace(a.City) == "":
		return invalid("address", "a delivery needs street and city")
	case len(a.Street) > maxText || len(a.City) > maxText || len(a.Note) > maxText:
		return invalid("address", "street, city and note can have up to %d bytes each", maxText)
	case !order.Plain(a.Street) || !order.Plain(a.City) || !order.Plain(a.Note):
		return invalid("address", "there are control characters in street, city or note")
	case !(a.Latitude >= -90 && a.Latitude <= 90 && a.Longitude >= -180 && a.Longitude <= 180):
		return invalid("address", "%v, %v is not a place on earth", a.Latitude, a.Longitude)
	}
	return nil
}

func (c CounterOrder) fingerprint() string {
	raw, err := json.Marshal(c)
	if err != nil { // numbers that JSON does not have; price refuses them before
		raw = fmt.Appendf(nil, "%#v", c)
	}
	return fingerprintOf(raw)
}

func fingerprintOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

func invalid(path, format string, args ...any) *problem.Problem {
	return problem.New(problem.Invalid, "invalid_order", format, args...).With("path", path)
}
