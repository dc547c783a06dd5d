package e2e

import (
	"encoding/json"
	"fmt"
)

// view is what both sides say of an order.
type view struct {
	ID          string  `json:"id"`
	OrderID     string  `json:"order_id"`
	Number      *int    `json:"number"`
	Status      string  `json:"status"`
	Version     int     `json:"version"`
	CancelAsked *string `json:"cancel_asked"`
	Kitchen     struct {
		State string `json:"state"`
	} `json:"kitchen"`
	Items []struct {
		ID      string `json:"id"`
		State   string `json:"state"`
		Remakes int    `json:"remakes"`
	} `json:"items"`
	Timeline []struct {
		Status string `json:"status"`
		By     string `json:"by"`
	} `json:"timeline"`
}

// steps are the statuses of the timeline, in order.
func (v view) steps() (names []string) {
	for _, s := range v.Timeline {
		names = append(names, s.Status)
	}
	return names
}

func (c *chain) order(id string) (v view, ok bool) {
	a := c.get(c.cloud + "/api/orders/" + id)
	if a.err != nil || a.status != 200 {
		return v, false
	}
	return v, json.Unmarshal(a.body, &v) == nil
}

func basket(restaurant, how, product string) string {
	address := ""
	if how == "delivery" {
		address = `"address":{"street":"1 Main St","city":"Springfield","latitude":40.7431,"longitude":-73.9899},`
	}
	return fmt.Sprintf(`{"restaurant_id":%q,"fulfilment":%q,"channel":"web","customer":{"name":"Ada","phone":"+12025550123"},%s
		"lines":[{"product":%q,"size":"small","quantity":1}],"payment":{"method":"cash"}}`, restaurant, how, address, product)
}

func counterBasket(how string) string {
	return fmt.Sprintf(`{"fulfilment":%q,"channel":"counter","customer":{"name":"Grace"},
		"lines":[{"product":"margherita","size":"small","quantity":1}],"payment":{"method":"cash"}}`, how)
}
