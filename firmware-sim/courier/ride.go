package courier

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/shared/id"
)

// delivery is one order that a rider brings.
type delivery struct {
	job
	gone chan struct{} // closed when the chain has called the rider back
	said Delivery      // as the company would say it now
}

func (d *delivery) has() bool {
	switch d.said.State {
	case "picked_up", "at_door", "delivered":
		return true
	}
	return false
}

var riders = []string{"Mila", "Noah", "Zoe", "Ravi", "Elif", "Jonas"}

// ride is the life of a delivery, from finding a rider to the door.
func (c *Company) ride(ctx context.Context, d *delivery) {
	var letters sync.WaitGroup
	defer letters.Wait()
	tell := func(state string, change func(*Delivery)) bool {
		said, ok := c.step(d, state, change)
		if ok {
			letters.Go(func() { c.tell(ctx, said) })
		}
		return ok
	}
	km := kilometres(d.Pickup, d.Drop)
	drops := c.chance(c.Habits.Cancels)
	tell("accepted", nil)
	if !c.rest(ctx, d.gone, time.Duration(c.between(5, 30)*float64(time.Second))) ||
		!tell("assigned", func(s *Delivery) { s.Rider = dice.Pick(c.Dice, riders) }) || !c.rest(ctx, d.gone, c.coming()) {
		return
	}
	if drops {
		tell("cancelled", func(s *Delivery) { s.Reason = "the bicycle broke down" })
		return
	}
	if !tell("at_restaurant", nil) || !c.fetch(ctx, d) || !tell("picked_up", nil) {
		return
	}
	if c.rest(ctx, nil, c.way(km)) && tell("at_door", nil) && c.rest(ctx, nil, time.Minute) {
		tell("delivered", nil)
	}
}

// fetch waits for the food: kitchens work at the pace of riders.
func (c *Company) fetch(ctx context.Context, d *delivery) bool {
	return c.rest(ctx, d.gone, time.Until(d.Ready)+30*time.Second)
}

// step moves a delivery, unless the chain has called it back.
func (c *Company) step(d *delivery, state string, change func(*Delivery)) (Delivery, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d.said.State == "cancelled" {
		return d.said, false
	}
	d.said.State, d.said.At = state, time.Now().UTC()
	if change != nil {
		change(&d.said)
	}
	return d.said, true
}

// How messages are sent.
const (
	tries     = 12
	firstWait = 250 * time.Millisecond
	mostWait  = 5 * time.Second
)

// tell sends a message until the chain has it.
func (c *Company) tell(ctx context.Context, said Delivery) {
	m := message{Delivery: said, ID: "m-" + id.New(), Run: said.ID}
	body, err := json.Marshal(m)
	if err != nil {
		c.Log.Error("write a message", "err", err)
		return
	}
	if c.chance(c.Habits.Strays) && !c.rest(ctx, nil, time.Duration(c.between(0, 1)*float64(c.Habits.Late))) {
		return
	}
	times := 1
	if c.chance(c.Habits.Repeats) {
		times = 2
	}
	for range times {
		c.send(ctx, body)
	}
}

func (c *Company) send(ctx context.Context, body []byte) {
	for i, wait := 0, firstWait; i < tries; i, wait = i+1, min(2*wait, mostWait) {
		if c.post(ctx, body) {
			return
		}
		pause := time.NewTimer(wait)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return
		}
	}
	c.count("given_up")
}

// post reports whether there is no use in sending it again.
func (c *Company) post(ctx context.Context, body []byte) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Cloud+"/api/couriers/"+url.PathEscape(c.Label)+"/webhooks", bytes.NewReader(body))
	if err != nil {
		c.Log.Error("write a message", "err", err)
		return true
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Courier-Timestamp", stamp)
	req.Header.Set("Courier-Signature", sign(c.Secret, stamp+".", body))
	res, err := c.http.Do(req)
	if err != nil {
		return false
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxBody))
	switch {
	case res.StatusCode < 300:
		c.count("told")
	case res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests:
		return false
	default:
		c.count("refused_" + strconv.Itoa(res.StatusCode))
	}
	return true
}
