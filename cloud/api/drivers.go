package api

import (
	"context"
	"time"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// driverView is a driver as dispatchers see it.
type driverView struct {
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Phone    string           `json:"phone"`
	Vehicle  dispatch.Vehicle `json:"vehicle"`
	Home     string           `json:"restaurant_id" doc:"empty for one who drives for all"`
	Status   wire.DriverState `json:"status"`
	StatusAt or[instant]      `json:"status_at"`
	Position or[positionView] `json:"position"`
	Orders   []order.ID       `json:"orders" doc:"what the driver has taken on"`
	Offered  or[string]       `json:"offered" doc:"order of the open offer"`
	ShiftEnd or[instant]      `json:"shift_end" doc:"until when he drives; null: open end"`
	SpeedKMH float64          `json:"speed_kmh" doc:"along streets; 0: the vehicle's usual speed"`
	Takes    int              `json:"takes" doc:"orders that fit at a time: dispatch asks for no more, a person may insist"`
}

type positionView struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	At        instant `json:"at"`
}

func driverViewOf(d *dispatch.Driver) driverView {
	v := driverView{
		ID: d.ID, Name: d.Name, Phone: d.Phone, Vehicle: d.Vehicle, Home: d.Home, Status: d.Status, StatusAt: saidAt(d), Orders: list(d.Bag),
		ShiftEnd: at(d.ShiftEnd), SpeedKMH: d.SpeedKMH, Takes: d.Vehicle.Most(),
	}
	if !d.SeenAt.IsZero() && !d.OffShift() {
		v.Position = some(positionView{d.Position.Lat, d.Position.Lon, instant{d.SeenAt}})
	}
	if d.Holding != "" {
		v.Offered = some(string(d.Holding))
	}
	return v
}

// saidAt is when a driver said what he is up to: null for one who never said anything.
func saidAt(d *dispatch.Driver) or[instant] {
	if !d.StatusAt.After(time.Unix(0, 0)) {
		return or[instant]{}
	}
	return at(d.StatusAt)
}

type driversInput struct {
	Home string `query:"restaurant_id" doc:"only of this restaurant"`
}

type driversOutput struct {
	Body struct {
		Drivers []driverView `json:"drivers"`
	}
}

func (a *API) listDrivers(ctx context.Context, in *driversInput) (*driversOutput, error) {
	all, err := a.Drivers.Drivers(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	out := &driversOutput{}
	out.Body.Drivers = make([]driverView, len(all))
	for i := range all {
		out.Body.Drivers[i] = driverViewOf(&all[i])
	}
	return out, nil
}

type driverInput struct {
	ID string `path:"driverId"`
}

type driverOutput struct{ Body driverView }

func (a *API) me(ctx context.Context, id string) (dispatch.Driver, error) {
	if err := a.isMe(ctx, id); err != nil {
		return dispatch.Driver{}, err
	}
	return a.Drivers.Driver(ctx, id)
}

func (a *API) getDriver(ctx context.Context, in *driverInput) (*driverOutput, error) {
	d, err := a.me(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &driverOutput{driverViewOf(&d)}, nil
}

type driverStatusOutput struct{ Body driverStatusView }

type driverStatusView struct {
	Status wire.DriverState `json:"status"`
	At     or[instant]      `json:"timestamp"`
}

func (a *API) getDriverStatus(ctx context.Context, in *driverInput) (*driverStatusOutput, error) {
	d, err := a.me(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &driverStatusOutput{driverStatusView{d.Status, saidAt(&d)}}, nil
}

type driverStatusInput struct {
	ID   string `path:"driverId"`
	Body struct {
		Status wire.DriverState `json:"status" enum:"offline,available,busy,on_break,end_of_shift"`
		At     *time.Time       `json:"timestamp,omitempty" doc:"when it was said, if not now"`

		ShiftEnd *time.Time `json:"shift_end,omitempty" doc:"until when he drives, in the next 48 hours; what was said before holds if left out"`
	}
}

// putDriverStatus records what a driver says, unless something later was said before; the answer is what holds.
func (a *API) putDriverStatus(ctx context.Context, in *driverStatusInput) (*driverStatusOutput, error) {
	if err := a.isMe(ctx, in.ID); err != nil {
		return nil, err
	}
	acts.Of(ctx).Say("status", "", string(in.Body.Status))
	said, now := in.Body.At, a.now()
	if said == nil {
		said = &now
	}
	if err := (wire.DriverStatus{Status: in.Body.Status, Timestamp: wire.At(*said)}).Validate(now); err != nil {
		return nil, err
	}
	if in.Body.ShiftEnd != nil {
		if err := a.endsSoon(*in.Body.ShiftEnd); err != nil {
			return nil, err
		}
	}
	if err := a.Offers.SetStatus(ctx, in.ID, in.Body.Status, *said); err != nil {
		return nil, err
	}
	if end := in.Body.ShiftEnd; end != nil {
		if _, err := a.Drivers.ChangeDriver(ctx, in.ID, func(d *dispatch.Driver) { d.ShiftEnd = toTheMilli(*end) }); err != nil {
			return nil, err
		}
	}
	return a.getDriverStatus(ctx, &driverInput{in.ID})
}

type locationInput struct {
	ID   string `path:"driverId"`
	Body struct {
		Latitude  float64    `json:"latitude" minimum:"-90" maximum:"90"`
		Longitude float64    `json:"longitude" minimum:"-180" maximum:"180"`
		At        *time.Time `json:"timestamp,omitempty" doc:"when the phone was there, if not now"`
		Speed     *float64   `json:"speed,omitempty" doc:"metres per second"`
		Heading   *float64   `json:"heading,omitempty" doc:"degrees clockwise from north"`
		Accuracy  *float64   `json:"accuracy,omitempty" doc:"metres"`
	}
}

type nothing struct{}

// locate takes a position of a phone that has no MQTT. What comes after the shift is thrown away, as it is where it comes by MQTT.
func (a *API) locate(ctx context.Context, in *locationInput) (*nothing, error) {
	d, err := a.me(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if d.OffShift() {
		return &nothing{}, nil
	}
	now := a.now()
	l := wire.DriverLocation{
		Position: wire.Position{Latitude: in.Body.Latitude, Longitude: in.Body.Longitude}, Timestamp: wire.At(now),
		Speed: in.Body.Speed, Heading: in.Body.Heading, Accuracy: in.Body.Accuracy,
	}
	if in.Body.At != nil {
		l.Timestamp = wire.At(*in.Body.At)
	}
	return &nothing{}, a.Positions.Heard(in.ID, l)
}

// offerView is an offer as a driver sees it.
type offerView struct {
	ID         string              `json:"id"`
	Order      order.ID            `json:"order_id"`
	State      dispatch.OfferState `json:"state"`
	At         instant             `json:"at"`
	Expires    instant             `json:"expires_at"`
	Restaurant or[wire.Place]      `json:"restaurant"`
	Drop       or[wire.Place]      `json:"drop"`
	Ready      or[instant]         `json:"ready_at"`
	CashDue    or[money.Amount]    `json:"cash_due"`
	Because    []string            `json:"because" doc:"in English"`
	Reasons    []reasonView        `json:"reasons" doc:"the same, for a page in any language"`
	Trip       string              `json:"trip" doc:"what is fetched together and brought on one way has the same one"`
	Stop       int                 `json:"stop" doc:"place of its door on that way, from 0"`
	Fetch      int                 `json:"fetch_after" doc:"doors of that way that come before its restaurant: 0 unless it is the second one on the way"`
	Doors      int                 `json:"doors" doc:"how many doors the trip asks about; 0 for an offer that is over"`
}

func offerOf(o *dispatch.Offer) offerView {
	v := offerView{
		ID: o.ID, Order: o.Order, State: o.State, At: instant{o.Created}, Expires: instant{o.Expires}, Ready: at(o.Run.Ready),
		CashDue: or[money.Amount]{o.Run.CashDue}, Because: dispatch.Sentences(o.Because), Reasons: reasonsOf(o.Because),
		Trip: o.Trip, Stop: o.Stop, Fetch: o.Fetch, Doors: o.Doors,
	}
	if o.Run.Restaurant != (wire.Place{}) {
		v.Restaurant, v.Drop = some(o.Run.Restaurant), some(o.Run.Drop)
	}
	return v
}

// stopView is an order the driver has taken on.
type stopView struct {
	Order    order.ID          `json:"order_id"`
	Number   or[int]           `json:"number"`
	From     string            `json:"restaurant_id"`
	Status   order.StatusName  `json:"status"`
	Version  int               `json:"version"`
	Customer order.Customer    `json:"customer"`
	Address  or[order.Address] `json:"address"`
	Promise  promiseView       `json:"promise"`
	Ready    or[instant]       `json:"ready"`
	CashDue  or[money.Amount]  `json:"cash_due"`
	Items    int               `json:"items"`
	Trip     string            `json:"trip" doc:"what is fetched together and brought on one way has the same one; empty when a person gave it to the driver"`
	Stop     int               `json:"stop" doc:"place of its door on that way, from 0"`
	Fetch    int               `json:"fetch_after" doc:"doors of that way that come before its restaurant: 0 unless it is the second one on the way"`
	Arrives  or[rangeView]     `json:"arrives" doc:"at the door, by the last position; null until it is in the bag, or while nobody knows where the phone is"`
}

type rangeView struct {
	From instant `json:"from"`
	To   instant `json:"to"`
}

func stopOf(r *ordering.Record) stopView {
	v := stopView{
		Order: r.Order.ID, Number: numberOf(r), From: r.Order.Restaurant, Status: r.Status(), Version: r.Version, Customer: r.Order.Customer,
		Address: or[order.Address]{r.Order.Address}, Promise: promiseOf(r.Order.Promise), Ready: when(r.Ready), Items: len(r.Progress.Items),
	}
	if r.Driver != nil {
		v.Trip, v.Stop, v.Fetch = r.Driver.Trip, r.Driver.Stop, r.Driver.Fetch
	}
	if r.Order.Payment.Method == "cash" {
		v.CashDue = some(r.Order.Totals.Total)
	}
	return v
}

type offersOutput struct {
	Body struct {
		Offers []offerView `json:"offers" doc:"open ones: of one trip, in the sequence of its doors"`
		Stops  []stopView  `json:"stops" doc:"what was taken on, in the order to do it: first what is in the bag, and what its trip fetches at another restaurant on the way"`

		Wait or[waitView] `json:"wait_near" doc:"where an idle driver had better wait for the next order: a suggestion. null while there is none, or it is old"`
	}
}

func (a *API) listOffers(ctx context.Context, in *driverInput) (*offersOutput, error) {
	d, err := a.me(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	offers, err := a.OpenOffers.OpenOffers(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	records, err := a.Orders.OfDriver(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &offersOutput{}
	out.Body.Offers, out.Body.Stops = make([]offerView, len(offers)), make([]stopView, len(records))
	for i := range offers {
		out.Body.Offers[i] = offerOf(&offers[i])
	}
	for i, s := range a.sequence(ctx, d, records) {
		out.Body.Stops[i] = s
	}
	if d.Status == wire.Available && len(offers) == 0 && len(records) == 0 {
		out.Body.Wait, err = a.waitNear(ctx, in.ID)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

type offerInput struct {
	Driver string `path:"driverId"`
	ID     string `path:"offerId"`
}

type offerOutput struct{ Body offerView }

func (a *API) acceptOffer(ctx context.Context, in *offerInput) (*offerOutput, error) {
	return a.answerOffer(ctx, in, a.Offers.Accept)
}

func (a *API) declineOffer(ctx context.Context, in *offerInput) (*offerOutput, error) {
	return a.answerOffer(ctx, in, a.Offers.Decline)
}

func (a *API) answerOffer(ctx context.Context, in *offerInput, say func(ctx context.Context, driver, offer string) (dispatch.Offer, error)) (*offerOutput, error) {
	if err := a.isMe(ctx, in.Driver); err != nil {
		return nil, err
	}
	o, err := say(ctx, in.Driver, in.ID)
	if err != nil {
		return nil, err
	}
	return &offerOutput{offerOf(&o)}, nil
}
