package api_test

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

	"awesome.pizza/cloud/api"
	"awesome.pizza/shared/order"
)

// event is one event of a stream; name is "comment" for a comment.
type event struct {
	id, name string
	data     map[string]any
}

func (e event) status() order.StatusName {
	s, _ := e.data["status"].(string)
	return order.StatusName(s)
}

// follow opens an event stream, which ends with the test. The channel closes when the server ends it.
func (c *chain) follow(t testing.TB, path, last string) <-chan event {
	t.Helper()
	return c.followAs(t, path, map[string]string{"Last-Event-ID": last})
}

// followAs is follow with headers.
func (c *chain) followAs(t testing.TB, path string, head map[string]string) <-chan event {
	t.Helper()
	ctx, cancel := context.WithCancel(ctxOf(t))
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Accept-Encoding", "gzip, zstd")
	for k, v := range head {
		if v != "" {
			r.Header.Set(k, v)
		}
	}
	out, opened, done := make(chan event, 1000), make(chan error, 1), make(chan struct{})
	go func() {
		defer close(done)
		defer close(out)
		res, err := c.client.Do(r)
		if err != nil {
			opened <- err
			return
		}
		defer func() { _ = res.Body.Close() }()
		if h := res.Header; res.StatusCode != 200 || h.Get("Content-Type") != "text/event-stream" || h.Get("Content-Encoding") != "" {
			err = fmt.Errorf("no stream: %d %v", res.StatusCode, h)
		}
		opened <- err
		read(bufio.NewScanner(res.Body), out)
	}()
	t.Cleanup(func() { cancel(); <-done })
	if err := <-opened; err != nil {
		t.Fatal(err)
	}
	return out
}

func read(lines *bufio.Scanner, out chan<- event) {
	lines.Buffer(nil, 1<<20)
	e := event{}
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case lines.Text() == "" && e.name != "":
			out <- e
			e = event{}
		case lines.Text() == "":
		case field == "":
			out <- event{name: "comment"}
		case field == "id":
			e.id = value
		case field == "event":
			e.name = value
		case field == "data":
			_ = json.Unmarshal([]byte(value), &e.data)
		}
	}
}

// next waits for an event that is wanted; others pass.
func next(t testing.TB, events <-chan event, wanted func(event) bool) event {
	t.Helper()
	limit := time.After(patience)
	for {
		select {
		case e, ok := <-events:
			if !ok {
				t.Fatal("the stream has ended")
			}
			if wanted(e) {
				return e
			}
		case <-limit:
			t.Fatal("nothing of what is wanted came")
		}
	}
}

func named(name string) func(event) bool { return func(e event) bool { return e.name == name } }

func reaches(s order.StatusName) func(event) bool {
	return func(e event) bool { return e.name == "order" && e.status() == s }
}

// rest are the events until the server ends the stream.
func rest(t testing.TB, events <-chan event) (out []event) {
	t.Helper()
	limit := time.After(patience)
	for {
		select {
		case e, ok := <-events:
			if !ok {
				return out
			}
			out = append(out, e)
		case <-limit:
			t.Fatal("the stream does not end")
		}
	}
}

func statuses(events []event) (out []order.StatusName) {
	for _, e := range events {
		if e.name == "order" {
			out = append(out, e.status())
		}
	}
	return out
}

var way = []order.StatusName{
	order.StatusCreated, order.StatusValidated, order.StatusQueued, order.StatusPreparing, order.StatusBaking, order.StatusQualityCheck,
	order.StatusReadyForPickup, order.StatusDriverAssigned, order.StatusPickedUp, order.StatusOutForDelivery, order.StatusDelivered,
}

// travel takes a fresh delivery all the way, with a driver who was assigned while it baked.
func (c *chain) travel(t testing.TB, id order.ID) {
	t.Helper()
	path := "/api/orders/" + string(id)
	driver := c.post(t, "/api/drivers", map[string]any{"name": "Dora"}).is(t, 201)
	c.confirm(t, id)
	c.cook(t, id, bake[:4]...)
	c.post(t, path+"/assign-driver", map[string]any{"driver_id": driver.at("id")}).is(t, 200)
	c.cook(t, id, bake[4:]...)
	c.post(t, path+"/start-delivery", nil).is(t, 200)
	c.post(t, path+"/complete-delivery", nil).is(t, 200)
}

func TestAStreamShowsEveryStatusInOrderAndEnds(t *testing.T) {
	t.Parallel()
	c := open(t)
	id := c.place(t, order.ByDelivery).id()
	events := c.follow(t, "/api/orders/"+string(id)+"/track", "")
	first := next(t, events, named("order"))
	if first.id != "1" || first.data["version"] != 1.0 || first.data["driver"] != nil || first.data["promise"] == nil {
		t.Errorf("first event: %+v", first)
	}
	c.travel(t, id)
	all := append([]event{first}, rest(t, events)...)
	if got := statuses(all); !slices.Equal(got, way) {
		t.Errorf("seen %v", got)
	}
	if all[len(all)-1].name != "end" {
		t.Errorf("the last event is %q", all[len(all)-1].name)
	}
	version := 0.0
	for _, e := range all {
		if e.name == "comment" {
			continue
		}
		v, _ := e.data["version"].(float64)
		if v < version || e.name != "end" && e.id != string(mustJSON(t, v)) {
			t.Errorf("version %v after %v with id %q", v, version, e.id)
		}
		version = v
	}
	assigned := slices.IndexFunc(all, func(e event) bool {
		return e.name == "change" && e.data["driver"] != nil && e.status() == order.StatusBaking
	})
	if assigned < 0 {
		t.Error("nobody was told of the driver who was assigned while it baked")
	}
}

func TestALateStreamShowsEveryStatusToo(t *testing.T) {
	t.Parallel()
	c := open(t)
	id := c.place(t, order.ByDelivery).id()
	c.travel(t, id)
	if got := statuses(rest(t, c.follow(t, "/api/orders/"+string(id)+"/track", ""))); !slices.Equal(got, way) {
		t.Errorf("seen %v", got)
	}
}

func TestAStreamResumesBehindTheLastEvent(t *testing.T) {
	t.Parallel()
	c := open(t)
	id := c.place(t, order.ByDelivery).id()
	c.travel(t, id)
	path := "/api/orders/" + string(id) + "/track"
	all := rest(t, c.follow(t, path, ""))
	for i, e := range all {
		if e.name != "order" || e.status() == order.StatusDelivered {
			continue
		}
		missed := statuses(all[i+1:])
		if again := statuses(rest(t, c.follow(t, path, e.id))); !slices.Equal(missed, again) && !slices.Equal(append([]order.StatusName{e.status()}, missed...), again) {
			t.Errorf("after %s the stream goes on with %v", e.status(), again)
		}
	}
	if got := statuses(rest(t, c.follow(t, path, "100000"))); !slices.Equal(got, way) {
		t.Errorf("after an id of another history: %v", got)
	}
	last := map[string]string{"Last-Event-ID": all[len(all)-2].id}
	c.call(t, req{"GET", path, nil, last}).is(t, 204)
}

func TestADriverIsShownBetweenDepartureAndDoor(t *testing.T) {
	t.Parallel()
	c := open(t)
	id := c.place(t, order.ByDelivery).id()
	path := "/api/orders/" + string(id)
	driver := c.post(t, "/api/drivers", map[string]any{"name": "Dora"}).is(t, 201)
	me := "/api/drivers/" + driver.at("id").(string)
	at := func(latitude float64) {
		c.post(t, me+"/location", map[string]any{"latitude": latitude, "longitude": -73.99, "heading": 90}).is(t, 204)
	}
	c.confirm(t, id)
	c.cook(t, id, bake...)
	c.post(t, path+"/assign-driver", map[string]any{"driver_id": driver.at("id")}).is(t, 200)
	events := c.follow(t, path+"/track", "")
	next(t, events, reaches(order.StatusDriverAssigned))
	at(40.741)
	out := c.post(t, path+"/start-delivery", nil).is(t, 200)
	if eta, _ := out.at("arrives").(string); !instant.MatchString(eta) {
		t.Errorf("nobody reckons when the driver arrives: %s", out.body)
	}
	before := next(t, events, func(e event) bool { return e.name == "driver" || reaches(order.StatusOutForDelivery)(e) })
	if before.name == "driver" {
		t.Error("the driver was shown before the departure")
	}
	e := next(t, events, named("driver"))
	if eta, _ := e.data["eta"].(string); e.data["latitude"] != 40.741 || e.data["heading"] != 90.0 || !instant.MatchString(eta) || e.id != "" {
		t.Errorf("%+v", e)
	}
	at(40.742)
	next(t, events, func(e event) bool { return e.name == "driver" && e.data["latitude"] == 40.742 })
	c.post(t, path+"/complete-delivery", nil).is(t, 200)
	at(40.743)
	for _, e := range rest(t, events) {
		if e.name == "driver" && e.data["latitude"] == 40.743 {
			t.Error("the driver is followed home")
		}
	}
}

func TestAnOrderPlacedOnOneProcessIsTrackedOnTheOther(t *testing.T) {
	t.Parallel()
	a := open(t)
	b := join(t, a.database)
	a.intake(t)
	id := a.place(t, order.ByDelivery).id()
	events := b.follow(t, "/api/orders/"+string(id)+"/track", "")
	next(t, events, reaches(order.StatusValidated))
	a.cook(t, id, order.Queue)
	if e := next(t, events, reaches(order.StatusQueued)); e.data["number"] != 42.0 {
		t.Errorf("%+v", e)
	}
	b.cook(t, id, order.Start)
	next(t, events, reaches(order.StatusPreparing))
	b.call(t, req{"PUT", "/api/orders/" + string(id) + "/status", map[string]any{"status": "Baking"}, nil}).is(t, 202)
}

func TestAQuietStreamIsKeptAlive(t *testing.T) {
	t.Parallel()
	c := open(t, func(_ *api.Deps, s *api.Settings) { s.Heartbeat = 10 * time.Millisecond })
	id := c.place(t, order.Carryout).id()
	events := c.follow(t, "/api/orders/"+string(id)+"/track", "")
	next(t, events, named("comment"))
	next(t, events, named("comment"))
}

func TestAChangeThatNobodyToldIsFoundByReadingAgain(t *testing.T) {
	t.Parallel()
	c := open(t, func(d *api.Deps, s *api.Settings) { d.Changes, s.Reread = mute{}, 10*time.Millisecond })
	id := c.place(t, order.Carryout).id()
	events := c.follow(t, "/api/orders/"+string(id)+"/track", "")
	next(t, events, reaches(order.StatusCreated))
	c.confirm(t, id)
	next(t, events, reaches(order.StatusValidated))
}

func TestTheEndOfTheProcessEndsItsStreams(t *testing.T) {
	t.Parallel()
	c := open(t)
	id := c.place(t, order.Carryout).id()
	one := c.follow(t, "/api/orders/"+string(id)+"/track", "")
	all := c.follow(t, "/api/dashboard/stream", "")
	next(t, one, named("order"))
	next(t, all, named("snapshot"))
	began := time.Now()
	c.stop()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	rest(t, one)
	rest(t, all)
}
