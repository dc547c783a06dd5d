package kds_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"awesome.pizza/edge/kds"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// faraway is a cloud with one order and two drivers, as a node asks it.
type faraway struct {
	mu     sync.Mutex
	asked  []link.DeskRequest
	driver string
	err    error // instead of an answer
	held   chan struct{}
	leave  func() // what whoever asked does while the cloud thinks
}

func (f *faraway) AskDesk(ctx context.Context, q link.DeskRequest) (link.DeskReply, error) {
	f.mu.Lock()
	held := f.held
	f.mu.Unlock()
	if held != nil {
		<-held
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, q)
	if f.leave != nil {
		f.leave()
	}
	if ctx.Err() != nil {
		return link.DeskReply{}, problem.New(problem.Unavailable, "unknown_outcome", "nobody waits for the answer")
	}
	if f.err != nil {
		return link.DeskReply{}, f.err
	}
	switch {
	case q.Ask == link.DeskWhatIf:
		return link.DeskReply{WhatIf: &link.DeskCompare{Now: link.DeskSum{Late: 2, LateMin: 10, ClickToDoor: 34}, Then: link.DeskSum{ClickToDoor: 30}}}, nil
	case q.Order != "" && q.Order != "o1":
		return link.DeskReply{Refused: link.Refusal(problem.New(problem.NotFound, "no_such_order", "this restaurant has no order %q", q.Order))}, nil
	case q.Ask == link.DeskAssign && q.Instead != f.driver && f.driver != q.Driver:
		return link.DeskReply{Refused: link.Refusal(problem.New(problem.Conflict, "not_with_driver", "read it again"))}, nil
	case q.Ask == link.DeskAssign:
		f.driver = q.Driver
	case q.Ask == link.DeskUnassign:
		f.driver = ""
	}
	o := link.DeskOrder{Order: "o1", Kitchen: order.Baking, Delivery: order.Unassigned}
	if f.driver != "" {
		has := f.driver
		o.Driver, o.Delivery = &has, order.Assigned
	}
	return link.DeskReply{Board: &link.DeskBoard{AsOf: time.Now(), Orders: []link.DeskOrder{o}, Drivers: []link.DeskDriver{{ID: "d1", Name: "Grace"}, {ID: "d2", Name: "Linus"}}}}, nil
}

func (f *faraway) set(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// count is how often the cloud was asked for something.
func (f *faraway) count(ask string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, q := range f.asked {
		if q.Ask == ask {
			n++
		}
	}
	return n
}

func openWith(t *testing.T, f *faraway) *node {
	t.Helper()
	return open(t, func(d *kds.Deps, _ *kds.Settings) { d.Desk = f })
}

// bearer is who brings the order, as the board has it.
func bearer(r reply) any {
	b, _ := r.json["board"].(object)
	all, _ := b["orders"].([]any)
	if len(all) != 1 {
		return "no board"
	}
	return all[0].(object)["driver_id"]
}

func TestTheCounterSeesWhoBringsWhatAndHasItOtherwise(t *testing.T) {
	t.Parallel()
	f := new(faraway)
	n := openWith(t, f)
	if r := n.get("/api/dispatch"); r.status != http.StatusOK || r.json["current"] != true || bearer(r) != nil || r.text("heard_at") == "" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	for range 3 { // whoever looks within two seconds is shown the same
		n.get("/api/dispatch")
	}
	if asked := f.count(link.DeskLook); asked != 1 {
		t.Errorf("the cloud was asked %d times", asked)
	}
	for _, again := range []string{"first", "again"} {
		if r := n.post("/api/dispatch/orders/o1/assign", object{"driver_id": "d1"}); r.status != http.StatusOK || bearer(r) != "d1" {
			t.Errorf("%s: %d %s", again, r.status, r.body)
		}
	}
	if r := n.post("/api/dispatch/orders/o1/assign", object{"driver_id": "d2", "instead_of": "d1"}); bearer(r) != "d2" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.post("/api/dispatch/orders/o1/assign", object{"driver_id": "d1", "instead_of": "d3"}); r.status != http.StatusConflict || r.text("code") != "not_with_driver" {
		t.Errorf("who was faster: %d %s", r.status, r.body)
	}
	if r := n.get("/api/dispatch"); bearer(r) != "d2" {
		t.Errorf("%s", r.body)
	}
	if r := n.post("/api/dispatch/orders/o1/unassign", object{"driver_id": "d2"}); r.status != http.StatusOK || bearer(r) != nil {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.get("/api/dispatch/what-if?extra_drivers=2"); r.status != http.StatusOK || r.json["late_min"] != -10.0 || r.json["click_to_door_min"] != -4.0 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.post("/api/dispatch/orders/o2/assign", object{"driver_id": "d1"}); r.status != http.StatusNotFound || r.text("code") != "no_such_order" {
		t.Errorf("another restaurant's: %d %s", r.status, r.body)
	}
}

func TestWhatNobodyCanMeanIsNotAskedOfTheCloud(t *testing.T) {
	t.Parallel()
	f := new(faraway)
	n := openWith(t, f)
	long := strings.Repeat("x", 65)
	for name, r := range map[string]reply{
		"no driver":        n.post("/api/dispatch/orders/o1/assign", object{}),
		"a long driver":    n.post("/api/dispatch/orders/o1/assign", object{"driver_id": long}),
		"a driver's wish":  n.post("/api/dispatch/orders/o1/assign", object{"driver_id": "d1; drop"}),
		"a long order":     n.post("/api/dispatch/orders/"+long+"/assign", object{"driver_id": "d1"}),
		"instead of trash": n.post("/api/dispatch/orders/o1/assign", object{"driver_id": "d1", "instead_of": "\u0000"}),
		"instead of none":  n.post("/api/dispatch/orders/o1/unassign", object{"driver_id": "d1", "instead_of": "d2"}),
		"another field":    n.post("/api/dispatch/orders/o1/assign", object{"driver_id": "d1", "by": "me"}),
		"no more":          n.get("/api/dispatch/what-if?extra_drivers=0"),
		"a crowd":          n.get("/api/dispatch/what-if?extra_drivers=21"),
		"some":             n.get("/api/dispatch/what-if?extra_drivers=some"),
	} {
		if r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if f.set(func() {}); len(f.asked) > 0 {
		t.Errorf("the cloud was asked %+v", f.asked)
	}
}

func TestWithTheLineCutTheCounterShowsTheLastThatWasKnownAndRefusesWithAWord(t *testing.T) {
	t.Parallel()
	f := &faraway{driver: "d1"}
	n := openWith(t, f)
	if r := n.get("/api/dispatch"); r.json["current"] != true {
		t.Fatalf("%s", r.body)
	}
	cut := problem.New(problem.Unavailable, "cut_off", "the line to the cloud is cut")
	since := time.Now()
	n.set(func(n *node) {
		n.line, n.ahead = kds.LinkView{State: "down", Cause: "internet", Since: kds.At(since)}, time.Minute
	})
	f.set(func() { f.err = cut })
	r := n.get("/api/dispatch")
	line, _ := r.json["line"].(object)
	if age, _ := r.json["age_s"].(float64); r.status != http.StatusOK || r.json["current"] != false || bearer(r) != "d1" || age < 60 || line["cause"] != "internet" || line["since"] == nil {
		t.Errorf("%d %s", r.status, r.body)
	}
	before := f.count(link.DeskAssign)
	for name, r := range map[string]reply{
		"give": n.post("/api/dispatch/orders/o1/assign", object{"driver_id": "d2", "instead_of": "d1"}), "take back": n.post("/api/dispatch/orders/o1/unassign", object{"driver_id": "d1"}),
		"ask": n.get("/api/dispatch/what-if"),
	} {
		if r.status != http.StatusServiceUnavailable || r.text("code") != "cut_off" || r.text("since") == "" || r.text("cause") != "internet" {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if f.count(link.DeskAssign) != before {
		t.Error("the cloud was asked over a line that is cut")
	}
	n.set(func(n *node) { n.line = kds.LinkView{State: "up", Since: kds.At(time.Now())} })
	f.set(func() { f.err = nil })
	if r := n.get("/api/dispatch"); r.json["current"] != true { // at once, not after two seconds
		t.Errorf("back: %s", r.body)
	}
}

func TestANodeThatNeverHeardOfADeskSaysSo(t *testing.T) {
	t.Parallel()
	n := open(t)
	if r := n.get("/api/dispatch"); r.status != http.StatusOK || r.json["board"] != nil || r.json["current"] != false || r.json["heard_at"] != nil {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestAnAnswerThatDidNotComeIsNotTakenForANo(t *testing.T) {
	t.Parallel()
	f := new(faraway)
	n := openWith(t, f)
	f.set(func() {
		f.err = problem.New(problem.Unavailable, "unknown_outcome", "the cloud did not answer: look who has the order before you say it again")
	})
	if r := n.post("/api/dispatch/orders/o1/assign", object{"driver_id": "d1"}); r.status != http.StatusGatewayTimeout || r.text("code") != "unknown_outcome" {
		t.Errorf("%d %s", r.status, r.body)
	}
	log := string(n.get("/api/audit").body)
	if !strings.Contains(log, `"detail":"assign d1"`) || !strings.Contains(log, `"detail":"no answer, look: unknown_outcome"`) || strings.Contains(log, "not done") {
		t.Errorf("the log says %s", log)
	}
}

func TestTheLogSaysThatARefusalWasNotDone(t *testing.T) {
	t.Parallel()
	n := openWith(t, &faraway{driver: "d2"})
	n.post("/api/dispatch/orders/o1/assign", object{"driver_id": "d1"})
	if log := string(n.get("/api/audit").body); !strings.Contains(log, `"detail":"not done: not_with_driver"`) {
		t.Errorf("the log says %s", log)
	}
}

// What the cloud does is known here, though nobody is there to be told.
func TestAPageThatLeavesDoesNotMakeAnOutcomeUnknown(t *testing.T) {
	t.Parallel()
	f := new(faraway)
	n := openWith(t, f)
	for _, ask := range []string{"assign", "unassign"} {
		ctx, leave := context.WithCancel(t.Context())
		f.set(func() { f.leave = leave })
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/api/dispatch/orders/o1/"+ask, strings.NewReader(`{"driver_id":"d1"}`))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		n.handler.ServeHTTP(w, r)
		if ctx.Err() == nil || w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", ask, w.Code, w.Body)
		}
	}
	if log := string(n.get("/api/audit").body); !strings.Contains(log, `"detail":"unassign d1"`) || strings.Contains(log, "no answer") || strings.Contains(log, "not done") {
		t.Errorf("the log says %s", log)
	}
}

func TestTheCloudIsToldWhoSaysWhoBringsWhat(t *testing.T) {
	t.Parallel()
	f := new(faraway)
	n := open(t, staffed(t), func(d *kds.Deps, _ *kds.Settings) { d.Desk = f })
	n.post("/api/dispatch/orders/o1/assign", object{"driver_id": "d1", "override": object{"pin": "3333", "reason": "she knows the way"}})
	manager := n.signIn("3333")
	n.post("/api/dispatch/orders/o1/unassign", object{"driver_id": "d1"}, manager...)
	var by []string
	f.set(func() {
		for _, q := range f.asked {
			if q.Ask != link.DeskLook {
				by = append(by, q.By)
			}
		}
	})
	if len(by) != 2 || by[0] == "" || by[0] != by[1] {
		t.Errorf("told was %q", by)
	}
}

func TestWithTheLineCutDispatchTakesNoPIN(t *testing.T) {
	t.Parallel()
	n := openStaffed(t)
	n.set(func(n *node) { n.line = kds.LinkView{State: "down", Cause: "internet", Since: kds.At(time.Now())} })
	for _, pin := range []string{"9999", "3333"} {
		r := n.post("/api/dispatch/orders/o1/assign", object{"driver_id": "d1", "override": object{"pin": pin, "reason": "she knows the way"}})
		if r.status != http.StatusServiceUnavailable || r.text("code") != "cut_off" {
			t.Errorf("%s: %d %s", pin, r.status, r.body)
		}
	}
}

// A cloud that does not answer holds up who asks it, and nobody else.
func TestACloudThatDoesNotAnswerHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	f := &faraway{held: make(chan struct{})}
	n := openWith(t, f)
	answered := make(chan reply, 2)
	for range 2 {
		go func() { answered <- n.get("/api/dispatch") }()
	}
	o := n.place()
	if r := n.tap("/api/tickets/"+o+"/bump", object{}); r.status != http.StatusOK {
		t.Errorf("the kitchen waits for the cloud: %d %s", r.status, r.body)
	}
	select {
	case r := <-answered:
		t.Errorf("answered %d %s by nobody", r.status, r.body)
	default:
	}
	f.set(func() { close(f.held); f.held = nil })
	for range 2 {
		if r := <-answered; r.json["current"] != true {
			t.Errorf("%s", r.body)
		}
	}
	if asked := f.count(link.DeskLook); asked != 1 {
		t.Errorf("two who look at once asked %d times", asked)
	}
}

// cores are processes of a cloud whose clocks are far apart: each answers with what it has looked up.
type cores struct {
	mu   sync.Mutex
	says link.DeskBoard
}

func (c *cores) AskDesk(context.Context, link.DeskRequest) (link.DeskReply, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.says
	return link.DeskReply{Board: &b}, nil
}

func TestTheLaterBoardIsShownWhateverTheClocksOfTheCoresSay(t *testing.T) {
	t.Parallel()
	c := new(cores)
	n := open(t, func(d *kds.Deps, _ *kds.Settings) { d.Desk = c })
	for _, x := range []struct {
		why    string
		ahead  time.Duration // the clock of the core that answers
		base   string
		rev    int64
		driver string // who has the order, as that core has read it
		shown  any
	}{
		{"the first", 5 * time.Minute, "b1", 100, "", nil},
		{"a later one, of a core whose clock is five minutes behind that one's", 0, "b1", 101, "d1", "d1"},
		{"an older one that comes late, of the core that is ahead", 5 * time.Minute, "b1", 100, "", "d1"},
		{"the same state once more", -5 * time.Minute, "b1", 101, "d1", "d1"},
		{"a later one, of a core that is behind both", -5 * time.Minute, "b1", 102, "d2", "d2"},
		{"a database that was restored counts from where it is", 0, "b2", 7, "", nil},
		{"an older core says nothing of that: its word counts as it comes", -5 * time.Minute, "", 0, "d1", "d1"},
	} {
		o := link.DeskOrder{Order: "o1", Kitchen: order.Baking, Delivery: order.Unassigned}
		if x.driver != "" {
			o.Driver, o.Delivery = &x.driver, order.Assigned
		}
		c.mu.Lock()
		c.says = link.DeskBoard{AsOf: time.Now().Add(x.ahead), Base: x.base, Rev: x.rev, Orders: []link.DeskOrder{o}}
		c.mu.Unlock()
		if r := n.post("/api/dispatch/orders/o1/unassign", object{"driver_id": "d1"}); r.status != http.StatusOK || bearer(r) != x.shown {
			t.Errorf("%s: %d, %v is shown: %s", x.why, r.status, bearer(r), r.body)
		}
	}
}

func TestWhyAnOrderGoesToWhoIsOnNoShiftIsWrittenDown(t *testing.T) {
	t.Parallel()
	f := new(faraway)
	n := openWith(t, f)
	if r := n.post("/api/dispatch/orders/o1/assign", object{"driver_id": "d1", "reason": "agreed by phone"}); r.status != http.StatusOK || bearer(r) != "d1" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if asked := f.asked[len(f.asked)-1]; asked.Reason != "agreed by phone" {
		t.Errorf("the cloud is told %+v", asked)
	}
	if r := n.get("/api/audit"); !strings.Contains(string(r.body), "assign d1: agreed by phone") {
		t.Errorf("%s", r.body)
	}
	for name, body := range map[string]object{
		"too long": {"driver_id": "d1", "reason": strings.Repeat("é", 201)}, "no line": {"driver_id": "d1", "reason": "a\nb"}, "nothing": {"driver_id": "d1", "reason": "  "},
	} {
		if r := n.post("/api/dispatch/orders/o1/assign", body); r.status != http.StatusUnprocessableEntity || r.json["path"] != "reason" {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if r := n.post("/api/dispatch/orders/o1/unassign", object{"driver_id": "d1", "reason": "no"}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", r.status, r.body)
	}
}
