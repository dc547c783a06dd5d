package api

import (
	"context"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
)

// handView is a line of an order's history that no status tells.
type handView struct {
	At      instant         `json:"at"`
	Act     ordering.Act    `json:"act" doc:"asked, declined, unanswered, withdrawn, agreed, given, taken_off, to_courier, off_courier, said_unready; others may come"`
	Driver  or[driverBrief] `json:"driver" doc:"whom it is about; null for a delivery company"`
	Courier string          `json:"courier" doc:"name of the delivery company; empty for a driver"`
	By      string          `json:"by" doc:"dispatch, staff, cloud, edge, driver:ID or courier:ID"`
	Because string          `json:"because" doc:"in words; mostly empty"`
}

type orderInput struct {
	ID order.ID `path:"orderId"`
}

type handsOutput struct {
	Body struct {
		Hands []handView `json:"hands" doc:"oldest first"`
	}
}

func (a *API) hands(ctx context.Context, in *orderInput) (*handsOutput, error) {
	all, err := a.Orders.Hands(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &handsOutput{}
	out.Body.Hands = []handView{}
	for _, h := range all {
		v := handView{At: instant{h.At}, Act: h.Act, By: h.By, Because: h.Because}
		if h.Driver != "" {
			v.Driver = some(driverBrief{h.Driver, h.Name})
		} else {
			v.Courier = h.Name
		}
		out.Body.Hands = append(out.Body.Hands, v)
	}
	return out, nil
}
