package kds_test

import (
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"
)

// ticketBody is what the tests read of a ticket.
type ticketBody struct {
	ID      string `json:"order_id"`
	Number  int
	State   string
	Status  string
	Version int
	Items   []struct{ ID, Station, State string }
}

func (r reply) ticket(t *testing.T) ticketBody {
	t.Helper()
	var b ticketBody
	if err := json.Unmarshal(r.body, &b); err != nil || r.status != http.StatusOK {
		t.Fatalf("no ticket: %d %s (%v)", r.status, r.body, err)
	}
	return b
}

func TestAPizzaGoesFromTheMakeLineToTheGuest(t *testing.T) {
	t.Parallel()
	n := open(t)
	path := "/api/tickets/" + n.place()
	for _, c := range []struct {
		tap     string
		body    object
		status  string
		station string
	}{
		{"/start", object{"station": "make"}, "Preparing", "make"},
		{"/bump", object{"station": "make"}, "Preparing", "oven"},
		{"/items/1/bump", object{}, "Baking", "oven"},
		{"/recall", object{}, "Preparing", "oven"},
		{"/bump", object{"station": "oven"}, "Baking", "oven"},
		{"/bump", object{"station": "oven"}, "QualityCheck", "cut"},
		{"/remake", object{"reason": "burned"}, "Preparing", "make"},
		{"/bump", object{"station": "make"}, "Preparing", "oven"},
		{"/bump", object{"station": "oven"}, "Baking", "oven"},
		{"/bump", object{"station": "oven"}, "QualityCheck", "cut"},
		{"/bump", object{"station": "cut"}, "ReadyForPickup", "pass"},
		{"/hand-over", object{}, "Delivered", "pass"},
	} {
		r := n.tap(path+c.tap, c.body)
		got := r.ticket(t)
		if got.Status != c.status || got.Items[0].Station != c.station {
			t.Fatalf("%s: %s at %s, want %s at %s", c.tap, got.Status, got.Items[0].Station, c.status, c.station)
		}
		if want := `"` + json.Number(jsonInt(got.Version)).String() + `"`; r.header.Get("ETag") != want {
			t.Errorf("%s: ETag %s, version %d", c.tap, r.header.Get("ETag"), got.Version)
		}
	}
	var recent struct{ Tickets []ticketBody }
	if err := json.Unmarshal(n.get("/api/recent?number=1").body, &recent); err != nil || len(recent.Tickets) != 1 || recent.Tickets[0].Status != "Delivered" {
		t.Errorf("order 1 is asked for by its number: %+v, %v", recent, err)
	}
	if a := n.get("/api/recent?number=99"); a.status != 404 {
		t.Errorf("a number nobody has: %d %s", a.status, a.body)
	}
	if a := n.get("/api/recent?number=one"); a.status != 422 {
		t.Errorf("no number at all: %d %s", a.status, a.body)
	}
	if err := json.Unmarshal(n.get("/api/recent").body, &recent); err != nil || len(recent.Tickets) != 1 || recent.Tickets[0].Status != "Delivered" {
		t.Errorf("the recall list: %+v (%v)", recent, err)
	}
}

func jsonInt(v int) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

func TestARepeatedTapIsOneTap(t *testing.T) {
	t.Parallel()
	n := open(t)
	path := "/api/tickets/" + n.place() + "/bump"
	tap := object{"tap": "0b9f-tap-of-screen-1", "station": "make"}
	first := n.post(path, tap)
	before := n.seq()
	second := n.post(path, tap)
	if n.seq() != before {
		t.Error("the repetition was a step")
	}
	if a, b := first.ticket(t), second.ticket(t); a.Version != b.Version || a.State != b.State || a.Items[0] != b.Items[0] {
		t.Errorf("answered %+v, then %+v", a, b)
	}
}

func TestOfTwoTabletsThatBumpTheSameTicketAtOnceOneIsTold(t *testing.T) {
	t.Parallel()
	n := open(t)
	for range 20 {
		path := "/api/tickets/" + n.place() + "/bump"
		replies := make([]reply, 2)
		var both sync.WaitGroup
		for i := range replies {
			both.Go(func() { replies[i] = n.post(path, object{"tap": "tablet-" + jsonInt(i) + path, "station": "make"}) })
		}
		both.Wait()
		ok, told := replies[0], replies[1]
		if ok.status != http.StatusOK {
			ok, told = told, ok
		}
		if ok.status != http.StatusOK || told.status != http.StatusConflict || told.text("code") != "illegal_step" {
			t.Fatalf("%d %s and %d %s", ok.status, ok.body, told.status, told.body)
		}
		if _, there := told.json["ticket"].(object); !there {
			t.Errorf("the slower tablet is not shown the ticket as it is: %s", told.body)
		}
	}
}

func TestATapWithoutAnIDIsRefused(t *testing.T) {
	t.Parallel()
	n := open(t)
	ticket := "/api/tickets/" + n.place()
	before := n.seq()
	for _, path := range []string{"/start", "/bump", "/items/1/bump", "/recall", "/remake", "/hand-over", "/void"} {
		for _, body := range []object{{}, {"tap": ""}, {"station": "make", "reason": "burned"}} {
			if r := n.post(ticket+path, body); r.status != http.StatusUnprocessableEntity || r.text("path") != "tap" {
				t.Errorf("%s %v: %d %s", path, body, r.status, r.body)
			}
		}
	}
	if n.seq() != before {
		t.Error("a tap that was refused is a step")
	}
}

func TestATapWithoutABodyIsATapOfItsOwn(t *testing.T) {
	t.Parallel()
	n := open(t)
	path := "/api/tickets/" + n.place() + "/bump"
	for _, want := range []string{"Preparing", "Baking", "QualityCheck", "ReadyForPickup", "Delivered"} {
		if got := n.post(path, nil).ticket(t); got.Status != want {
			t.Fatalf("%s, want %s", got.Status, want)
		}
	}
}

func TestAVoidedOrderSaysSo(t *testing.T) {
	t.Parallel()
	n := open(t)
	id := n.place()
	n.tap("/api/tickets/"+id+"/void", object{"reason": "guest cancelled"}).ticket(t)
	if r := n.get("/api/orders/" + id); r.text("status") != "Cancelled" {
		t.Errorf("%s", r.body)
	}
}

func TestCooksSignInAndOut(t *testing.T) {
	t.Parallel()
	n := open(t)
	signedIn := func(r reply) bool {
		var b struct {
			Cooks []struct {
				ID       string
				SignedIn bool `json:"signed_in"`
				Skills   []string
			}
		}
		if err := json.Unmarshal(r.body, &b); err != nil || len(b.Cooks) != 1 || b.Cooks[0].ID != "ada" || b.Cooks[0].Skills == nil {
			t.Fatalf("%s (%v)", r.body, err)
		}
		return b.Cooks[0].SignedIn
	}
	if signedIn(n.get("/api/cooks")) {
		t.Error("ada is there before she came")
	}
	if !signedIn(n.post("/api/cooks/ada/sign-in", nil)) {
		t.Error("ada did not come")
	}
	if r := n.post("/api/cooks/ada/sign-out", object{}); signedIn(r) {
		t.Error("ada did not leave")
	}
}

func TestTheFirstGlassThatShowsATicketIsRemembered(t *testing.T) {
	t.Parallel()
	n := open(t)
	id := n.place()
	for _, screen := range []string{"make-1", "pass-1"} {
		if r := n.post("/api/screens/"+screen+"/rendered", object{"tickets": []string{id}}); r.status != http.StatusNoContent {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	shown, err := n.kitchen.Ticket(t.Context(), orderID(id))
	if err != nil || shown.Custody.Screen != "make-1" || shown.Custody.Shown.IsZero() {
		t.Errorf("%+v %v", shown.Custody, err)
	}
	unseen := n.place()
	var board struct {
		Tickets []struct {
			ID       string     `json:"order_id"`
			Rendered *time.Time `json:"rendered_at"`
		}
	}
	if err := json.Unmarshal(n.get("/api/board").body, &board); err != nil || len(board.Tickets) != 2 {
		t.Fatalf("%+v (%v)", board, err)
	}
	for _, ticket := range board.Tickets {
		if told := ticket.Rendered; (told != nil) != (ticket.ID == id) || told != nil && !told.Equal(shown.Custody.Shown) {
			t.Errorf("the board says that %s was first shown at %v; %s was not", ticket.ID, told, unseen)
		}
	}
}
