package partner

import (
	"time"

	"awesome.pizza/cloud/courier"
	"awesome.pizza/shared/money"
)

// place is where something is fetched or brought.
type place struct {
	Name      string  `json:"name,omitempty"`
	Phone     string  `json:"phone,omitempty"`
	Address   string  `json:"address"`
	Note      string  `json:"note,omitempty"`
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// job is what is to be brought.
type job struct {
	Pickup  place        `json:"pickup"`
	Drop    place        `json:"drop"`
	Ready   time.Time    `json:"ready_at"`
	By      time.Time    `json:"drop_by"`
	Value   money.Amount `json:"value"`
	Collect string       `json:"collect"` // how the guest pays value at the door: cash or card_at_door
	Items   int          `json:"items"`
	Number  int          `json:"number,omitempty"` // what the rider asks for at the counter
}

type dispatchBody struct {
	ID    string `json:"id"`
	Quote string `json:"quote"`
	job
}

type quoteAnswer struct {
	ID       string       `json:"id"`
	Company  string       `json:"company"`
	Fee      money.Amount `json:"fee"`
	PickupAt time.Time    `json:"pickup_at"`
	DropAt   time.Time    `json:"drop_at"`
	Expires  time.Time    `json:"expires_at"`
}

// Delivery is how a company writes what it says of one of ours, in answers and in webhooks.
type Delivery struct {
	ID       string    `json:"id"`
	State    string    `json:"state"`
	At       time.Time `json:"at"`
	Theirs   string    `json:"courier_delivery"`
	Rider    string    `json:"rider"`
	Link     string    `json:"tracking_url"`
	Code     string    `json:"pickup_code"`
	PickupAt time.Time `json:"pickup_at"`
	DropAt   time.Time `json:"drop_at"`
	Reason   string    `json:"reason"`
}

// Update is the same in our words.
func (d Delivery) Update() courier.Update {
	return courier.Update{
		State: courier.State(d.State), At: d.At.UTC(), Theirs: d.Theirs, Rider: d.Rider, Link: d.Link, Code: d.Code, Reason: d.Reason,
		PickupAt: d.PickupAt.UTC(), DropAt: d.DropAt.UTC(),
	}
}

// jobOf is a parcel as it is written; who lives there is told only to who brings it.
func jobOf(p courier.Parcel, full bool) job {
	j := job{
		Pickup: place{Name: p.Pickup.Name, Phone: p.Pickup.Phone, Address: p.Pickup.Address, Latitude: p.Pickup.Latitude, Longitude: p.Pickup.Longitude},
		Drop:   place{Address: p.Drop.Address, Latitude: p.Drop.Latitude, Longitude: p.Drop.Longitude},
		Ready:  p.Ready.UTC().Truncate(time.Second), By: p.By.UTC().Truncate(time.Second), Value: p.Value, Collect: p.Collect, Items: p.Items, Number: p.Number,
	}
	if full {
		j.Drop.Name, j.Drop.Phone, j.Drop.Note = p.Drop.Name, p.Drop.Phone, p.Drop.Note
	}
	return j
}
