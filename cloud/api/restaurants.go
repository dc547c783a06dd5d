package api

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// linkView is how a restaurant is connected.
type linkView struct {
	State string      `json:"state" enum:"up,down"`
	Since or[instant] `json:"since"`
	Heard or[instant] `json:"heard" doc:"the node's last sign of life"`
}

func linkOf(l restaurant.Link) linkView {
	state := "down"
	if l.Up {
		state = "up"
	}
	return linkView{state, at(l.Since), at(l.Heard)}
}

// restaurantView is a restaurant as guests see it.
type restaurantView struct {
	ID        string            `json:"id"`
	Name      string            `json:"name"`
	Address   string            `json:"address"`
	Phone     string            `json:"phone"`
	Latitude  float64           `json:"latitude"`
	Longitude float64           `json:"longitude"`
	RadiusKM  float64           `json:"radius_km" doc:"how far it delivers"`
	TimeZone  string            `json:"time_zone"`
	Hours     restaurant.Hours  `json:"hours"`
	Offline   restaurant.Policy `json:"offline_policy"`
	State     string            `json:"state" enum:"open,closed,paused" doc:"whether it takes web orders now"`
	Opens     or[instant]       `json:"opens" doc:"when it opens, if it is closed"`
	Until     or[instant]       `json:"paused_until" doc:"when it takes web orders again at the latest, if it has paused them by itself"`
	Why       or[string]        `json:"paused_reason" doc:"why it has"`
	Link      linkView          `json:"link"`
}

func (a *API) restaurantView(r *restaurant.Restaurant, now time.Time) restaurantView {
	l := a.Links.Of(r.ID, now)
	v := restaurantView{
		ID: r.ID, Name: r.Name, Address: r.Address, Phone: r.Phone, Latitude: r.Latitude, Longitude: r.Longitude, RadiusKM: r.RadiusKM,
		TimeZone: r.TimeZone, Hours: r.Hours, Offline: r.Offline, State: "open", Link: linkOf(l),
	}
	switch {
	case !r.OpenAt(now):
		v.State = "closed"
		if opens, ok := r.Opens(now); ok {
			v.Opens = some(instant{opens})
		}
	case r.Intake.Paused(now):
		v.State, v.Until, v.Why = "paused", some(instant{r.Intake.Until}), some(r.Intake.Reason)
	case r.Paused || !l.Up && r.Offline != restaurant.Queue:
		v.State = "paused"
	}
	return v
}

type noInput struct{}

type restaurantsOutput struct {
	Body struct {
		Restaurants []restaurantView `json:"restaurants"`
	}
}

func (a *API) listRestaurants(ctx context.Context, _ *noInput) (*restaurantsOutput, error) {
	all, err := a.Restaurants.Restaurants(ctx)
	if err != nil {
		return nil, err
	}
	out, now := &restaurantsOutput{}, a.now()
	out.Body.Restaurants = make([]restaurantView, len(all))
	for i := range all {
		out.Body.Restaurants[i] = a.restaurantView(&all[i], now)
	}
	return out, nil
}

type restaurantInput struct {
	ID string `path:"restaurantId"`
}

type restaurantOutput struct{ Body restaurantView }

func (a *API) getRestaurant(ctx context.Context, in *restaurantInput) (*restaurantOutput, error) {
	r, err := a.Restaurants.Restaurant(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &restaurantOutput{a.restaurantView(&r, a.now())}, nil
}

type menuInput struct {
	ID          string `path:"restaurantId"`
	IfNoneMatch string `header:"If-None-Match"`
}

type menuOutput struct {
	Status int
	ETag   string `header:"ETag"`
	Cache  string `header:"Cache-Control"`
	Body   *saleMenuView
}

// saleMenuView is a menu with what of it cannot be had now.
type saleMenuView struct {
	*menu.Menu
	SoldOut menu.SoldOut `json:"sold_out" doc:"what cannot be had now, as the restaurant said last"`
}

func (a *API) getMenu(ctx context.Context, in *menuInput) (*menuOutput, error) {
	o, err := a.Inventory.Offer(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	view := &saleMenuView{o.Menu, o.SoldOut()}
	tag, err := view.tag()
	if err != nil {
		return nil, err
	}
	if unchanged(in.IfNoneMatch, tag) {
		return &menuOutput{Status: http.StatusNotModified, ETag: tag, Cache: "no-cache"}, nil
	}
	return &menuOutput{http.StatusOK, tag, "no-cache", view}, nil
}

// tag changes with the menu and with what of it can be had.
func (v *saleMenuView) tag() (string, error) {
	if len(v.SoldOut.Products)+len(v.SoldOut.Toppings)+len(v.SoldOut.Ingredients) == 0 {
		return etag(v.Version), nil
	}
	raw, err := json.Marshal(v.SoldOut)
	if err != nil {
		return "", fmt.Errorf("write what is sold out: %w", err)
	}
	return fmt.Sprintf(`"%d-%x"`, v.Version, crc32.ChecksumIEEE(raw)), nil
}

type pageInput struct {
	ID       string             `path:"restaurantId"`
	Cursor   string             `query:"cursor" doc:"next of the page before" maxLength:"64"`
	Limit    int                `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Open     bool               `query:"open" doc:"only orders that have not ended"`
	Statuses []order.StatusName `query:"status" doc:"only these, separated by commas"`
}

type pageOutput struct {
	Link string `header:"Link" doc:"the next page, as RFC 8288 writes it"`
	Body struct {
		Orders []orderView `json:"orders" doc:"newest first"`
		Next   or[string]  `json:"next" doc:"cursor of the next page"`
	}
}

func (a *API) listOrders(ctx context.Context, in *pageInput) (*pageOutput, error) {
	if _, err := a.Restaurants.Restaurant(ctx, in.ID); err != nil {
		return nil, err
	}
	page, next, err := a.Pager.Page(ctx, List{in.ID, in.Open, in.Statuses, in.Cursor, in.Limit})
	if err != nil {
		return nil, err
	}
	out := &pageOutput{}
	out.Body.Orders = make([]orderView, len(page))
	for i := range page {
		out.Body.Orders[i] = viewOf(&page[i])
	}
	if next != "" {
		out.Body.Next = some(next)
		out.Link = fmt.Sprintf(`</api/restaurants/%s/orders?%s>; rel="next"`, in.ID, in.query(next))
	}
	return out, nil
}

// query is that of the next page: the same filter from another place.
func (in *pageInput) query(cursor string) string {
	q := "cursor=" + cursor + "&limit=" + strconv.Itoa(in.Limit)
	if in.Open {
		q += "&open=true"
	}
	if len(in.Statuses) > 0 {
		names := make([]string, len(in.Statuses))
		for i, s := range in.Statuses {
			names[i] = string(s)
		}
		q += "&status=" + strings.Join(names, ",")
	}
	return q
}

type quoteInput struct {
	ID   string `path:"restaurantId"`
	Body quoteBody
}

// quoteBody is a basket before anybody says who they are.
type quoteBody struct {
	Fulfilment order.Fulfilment `json:"fulfilment" enum:"delivery,carryout,dine_in,curbside"`
	Address    *placeBody       `json:"address,omitempty" doc:"where a delivery goes"`
	Lines      []lineBody       `json:"lines" minItems:"1" maxItems:"100"`
	FireAt     *time.Time       `json:"fire_at,omitempty"`
}

// placeBody is an address of which only the place matters.
type placeBody struct {
	Street    string  `json:"street,omitempty" maxLength:"200"`
	City      string  `json:"city,omitempty" maxLength:"200"`
	Note      string  `json:"note,omitempty" maxLength:"200"`
	Latitude  float64 `json:"latitude" minimum:"-90" maximum:"90"`
	Longitude float64 `json:"longitude" minimum:"-180" maximum:"180"`
}

type quoteOutput struct{ Body quoteView }

type quoteView struct {
	Lines   []order.Line `json:"lines"`
	Totals  order.Totals `json:"totals"`
	Promise promiseView  `json:"promise"`
	Basis   basisView    `json:"basis" doc:"what made the promise"`
	Large   bool         `json:"large" doc:"so large an order that the kitchen promises it later"`
}

// basisView is what made a promise.
type basisView struct {
	By      ordering.By `json:"by" enum:"kitchen,cloud,both" doc:"whose reckoning it is: the kitchen's own, the cloud's, or both while the kitchen's word grows old"`
	AsOf    or[instant] `json:"as_of" doc:"when the kitchen said how it stands; null if it does not count"`
	Stale   bool        `json:"stale" doc:"that was more than two minutes ago"`
	Ahead   int         `json:"orders_ahead"`
	Make    int         `json:"make_s"`
	Bake    int         `json:"bake_s"`
	Wait    int         `json:"driver_wait_s" doc:"how long deliveries wait for a driver"`
	Drive   int         `json:"drive_s"`
	Late    int         `json:"late_s" doc:"how much more it takes because the restaurant cannot be reached"`
	Reasons []string    `json:"reasons" doc:"what is wrong with ovens"`
}

func basisOf(b ordering.Basis) basisView {
	s := func(d time.Duration) int { return int(d.Round(time.Second) / time.Second) }
	return basisView{b.By, at(b.AsOf), b.Stale, b.Ahead, s(b.Make), s(b.Bake), s(b.Wait), s(b.Drive), s(b.Late), list(b.Reasons)}
}

// quote prices a basket and promises, without taking an order.
func (a *API) quote(ctx context.Context, in *quoteInput) (*quoteOutput, error) {
	q, err := a.Ordering.Quote(ctx, in.Body.basket(in.ID))
	if err != nil {
		return nil, err
	}
	return &quoteOutput{quoteView{list(q.Lines), q.Totals, promiseOf(q.Promise), basisOf(q.Basis), q.Large}}, nil
}

// basket is complete for ordering: what a quote does not ask for has no influence on it.
func (b *quoteBody) basket(restaurant string) ordering.Basket {
	out := ordering.Basket{
		Restaurant: restaurant, Fulfilment: b.Fulfilment, Customer: order.Customer{Name: "quote"}, Lines: linesOf(b.Lines),
		Payment: order.Payment{Method: "cash"}, FireAt: b.FireAt,
	}
	if p := b.Address; p != nil {
		out.Address = &order.Address{Street: "quote", City: "quote", Latitude: p.Latitude, Longitude: p.Longitude}
	}
	return out
}

type askInput struct {
	ID         string           `path:"restaurantId"`
	Fulfilment order.Fulfilment `query:"fulfilment" enum:"delivery,carryout,dine_in,curbside" required:"true"`
	Latitude   float64          `query:"latitude" minimum:"-90" maximum:"90" doc:"of the door, for a delivery"`
	Longitude  float64          `query:"longitude" minimum:"-180" maximum:"180"`
	Lines      []string         `query:"line,explode" required:"true" minItems:"1" maxItems:"100" doc:"product:size:quantity, once for each; size and quantity can be left out"`
}

// ask is quote for baskets that fit into an address.
func (a *API) ask(ctx context.Context, in *askInput) (*quoteOutput, error) {
	body := quoteBody{Fulfilment: in.Fulfilment}
	if in.Fulfilment == order.ByDelivery {
		body.Address = &placeBody{Latitude: in.Latitude, Longitude: in.Longitude}
	}
	for _, text := range in.Lines {
		l := lineBody{Quantity: 1}
		product, rest, _ := strings.Cut(text, ":")
		size, quantity, counted := strings.Cut(rest, ":")
		l.Product, l.Size = product, size
		if counted {
			n, err := strconv.Atoi(quantity)
			if err != nil {
				return nil, refuse(http.StatusUnprocessableEntity, "invalid_request", "a line is written product:size:quantity, not %q", text).at("query.line")
			}
			l.Quantity = n
		}
		body.Lines = append(body.Lines, l)
	}
	return a.quote(ctx, &quoteInput{in.ID, body})
}
