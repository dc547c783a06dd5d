package guest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"awesome.pizza/firmware-sim/call"
	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
)

// address is a door around a restaurant.
func address(d *dice.Dice, p Place) *order.Address {
	const metresPerDegree = 60 * 1852.0
	a := order.Address{
		Street: fmt.Sprintf("%d %s", 1+d.IntN(180), dice.Pick(d, streets)), City: "Springfield",
		Latitude:  p.Latitude + d.Between(-reach, reach)/metresPerDegree,
		Longitude: p.Longitude + d.Between(-reach, reach)/(metresPerDegree*math.Cos(p.Latitude*math.Pi/180)),
	}
	if d.Chance(0.2) {
		a.Note = dice.Pick(d, []string{"3rd floor", "ring at Rossi", "back door", "the dog is friendly"})
	}
	return &a
}

// party is one order and the people who wait for it.
type party struct {
	*Crowd
	key     string
	request Request
	witness Witness
}

func (c *Crowd) party(p Place) *party {
	r := Order(c.Dice, p, c.Delivery)
	return &party{Crowd: c, key: c.NewID(), request: r, witness: Witness{Fulfilment: r.Fulfilment}}
}

// placed is the answer to an order.
type placed struct {
	ID          string           `json:"id"`
	Status      order.StatusName `json:"status"`
	Version     int              `json:"version"`
	TrackingURL string           `json:"tracking_url"`
	Totals      struct {
		Total money.Amount `json:"total"`
	} `json:"totals"`
}

func (p placed) token() string { return p.TrackingURL[strings.LastIndex(p.TrackingURL, "/")+1:] }

// dine places the order, insisting, and follows it to its end.
func (p *party) dine(ctx context.Context) {
	p.write(Entry{Kind: Wished, Fulfilment: p.request.Fulfilment})
	o, ok := p.place(ctx)
	if !ok {
		return
	}
	p.count.Placed.Add(1)
	p.write(Entry{Kind: Placed, Order: o.ID, Token: o.token(), Fulfilment: p.request.Fulfilment, Status: o.Status, Version: o.Version, Total: &o.Totals.Total})
	p.see(o, Seen{Status: o.Status, Version: o.Version})
	p.follow(ctx, o)
}

func (p *party) write(e Entry) {
	e.Key, e.Restaurant = p.key, p.request.Restaurant
	p.Journal.Write(time.Now(), e)
}

// insistence is how long people try to get an order through; attempts come ever slower.
const insistence = 2 * time.Minute

// place posts the order with one key until the chain gives an answer that will not change.
func (p *party) place(ctx context.Context) (placed, bool) {
	ctx, cancel := context.WithTimeout(ctx, insistence)
	defer cancel()
	pause := 500 * time.Millisecond
	for {
		var o placed
		err := p.Cloud.Do(ctx, call.Request{Method: http.MethodPost, Path: "/api/orders", Key: p.key, Body: p.request}, &o)
		if err == nil && o.ID != "" {
			return o, true
		}
		r := call.Refused(err)
		if err != nil && !call.Away(err) {
			p.count.Refused.Add(1)
			p.write(Entry{Kind: Refused, HTTP: r.HTTP, Code: r.Code, Detail: r.Detail})
			return o, false
		}
		if r != nil {
			pause = max(pause, r.After)
		}
		if !wait(ctx, pause) {
			p.count.GaveUp.Add(1)
			p.write(Entry{Kind: Refused, Detail: fmt.Sprint("gave up: ", err)})
			return o, false
		}
		pause = min(2*pause, 8*time.Second)
	}
}

// errOver ends following.
var errOver = errors.New("the order has come to its end")

// follow watches the order by its stream, going on after each cut with the last event it saw.
func (p *party) follow(ctx context.Context, o placed) {
	path, last, pause := "/api/orders/"+url.PathEscape(o.ID)+"/track?token="+url.QueryEscape(o.token()), "", 250*time.Millisecond
	for ctx.Err() == nil && !p.witness.Over() {
		err := p.Cloud.Follow(ctx, path, last, func(e call.Event) error {
			last, pause = e.ID, 250*time.Millisecond
			return p.hear(o, e)
		})
		if r := call.Refused(err); r != nil && !r.Temporary() {
			p.complain(o, fmt.Sprintf("the tracking link is refused: %v", err))
			return
		}
		if errors.Is(err, call.ErrOver) {
			p.complain(o, fmt.Sprintf("the stream is over, and the last word was %s", p.witness.Last().Status))
			return
		}
		if errors.Is(err, errOver) || !wait(ctx, pause) {
			return
		}
		pause = min(2*pause, 8*time.Second)
	}
}

func (p *party) hear(o placed, e call.Event) error {
	if e.Name != "order" && e.Name != "end" {
		return nil
	}
	var s Seen
	if err := json.Unmarshal(e.Data, &s); err != nil {
		p.complain(o, fmt.Sprintf("event %s is not readable: %v", e.ID, err))
		return nil
	}
	p.see(o, s)
	if p.witness.Over() {
		p.count.Ended.Add(1)
		p.write(Entry{Kind: Ended, Order: o.ID, Status: s.Status, Version: s.Version})
		return errOver
	}
	return nil
}

func (p *party) see(o placed, s Seen) {
	before := p.witness.Last()
	if complaint := p.witness.See(s); complaint != "" {
		p.complain(o, complaint)
	}
	if s.Status != before.Status && !s.Status.Terminal() {
		p.write(Entry{Kind: Stepped, Order: o.ID, Status: s.Status, Version: s.Version})
	}
}

func (p *party) complain(o placed, what string) {
	p.count.Complaints.Add(1)
	p.Log.Error("complaint", "order", o.ID, "restaurant", p.request.Restaurant, "err", what)
	p.write(Entry{Kind: Complaint, Order: o.ID, Detail: what})
}
