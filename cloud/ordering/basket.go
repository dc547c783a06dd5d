package ordering

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Basket is what a guest asks for: the body of POST /api/orders.
type Basket struct {
	Restaurant string           `json:"restaurant_id"`
	Fulfilment order.Fulfilment `json:"fulfilment"`
	Channel    order.Channel    `json:"channel,omitempty"` // empty: web
	Customer   order.Customer   `json:"customer"`
	Address    *order.Address   `json:"address,omitempty"` // deliveries need one, others have none
	Lines      []order.Line     `json:"lines"`
	Payment    order.Payment    `json:"payment"`
	FireAt     *time.Time       `json:"fire_at,omitempty"` // scheduled: when the guest wants it
}

// Limits of a basket. More is catering, which people talk about first.
const (
	MaxPieces   = 200       // things to make
	maxDocument = 160 << 10 // bytes of the order as it goes to the restaurant
	maxName     = 100       // characters of a name
	maxText     = 200       // characters of a street, a city or a note
	maxAhead    = 7 * 24 * time.Hour
	minAhead    = 15 * time.Minute
)

var phone = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`) // E.164

// channel is how the basket comes in.
func (b *Basket) channel() order.Channel { return cmp.Or(b.Channel, order.Web) }

// Digest is the hash of a basket, by which a repeated request is known.
func (b *Basket) Digest() [32]byte {
	raw, _ := json.Marshal(b) // times and text always encode
	return sha256.Sum256(raw)
}

// check reports the first thing that will never be acceptable, as problem.Invalid with the fact "path", whatever the restaurant says.
func (b *Basket) check(now time.Time) error {
	switch b.Fulfilment {
	case order.ByDelivery, order.Carryout, order.DineIn, order.Curbside:
	default:
		return invalid("fulfilment", "fulfilment is %q; it can be delivery, carryout, dine_in or curbside", b.Fulfilment)
	}
	switch b.Channel {
	case "", order.Web, order.Phone, order.Kiosk, order.Partner:
	default:
		return invalid("channel", "channel is %q; it can be web, phone, kiosk or partner", b.Channel)
	}
	switch b.Payment.Method {
	case "cash", "card_at_door":
	default:
		return invalid("payment.method", "payment is %q; it can be cash or card_at_door", b.Payment.Method)
	}
	if err := checkCustomer(b.Customer); err != nil {
		return err
	}
	if len(b.Lines) == 0 || len(b.Lines) > menu.MaxLines {
		return invalid("lines", "an order has 1 to %d lines, not %d", menu.MaxLines, len(b.Lines))
	}
	if b.FireAt != nil && (b.FireAt.Before(now.Add(minAhead)) || b.FireAt.After(now.Add(maxAhead))) {
		return invalid("fire_at", "an order can be scheduled from %v to %v ahead", minAhead, maxAhead)
	}
	return b.checkAddress()
}

func checkCustomer(c order.Customer) error {
	if n := utf8.RuneCountInString(c.Name); n < 1 || n > maxName {
		return invalid("customer.name", "the name has 1 to %d characters", maxName)
	}
	if strings.TrimSpace(c.Name) == "" || !order.Plain(c.Name) {
		return invalid("customer.name", "the name is blank or has control characters in it")
	}
	if c.Phone != "" && !phone.MatchString(c.Phone) {
		return invalid("customer.phone", "the phone number is written like +12025550123")
	}
	return nil
}

func (b *Basket) checkAddress() error {
	a := b.Address
	switch {
	case b.Fulfilment != order.ByDelivery && a == nil:
		return nil
	case b.Fulfilment != order.ByDelivery:
		return invalid("address", "only a delivery has an address")
	case a == nil:
		return invalid("address", "a delivery needs an address")
	case strings.TrimSpace(a.Street) == "" || utf8.RuneCountInString(a.Street) > maxText:
		return invalid("address.street", "the street has 1 to %d characters", maxText)
	case strings.TrimSpace(a.City) == "" || utf8.RuneCountInString(a.City) > maxText:
		return invalid("address.city", "the city has 1 to %d characters", maxText)
	case !order.Plain(a.Street) || !order.Plain(a.City) || !order.Plain(a.Note):
		return invalid("address", "the address has control characters in it")
	case utf8.RuneCountInString(a.Note) > maxText:
		return invalid("address.note", "the note has up to %d characters", maxText)
	case !(a.Latitude >= -90 && a.Latitude <= 90):
		return invalid("address.latitude", "latitude is between -90 and 90 degrees")
	case !(a.Longitude >= -180 && a.Longitude <= 180):
		return invalid("address.longitude", "longitude is between -180 and 180 degrees")
	}
	return nil
}

// price fills in names, allergens and prices of the lines, and makes the items.
func price(m *menu.Menu, lines []order.Line) (priced []order.Line, items []order.Item, err error) {
	priced, pieces := make([]order.Line, len(lines)), 0
	for i, l := range lines {
		if priced[i], err = m.PriceLine(l); err != nil {
			if p := problem.Of(err); p != nil {
				p.With("path", fmt.Sprintf("lines[%d].%v", i, p.Facts["path"]))
			}
			return nil, nil, err
		}
		pieces += l.Quantity
	}
	if pieces > MaxPieces {
		return nil, nil, invalid("lines", "%d pieces are more than the %d one order can have", pieces, MaxPieces)
	}
	return priced, m.Items(priced), nil
}

// fits refuses an order that could not cross the link in one message.
func fits(o order.Order, items []order.Item) error {
	if len(o.Lines) < 20 && len(items) < 100 {
		return nil // far below, whatever is written on it
	}
	raw, err := event.Encode(event.OrderOffered{Order: o, Items: items})
	if err != nil {
		return err
	}
	if len(raw) > maxDocument {
		return invalid("lines", "the order is too large: %d bytes of at most %d; place two", len(raw), maxDocument)
	}
	return nil
}

func invalid(path, format string, args ...any) *problem.Problem {
	return problem.New(problem.Invalid, "invalid_order", format, args...).With("path", path)
}
