package courier

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"awesome.pizza/shared/money"
)

// place is where something is fetched or brought.
type place struct {
	Name      string  `json:"name"`
	Phone     string  `json:"phone"`
	Address   string  `json:"address"`
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// job is what the chain wants to have brought; ID and Quote only when it is to be done.
type job struct {
	ID      string       `json:"id"`
	Quote   string       `json:"quote"`
	Pickup  place        `json:"pickup"`
	Drop    place        `json:"drop"`
	Ready   time.Time    `json:"ready_at"`
	By      time.Time    `json:"drop_by"`
	Value   money.Amount `json:"value"`
	Collect string       `json:"collect"`
}

type quote struct {
	ID       string       `json:"id"`
	Company  string       `json:"company"`
	Fee      money.Amount `json:"fee"`
	PickupAt time.Time    `json:"pickup_at"`
	DropAt   time.Time    `json:"drop_at"`
	Expires  time.Time    `json:"expires_at"`
}

// Delivery is what the company says of one.
type Delivery struct {
	ID       string     `json:"id"`
	State    string     `json:"state"`
	At       time.Time  `json:"at"`
	Theirs   string     `json:"courier_delivery"`
	Rider    string     `json:"rider,omitempty"`
	Link     string     `json:"tracking_url,omitempty"`
	Code     string     `json:"pickup_code,omitempty"`
	PickupAt *time.Time `json:"pickup_at,omitempty"`
	DropAt   *time.Time `json:"drop_at,omitempty"`
	Reason   string     `json:"reason,omitempty"`
}

// message is the same, sent by itself: with an id of its own.
type message struct {
	Delivery
	ID  string `json:"id"`
	Run string `json:"delivery"`
}

type refusal struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// sign is HMAC-SHA256 as the wire wants it.
func sign(secret, head string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(head))
	mac.Write(body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}
