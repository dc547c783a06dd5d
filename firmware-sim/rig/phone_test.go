package rig_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/fault"
	"awesome.pizza/firmware-sim/phone"
	"awesome.pizza/firmware-sim/rig"
	"awesome.pizza/shared/broker"
	"awesome.pizza/shared/wire"
)

// cloud is what a phone meets: HTTP and MQTT, real ones.
type cloud struct {
	t    *testing.T
	http *httptest.Server
	mqtt *broker.Broker

	mu     sync.Mutex
	calls  []string
	ready  int // how many tries to pick up come too early
	fixes  int
	byHTTP int
	bad    []string
	bell   chan struct{}
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{t: t, bell: make(chan struct{}, 1)}
	c.http = httptest.NewServer(c)
	t.Cleanup(c.http.Close)
	b, err := broker.New(broker.Config{
		Addr: "127.0.0.1:0", OnPublish: c.position,
		Access: func(_, user string, secret []byte) (broker.Grant, bool) {
			rights := wire.DriverRights(user)
			return broker.Grant{Device: user, Publish: rights.Publish, Read: rights.Read}, user == "d1" && string(secret) == "s3cret"
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.mqtt = b
	start(t, b.Serve)
	return c
}

func (c *cloud) ring() {
	select {
	case c.bell <- struct{}{}:
	default:
	}
}

func (c *cloud) position(_ context.Context, m broker.Message) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.ring()
	if _, err := wire.Decode[wire.DriverLocation](m.Payload, m.At); err != nil {
		c.bad = append(c.bad, err.Error())
		return err
	}
	c.fixes++
	return nil
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.ring()
	if r.URL.Path == "/api/drivers" {
		if len(c.calls) == 0 {
			c.calls = append(c.calls, "too early")
			http.Error(w, "starting", http.StatusServiceUnavailable)
			return
		}
		var asked map[string]string
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked["vehicle"] != "bicycle" {
			c.bad = append(c.bad, fmt.Sprint("registered as ", asked))
		}
		fmt.Fprint(w, `{"id":"d1","secret":"s3cret","more":1}`)
		return
	}
	if r.Header.Get("Authorization") != "Bearer s3cret" {
		c.bad = append(c.bad, "no secret: "+r.URL.Path)
	}
	if strings.HasSuffix(r.URL.Path, "/location") {
		c.byHTTP++
		return
	}
	if strings.HasSuffix(r.URL.Path, "/offers") {
		fmt.Fprintf(w, `{"offers":[%s],"stops":[]}`, strings.Replace(string(offer(c.t)), `"order":`, `"state":"open","because":[],"order_id":`, 1))
		return
	}
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil && r.ContentLength > 0 {
		c.bad = append(c.bad, err.Error())
	}
	if body["status"] == "PickedUp" && c.ready > 0 {
		c.ready--
		w.WriteHeader(http.StatusConflict)
		fmt.Fprint(w, `{"code":"illegal_step","current":"Baking","allowed":["QualityCheck"]}`)
		return
	}
	c.calls = append(c.calls, fmt.Sprint(r.Method, " ", r.URL.Path, " ", body["status"]))
}

// until waits for a condition; it looks whenever something has happened.
func (c *cloud) until(what string, enough func() bool) {
	c.t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		c.mu.Lock()
		done, calls := enough(), slices.Clone(c.calls)
		c.mu.Unlock()
		if done {
			return
		}
		select {
		case <-c.bell:
		case <-deadline:
			c.t.Fatalf("never: %s; calls %v", what, calls)
		}
	}
}

func newPhone(c *cloud, mqtt string, script *fault.Script) *rig.Phone {
	return rig.NewPhone(rig.PhoneSetting{
		Name: "driver-1", Vehicle: "bicycle", Cloud: c.http.URL, Broker: &url.URL{Scheme: "mqtt", Host: mqtt}, Script: script,
		Dice: dice.New(1, "spoil"), Log: slog.New(slog.DiscardHandler),
		Driver: &phone.Driver{
			Home: wire.Position{Latitude: 40.7431, Longitude: -73.9899}, Pace: 100, Dice: dice.New(1, "driver-1"),
			Habits: phone.Habits{Speed: 8, Accepts: 1},
		},
	})
}

func offer(t *testing.T) []byte {
	t.Helper()
	now, near := time.Now(), wire.Position{Latitude: 40.7455, Longitude: -73.9890}
	o, err := wire.Encode(wire.Offer{
		ID: "o1", At: wire.At(now), Order: "0198-a", ReadyAt: new(wire.At(now)), ExpiresAt: wire.At(now.Add(time.Minute)),
		Restaurant: &wire.Place{Position: wire.Position{Latitude: 40.7440, Longitude: -73.9890}, Name: "r1"}, Drop: &wire.Place{Position: near, Name: "Ada"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestAPhoneRegistersTakesAnOfferAndBringsTheOrder(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.ready = 1
	p := newPhone(c, c.mqtt.Addr(), fault.NewScript("driver-1", nil))
	stop := start(t, p.Run)
	c.until("positions over MQTT", func() bool { return c.fixes > 0 })
	if err := c.mqtt.Publish(wire.OfferTopic("d1"), offer(t), false, 1); err != nil {
		t.Fatal(err)
	}
	delivered := func() bool { return slices.Contains(c.calls, "POST /api/orders/0198-a/complete-delivery <nil>") }
	c.until("a delivery", delivered)
	stop()
	want := []string{
		"too early", "PUT /api/drivers/d1/status available", "POST /api/drivers/d1/offers/o1/accept <nil>", "PUT /api/orders/0198-a/status PickedUp",
		"POST /api/orders/0198-a/start-delivery <nil>", "POST /api/orders/0198-a/complete-delivery <nil>", "PUT /api/drivers/d1/status end_of_shift",
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Equal(c.calls, want) || len(c.bad) > 0 {
		t.Errorf("called %q; bad: %q", c.calls, c.bad)
	}
}

func TestPositionsAndOffersGoByHTTPWhileMQTTIsAway(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	start(t, newPhone(c, "127.0.0.1:1", fault.NewScript("driver-1", nil)).Run)
	c.until("a position over HTTP", func() bool { return c.byHTTP > 0 })
	c.until("an offer taken over HTTP", func() bool { return slices.Contains(c.calls, "POST /api/drivers/d1/offers/o1/accept <nil>") })
}

func TestAPhoneWithoutNetworkIsNotHeardUntilItIsBack(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	faults, err := fault.Parse("driver-1:silent@0s+3s")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	start(t, newPhone(c, c.mqtt.Addr(), fault.NewScript("driver-1", faults)).Run)
	c.until("a word", func() bool { return c.fixes > 0 || len(c.calls) > 1 })
	if waited := time.Since(began); waited < 3*time.Second {
		t.Errorf("heard after %v of three seconds of silence", waited)
	}
}
