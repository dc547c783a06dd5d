package api_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/api"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

// actLine is what tests read of a line of the log.
type actLine struct {
	N   int64
	At  time.Time
	Who struct {
		Role, ID   string
		Restaurant string `json:"restaurant_id"`
	}
	What    string
	On      struct{ Kind, ID, Label string }
	Outcome string
	Code    string
	Changes []acts.Change
	Request string `json:"request_id"`
}

func (l *actLine) change(field string) (from, to string) {
	for _, c := range l.Changes {
		if c.Field == field {
			return c.From, c.To
		}
	}
	return "", ""
}

// log reads the newest lines that a query lets through.
func (c *chain) log(t testing.TB, query string) []actLine {
	t.Helper()
	var page struct{ Acts []actLine }
	if err := json.Unmarshal(c.call(t, req{"GET", "/api/hq/acts?" + query, nil, c.asStaff}).is(t, 200).body, &page); err != nil {
		t.Fatal(err)
	}
	return page.Acts
}

// unnoted are the routes that change something and leave no line, each with why. A new one is not put here lightly.
var unnoted = map[string]string{
	"placeOrder":     "the order says who placed it",
	"quote":          "nothing comes of it",
	"locateDriver":   "where somebody is, twice a second",
	"whatIf":         "nothing comes of it",
	"courierWebhook": "the run keeps what its company says",
	"renew":          "a node's, signed with its key: the link's own matter",
	"known":          "the same",
	"salvage":        "the same: what it hands over is judged by a person, whose act is noted",
	"all":            "the same",
}

// bodies are what is sent to each route that is noted. A new route begins here.
func bodies(driver string) map[string]any {
	stock := map[string]any{"lines": []any{map[string]any{"ingredient": "dough", "quantity": 5}}, "reason": "fell"}
	return map[string]any{
		"setStatus": map[string]any{"status": "Queued"}, "cancelOrder": map[string]any{"reason": "the guest called"}, "confirmOrder": nil,
		"assignDriver": map[string]any{"driver_id": driver}, "unassignDriver": map[string]any{"driver_id": driver}, "startDelivery": nil,
		"giveBack":         map[string]any{"reason": "flat tyre"},
		"completeDelivery": nil, "failOrder": map[string]any{"reason": "nobody opened"}, "proveDelivery": map[string]any{"kind": "name", "name": "Ada"},
		"putStock": stock, "count": stock, "receive": stock, "waste": stock,
		"putThresholds": map[string]any{"lines": []any{map[string]any{"ingredient": "dough", "threshold": 5}}},
		"sellOut":       map[string]any{"kind": "product", "id": "margherita"}, "bringBack": nil,
		"hireDriver": map[string]any{"name": "Eve", "phone": "+12025550199"}, "putDriverStatus": map[string]any{"status": "available"},
		"changeDriver": map[string]any{"name": "Dora B.", "phone": "+12025550188"},
		"acceptOffer":  nil, "declineOffer": nil, "acceptTrip": nil, "declineTrip": nil,
		"openBag": map[string]any{"id": id.New(), "float_minor": 2000}, "dropCash": map[string]any{"id": id.New(), "amount_minor": 500},
		"closeBag": map[string]any{"bag_id": id.New(), "counted_minor": 100}, "prefer": map[string]any{"order_id": "ORDER", "priority": "first"},
		"enroll": nil, "revoke": nil, "revokeDevice": nil, "approve": nil, "discard": nil, "clearAlert": nil, "claim": "CODE",
	}
}

func TestEveryRouteThatChangesSomethingLeavesALineOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	driver, _ := c.dora(t)
	all := bodies(driver)
	doc := parsed(t, c.api.Document())
	asked := 0
	for path, operations := range doc.Paths {
		for method, op := range operations {
			if method == "get" || method == "head" {
				continue
			}
			if why, exempt := unnoted[op.OperationID]; exempt {
				if _, both := all[op.OperationID]; both || why == "" {
					t.Errorf("%s is noted, or it is not", op.OperationID)
				}
				continue
			}
			body, known := all[op.OperationID]
			if !known {
				t.Errorf("%s %s (%s) leaves no line in the log of acts as far as this test knows: say in bodies how it is asked, or in unnoted why it leaves none", method, path, op.OperationID)
				continue
			}
			asked++
			t.Run(op.OperationID, func(t *testing.T) {
				t.Parallel()
				c.leavesALine(t, strings.ToUpper(method), path, driver, body)
			})
		}
	}
	if asked != len(all) {
		t.Errorf("%d routes are asked, and bodies knows %d", asked, len(all))
	}
}

// leavesALine asks a route about an order of its own, and looks for the line by the name of the request.
func (c *chain) leavesALine(t *testing.T, method, path, driver string, body any) {
	t.Helper()
	oid := string(c.call(t, req{"POST", "/api/orders", basket(order.ByDelivery), nil}).is(t, 201).id())
	path = strings.NewReplacer("{orderId}", oid, "{driverId}", driver, "{restaurantId}", "r1", "{device}", "UOTHER", "{alert}", "a1", "{kind}", "product",
		"{id}", "margherita", "{offerId}", id.New(), "{tripId}", id.New()).Replace(path)
	if body == "CODE" {
		code, _ := c.call(t, req{"POST", "/api/fleet/r2/enroll", nil, c.asStaff}).is(t, 200).at("code").(string)
		body = map[string]any{"code": code, "public_key": "UNODE"}
	}
	if b, ok := body.(map[string]any); ok && b["order_id"] == "ORDER" {
		b["order_id"] = oid
	}
	name := "walk-" + id.New()
	head := map[string]string{"X-Request-Id": name}
	for k, v := range c.asStaff {
		head[k] = v
	}
	a := c.call(t, req{method, path, body, head})
	if a.header.Get("X-Request-Id") != name {
		t.Errorf("the answer is named %q", a.header.Get("X-Request-Id"))
	}
	if a.at("code") == "invalid_request" || a.status == 400 || a.status == 401 || a.status == 404 && a.at("code") == "no_such_path" {
		t.Fatalf("that did not get as far as an act: %s", a.body)
	}
	lines := slices.DeleteFunc(c.log(t, "limit=200"), func(l actLine) bool { return l.Request != name })
	if len(lines) == 0 {
		t.Fatalf("%d %s, and no line", a.status, a.body)
	}
	l := lines[0]
	if want := map[bool]string{true: "done", false: "refused"}[a.status < 300]; l.Outcome != want || want == "refused" && l.Code != a.at("code") {
		t.Errorf("answered %d %v, and noted as %s %s", a.status, a.at("code"), l.Outcome, l.Code)
	}
	if l.What == "" || strings.ToLower(l.What) != l.What || l.Who.Role != "staff" && l.What != "claim" || l.On.ID == "" && l.Outcome == "done" {
		t.Errorf("%+v", l)
	}
}

func TestTheLogSaysWhatChangedOfAnOrderAndWhoSaidSo(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	driver, key := c.dora(t)
	oid := string(c.queuedAs(t))
	path := "/api/orders/" + oid
	c.call(t, req{"POST", path + "/assign-driver", map[string]any{"driver_id": driver}, c.asStaff}).is(t, 200)
	c.call(t, req{"POST", path + "/assign-driver", map[string]any{"driver_id": driver}, c.asStaff}).refused(t, 409, "illegal_step")
	c.call(t, req{"POST", path + "/unassign-driver", map[string]any{"driver_id": driver}, c.asStaff}).is(t, 200)
	c.call(t, req{"POST", "/api/hq/dispatch/priority", map[string]any{"order_id": oid, "priority": "first", "because": "called 202 555 0123 again"}, c.asStaff}).is(t, 200)
	c.call(t, req{"PUT", path + "/status", map[string]any{"status": "Baking"}, bearer(key)}).is(t, 403) // a driver is not staff
	lines := c.log(t, "on="+oid)
	var got []string
	for _, l := range slices.Backward(lines) {
		from, to := l.change("driver")
		got = append(got, fmt.Sprintf("%s %s %s>%s", l.What, l.Outcome, strings.ReplaceAll(from, driver, "Dora"), strings.ReplaceAll(to, driver, "Dora")))
	}
	want := []string{"confirm_order done >", "assign_driver done >Dora", "assign_driver refused >Dora", "unassign_driver done Dora>", "prefer done >"}
	if !slices.Equal(got, want) {
		t.Fatalf("\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if _, said := lines[0].change("reason"); said != "called … again" || lines[0].On.Label != "42" {
		t.Errorf("%+v", lines[0])
	}
	if refused := lines[2]; refused.On.Label != "42" || refused.Code != "illegal_step" || refused.Who.Role != "staff" || refused.Request == "" {
		t.Errorf("%+v", refused)
	}
}

// queuedAs is an order that its kitchen has, where staff needs a token.
func (c *chain) queuedAs(t testing.TB) order.ID {
	t.Helper()
	oid := c.call(t, req{"POST", "/api/orders", basket(order.ByDelivery), nil}).is(t, 201).id()
	c.call(t, req{"POST", "/api/orders/" + string(oid) + "/confirm", nil, c.asStaff}).is(t, 200)
	c.cook(t, oid, order.Queue)
	return oid
}

func TestADriversCashIsInTheLogAndNothingElseOfADriver(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	driver, key := c.dora(t)
	me, as, bag := "/api/drivers/"+driver, bearer(key), id.New()
	c.call(t, req{"PUT", me + "/status", map[string]any{"status": "available"}, as}).is(t, 200)
	c.call(t, req{"POST", me + "/bag", map[string]any{"id": bag, "float_minor": 2000}, as}).is(t, 201)
	drop := map[string]any{"id": id.New(), "amount_minor": 500}
	for range 2 { // the phone heard no answer
		c.call(t, req{"POST", me + "/bag/drops", drop, as}).is(t, 200)
	}
	c.call(t, req{"POST", me + "/bag/drops", map[string]any{"id": id.New(), "amount_minor": 9000}, as}).refused(t, 409, "more_than_in_bag")
	look := func() reply { return c.call(t, req{"GET", "/api/restaurants/r1/bags", nil, c.asStaff}).is(t, 200) }
	over, _ := look().at("more_than_in_bag").([]any)
	if len(over) != 1 || over[0].(map[string]any)["driver_id"] != driver || minor(reply{doc: over[0].(map[string]any)}, "amount") != 9000 {
		t.Errorf("%v", over)
	}
	c.call(t, req{"POST", me + "/bag/check-out", map[string]any{"bag_id": bag, "counted_minor": 1500}, as}).is(t, 200)
	if over, _ := look().at("more_than_in_bag").([]any); len(over) != 0 {
		t.Errorf("the bag is counted, and it is still said: %v", over)
	}
	c.call(t, req{"POST", me + "/bag", map[string]any{"id": id.New(), "float_minor": 0}, bearer("a-stranger-with-a-secret")}).is(t, 403)
	var got []string
	for _, l := range slices.Backward(c.log(t, "who="+driver)) {
		_, cash := l.change(map[string]string{"open_bag": "float", "drop_cash": "amount", "close_bag": "counted"}[l.What])
		_, again := l.change("repeated")
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s %s", l.Who.Role, l.What, l.Outcome, cash, l.On.Label, again)))
	}
	want := []string{"driver open_bag done 2000 USD Dora", "driver drop_cash done 500 USD Dora", "driver drop_cash done 500 USD Dora yes", "driver drop_cash refused 9000 USD Dora", "driver close_bag done 1500 USD Dora"}
	if !slices.Equal(got, want) {
		t.Errorf("\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestNoSecretAndNoTelephoneNumberIsInTheLog(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	hired := c.call(t, req{"POST", "/api/drivers", map[string]any{"name": "Eve", "phone": "+12025550199"}, c.asStaff}).is(t, 201)
	code := c.call(t, req{"POST", "/api/fleet/r1/enroll", nil, c.asStaff}).is(t, 200)
	oid := c.call(t, req{"POST", "/api/orders", basket(order.ByDelivery), nil}).is(t, 201).id()
	c.call(t, req{"POST", "/api/orders/" + string(oid) + "/cancel", map[string]any{"reason": "Ada (+1 202 555 0123) called"}, c.asStaff}).is(t, 200)
	all := string(c.call(t, req{"GET", "/api/hq/acts", nil, c.asStaff}).is(t, 200).body) + string(c.call(t, req{"GET", "/api/hq/acts/report", nil, c.asStaff}).is(t, 200).body)
	for _, what := range []any{hired.at("secret"), code.at("code"), "5550199", "0123", "Main St", "Springfield", secret} {
		if text, _ := what.(string); text == "" || strings.Contains(all, text) {
			t.Errorf("%q is in the log", what)
		}
	}
	if !strings.Contains(all, "Eve") || !strings.Contains(all, "called") {
		t.Errorf("%s", all)
	}
}

func TestTheLogIsReadPageByPageAndAsATable(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	for n := range 7 {
		c.call(t, req{"POST", "/api/drivers", map[string]any{"name": fmt.Sprintf("Driver %d", n), "restaurant_id": "r2"}, c.asStaff}).is(t, 201)
	}
	var seen []int64
	query := "limit=3&what=hire_driver&restaurant_id=r2"
	for pages := 0; query != ""; pages++ {
		a := c.call(t, req{"GET", "/api/hq/acts?" + query, nil, c.asStaff}).is(t, 200)
		var page struct{ Acts []actLine }
		if err := json.Unmarshal(a.body, &page); err != nil || pages > 3 {
			t.Fatal(err, pages)
		}
		for _, l := range page.Acts {
			seen = append(seen, l.N)
		}
		query = ""
		if link := a.header.Get("Link"); link != "" {
			_, rest, _ := strings.Cut(link, "?")
			query, _, _ = strings.Cut(rest, ">")
		}
	}
	if len(seen) != 7 || !slices.IsSortedFunc(seen, func(x, y int64) int { return int(y - x) }) {
		t.Errorf("%v", seen)
	}
	rows, err := csv.NewReader(strings.NewReader(string(c.call(t, req{"GET", "/api/hq/acts/report?outcome=done", nil, c.asStaff}).is(t, 200).body))).ReadAll()
	if err != nil || len(rows) != 8 || rows[1][5] != "hire_driver" || rows[0][0] != "n" {
		t.Errorf("%v %v", rows, err)
	}
	for query, code := range map[string]string{
		"from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z": "bad_span", "after=!": "bad_cursor", "after=-1": "bad_cursor", "limit=0": "invalid_request",
		"limit=201": "invalid_request", "outcome=odd": "invalid_request", "from=noon": "invalid_request", "who=" + strings.Repeat("x", 101): "invalid_request",
	} {
		c.call(t, req{"GET", "/api/hq/acts?" + query, nil, c.asStaff}).refused(t, 422, code)
	}
	for query, n := range map[string]int{
		"to=2020-01-01T00:00:00Z": 0, "from=2020-01-01T00:00:00Z": 7, "who=staff": 7, "who=driver": 0, "who=%25": 0, "on=driver+3": 1, "on=nobody": 0, "outcome=refused": 0, "restaurant_id=r1": 0,
	} {
		if got := len(c.log(t, query)); got != n {
			t.Errorf("%s shows %d lines, not %d", query, got, n)
		}
	}
	c.call(t, req{"GET", "/api/hq/acts", nil, nil}).refused(t, 401, "unauthorized")
}

func TestWithoutATokenTheLogSaysThatItWasSomebodyAtTheMachine(t *testing.T) {
	t.Parallel()
	c := open(t)
	a := c.call(t, req{"POST", "/api/drivers", map[string]any{"name": "Eve"}, map[string]string{"X-Request-Id": "odd id\twith spaces"}}).is(t, 201)
	l := c.log(t, "")
	if len(l) != 1 || l[0].Who.Role != "local" || l[0].On.ID != string(a.id()) || l[0].Request != a.header.Get("X-Request-Id") || !id.Valid(l[0].Request) {
		t.Errorf("%+v, %v", l, a.header)
	}
}

func TestWhatAGuestDoesIsNoAct(t *testing.T) {
	t.Parallel()
	c := open(t)
	placed := c.place(t, order.Carryout)
	token := strings.TrimPrefix(placed.at("tracking_url").(string), "/track/")
	c.post(t, "/api/orders/"+string(placed.id())+"/cancel?token="+token, nil).is(t, 200)
	if l := c.log(t, ""); len(l) != 0 {
		t.Errorf("%+v", l)
	}
}

// brokenLog cannot be written to.
type brokenLog struct{ log api.Acts }

func (b brokenLog) Acts(ctx context.Context, q acts.Query) ([]acts.Act, int64, error) {
	return b.log.Acts(ctx, q)
}

func (brokenLog) Note(context.Context, acts.Act) error { return errors.New("no room") }

func TestARefusalIsAnsweredThoughTheLogCannotBeWritten(t *testing.T) {
	t.Parallel()
	c := open(t, func(d *api.Deps, _ *api.Settings) { d.Acts = brokenLog{d.Acts} })
	c.post(t, "/api/fleet/nowhere/enroll", nil).refused(t, 404, "no_such_restaurant")
	c.post(t, "/api/drivers", map[string]any{"name": "Eve"}).is(t, 201)
	if l := c.log(t, ""); len(l) != 1 || l[0].What != "hire_driver" {
		t.Errorf("what is committed with what it did needs no other writing: %+v", l)
	}
}

func TestAProgramThatDoesNotTakeNoForAnAnswerDoesNotFillTheLog(t *testing.T) {
	t.Parallel()
	kept := &countingLog{}
	c := open(t, func(d *api.Deps, _ *api.Settings) { d.Acts = kept })
	minute := time.Now().Truncate(time.Minute)
	for range 2*api.RefusalsPerMinute + 10 {
		c.post(t, "/api/fleet/nowhere/enroll", nil).refused(t, http.StatusNotFound, "no_such_restaurant")
	}
	minutes := int(time.Now().Truncate(time.Minute).Sub(minute)/time.Minute) + 1
	if n := int(kept.n.Load()); n < api.RefusalsPerMinute || n > minutes*api.RefusalsPerMinute {
		t.Errorf("%d refusals are noted in %d minutes", n, minutes)
	}
}

// countingLog counts instead of writing.
type countingLog struct{ n atomic.Int64 }

func (l *countingLog) Acts(context.Context, acts.Query) ([]acts.Act, int64, error) {
	return nil, 0, nil
}

func (l *countingLog) Note(context.Context, acts.Act) error { l.n.Add(1); return nil }
