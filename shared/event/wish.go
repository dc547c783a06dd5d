package event

import (
	"time"

	"awesome.pizza/shared/order"
)

// OrderOffered asks a restaurant to make an order. From the commit of this command on, cancelling is a wish.
type OrderOffered struct {
	Order order.Order  `json:"order"`
	Items []order.Item `json:"items"`
	Token string       `json:"token,omitempty"` // of the tracking link: the restaurant keeps it, in case the cloud loses the order

	Share uint64           `json:"share,omitempty"` // the epoch from whose shares the cloud sold it; 0: from none
	Sold  map[string]int64 `json:"sold,omitempty"`  // what it took of them, by ingredient: see shared/escrow
}

// Kind names the wish.
func (OrderOffered) Kind() string { return "order.offered.v1" }

// OrderRecovered brings a restaurant an open order that the cloud has heard of from a node which is gone: how it stands there, as a snapshot
// says it. A cook is asked where the food is.
type OrderRecovered OrderStanding

// Kind names the wish.
func (OrderRecovered) Kind() string { return "order.recovered.v1" }

// OrderRevoked asks the restaurant to void an order, which it grants while nothing bakes yet.
type OrderRevoked struct {
	Order  order.ID `json:"order"`
	Reason string   `json:"reason"`
}

// Kind names the wish.
func (OrderRevoked) Kind() string { return "order.revoked.v1" }

// StatusWished asks the restaurant to take an order to a status that the kitchen owns.
type StatusWished struct {
	Order  order.ID         `json:"order"`
	Status order.StatusName `json:"status"`
	By     string           `json:"by"`
}

// Kind names the wish.
func (StatusWished) Kind() string { return "status.wished.v1" }

// DeliveryStepped tells the restaurant how the delivery lane stands, so that its displays can show who comes and when.
type DeliveryStepped struct {
	Order    order.ID       `json:"order"`
	Delivery order.Delivery `json:"delivery"`
	Driver   string         `json:"driver,omitempty"` // id
	Name     string         `json:"name,omitempty"`
	Arrives  *time.Time     `json:"arrives,omitempty"` // when the driver is expected at the restaurant; without a driver: one whom the plan means to ask
	Courier  string         `json:"courier,omitempty"` // the delivery company the driver comes from; empty: the chain's own
	Code     string         `json:"code,omitempty"`    // what a courier says at the counter
}

// Kind names the wish.
func (DeliveryStepped) Kind() string { return "delivery.stepped.v1" }
