package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"
)

// complaint is a problem as RFC 9457 has it.
type complaint struct {
	Code    string   `json:"code"`
	Status  int      `json:"status"`
	Detail  string   `json:"detail"`
	Current string   `json:"current"`
	Allowed []string `json:"allowed"`
}

func (a answer) complaint(t *testing.T) complaint {
	t.Helper()
	var p complaint
	a.into(t, &p)
	if got := a.header.Get("Content-Type"); !strings.HasPrefix(got, "application/problem+json") {
		t.Errorf("an error comes as %q: %s", got, a.body)
	}
	return p
}

func TestWhatCannotBeIsRefusedWithAWord(t *testing.T) {
	t.Parallel()
	c := start(t, options{restaurants: 2})
	id := c.place(basket("r1", "carryout", "margherita"), "victim")
	c.eventually(time.Minute, "it is queued", func() bool { v, _ := c.order(id); return v.Status == "Queued" })
	before, _ := c.order(id)
	good := basket("r1", "carryout", "margherita")
	huge := strings.Replace(good, "Ada", strings.Repeat("A", 1<<20), 1)
	for name, r := range map[string]struct {
		answer answer
		status int
		codes  string // any of these, or any at all
	}{
		"malformed":          {c.post(c.cloud+"/api/orders", `{"restaurant_id":`), 400, ""},
		"huge":               {c.post(c.cloud+"/api/orders", huge), 413, ""},
		"wrongly typed":      {c.post(c.cloud+"/api/orders", strings.Replace(good, `"quantity":1`, `"quantity":"one"`, 1)), 422, ""},
		"unknown field":      {c.post(c.cloud+"/api/orders", strings.Replace(good, `"channel"`, `"chanel":"web","channel"`, 1)), 422, ""},
		"wrongly encoded":    {c.post(c.cloud+"/api/orders", strings.Replace(good, "Ada", "A\xffda", 1)), 400, ""},
		"not JSON at all":    {c.do(http.MethodPost, c.cloud+"/api/orders", good, "Content-Type", "text/plain"), 415, ""},
		"unknown product":    {c.post(c.cloud+"/api/orders", basket("r1", "carryout", "calzone")), 422, ""},
		"unknown restaurant": {c.post(c.cloud+"/api/orders", basket("r99", "carryout", "margherita")), 404, "no_such_restaurant"},
		"unknown order":      {c.get(c.cloud + "/api/orders/0198c0de-0000-7000-8000-000000000000"), 404, ""},
		"no order at all":    {c.get(c.cloud + "/api/orders/'; DROP TABLE orders"), 404, ""},
		"stale If-Match":     {c.do(http.MethodPut, c.cloud+"/api/orders/"+id+"/status", `{"status":"Preparing"}`, "If-Match", `"1"`), 412, ""},
		"illegal step":       {c.do(http.MethodPut, c.cloud+"/api/orders/"+id+"/status", `{"status":"OutForDelivery"}`), 409, "illegal_step"},
		"unknown status":     {c.do(http.MethodPut, c.cloud+"/api/orders/"+id+"/status", `{"status":"Eaten"}`), 422, ""},
		"wrong method":       {c.do(http.MethodDelete, c.cloud+"/api/orders/"+id, ""), 405, ""},
		"same key, other":    {c.post(c.cloud+"/api/orders", basket("r1", "carryout", "diavola"), "Idempotency-Key", "victim"), 422, "idempotency_mismatch"},
		"edge: malformed":    {c.post(c.edge(1)+"/api/orders", `{{`), 400, ""},
		"edge: huge":         {c.post(c.edge(1)+"/api/orders", huge), 413, ""},
		"edge: unknown":      {c.post(c.edge(1)+"/api/orders", strings.Replace(counterBasket("carryout"), "margherita", "calzone", 1)), 422, ""},
		"edge: no tap":       {c.post(c.edge(1)+"/api/tickets/"+id+"/bump", `{}`), 422, ""},
		"edge: no ticket":    {c.post(c.edge(1)+"/api/tickets/0198c0de-0000-7000-8000-000000000000/bump", `{"tap":"t1"}`), 404, ""},
	} {
		p := r.answer.complaint(t)
		if r.answer.status != r.status || p.Status != r.status || p.Code == "" || p.Detail == "" || r.codes != "" && p.Code != r.codes {
			t.Errorf("%s: %d %s", name, r.answer.status, r.answer.body)
		}
	}
	step := c.do(http.MethodPut, c.cloud+"/api/orders/"+id+"/status", `{"status":"OutForDelivery"}`).complaint(t)
	if step.Current != "Queued" || len(step.Allowed) != 1 || step.Allowed[0] != "Preparing" {
		t.Errorf("the illegal step says %+v", step)
	}
	if after, _ := c.order(id); after.Version != before.Version || after.Status != before.Status {
		t.Errorf("the refused requests changed the order from %+v to %+v", before, after)
	}
}

func TestTwoTabletsBumpTheSameTicket(t *testing.T) {
	t.Parallel()
	c := start(t, options{})
	id := c.counterOrder(1, "one ticket")
	bump := c.edge(1) + "/api/tickets/" + id + "/bump"
	var first, again struct {
		State   string `json:"state"`
		Version int    `json:"version"`
	}
	c.post(bump, `{"tap":"tablet-a-1","station":"make"}`).into(t, &first)
	c.post(bump, `{"tap":"tablet-a-1","station":"make"}`).into(t, &again)
	if first != again {
		t.Errorf("a tap that was sent twice was answered %+v, then %+v", first, again)
	}
	other := c.post(bump, `{"tap":"tablet-b-1","station":"make"}`)
	if p := other.complaint(t); other.status != http.StatusConflict || p.Code == "" {
		t.Errorf("the second tablet's bump of a station that is done: %d %s", other.status, other.body)
	}
	var now struct {
		Version int `json:"version"`
	}
	c.get(c.edge(1)+"/api/orders/"+id).into(t, &now)
	if now.Version != first.Version {
		t.Errorf("the ticket went on to version %d", now.Version)
	}
}

func TestAClosedRestaurantSaysWhenItOpens(t *testing.T) {
	t.Parallel()
	c := start(t, options{restaurants: 2})
	path := filepath.Join(c.data, "restaurants.toml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	day := strings.ToLower(time.Now().Add(60 * time.Hour).Weekday().String()[:3]) // neither today nor tomorrow, in any zone
	c.kill("cloud")
	if err := os.WriteFile(path, append(text, []byte("[restaurant.hours]\n"+day+" = [\"11:00-23:00\"]\n")...), 0o600); err != nil {
		t.Fatal(err)
	}
	c.restart("cloud")
	c.eventually(time.Minute, "the last restaurant of the file is closed", func() bool {
		a := c.post(c.cloud+"/api/orders", basket("r2", "carryout", "margherita"))
		return a.status == http.StatusConflict && bytes.Contains(a.body, []byte(`"restaurant_closed"`)) && bytes.Contains(a.body, []byte(`"opens"`))
	})
}

func TestDevicesThatLieAreRefusedAndTheKitchenGoesOn(t *testing.T) {
	t.Parallel()
	c := start(t, options{})
	secret, err := os.ReadFile(filepath.Join(c.data, "r1.secret"))
	if err != nil {
		t.Fatal(err)
	}
	broker := &url.URL{Scheme: "mqtt", Host: fmt.Sprintf("127.0.0.1:%d", c.base-5000+1891)}
	if _, err := signIn(t, broker, "oven-1", "wrong"); err == nil {
		t.Error("a wrong secret is let in")
	}
	oven, err := signIn(t, broker, "oven-1/test", string(secret))
	if err != nil {
		t.Fatal(err)
	}
	seq := func() (now int) {
		var board struct {
			Seq int `json:"seq"`
		}
		c.get(c.edge(1)+"/api/board").into(t, &board)
		return board.Seq
	}
	c.kill("ovens-r1") // the real oven is silent now, and its alert is the next and last thing to happen
	c.eventually(30*time.Second, "the oven is missed", func() bool {
		return bytes.Contains(c.get(c.edge(1)+"/api/board").body, []byte(`"what":"silent"`))
	})
	before := seq()
	const badPayload, notAllowed = 0x99, 0x87
	for name, m := range map[string]struct {
		topic, payload string
		reason         byte
	}{
		"garbage":            {"pizza/kitchen/r1/oven", "\x00\xff{{", badPayload},
		"a 2000 °C oven":     {"pizza/kitchen/r1/oven", `{"oven_id":"oven-1","at":"` + time.Now().UTC().Format(time.RFC3339) + `","chambers":[{"name":"upper","celsius":2000}],"items_in":[],"firmware":"x"}`, badPayload},
		"for another oven":   {"pizza/kitchen/r1/oven", `{"oven_id":"oven-9","at":"` + time.Now().UTC().Format(time.RFC3339) + `","chambers":[{"name":"upper","celsius":300}],"items_in":[],"firmware":"x"}`, notAllowed},
		"another's events":   {"pizza/kitchen/r1/oven/oven-9/event", `{"id":"e1","at":"` + time.Now().UTC().Format(time.RFC3339) + `","kind":"item_in","slot":1}`, notAllowed},
		"another restaurant": {"pizza/kitchen/r2/oven", `{}`, notAllowed},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		answer, err := oven.Publish(ctx, &paho.Publish{Topic: m.topic, QoS: 1, Payload: []byte(m.payload)})
		cancel()
		if err == nil || answer == nil || answer.ReasonCode != m.reason {
			t.Errorf("%s: answered %+v, %v", name, answer, err)
		}
	}
	if after := seq(); after != before {
		t.Errorf("lies moved the board from %d to %d", before, after)
	}
}

// signIn connects a device over MQTT 5; its user name is what stands before the slash.
func signIn(t *testing.T, broker *url.URL, client, secret string) (*autopaho.ConnectionManager, error) {
	t.Helper()
	user, _, _ := strings.Cut(client, "/")
	ctx, cancel := context.WithCancel(context.Background())
	cm, err := autopaho.NewConnection(ctx, autopaho.ClientConfig{
		ServerUrls: []*url.URL{broker}, KeepAlive: 30, ConnectUsername: user, ConnectPassword: []byte(secret),
		ClientConfig: paho.ClientConfig{ClientID: client},
	})
	if err != nil {
		cancel()
		return nil, err
	}
	t.Cleanup(func() { cancel(); <-cm.Done() })
	wait, stop := context.WithTimeout(ctx, 3*time.Second)
	defer stop()
	return cm, cm.AwaitConnection(wait)
}
