package kds

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
)

// orderBody is an order as the counter sends it: what the cloud takes, without the restaurant. Names, allergens and prices are the
// menu's.
type orderBody struct {
	Channel    order.Channel    `json:"channel"` // "counter" when left out
	Fulfilment order.Fulfilment `json:"fulfilment"`
	Customer   order.Customer   `json:"customer"`
	Address    *order.Address   `json:"address"`
	Lines      []lineBody       `json:"lines"`
	Confirmed  bool             `json:"confirmed"` // the guest knows how long so large an order takes
	Payment    paymentBody      `json:"payment"`
	FireAt     *time.Time       `json:"fire_at"` // scheduled: when the guest wants it
}

// paymentBody says how the guest pays, and with cash that they give now, how much.
type paymentBody struct {
	Method   string `json:"method"`
	Tendered int64  `json:"tendered"`
}

type lineBody struct {
	Product  string          `json:"product"`
	Half     string          `json:"half"`
	Size     string          `json:"size"`
	Crust    string          `json:"crust"` // empty, as sauce and cut: as the product has it
	Sauce    string          `json:"sauce"`
	Cut      string          `json:"cut"`
	Quantity int             `json:"quantity"`
	Toppings []order.Topping `json:"toppings"`
	Note     string          `json:"note"`
	Avoid    []string        `json:"avoid"` // allergens that must not get to who eats it
}

func (b orderBody) order(key string) kitchen.CounterOrder {
	o := kitchen.CounterOrder{
		Confirmed: b.Confirmed,
		Key:       key, Channel: b.Channel, Fulfilment: b.Fulfilment, Customer: b.Customer, Address: b.Address, Tendered: b.Payment.Tendered,
		Payment: order.Payment{Method: b.Payment.Method}, FireAt: b.FireAt,
	}
	if o.Channel == "" {
		o.Channel = order.Counter
	}
	for _, l := range b.Lines {
		o.Lines = append(o.Lines, l.line())
	}
	return o
}

func (l lineBody) line() order.Line {
	return order.Line{
		Product: l.Product, Half: l.Half, Size: l.Size, Crust: l.Crust, Sauce: l.Sauce, Cut: l.Cut, Quantity: l.Quantity, Toppings: l.Toppings,
		Note: l.Note, Avoid: l.Avoid,
	}
}

// orderView is an order with everything the restaurant knows of it, in the shape that the cloud uses too.
type orderView struct {
	ID         order.ID         `json:"id"`
	Number     *int             `json:"number"` // null until the kitchen has queued it
	Restaurant string           `json:"restaurant_id"`
	Origin     order.Side       `json:"origin"`
	Channel    order.Channel    `json:"channel"`
	Fulfilment order.Fulfilment `json:"fulfilment"`
	Customer   order.Customer   `json:"customer"`
	Address    *order.Address   `json:"address,omitempty"`
	Status     order.StatusName `json:"status"`
	Version    int              `json:"version"`
	Kitchen    laneView         `json:"kitchen"`
	Delivery   deliveryView     `json:"delivery"`
	Lines      []order.Line     `json:"lines"`
	Items      []itemView       `json:"items"`
	Totals     order.Totals     `json:"totals"`
	Payment    order.Payment    `json:"payment"`
	Promise    promiseView      `json:"promise"`
	Ready      *moment          `json:"ready,omitempty"`
	PlacedAt   *moment          `json:"placed_at"`
	FireAt     *moment          `json:"fire_at,omitempty"` // scheduled: when the guest wants it
	QueuedAt   *moment          `json:"queued_at,omitempty"`
	Bill       billView         `json:"bill"`
	Carrier    string           `json:"carrier,omitempty"` // the restaurant's own driver
	Masked     bool             `json:"masked,omitempty"`  // it ended long ago, or whoever asks has not signed in where that is needed: who it is for is not shown
}

type laneView struct {
	State order.Kitchen `json:"state"`
	AsOf  *moment       `json:"as_of"`
}

func (v viewer) order(t kitchen.Ticket) orderView {
	t, hidden := t.Masked(v.now)
	if v.discreet {
		t, hidden = t.Unaddressed(), true
	}
	o := t.Order
	view := orderView{
		ID: o.ID, Restaurant: o.Restaurant, Origin: o.Origin, Channel: o.Channel, Fulfilment: o.Fulfilment, Customer: o.Customer,
		Address: o.Address, Status: t.Progress.Status(), Version: t.Version,
		Kitchen: laneView{t.Progress.Kitchen(), at(t.Since)}, Delivery: v.delivery(t),
		Lines: o.Lines, Items: v.items(t), Totals: o.Totals, Payment: o.Payment,
		Promise:  promiseView{From: at(o.Promise.From), To: at(o.Promise.To), Because: o.Promise.Because},
		PlacedAt: at(o.PlacedAt), QueuedAt: at(t.QueuedAt), Ready: atMaybe(t.Ready), FireAt: atMaybe(o.FireAt),
	}
	view.Bill, view.Carrier, view.Masked = billOf(t), t.Carrier, hidden
	if t.Number > 0 {
		view.Number = &t.Number
	}
	return view
}

// billView is what was paid for an order at the counter, and what is left.
type billView struct {
	Due      money.Amount  `json:"due"`
	Paid     money.Amount  `json:"paid"`
	Off      *money.Amount `json:"discount,omitempty"`
	Refunded *money.Amount `json:"refunded,omitempty"`
	Owed     *money.Amount `json:"owed,omitempty"` // to the guest
	Method   till.Method   `json:"method,omitempty"`
	Tendered *money.Amount `json:"tendered,omitempty"`
	Change   *money.Amount `json:"change,omitempty"`
}

func billOf(t kitchen.Ticket) billView {
	of := func(minor int64) money.Amount { return money.Of(minor, t.Order.Totals.Total.Currency) }
	some := func(minor int64, is bool) *money.Amount {
		if !is {
			return nil
		}
		amount := of(minor)
		return &amount
	}
	b := t.Bill
	return billView{
		Due: of(t.Due()), Paid: of(b.Paid), Off: some(b.Off, b.Off > 0), Refunded: some(b.Refunded, b.Refunded > 0), Owed: some(t.Owed(), t.Owed() > 0),
		Method: b.Method, Tendered: some(b.Given, b.Given > 0), Change: some(b.Change, b.Given > 0),
	}
}

// place answers POST /api/orders. The same Idempotency-Key with the same body is the same order; without a key each request is one.
func (s *Server) place(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		overridable // for the payment, if the guest pays now
		orderBody
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		key = id.New()
	}
	t, replayed, err := s.Kitchen.Place(ctx, body.order(key))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Location", "/api/orders/"+string(t.Order.ID))
	h.Set("ETag", etag(t.Version))
	if replayed {
		h.Set("Idempotent-Replayed", "true")
	}
	return respond(w, http.StatusCreated, s.viewer().order(t))
}

// orders answers GET /api/orders: those in the kitchen, oldest first, then those that ended today, last first.
func (s *Server) orders(w http.ResponseWriter, r *http.Request) error {
	state := r.URL.Query().Get("state")
	if state != "" && state != "open" && state != "ended" {
		return invalid("state", "state is %q; it can be open or ended", clip(state))
	}
	var all []kitchen.Ticket
	if state != "ended" {
		snap, err := s.Kitchen.Snapshot(r.Context())
		if err != nil {
			return err
		}
		for _, t := range snap.Tickets {
			if t.Open() {
				all = append(all, t)
			}
		}
	}
	if state != "open" {
		ended, err := s.Kitchen.Recent(r.Context())
		if err != nil {
			return err
		}
		all = append(all, ended...)
	}
	v := s.viewerFor(r)
	views := make([]orderView, len(all))
	for i, t := range all {
		views[i] = v.order(t)
	}
	return respond(w, http.StatusOK, map[string]any{"orders": views})
}

// order answers GET /api/orders/{id}.
func (s *Server) order(w http.ResponseWriter, r *http.Request) error {
	t, err := s.Kitchen.Ticket(r.Context(), order.ID(chi.URLParam(r, "id")))
	if err != nil {
		return err
	}
	w.Header().Set("ETag", etag(t.Version))
	return respond(w, http.StatusOK, s.viewerFor(r).order(t))
}
