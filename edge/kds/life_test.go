package kds_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// lifeBody is what the tests read of a ticket's life.
type lifeBody struct {
	ticketBody
	Hold *struct {
		Reason string
		Until  time.Time
	}
	Rush    *struct{ Reason, Who string }
	Voided  bool
	Notices []struct {
		ID, Kind, Reason, By string
		Acknowledged         *time.Time `json:"acknowledged_at"`
	}
	Remakes []struct{ Reason, Text string }
	Marks   []struct{ Kind string }
	Custody struct {
		Stored, Rendered *time.Time
		Screen           string
	}
	Recalled *time.Time `json:"recalled_at"`
	AgeS     int        `json:"age_s"`
	HeldS    int        `json:"held_s"`
}

func (r reply) life(t *testing.T) lifeBody {
	t.Helper()
	var b lifeBody
	if err := json.Unmarshal(r.body, &b); err != nil || r.status != http.StatusOK {
		t.Fatalf("no ticket: %d %s (%v)", r.status, r.body, err)
	}
	return b
}

// board are the tickets on the board.
func (n *node) board() (tickets []lifeBody) {
	n.t.Helper()
	var b struct{ Tickets []lifeBody }
	if err := json.Unmarshal(n.get("/api/board").body, &b); err != nil {
		n.t.Fatal(err)
	}
	return b.Tickets
}

func (n *node) pass(d time.Duration) { n.set(func(n *node) { n.ahead += d }) }

func TestATicketIsHeldRushedAndAcknowledged(t *testing.T) {
	t.Parallel()
	n := open(t)
	first, second := n.place(), n.place()
	path := "/api/tickets/" + second
	until := n.Now().Add(time.Hour).UTC().Truncate(time.Second)
	held := n.tap(path+"/hold", object{"reason": "they are late", "until": until.Format(time.RFC3339)}).life(t)
	if held.Hold == nil || held.Hold.Reason != "they are late" || !held.Hold.Until.Equal(until) {
		t.Errorf("%+v", held.Hold)
	}
	if r := n.tap(path+"/start", object{}); r.status != http.StatusConflict || r.text("code") != "on_hold" {
		t.Errorf("start: %d %s", r.status, r.body)
	}
	n.pass(10 * time.Minute)
	free := n.tap(path+"/release", object{}).life(t)
	if free.Hold != nil || free.HeldS < 600 || free.AgeS > 60 {
		t.Errorf("held for %d s, %d s old, %+v", free.HeldS, free.AgeS, free.Hold)
	}
	rushed := n.tap(path+"/rush", object{"who": "ada", "reason": "a train"}).life(t)
	if rushed.Rush == nil || rushed.Rush.Who != "ada" || len(rushed.Notices) != 1 || rushed.Notices[0].Kind != "rush" || rushed.Notices[0].Acknowledged != nil {
		t.Errorf("%+v", rushed)
	}
	if b := n.board(); b[0].ID != second || b[1].ID != first {
		t.Error("what is rushed is not first")
	}
	noted := n.tap(path+"/acknowledge", object{"notice": rushed.Notices[0].ID, "who": "bob"}).life(t)
	if noted.Notices[0].Acknowledged == nil || noted.Notices[0].By != "bob" {
		t.Errorf("%+v", noted.Notices)
	}
	if calm := n.tap(path+"/calm", object{}).life(t); calm.Rush != nil || n.board()[0].ID != first {
		t.Errorf("%+v", calm.Rush)
	}
}

func TestAVoidedTicketThatWasSeenStaysUntilItIsAcknowledged(t *testing.T) {
	t.Parallel()
	n := open(t)
	seen, unseen := n.place(), n.place()
	n.post("/api/screens/make-1/rendered", object{"tickets": []string{seen}})
	for _, id := range []string{seen, unseen} {
		n.tap("/api/tickets/"+id+"/void", object{"reason": "gone"}).life(t)
	}
	if b := n.board(); len(b) != 1 || !b[0].Voided || b[0].Notices[0].Kind != "voided" || b[0].Custody.Screen != "make-1" {
		t.Fatalf("%+v", b)
	}
	if r := n.get("/api/orders?state=open"); strings.Contains(string(r.body), seen) {
		t.Errorf("a voided order counts as open: %s", r.body)
	}
	n.tap("/api/tickets/"+seen+"/acknowledge", object{}).life(t)
	if b := n.board(); len(b) != 0 {
		t.Errorf("%+v", b)
	}
}

func TestWhatWasHandedOverByMistakeIsRecalled(t *testing.T) {
	t.Parallel()
	n := open(t)
	path := "/api/tickets/" + n.place()
	for range 5 {
		n.tap(path+"/bump", object{})
	}
	if len(n.board()) != 0 {
		t.Fatal("it is not handed over")
	}
	back := n.tap(path+"/recall", object{"reason": "the wrong guest"}).life(t)
	if back.Status != "ReadyForPickup" || back.Recalled == nil || len(n.board()) != 1 {
		t.Errorf("%+v", back)
	}
}

func TestARemakeHasAReasonOfTheListOrWords(t *testing.T) {
	t.Parallel()
	n := open(t)
	path := "/api/tickets/" + n.place()
	for range 3 {
		n.tap(path+"/bump", object{})
	}
	got := n.tap(path+"/remake", object{"reason": "other", "text": "a fly on it"}).life(t)
	if len(got.Remakes) != 1 || got.Remakes[0].Reason != "other" || got.Remakes[0].Text != "a fly on it" || got.Notices[0].Kind != "remake" {
		t.Errorf("%+v", got)
	}
	if len(got.Marks) == 0 || got.Marks[0].Kind != "early_out" {
		t.Errorf("out of the oven at once, and marked %+v", got.Marks)
	}
}

func TestLinesOfAnOrderAreChangedForItsVersion(t *testing.T) {
	t.Parallel()
	n := open(t)
	placed := n.post("/api/orders", basket("margherita", "large"))
	path := "/api/orders/" + placed.text("id") + "/change"
	cola := object{"product": "cola", "size": "", "quantity": 2}
	body := object{"tap": "c-1", "who": "ada", "reason": "thirsty", "add": []object{cola}}
	if r := n.post(path, body); r.status != http.StatusPreconditionRequired || r.text("code") != "precondition_required" {
		t.Errorf("without a version: %d %s", r.status, r.body)
	}
	if r := n.post(path, body, "If-Match", `"99"`); r.status != http.StatusPreconditionFailed {
		t.Errorf("with another version: %d %s", r.status, r.body)
	}
	r := n.post(path, body, "If-Match", placed.header.Get("ETag"))
	var got struct {
		Lines      []struct{ Product string }
		Totals     struct{ Total struct{ Minor int } }
		Difference struct{ Minor int }
	}
	if err := json.Unmarshal(r.body, &got); err != nil || r.status != http.StatusOK || len(got.Lines) != 2 || got.Difference.Minor <= 0 || r.header.Get("ETag") == placed.header.Get("ETag") {
		t.Fatalf("%d %s (%v)", r.status, r.body, err)
	}
	again := n.post(path, body, "If-Match", placed.header.Get("ETag"))
	if again.status != http.StatusOK || string(again.body) != string(r.body) {
		t.Errorf("again: %d %s", again.status, again.body)
	}
	for name, bad := range map[string]object{
		"twice":         {"tap": "c-2", "set": []object{{"line": 0, "product": "cola", "quantity": 1}, {"line": 0, "product": "cola", "quantity": 1}}},
		"nothing":       {"tap": "c-3"},
		"no such line":  {"tap": "c-4", "remove": []int{7}},
		"a stranger":    {"tap": "c-5", "add": []object{{"product": "x", "quantity": 1}}},
		"no tap":        {"add": []object{cola}},
		"unknown field": {"tap": "c-6", "drop": 1},
	} {
		if r := n.post(path, bad, "If-Match", "*"); r.status != http.StatusUnprocessableEntity || r.text("path") == "" {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	less := n.post(path, object{"tap": "c-7", "remove": []int{1}}, "If-Match", "*")
	if err := json.Unmarshal(less.body, &got); err != nil || less.status != http.StatusOK || got.Difference.Minor >= 0 {
		t.Errorf("%d %s", less.status, less.body)
	}
	b := n.board()
	if len(b) != 1 || len(b[0].Notices) != 2 || b[0].Notices[0].Kind != "changed" {
		t.Errorf("%+v", b)
	}
}

func TestUnusableWordsAboutATicketsLifeAreRefused(t *testing.T) {
	t.Parallel()
	n := open(t)
	ticket := "/api/tickets/" + n.place()
	before := n.seq()
	for _, c := range []struct {
		path   string
		body   object
		status int
		code   string
	}{
		{"/hold", object{"tap": "l-1", "until": "soon"}, 422, "invalid_field"},
		{"/hold", object{"tap": "l-2", "until": "2001-01-01T00:00:00Z"}, 422, "invalid_until"},
		{"/release", object{"tap": "l-3"}, 409, "not_on_hold"},
		{"/rush", object{"tap": "l-4"}, 422, "reason_missing"},
		{"/calm", object{"tap": "l-5"}, 409, "not_rushed"},
		{"/acknowledge", object{"tap": "l-6", "notice": "1"}, 404, "no_such_notice"},
		{"/remake", object{"tap": "l-7", "reason": "other", "text": strings.Repeat("x", 201)}, 422, "invalid_field"},
		{"/acknowledge", object{"tap": "l-8", "notice": strings.Repeat("1", 65)}, 422, "invalid_field"},
	} {
		if r := n.post(ticket+c.path, c.body); r.status != c.status || r.text("code") != c.code || r.text("detail") == "" {
			t.Errorf("%s %v: %d %s", c.path, c.body, r.status, r.body)
		}
	}
	if n.seq() != before {
		t.Error("a refused word did something")
	}
}

func TestTheShiftHasFigures(t *testing.T) {
	t.Parallel()
	n := open(t)
	path := "/api/tickets/" + n.place()
	for range 5 {
		n.pass(4 * time.Minute)
		n.tap(path+"/bump", object{"who": "ada"})
	}
	var f struct {
		Day    string
		Orders int
		Ended  map[string]int
		Oven   struct{ Count int }
		Total  struct {
			Count int
			P50   float64 `json:"p50_s"`
		}
		Make     struct{ Count, LeftOut int }
		Stations map[string]struct{ Count int }
		Cooks    []struct {
			Cook  string
			Items int
		}
	}
	r := n.get("/api/shift")
	if err := json.Unmarshal(r.body, &f); err != nil || f.Orders != 1 || f.Ended["handed_over"] != 1 || f.Oven.Count != 1 || f.Total.P50 < 1190 || f.Stations["cut"].Count != 1 {
		t.Errorf("%s (%v)", r.body, err)
	}
	if len(f.Cooks) != 1 || f.Cooks[0].Cook != "ada" || f.Cooks[0].Items != 1 {
		t.Errorf("%s", r.body)
	}
	if r := n.get("/api/shift?day=1999-12-31"); r.json["orders"] != float64(0) {
		t.Errorf("%s", r.body)
	}
	if r := n.get("/api/shift?day=today"); r.status != 422 || r.text("path") != "day" {
		t.Errorf("%d %s", r.status, r.body)
	}
}
