package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"github.com/nats-io/nkeys"

	"awesome.pizza/cloud/api"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/pgdev/pgtest"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const patience = 20 * time.Second // for what another goroutine or process does

var quiet = slog.New(slog.DiscardHandler)

// chain is one cloud process on a database: real store, real ordering, real dispatch, and the API on a real socket.
type chain struct {
	*store.Store
	url      string // of the API
	database string
	service  *ordering.Service
	presence *restaurant.Presence
	where    *where
	api      *api.API
	client   *http.Client
	stop     func()
	asStaff  map[string]string // how staff signs in; nil where nobody needs to
}

func open(t testing.TB, with ...func(*api.Deps, *api.Settings)) *chain {
	t.Helper()
	return join(t, pgtest.New(t, store.Migrate, store.MigrationsHash()), with...)
}

// join is one more process on a database.
func join(t testing.TB, database string, with ...func(*api.Deps, *api.Settings)) *chain {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: database, Log: quiet, Committers: 1, Conns: 6})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c := &chain{Store: s, database: database, presence: &restaurant.Presence{}, where: newWhere(), client: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(c.client.CloseIdleConnections)
	for _, r := range []restaurant.Restaurant{
		{ID: "r1", Name: "Pizzeria One", Address: "2 Main St", Latitude: 40.74, Longitude: -73.99, TimeZone: "America/New_York"},
		{ID: "r2", Name: "Pizzeria Two", Latitude: 40.75, Longitude: -73.98, TimeZone: "America/New_York"},
		{ID: "shut", Name: "Shut", Latitude: 40.74, Longitude: -73.99, TimeZone: "UTC", Hours: restaurant.Daily(closedNow())},
	} {
		if err := s.UpsertRestaurant(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		c.presence.Heard(r.ID, restaurant.Beat{Version: "1.2.3", Device: "U" + r.ID, Backlog: 3}, time.Now().Add(time.Hour)) // up for the whole test
	}
	c.service = ordering.New(s, store.Houses{Store: s, Presence: c.presence}, c.presence, clock.System{}, quiet)
	set := api.Settings{Log: quiet, Heartbeat: time.Second, Pace: 20 * time.Millisecond, Drain: time.Second}
	dispatcher := dispatch.New(s.ForDispatch(), noPhones{}, s.DispatchLock(), clock.System{}, quiet)
	deps := api.Deps{
		Ordering: c.service, Orders: s, Pager: pager{s}, Changes: s, Restaurants: s, Inventory: s, Links: c.presence, Drivers: s,
		Offers:     dispatcher,
		OpenOffers: s, Dispatch: dispatch.NewDesk(s.ForDispatch(), dispatcher), Positions: c.where, Bags: s, Proofs: s, Acts: s, Fleet: fleet{s}, Quarantine: s, Troubles: s, Checks: []api.Check{{Name: "database", Ping: s.Ping}},
		Pages: pages, Clock: clock.System{}, Travel: dispatch.Crow{},
	}
	for _, w := range with {
		w(&deps, &set)
	}
	if set.StaffToken != "" {
		c.asStaff = bearer(set.StaffToken)
	}
	if c.api, err = api.New(deps, set); err != nil {
		t.Fatal(err)
	}
	c.serve(t)
	return c
}

// closedNow is a minute of the day that is twelve hours away.
func closedNow() string {
	far := time.Now().UTC().Add(12 * time.Hour)
	return far.Format("15:04") + "-" + far.Add(time.Minute).Format("15:04")
}

func (c *chain) serve(t testing.TB) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.url = "http://" + l.Addr().String()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := c.api.Serve(ctx, l); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	c.stop = func() { cancel(); wait.Wait() }
	t.Cleanup(c.stop)
}

// intake runs what hands orders to their restaurants, until the test ends.
func (c *chain) intake(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var wait sync.WaitGroup
	wait.Go(func() { _ = c.service.Run(ctx) })
	t.Cleanup(func() { cancel(); wait.Wait() })
}

// cook lets the kitchen of an order act, as its facts would when they arrive.
func (c *chain) cook(t testing.TB, id order.ID, actions ...order.Action) ordering.Record {
	t.Helper()
	var r ordering.Record
	for _, action := range actions {
		var err error
		if r, err = c.Change(t.Context(), id, 0, func(r *ordering.Record) error { return follow(r, action) }); err != nil {
			t.Fatalf("%s: %v", action, err)
		}
	}
	return r
}

func follow(r *ordering.Record, action order.Action) error {
	now := time.Now().UTC().Truncate(time.Millisecond)
	var items []string
	switch action {
	case order.Start, order.Make, order.Bake, order.Unload, order.Finish:
		for _, i := range r.Progress.Items {
			items = append(items, i.ID)
		}
	}
	if action == order.Queue {
		r.Number = 42
	}
	r.KitchenAsOf = now
	return r.Follow(order.Edge, action, ordering.ByEdge, now, items...)
}

// bake is the way of a pizza from the queue to its shelf.
var bake = []order.Action{order.Queue, order.Start, order.Make, order.Bake, order.Unload, order.Finish}

// where is a stand-in for the drivers' phones: their positions, without MQTT.
type where struct {
	hub *live.Hub[dispatch.Position]

	mu   sync.Mutex
	last map[string]dispatch.Position
}

func newWhere() *where {
	return &where{hub: live.New[dispatch.Position](64), last: map[string]dispatch.Position{}}
}

func (w *where) Heard(driver string, l wire.DriverLocation) error {
	if err := l.Validate(time.Now()); err != nil {
		return err
	}
	p := dispatch.Position{Driver: driver, Lat: l.Latitude, Lon: l.Longitude, Heading: l.Heading, Speed: l.Speed, At: l.Timestamp.Time, Heard: time.Now()}
	w.mu.Lock()
	w.last[driver] = p
	w.mu.Unlock()
	w.hub.Publish(p)
	return nil
}

func (w *where) Position(driver string) (dispatch.Position, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p, ok := w.last[driver]
	return p, ok
}

func (w *where) WasAt(driver string, _ time.Time) (dispatch.Point, bool) {
	p, ok := w.Position(driver)
	return p.Point(), ok
}

func (w *where) Positions() (<-chan dispatch.Position, func()) { return w.hub.Subscribe() }

type pager struct{ *store.Store }

func (p pager) Page(ctx context.Context, l api.List) ([]ordering.Record, string, error) {
	return p.Orders(ctx, store.Query{Restaurant: l.Restaurant, Open: l.Open, Statuses: l.Statuses, Cursor: l.Cursor, Limit: l.Limit})
}

type fleet struct{ *store.Store }

func (f fleet) Enroll(ctx context.Context, restaurant string) (api.Invitation, error) {
	code, expires, err := f.IssueCode(ctx, restaurant)
	return api.Invitation{Code: code, Expires: expires, Cloud: "https://pizza.example"}, err
}

func (f fleet) Claim(ctx context.Context, code, key, _ string) (api.Enrolment, error) {
	row, err := f.Store.Claim(ctx, code, key)
	if err != nil {
		return api.Enrolment{}, err
	}
	dishes, err := f.Menu(ctx, row.Edge)
	return api.Enrolment{Restaurant: row.Edge, JWT: "jwt of " + key, Expires: time.Now().Add(time.Hour), Leaves: []string{"nats-leaf://hub:7422"}, TimeZone: "UTC", Menu: dishes, Epoch: row.Epoch, Commands: row.Commands}, err
}

func (f fleet) Authentic(device string, message, sig []byte) bool {
	key, err := nkeys.FromPublicKey(device)
	return err == nil && key.Verify(message, sig) == nil
}

func (f fleet) Renew(ctx context.Context, restaurant, device string) (api.Renewal, error) {
	switch state, err := f.DeviceState(ctx, restaurant, device); {
	case err != nil:
		return api.Renewal{}, err
	case state != store.DeviceCurrent:
		return api.Renewal{}, problem.New(problem.Refused, state, "this device is %s", state)
	}
	return api.Renewal{JWT: "jwt of " + device, Expires: time.Now().Add(time.Hour), Leaves: []string{"tls://hub:7422"}, CA: "PEM"}, nil
}

type noPhones struct{}

func (noPhones) Offer(string, wire.Offer) error { return nil }

var pages = fstest.MapFS{
	"index.html":           {Data: []byte("<!doctype html><title>order</title>")},
	"track.html":           {Data: []byte("<!doctype html><title>track</title>")},
	"driver.html":          {Data: []byte("<!doctype html><title>driver</title>")},
	"hq.html":              {Data: []byte("<!doctype html><title>hq</title>")},
	"favicon.svg":          {Data: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
	"assets/app-abc123.js": {Data: bytes.Repeat([]byte("console.log(1);\n"), 200)},
}

// reply is an answer that was read to its end.
type reply struct {
	status int
	header http.Header
	body   []byte
	doc    map[string]any // when it is a JSON object
}

// req is a request for call.
type req struct {
	method, path string
	body         any // a string is sent as it is
	head         map[string]string
}

func (c *chain) call(t testing.TB, q req) reply {
	t.Helper()
	var body io.Reader
	switch b := q.body.(type) {
	case nil:
	case string:
		body = bytes.NewBufferString(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(raw)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, q.method, c.url+q.path, body)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for k, v := range q.head {
		r.Header.Set(k, v)
	}
	if host := q.head["Host"]; host != "" { // Go's client takes it from there alone
		r.Host = host
	}
	res, err := c.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	a := reply{status: res.StatusCode, header: res.Header}
	if a.body, err = io.ReadAll(res.Body); err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal(a.body, &a.doc)
	return a
}

func (c *chain) get(t testing.TB, path string) reply {
	t.Helper()
	return c.call(t, req{method: "GET", path: path})
}

func (c *chain) post(t testing.TB, path string, body any) reply {
	t.Helper()
	return c.call(t, req{method: "POST", path: path, body: body})
}

// is fails the test unless the answer has a status.
func (a reply) is(t testing.TB, status int) reply {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, not %d: %s", a.status, status, a.body)
	}
	return a
}

// at digs into the document: at("kitchen", "state").
func (a reply) at(path ...string) any {
	var v any = a.doc
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

func (a reply) id() order.ID { s, _ := a.at("id").(string); return order.ID(s) }

// is refuses an answer that is no problem with this status and code.
func (a reply) refused(t testing.TB, status int, code string) reply {
	t.Helper()
	if a.is(t, status); a.at("code") != code || a.header.Get("Content-Type") != "application/problem+json" || a.at("status") != float64(status) {
		t.Fatalf("not a problem %s: %s %s", code, a.header.Get("Content-Type"), a.body)
	}
	for _, member := range []string{"type", "title", "detail"} {
		if s, _ := a.at(member).(string); s == "" {
			t.Errorf("the problem has no %s: %s", member, a.body)
		}
	}
	return a
}

func basket(how order.Fulfilment) map[string]any {
	b := map[string]any{
		"restaurant_id": "r1", "fulfilment": how, "channel": "web", "customer": map[string]any{"name": "Ada", "phone": "+12025550123"},
		"lines": []any{map[string]any{
			"product": "margherita", "size": "large", "quantity": 1, "note": "well done",
			"toppings": []any{map[string]any{"topping": "mushrooms", "placement": "left", "amount": "extra"}},
		}},
		"payment": map[string]any{"method": "cash"},
	}
	if how == order.ByDelivery {
		b["address"] = map[string]any{"street": "1 Main St", "city": "Springfield", "latitude": 40.7431, "longitude": -73.9899}
	}
	return b
}

// place places an order, which stays Created unless the intake runs.
func (c *chain) place(t testing.TB, how order.Fulfilment) reply {
	t.Helper()
	return c.post(t, "/api/orders", basket(how)).is(t, 201)
}

func (c *chain) confirm(t testing.TB, id order.ID) {
	t.Helper()
	c.post(t, "/api/orders/"+string(id)+"/confirm", nil).is(t, 200)
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// ctxOf is a context for clean-ups, where the test's own has ended.
func ctxOf(t testing.TB) context.Context { return context.WithoutCancel(t.Context()) }

// mute never tells of a change.
type mute struct{}

func (mute) WatchOrders() (<-chan *ordering.Record, func()) {
	return make(chan *ordering.Record), func() {}
}
