package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Bags are drivers' cash: a *store.Store.
type Bags interface {
	// OpenBag begins a bag; made is false when it is there already. It reports Conflict "bag_open" and Invalid "bad_id".
	OpenBag(ctx context.Context, b road.Bag) (kept road.Bag, made bool, err error)
	// DropCash puts cash into the safe, once for each id. It reports NotFound "no_open_bag", Conflict "too_many_drops" and "more_than_in_bag", Invalid "bad_amount" and "bad_id".
	DropCash(ctx context.Context, driver string, d road.Drop) (road.Bag, error)
	// CloseBag checks a bag out, or says later why its sum differs. It reports NotFound "no_such_bag", Conflict "bag_closed" and "bag_explained".
	CloseBag(ctx context.Context, driver, bag string, counted int64, note string, at time.Time) (road.Bag, error)
	LastBag(ctx context.Context, driver string) (b road.Bag, ok bool, err error)
	Bags(ctx context.Context, restaurant string, open bool) ([]road.Bag, error)
	// LooseCash is cash of drivers without an open bag: of one, or with "" of all of a restaurant.
	LooseCash(ctx context.Context, restaurant, driver string) ([]road.Loose, error)
	// RefusedDrops are what drivers of a restaurant wanted to put into the safe, and had less in the bag by the books: the last try of each whose bag was not counted since.
	RefusedDrops(ctx context.Context, restaurant string) ([]acts.Act, error)
}

// bagView is a driver's cash bag.
type bagView struct {
	ID         string           `json:"id"`
	Driver     string           `json:"driver_id"`
	Restaurant string           `json:"restaurant_id"`
	Opened     instant          `json:"opened_at"`
	Float      money.Amount     `json:"float"`
	Collected  money.Amount     `json:"collected" doc:"what guests paid, by the orders marked as delivered"`
	Dropped    money.Amount     `json:"dropped" doc:"what went into the safe"`
	Expected   money.Amount     `json:"expected" doc:"float + collected - dropped"`
	Taken      []takenView      `json:"taken"`
	Drops      []dropView       `json:"drops"`
	Closed     or[instant]      `json:"closed_at"`
	Counted    or[money.Amount] `json:"counted"`
	Difference or[money.Amount] `json:"difference" doc:"counted - expected: below zero something is missing"`
	Note       string           `json:"note"`
	Till       or[inTillView]   `json:"till" doc:"whose till the check-out is written down in; null: there is none to tell"`
}

type inTillView struct {
	Restaurant string         `json:"restaurant_id"`
	State      road.TillState `json:"state" enum:"waits,booked,refused" doc:"waits: for the restaurant, which may be cut off"`
	Reason     string         `json:"reason"`
}

type takenView struct {
	Order  order.ID     `json:"order_id"`
	Number or[int]      `json:"number"`
	At     instant      `json:"at"`
	Amount money.Amount `json:"amount"`
}

type dropView struct {
	ID     string       `json:"id"`
	At     instant      `json:"at"`
	Amount money.Amount `json:"amount"`
}

func bagOf(b *road.Bag) bagView {
	sum := func(minor int64) money.Amount { return money.Of(minor, b.Currency) }
	v := bagView{
		ID: b.ID, Driver: b.Driver, Restaurant: b.Restaurant, Opened: instant{b.Opened}, Float: sum(b.Float), Collected: sum(b.Collected()),
		Dropped: sum(b.Dropped()), Expected: sum(b.Expected()), Taken: takenOf(b.Taken, b.Currency), Drops: []dropView{}, Closed: when(b.Closed), Note: b.Note,
	}
	for _, d := range b.Drops {
		v.Drops = append(v.Drops, dropView{d.ID, instant{d.At}, sum(d.Amount)})
	}
	if b.Closed != nil {
		if t := b.Till; t.Restaurant != "" {
			v.Till = some(inTillView{t.Restaurant, t.State, t.Reason})
		}
		v.Counted, v.Difference = some(sum(b.Counted)), some(sum(b.Difference()))
	}
	return v
}

type bagOutput struct {
	Status int
	Body   bagView
}

type lastBagOutput struct {
	Body struct {
		Currency string      `json:"currency" doc:"in which this driver's guests pay"`
		Bag      or[bagView] `json:"bag" doc:"the newest one"`
		Loose    []looseView `json:"loose" doc:"what guests paid while no bag was open: it goes into the next one"`
	}
}

func (a *API) getBag(ctx context.Context, in *driverInput) (*lastBagOutput, error) {
	d, err := a.me(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &lastBagOutput{}
	if out.Body.Currency, err = a.currencyOf(ctx, d.Home); err != nil {
		return nil, err
	}
	b, ok, err := a.Bags.LastBag(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if ok {
		out.Body.Bag = some(bagOf(&b))
	}
	out.Body.Loose, err = a.loose(ctx, "", in.ID)
	return out, err
}

// looseView is cash that a driver has without a bag.
type looseView struct {
	Driver string       `json:"driver_id"`
	Amount money.Amount `json:"amount"`
	Taken  []takenView  `json:"taken"`
}

func (a *API) loose(ctx context.Context, restaurant, driver string) ([]looseView, error) {
	all, err := a.Bags.LooseCash(ctx, restaurant, driver)
	if err != nil {
		return nil, err
	}
	out := make([]looseView, len(all))
	for i := range all {
		l := &all[i]
		out[i] = looseView{l.Driver, money.Of(l.Amount(), l.Currency), takenOf(l.Taken, l.Currency)}
	}
	return out, nil
}

func takenOf(all []road.Taken, currency string) []takenView {
	out := make([]takenView, len(all))
	for i, t := range all {
		out[i] = takenView{t.Order, numberOf(&ordering.Record{Number: t.Number}), instant{t.At}, money.Of(t.Amount, currency)}
	}
	return out
}

// currencyOf is what guests of a restaurant pay in; without one, of the first there is.
func (a *API) currencyOf(ctx context.Context, home string) (string, error) {
	if home == "" {
		all, err := a.Restaurants.Restaurants(ctx)
		if err != nil {
			return "", err
		}
		if len(all) == 0 {
			return "", problem.New(problem.NotFound, "no_such_restaurant", "there is no restaurant yet")
		}
		home = all[0].ID
	}
	m, err := a.Restaurants.Menu(ctx, home)
	if err != nil {
		return "", err
	}
	return m.Currency, nil
}

type openBagInput struct {
	ID   string `path:"driverId"`
	Body struct {
		ID    string     `json:"id" format:"uuid" doc:"made by the phone: the same again is the same bag"`
		Float int64      `json:"float_minor" minimum:"0" maximum:"10000000" doc:"what is in it to begin with"`
		At    *time.Time `json:"at,omitempty" doc:"when it was checked in, for phones that were offline"`
	}
}

func (a *API) openBag(ctx context.Context, in *openBagInput) (*bagOutput, error) {
	d, err := a.me(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	b := road.Bag{ID: in.Body.ID, Driver: d.ID, Restaurant: d.Home, Opened: a.done(in.Body.At), Float: in.Body.Float}
	if b.Currency, err = a.currencyOf(ctx, d.Home); err != nil {
		return nil, err
	}
	acts.Of(ctx).About(aboutDriver(&d))
	acts.Of(ctx).Say("float", "", cashOf(b.Float, b.Currency))
	kept, made, err := a.Bags.OpenBag(ctx, b)
	if err != nil {
		return nil, err
	}
	if made {
		return &bagOutput{http.StatusCreated, bagOf(&kept)}, nil
	}
	return &bagOutput{http.StatusOK, bagOf(&kept)}, nil
}

// cashOf is a sum as the log of acts writes it.
func cashOf(minor int64, currency string) string {
	return strconv.FormatInt(minor, 10) + " " + currency
}

func aboutDriver(d *dispatch.Driver) acts.Subject {
	return acts.Subject{Kind: acts.OfDriver, ID: d.ID, Label: d.Name, Restaurant: d.Home}
}

// done is when a phone did something that it tells of now, as for a step of a delivery: neither in the future nor longer ago than a shift.
func (a *API) done(at *time.Time) time.Time {
	now := a.now().Truncate(time.Millisecond)
	if at == nil || at.After(now) || at.Before(now.Add(-ordering.MaxLate)) {
		return now
	}
	return at.UTC().Truncate(time.Millisecond)
}

// sayCash notes a sum of cash of a driver's, when somebody keeps a log of it.
func (a *API) sayCash(ctx context.Context, d *dispatch.Driver, field string, minor int64) {
	act := acts.Of(ctx)
	if act == nil {
		return
	}
	currency, err := a.currencyOf(ctx, d.Home)
	if err != nil {
		currency = "?" // the cash is handed in all the same
	}
	act.About(aboutDriver(d))
	act.Say(field, "", cashOf(minor, currency))
}

type dropInput struct {
	ID   string `path:"driverId"`
	Body struct {
		ID     string     `json:"id" format:"uuid" doc:"made by the phone: the same again is the same drop"`
		Amount int64      `json:"amount_minor" minimum:"1" maximum:"10000000"`
		At     *time.Time `json:"at,omitempty" doc:"when it was done, for phones that were offline"`
	}
}

func (a *API) dropCash(ctx context.Context, in *dropInput) (*bagOutput, error) {
	d, err := a.me(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	a.sayCash(ctx, &d, "amount", in.Body.Amount)
	b, err := a.Bags.DropCash(ctx, in.ID, road.Drop{ID: in.Body.ID, At: a.done(in.Body.At), Amount: in.Body.Amount})
	if err != nil {
		return nil, err
	}
	return &bagOutput{http.StatusOK, bagOf(&b)}, nil
}

type closeBagInput struct {
	ID   string `path:"driverId"`
	Body struct {
		Bag     string     `json:"bag_id" format:"uuid"`
		Counted int64      `json:"counted_minor" minimum:"0" maximum:"10000000" doc:"all that is in it"`
		Note    string     `json:"note,omitempty" maxLength:"200" doc:"why it differs: said later, with the same sum, it is added to a bag that has no note yet"`
		At      *time.Time `json:"at,omitempty" doc:"when it was counted, for phones that were offline"`
	}
}

func (a *API) closeBag(ctx context.Context, in *closeBagInput) (*bagOutput, error) {
	d, err := a.me(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	a.sayCash(ctx, &d, "counted", in.Body.Counted)
	acts.Of(ctx).Words("note", in.Body.Note)
	if !id.Valid(in.Body.Bag) {
		return nil, problem.New(problem.NotFound, "no_such_bag", "there is no such bag")
	}
	b, err := a.Bags.CloseBag(ctx, in.ID, in.Body.Bag, in.Body.Counted, in.Body.Note, a.done(in.Body.At))
	if err != nil {
		return nil, err
	}
	return &bagOutput{http.StatusOK, bagOf(&b)}, nil
}

type bagsInput struct {
	ID   string `path:"restaurantId"`
	Open bool   `query:"open" doc:"only those that are not checked out"`
}

type bagsOutput struct {
	Body struct {
		Bags  []bagView   `json:"bags" doc:"newest first, a hundred at most"`
		Loose []looseView `json:"loose" doc:"what drivers without an open bag have of guests' cash"`
		Over  []overView  `json:"more_than_in_bag" doc:"what drivers wanted to put into the safe within a day, and had less in the bag by the books; until the bag is counted"`
	}
}

func (a *API) listBags(ctx context.Context, in *bagsInput) (*bagsOutput, error) {
	if _, err := a.Restaurants.Restaurant(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := a.Bags.Bags(ctx, in.ID, in.Open)
	if err != nil {
		return nil, err
	}
	out := &bagsOutput{}
	out.Body.Bags = make([]bagView, len(all))
	for i := range all {
		out.Body.Bags[i] = bagOf(&all[i])
	}
	if out.Body.Loose, err = a.loose(ctx, in.ID, ""); err != nil {
		return nil, err
	}
	over, err := a.Bags.RefusedDrops(ctx, in.ID)
	out.Body.Over = []overView{}
	for i := range over {
		out.Body.Over = append(out.Body.Over, overOf(&over[i]))
	}
	return out, err
}

// overView is a drop that was refused.
type overView struct {
	Driver string           `json:"driver_id"`
	At     instant          `json:"at"`
	Amount or[money.Amount] `json:"amount"`
}

func overOf(x *acts.Act) overView {
	v := overView{Driver: x.On.ID, At: instant{x.At}}
	for _, c := range x.Changes {
		minor, currency, _ := strings.Cut(c.To, " ")
		if n, err := strconv.ParseInt(minor, 10, 64); c.Field == "amount" && err == nil {
			v.Amount = some(money.Of(n, currency))
		}
	}
	return v
}
