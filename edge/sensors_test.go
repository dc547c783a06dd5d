package edge_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"

	"awesome.pizza/shared/wire"
)

const sensorHouse = `
[[device]]
name = "fridge-1"
secret = "a-long-enough-secret"
[[device]]
name = "bell"
secret = "a-long-enough-secret"
[[device]]
name = "lamp"
secret = "a-long-enough-secret"
[[device]]
name = "dough"
secret = "a-long-enough-secret"
[[probe]]
device = "fridge-1"
name = "Walk-in fridge"
low = 0.0
high = 5.0
hysteresis = 0.5
[[button]]
device = "bell"
station = "sides"
does = "bump"
[[light]]
device = "lamp"
[[scale]]
device = "dough"
ingredient = "mozzarella"
`

// says publishes a payload as a device.
func (n *node) says(cm *autopaho.ConnectionManager, topic string, what wire.Payload) {
	n.t.Helper()
	payload, err := wire.Encode(what)
	if err != nil {
		n.t.Fatal(err)
	}
	if _, err := cm.Publish(n.t.Context(), &paho.Publish{Topic: topic, QoS: 1, Payload: payload}); err != nil {
		n.t.Fatal(err)
	}
}

// until waits until an answer has all words, and none that begins with a minus.
func (n *node) until(path string, words ...string) string {
	n.t.Helper()
	body := ""
	n.eventually(path+" has "+strings.Join(words, " "), func() bool {
		_, body = n.ask(http.MethodGet, path, "")
		for _, w := range words {
			if strings.Contains(body, strings.TrimPrefix(w, "-")) == strings.HasPrefix(w, "-") {
				return false
			}
		}
		return true
	})
	return body
}

func TestAFridgeThatGetsWarmIsAnAlertALightAndALineOfTheLog(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	n.cfg.Devices = houseFile(t, sensorHouse)
	closed := n.open()
	lamp := wire.LightTopic("r1", "lamp")
	_, shines := n.listen("lamp", "a-long-enough-secret", lamp)
	shows := func(want wire.Lamp) {
		t.Helper()
		for {
			var l wire.Light
			if err := json.Unmarshal(n.next(shines).Payload, &l); err != nil {
				t.Fatal(err)
			} else if l.Red == want {
				return
			}
		}
	}
	shows(wire.Dark)
	fridge, _ := n.listen("fridge-1", "a-long-enough-secret", "pizza/orders/+/events")
	celsius := func(cm *autopaho.ConnectionManager, c float64) {
		t.Helper()
		n.says(cm, wire.ProbeTopic("r1", "fridge-1"), wire.Probe{At: wire.At(time.Now()), Celsius: wire.Celsius(c)})
	}
	celsius(fridge, 4)
	n.until("/api/sensors", `"celsius":4,`, `"state":"ok"`, "Walk-in fridge")
	celsius(fridge, 7.5)
	n.until("/api/board", `"probe_limit/fridge-1"`, `"probe_limit"`, `"too_warm"`)
	shows(wire.Blink)
	celsius(fridge, 4.8) // inside, but not by enough
	n.until("/api/sensors", `"celsius":4.8,`, `"too_warm"`)
	closed()
	defer n.open()()
	n.until("/api/board", `"probe_limit/fridge-1"`)
	back, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := fridge.AwaitConnection(back); err != nil { // it dials again by itself
		t.Fatal(err)
	}
	celsius(fridge, 4.4)
	n.until("/api/board", `-"probe_limit/fridge-1"`)
	log := n.until("/api/food-safety", `"intact":true`, `"back"`)
	for i, want := range []string{`"n":1,`, `"n":2,`, `"n":3,`, `"what":"reading","celsius":4,`, `"what":"too_warm","celsius":7.5,"low":0,"high":5`, `"what":"back","celsius":4.4`} {
		if !strings.Contains(log, want) {
			t.Errorf("%d: the log lacks %s: %s", i, want, log)
		}
	}
	if _, csv := n.ask(http.MethodGet, "/api/food-safety?format=csv", ""); !strings.Contains(csv, "fridge-1,too_warm,7.5,0,5") {
		t.Errorf("%s", csv)
	}
	for _, wrong := range []string{"?day=today", "?after=-1", "?format=xml"} {
		if status, body := n.ask(http.MethodGet, "/api/food-safety"+wrong, ""); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", wrong, status, body)
		}
	}
}

func TestAButtonBumpsOncePerPressAndAScaleIsOnTheBoard(t *testing.T) {
	t.Parallel()
	n := alone(t) // it knows the time, and so how late a press is
	n.cfg.Devices, n.cfg.MQTTListen = houseFile(t, sensorHouse), freeAddr(t)
	defer n.open()()
	for range 2 {
		n.order("cola")
	}
	bell, _ := n.listen("bell", "a-long-enough-secret", "pizza/orders/+/events")
	press := func(id string, at time.Time) {
		n.says(bell, wire.ButtonTopic("r1", "bell"), wire.Button{ID: id, At: wire.At(at), Press: wire.Short})
	}
	late, err := wire.Encode(wire.Button{ID: "old", At: wire.At(time.Now().Add(-time.Hour)), Press: wire.Short})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bell.Publish(t.Context(), &paho.Publish{Topic: wire.ButtonTopic("r1", "bell"), QoS: 1, Payload: late}); err == nil {
		t.Error("a press of an hour ago is taken for one")
	}
	pressed := time.Now().Add(-3 * time.Second)
	press("p-1", pressed)
	press("p-1", pressed)
	n.until("/api/board", `"state":"ready"`)
	scale, _ := n.listen("dough", "a-long-enough-secret", "pizza/orders/+/events")
	n.says(scale, wire.ScaleTopic("r1", "dough"), wire.Scale{At: wire.At(time.Now()), Grams: 1250.5, Stable: true})
	board := n.until("/api/board", `"grams":1250.5`, `"mozzarella"`) // a round trip behind the presses
	var is struct{ Tickets []struct{ State string } }
	if err := json.Unmarshal([]byte(board), &is); err != nil || len(is.Tickets) != 2 || is.Tickets[0].State == is.Tickets[1].State {
		t.Errorf("one press twice, and one that is an hour old: %+v, %v", is, err)
	}
	press("p-2", pressed.Add(time.Second))
	n.until("/api/board", `-"state":"queued"`)
	press("p-3", pressed.Add(2*time.Second)) // nothing waits there any more
	n.says(scale, wire.ScaleTopic("r1", "dough"), wire.Scale{At: wire.At(time.Now()), Grams: 1})
	n.until("/api/board", `"grams":1,`, `"state":"ready"`)
}

// order takes an order at the counter.
func (n *node) order(product string) {
	n.t.Helper()
	req, err := http.NewRequestWithContext(n.t.Context(), http.MethodPost, n.url+"/api/orders", strings.NewReader(fmt.Sprintf(
		`{"fulfilment":"carryout","channel":"counter","customer":{"name":"Grace"},"lines":[{"product":%q,"quantity":1}],"payment":{"method":"cash"}}`, product)))
	if err != nil {
		n.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusCreated {
		n.t.Fatalf("%d, %v", res.StatusCode, err)
	}
}
