package guest

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"awesome.pizza/firmware-sim/call"
	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// Crowd is all guests of a chain.
type Crowd struct {
	Cloud       *call.Client
	Dice        *dice.Dice
	Arrivals    Arrivals
	Restaurants []string // only these; empty: all that the cloud names
	Delivery    float64  // share of deliveries; the rest is fetched
	Journal     *Journal
	Log         *slog.Logger
	NewID       func() string
	Most        int // orders followed at once; more guests than that stay at home

	count Count
}

// Count is what became of the guests so far.
type Count struct {
	Placed, Refused, GaveUp, Ended, Complaints, TurnedAway atomic.Int64
}

// Shown is Count for people.
type Shown struct {
	Placed     int64 `json:"placed"`
	Refused    int64 `json:"refused"`
	GaveUp     int64 `json:"gave_up"`
	Ended      int64 `json:"ended"`
	Complaints int64 `json:"complaints"`
	TurnedAway int64 `json:"turned_away"` // more guests than can be followed
}

// Count is how it stands.
func (c *Crowd) Count() Shown {
	n := &c.count
	return Shown{n.Placed.Load(), n.Refused.Load(), n.GaveUp.Load(), n.Ended.Load(), n.Complaints.Load(), n.TurnedAway.Load()}
}

// Place is a restaurant as guests know it.
type Place struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	State     string  `json:"state"` // guests stay away from one that is closed; one that pauses they try
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Position  struct {
		Latitude  float64 `json:"latitude"`
		Longitude float64 `json:"longitude"`
	} `json:"position"`
	Menu *menu.Menu `json:"-"`
}

const freshFor = 30 * time.Second // restaurants and menus are asked for again after that

// Run lets guests come until ctx ends, and waits for those who follow their order to notice. A chain that is away is waited for.
func (c *Crowd) Run(ctx context.Context) error {
	var guests sync.WaitGroup
	defer guests.Wait()
	var places []Place
	var asked time.Time
	seats := make(chan struct{}, max(c.Most, 1))
	begun := time.Now()
	for {
		if !wait(ctx, time.Until(begun.Add(c.Arrivals.Next()))) {
			return nil
		}
		if len(places) == 0 || time.Since(asked) > freshFor {
			fresh, err := c.look(ctx)
			switch {
			case err == nil:
				places, asked = fresh, time.Now()
			case ctx.Err() == nil:
				c.Log.Warn("menus cannot be read", "err", err)
			}
		}
		if len(places) == 0 {
			continue
		}
		p := c.party(dice.Pick(c.Dice, places))
		select {
		case seats <- struct{}{}:
			guests.Go(func() { defer func() { <-seats }(); p.dine(ctx) })
		default:
			c.count.TurnedAway.Add(1)
		}
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// look reads which restaurants there are, and their menus.
func (c *Crowd) look(ctx context.Context) ([]Place, error) {
	var answer json.RawMessage
	if err := c.Cloud.Do(ctx, call.Request{Method: http.MethodGet, Path: "/api/restaurants"}, &answer); err != nil {
		return nil, err
	}
	all, err := places(answer)
	if err != nil {
		return nil, err
	}
	var open []Place
	for _, p := range all {
		if p.State == "closed" || len(c.Restaurants) > 0 && !slices.Contains(c.Restaurants, p.ID) {
			continue
		}
		p.Menu = new(menu.Menu)
		path := "/api/restaurants/" + url.PathEscape(p.ID) + "/menu"
		if err := c.Cloud.Do(ctx, call.Request{Method: http.MethodGet, Path: path}, p.Menu); err != nil {
			return nil, err
		}
		if len(p.Menu.Products) > 0 {
			open = append(open, p)
		}
	}
	return open, nil
}

// places reads a list of restaurants: a list, or a page with the list in one of its fields.
func places(answer json.RawMessage) ([]Place, error) {
	var list []Place
	if json.Unmarshal(answer, &list) == nil {
		return settled(list), nil
	}
	var page struct {
		Restaurants []Place `json:"restaurants"`
		Items       []Place `json:"items"`
	}
	if err := json.Unmarshal(answer, &page); err != nil {
		return nil, fmt.Errorf("read restaurants: %w", err)
	}
	return settled(append(page.Restaurants, page.Items...)), nil
}

// settled takes positions from where they stand.
func settled(list []Place) []Place {
	for i, p := range list {
		if p.Latitude == 0 && p.Longitude == 0 {
			list[i].Latitude, list[i].Longitude = p.Position.Latitude, p.Position.Longitude
		}
	}
	return list
}

// Request is an order as it is posted.
type Request struct {
	Restaurant string           `json:"restaurant_id"`
	Fulfilment order.Fulfilment `json:"fulfilment"`
	Channel    order.Channel    `json:"channel"`
	Customer   order.Customer   `json:"customer"`
	Address    *order.Address   `json:"address,omitempty"`
	Lines      []Line           `json:"lines"`
	Payment    order.Payment    `json:"payment"`
}

// Names and streets of the people around here.
var (
	firstNames = []string{"Ada", "Grace", "Alan", "Edsger", "Barbara", "Radia", "Ken", "Margaret", "Linus", "Frances", "Tony", "Zoë", "Søren", "Jürgen", "Łukasz", "Ngô"}
	lastNames  = []string{"Martin", "Rossi", "O'Neill", "Nowak", "García", "Smith", "Müller", "Okafor", "Kowalski", "Nguyen", "Öztürk", "de Vries"}
	streets    = []string{"Main St", "Oak Ave", "2nd St", "Elm St", "Station Rd", "Park Lane", "Mill Rd", "Church St", "River Walk", "High St"}
)

// reach is how far from the restaurant guests live, in m to each side.
const reach = 2500.0

// Order is what one party orders at a place.
func Order(d *dice.Dice, p Place, delivery float64) Request {
	r := Request{
		Restaurant: p.ID, Fulfilment: order.Carryout, Channel: order.Web, Lines: Basket(d, p.Menu),
		Customer: order.Customer{
			Name:  dice.Pick(d, firstNames) + " " + dice.Pick(d, lastNames),
			Phone: fmt.Sprintf("+1202555%04d", d.IntN(10_000)), // 555 numbers are nobody's
		},
		Payment: order.Payment{Method: dice.Pick(d, []string{"cash", "card_at_door"})},
	}
	if d.Chance(delivery) {
		r.Fulfilment = order.ByDelivery
		r.Address = address(d, p)
	}
	return r
}
