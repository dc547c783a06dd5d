package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// heard is one event of a tracking stream.
type heard struct {
	id, event string
	data      struct {
		Status    string  `json:"status"`
		Version   int     `json:"version"`
		Latitude  float64 `json:"latitude"`
		Longitude float64 `json:"longitude"`
	}
}

// track listens to an order until it has ended, or the limit is reached.
func (c *chain) track(id, lastEventID string, limit time.Duration) (all []heard) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.cloud+"/api/orders/"+id+"/track", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	if lastEventID != "" {
		req.Header.Set("Last-Event-ID", lastEventID)
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return nil // a browser tries again
	}
	defer func() { _ = res.Body.Close() }()
	var now heard
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		field, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "id":
			now.id = value
		case "event":
			now.event = value
		case "data":
			_ = json.Unmarshal([]byte(value), &now.data)
		case "":
			if lines.Text() != "" || now.event == "" {
				continue
			}
			all = append(all, now)
			if s := now.data.Status; s == "Delivered" || s == "Cancelled" || s == "Failed" {
				return all
			}
			now = heard{}
		}
	}
	return all
}

// statuses are those of a stream, in order; one that comes twice is there twice.
func statuses(all []heard) (names []string) {
	for _, h := range all {
		if h.event == "order" {
			names = append(names, h.data.Status)
		}
	}
	return names
}

func (c *chain) place(body, key string) string {
	c.t.Helper()
	var v view
	c.eventually(30*time.Second, "the restaurant takes web orders", func() bool {
		a := c.post(c.cloud+"/api/orders", body, "Idempotency-Key", key)
		if a.status != http.StatusCreated && a.status != http.StatusConflict {
			c.t.Fatalf("place: %d %s %v", a.status, a.body, a.err)
		}
		return a.status == http.StatusCreated && json.Unmarshal(a.body, &v) == nil
	})
	return v.ID
}

func TestADeliveryIsSeenFromClickToDoor(t *testing.T) {
	t.Parallel()
	c := start(t, options{drivers: 2, speed: 20, cook: true})
	id := c.place(basket("r1", "delivery", "margherita"), "happy")
	all := c.track(id, "", 3*time.Minute)
	want := []string{
		"Created", "Validated", "Queued", "Preparing", "Baking", "QualityCheck", "ReadyForPickup", "DriverAssigned", "PickedUp", "OutForDelivery", "Delivered",
	}
	if got := statuses(all); !slices.Equal(got, want) {
		t.Errorf("the guest saw %v", got)
	}
	seen := map[string]bool{}
	for _, h := range all {
		if h.event == "driver" {
			seen[fmt.Sprint(h.data.Latitude, h.data.Longitude)] = true
		}
	}
	if len(seen) < 2 {
		t.Errorf("the driver was seen at %d places", len(seen))
	}
	middle := all[len(all)/2]
	for _, h := range all {
		if h.data.Status == "Baking" {
			middle = h
		}
	}
	if got := statuses(c.track(id, middle.id, time.Minute)); !slices.Equal(got, want[5:]) {
		t.Errorf("resumed after Baking, the guest saw %v", got)
	}
}

func TestCarryoutAndCounterOrdersEndInTheGuestsHands(t *testing.T) {
	t.Parallel()
	c := start(t, options{speed: 20, cook: true})
	web := c.place(basket("r1", "carryout", "pepperoni"), "fetch")
	var counter view
	c.post(c.edge(1)+"/api/orders", counterBasket("dine_in"), "Idempotency-Key", "table-4").into(t, &counter)
	id := counter.ID
	if id == "" {
		id = counter.OrderID
	}
	for name, order := range map[string]string{"carryout": web, "counter": id} {
		c.eventually(2*time.Minute, name+" is delivered", func() bool { v, _ := c.order(order); return v.Status == "Delivered" })
		v, _ := c.order(order)
		names := v.steps()
		want := []string{"Created", "Validated", "Queued", "Preparing", "Baking", "QualityCheck", "ReadyForPickup", "Delivered"}
		if !slices.Equal(names, want) {
			t.Errorf("%s went %v", name, names)
		}
	}
}
