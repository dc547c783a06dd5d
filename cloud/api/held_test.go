package api_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"awesome.pizza/cloud/api"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/order"
)

// ahead is a clock that a test puts forward.
type ahead struct {
	clock.Clock
	by atomic.Int64
}

func (a *ahead) Now() time.Time { return time.Now().Add(time.Duration(a.by.Load())) }

// hired is a new driver: the id, and how the phone signs in.
func (c *chain) hired(t testing.TB, name string, staff map[string]string) (id string, as map[string]string) {
	t.Helper()
	a := c.call(t, req{"POST", "/api/drivers", map[string]any{"name": name, "restaurant_id": "r1"}, staff}).is(t, 201)
	key, _ := a.at("secret").(string)
	return string(a.id()), bearer(key)
}

// shelved is an order that waits on the shelf for a driver; the token is the guest's.
func (c *chain) shelved(t testing.TB, driver string, staff map[string]string) (path, token string) {
	t.Helper()
	a := c.place(t, order.ByDelivery)
	path = "/api/orders/" + string(a.id())
	c.call(t, req{"POST", path + "/confirm", nil, staff}).is(t, 200)
	c.cook(t, a.id(), bake...)
	c.call(t, req{"POST", path + "/assign-driver", map[string]any{"driver_id": driver}, staff}).is(t, 200)
	return path, strings.TrimPrefix(a.at("tracking_url").(string), "/track/")
}

func TestWhoShowsATokenIsHeldToItWhereNobodyNeedsOne(t *testing.T) {
	t.Parallel()
	c := open(t)
	dan, asDan := c.hired(t, "Dan", nil)
	eve, asEve := c.hired(t, "Eve", nil)
	path, token := c.shelved(t, dan, nil)
	here := map[string]any{"latitude": 40.741, "longitude": -73.989}
	for _, x := range []req{
		{"GET", "/api/drivers/" + dan, nil, nil},
		{"GET", "/api/drivers/" + dan + "/offers", nil, nil},
		{"GET", "/api/drivers/" + dan + "/bag", nil, nil},
		{"PUT", "/api/drivers/" + dan + "/status", map[string]any{"status": "offline"}, nil},
		{"POST", "/api/drivers/" + dan + "/location", here, nil},
		{"GET", path, nil, nil},
		{"GET", path + "/track", nil, nil},
		{"POST", path + "/start-delivery", nil, nil},
		{"POST", path + "/complete-delivery", nil, nil},
		{"POST", path + "/fail", map[string]any{"reason": "no"}, nil},
		{"POST", path + "/give-back", nil, nil},
		{"POST", path + "/cancel", nil, nil},
		{"POST", path + "/assign-driver", map[string]any{"driver_id": eve}, nil},
		{"GET", "/api/drivers", nil, nil},
		{"GET", path + "/proof", nil, nil},
	} {
		x.head = asEve
		if a := c.call(t, x); a.status != 403 && a.status != 404 {
			t.Errorf("%s %s as another driver: %d %s", x.method, x.path, a.status, a.body)
		}
		x.head = bearer("nobodys")
		c.call(t, x).refused(t, 401, "unauthorized")
	}
	for _, what := range []string{path, path + "/track"} {
		c.get(t, what+"?token=WRONG").refused(t, 404, "no_such_order")
	}
	c.post(t, path+"/cancel?token=WRONG", nil).refused(t, 404, "no_such_order")
	c.get(t, path+"?token="+token).is(t, 200)
	next(t, c.follow(t, path+"/track?token="+token, ""), named("order"))
	for _, what := range []string{path, "/api/drivers", "/api/drivers/" + dan, path + "/proof"} {
		c.get(t, what).is(t, 200)
	}
	c.call(t, req{"GET", "/api/restaurants", nil, bearer("nobodys")}).is(t, 200)
	c.call(t, req{"GET", "/api/drivers/" + dan + "/offers", nil, asDan}).is(t, 200)
	a := c.call(t, req{"POST", path + "/start-delivery", nil, asDan}).is(t, 200)
	if steps, _ := a.at("timeline").([]any); steps[len(steps)-1].(map[string]any)["by"] != "driver:"+dan {
		t.Errorf("%s", a.body)
	}
	c.post(t, path+"/complete-delivery", nil).is(t, 200)
}

func TestADriverIsNeverShownWhatIsTheGuestsAlone(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	staff := bearer(secret)
	dora, as := c.hired(t, "Dora", staff)
	path, token := c.shelved(t, dora, staff)
	for _, x := range []req{
		{"GET", path, nil, as},
		{"PUT", path + "/status", map[string]any{"status": "PickedUp"}, as},
		{"POST", path + "/start-delivery", nil, as},
		{"GET", "/api/drivers/" + dora + "/offers", nil, as},
		{"POST", path + "/complete-delivery", nil, as},
	} {
		if a := c.call(t, x).is(t, 200); strings.Contains(string(a.body), token) || a.at("tracking_url") != "" && a.at("stops") == nil {
			t.Errorf("%s %s: %s", x.method, x.path, a.body)
		}
	}
	if a := c.call(t, req{"GET", path + "?token=" + token, nil, as}).is(t, 200); a.at("tracking_url") != "/track/"+token {
		t.Errorf("the guest has lost the link: %s", a.body)
	}
	if a := c.call(t, req{"GET", path, nil, staff}).is(t, 200); a.at("tracking_url") != "/track/"+token {
		t.Errorf("staff has lost the link: %s", a.body)
	}
}

func TestADriverCannotReadAnOrderLongAfterItsEnd(t *testing.T) {
	t.Parallel()
	now := &ahead{Clock: clock.System{}}
	c := open(t, func(d *api.Deps, s *api.Settings) { d.Clock, s.StaffToken = now, secret })
	staff := bearer(secret)
	dora, as := c.hired(t, "Dora", staff)
	path, token := c.shelved(t, dora, staff)
	c.call(t, req{"POST", path + "/start-delivery", nil, as}).is(t, 200)
	now.by.Store(int64(time.Hour))
	c.call(t, req{"GET", path, nil, as}).is(t, 200) // a long way
	now.by.Store(0)
	c.call(t, req{"POST", path + "/complete-delivery", nil, as}).is(t, 200)
	c.call(t, req{"GET", path, nil, as}).is(t, 200)
	now.by.Store(int64(16 * time.Minute))
	c.call(t, req{"GET", path, nil, as}).refused(t, 404, "no_such_order")
	c.call(t, req{"GET", path + "/track", nil, as}).refused(t, 404, "no_such_order")
	c.call(t, req{"POST", path + "/proof", map[string]any{"kind": "name", "name": "Ada"}, as}).is(t, 200) // a phone that was without signal
	c.get(t, path+"?token="+token).is(t, 200)
	c.call(t, req{"GET", path, nil, staff}).is(t, 200)
}

func TestAStreamEndsForADriverFromWhomTheOrderIsTaken(t *testing.T) {
	t.Parallel()
	c := open(t)
	dan, asDan := c.hired(t, "Dan", nil)
	path, _ := c.shelved(t, dan, nil)
	events := c.followAs(t, path+"/track", asDan)
	next(t, events, reaches(order.StatusDriverAssigned))
	c.post(t, path+"/unassign-driver", map[string]any{"driver_id": dan}).is(t, 200)
	for _, e := range rest(t, events) {
		if e.name == "end" {
			t.Errorf("%+v", e)
		}
	}
}

func TestAGuestDoesNotSeeTheDoorsBeforeTheOwn(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	staff := bearer(secret)
	dora, as := c.hired(t, "Dora", staff)
	path, token := c.shelved(t, dora, staff)
	far := basket(order.ByDelivery)
	far["address"] = map[string]any{"street": "99 Far St", "city": "Springfield", "latitude": 40.7631, "longitude": -73.9899}
	second := c.post(t, "/api/orders", far).is(t, 201)
	path2 := "/api/orders/" + string(second.id())
	c.call(t, req{"POST", path2 + "/confirm", nil, staff}).is(t, 200)
	c.cook(t, second.id(), bake...)
	c.call(t, req{"POST", path2 + "/assign-driver", map[string]any{"driver_id": dora}, staff}).is(t, 200)
	for _, p := range []string{path, path2} {
		c.call(t, req{"POST", p + "/start-delivery", nil, as}).is(t, 200)
	}
	first := c.follow(t, path+"/track?token="+token, "")
	later := c.follow(t, path2+"/track?token="+strings.TrimPrefix(second.at("tracking_url").(string), "/track/"), "")
	moves := func(lat float64) {
		c.call(t, req{"POST", "/api/drivers/" + dora + "/location", map[string]any{"latitude": lat, "longitude": -73.9899}, as}).is(t, 204)
	}
	moves(40.7425)
	if e := next(t, first, func(e event) bool { return e.name == "driver" && e.data["latitude"] != nil }); e.data["stops_before"] != 0.0 {
		t.Errorf("who is next: %+v", e.data)
	}
	e := next(t, later, func(e event) bool { return e.name == "driver" && e.data["stops_before"] != 0.0 })
	if e.data["latitude"] != nil || e.data["longitude"] != nil || e.data["heading"] != nil || e.data["earliest"] == nil || e.data["stops_before"] != 1.0 {
		t.Errorf("who comes after: %+v", e.data)
	}
	c.call(t, req{"POST", path + "/complete-delivery", nil, as}).is(t, 200)
	moves(40.75)
	if e := next(t, later, func(e event) bool {
		return e.name == "driver" && e.data["stops_before"] == 0.0 && e.data["latitude"] != nil
	}); e.data["latitude"] == 40.7425 {
		t.Errorf("an old place: %+v", e.data)
	}
}

func TestNobodyKeepsMoreStreamsOpenThanPeopleLookAt(t *testing.T) {
	t.Parallel()
	c := open(t, func(_ *api.Deps, s *api.Settings) { s.OrderStreams, s.ClientStreams, s.Streams = 2, 3, 1000 })
	path := "/api/orders/" + string(c.place(t, order.ByDelivery).id()) + "/track"
	for range 2 {
		next(t, c.follow(t, path, ""), named("order"))
	}
	a := c.get(t, path).refused(t, 429, "too_many_streams")
	if a.header.Get("Retry-After") == "" {
		t.Errorf("%v", a.header)
	}
	other := "/api/orders/" + string(c.place(t, order.ByDelivery).id()) + "/track"
	last := c.follow(t, other, "")
	next(t, last, named("order"))
	c.get(t, other).refused(t, 429, "too_many_streams") // the client's
	c.get(t, "/api/dashboard/stream").refused(t, 429, "too_many_streams")
	c.post(t, strings.TrimSuffix(other, "/track")+"/cancel", nil).is(t, 200)
	rest(t, last)
	for limit := time.Now().Add(patience); c.get(t, other).status == 429; { // what has ended makes room
		if time.Now().After(limit) {
			t.Fatal("no room is made")
		}
	}
	full := open(t, func(_ *api.Deps, s *api.Settings) { s.Streams = 1 })
	next(t, full.follow(t, "/api/dashboard/stream", ""), named("snapshot"))
	if a := full.get(t, "/api/dashboard/stream").refused(t, 503, "too_many_streams"); a.header.Get("Retry-After") == "" {
		t.Errorf("%v", a.header)
	}
}

func TestTheGuestsCodeIsNotFoundByTrying(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	staff := bearer(secret)
	dora, as := c.hired(t, "Dora", staff)
	path, token := c.shelved(t, dora, staff)
	c.call(t, req{"POST", path + "/start-delivery", nil, as}).is(t, 200)
	code, _ := c.get(t, "/api/track/"+token+"/door-code").is(t, 200).at("code").(string)
	prove := func(code string) reply {
		return c.call(t, req{"POST", path + "/proof", map[string]any{"kind": "code", "code": code}, as})
	}
	wrong := "0000"
	if code == wrong {
		wrong = "0001"
	}
	prove(wrong).refused(t, 422, "wrong_code")
	prove(code).is(t, 200)
	prove(code).is(t, 200) // phones repeat themselves
	var tried, held atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			switch a := prove(wrong); {
			case a.status == http.StatusUnprocessableEntity:
				tried.Add(1)
			case a.status == http.StatusConflict && a.at("code") == "too_many_guesses" && a.header.Get("Retry-After") == "":
				held.Add(1)
			default:
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	all.Wait()
	if tried.Load() != 10 || held.Load() != 6 {
		t.Errorf("%d were tried and %d held", tried.Load(), held.Load())
	}
	prove(code).refused(t, 409, "too_many_guesses")
	c.call(t, req{"POST", path + "/proof", map[string]any{"kind": "name", "name": "Ada"}, as}).is(t, 200)
}

func TestWhereADriverIsAfterTheShiftIsNobodysBusiness(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	staff := bearer(secret)
	dora, as := c.hired(t, "Dora", staff)
	me := "/api/drivers/" + dora
	says := func(status string) {
		c.call(t, req{"PUT", me + "/status", map[string]any{"status": status}, as}).is(t, 200)
	}
	here := func(lat float64, heard bool) {
		t.Helper()
		c.call(t, req{"POST", me + "/location", map[string]any{"latitude": lat, "longitude": -73.989}, as}).is(t, 204)
		if p, _ := c.where.Position(dora); (p.Lat == lat) != heard {
			t.Errorf("at %v: known is %v", lat, p.Lat)
		}
	}
	here(40.1, true) // about to begin
	says("available")
	here(40.2, true)
	for _, home := range []string{"offline", "end_of_shift"} {
		says(home)
		here(40.3, false)
	}
	last, _ := c.where.Position(dora)
	if err := c.SavePositions(t.Context(), []dispatch.Position{last}); err != nil {
		t.Fatal(err)
	}
	if a := c.call(t, req{"GET", me, nil, staff}).is(t, 200); a.at("position") != nil {
		t.Errorf("HQ sees who has gone home: %s", a.body)
	}
	c.shelved(t, dora, staff)
	here(40.4, true) // somebody waits
	if a := c.call(t, req{"GET", me, nil, staff}).is(t, 200); a.at("position") == nil {
		t.Errorf("HQ does not see who brings something: %s", a.body)
	}
}

func TestADriverIsToldInADriversWordsWhatToDo(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	staff := bearer(secret)
	dora, as := c.hired(t, "Dora", staff)
	id := c.place(t, order.ByDelivery).id()
	path := "/api/orders/" + string(id)
	c.call(t, req{"POST", path + "/confirm", nil, staff}).is(t, 200)
	c.cook(t, id, bake[:2]...)
	c.call(t, req{"POST", path + "/assign-driver", map[string]any{"driver_id": dora}, staff}).is(t, 200)
	says := func(verb, want string) {
		t.Helper()
		a := c.call(t, req{"POST", path + "/" + verb, nil, as}).refused(t, 409, "illegal_step")
		if detail, _ := a.at("detail").(string); !strings.Contains(detail, want) || strings.Contains(detail, "cloud") || a.at("current") == nil {
			t.Errorf("%s: %s", verb, a.body)
		}
	}
	says("start-delivery", "kitchen is not done yet")
	says("complete-delivery", "kitchen is not done yet")
	c.cook(t, id, bake[2:]...)
	says("complete-delivery", "fetch the order first")
	c.call(t, req{"PUT", path + "/status", map[string]any{"status": "PickedUp"}, as}).is(t, 200)
	says("complete-delivery", "say first that you are leaving")
	c.call(t, req{"POST", path + "/start-delivery", nil, as}).is(t, 200)
	says("start-delivery", "told this already")
	c.call(t, req{"POST", path + "/complete-delivery", nil, as}).is(t, 200)
	says("start-delivery", "this order is over")
	if a := c.call(t, req{"POST", path + "/start-delivery", nil, staff}).refused(t, 409, "illegal_step"); strings.Contains(string(a.body), "bring back") {
		t.Errorf("staff is taken for a driver: %s", a.body)
	}
}

func TestWhatIsNoNameAndNoNumberIsRefused(t *testing.T) {
	t.Parallel()
	c := open(t)
	for what, body := range map[string]map[string]any{
		"blanks": {"name": "  "}, "a script": {"name": "Dora", "phone": "javascript:alert(1)"}, "no digit": {"name": "Dora", "phone": "+ ()"},
		"too long": {"name": "Dora", "phone": strings.Repeat("1", 33)},
	} {
		if a := c.post(t, "/api/drivers", body); a.status != 422 {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	if a := c.post(t, "/api/drivers", map[string]any{"name": " Dora ", "phone": "+1 (202) 555-0199"}).is(t, 201); a.at("name") != "Dora" {
		t.Errorf("%s", a.body)
	}
	long := strings.Repeat("x", 4000)
	for _, a := range []reply{c.get(t, "/api/orders/"+long), c.post(t, "/api/orders/"+long+"/cancel", nil), c.post(t, "/api/orders/"+long+"/unassign-driver", map[string]any{"driver_id": "d"})} {
		if a.refused(t, 404, "no_such_order"); len(a.body) > 400 {
			t.Errorf("it is said back: %d bytes", len(a.body))
		}
	}
}
