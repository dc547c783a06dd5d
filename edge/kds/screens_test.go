package kds_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

type screenBody struct {
	ID, Name, Station string
	Here              bool
	Seen              *time.Time `json:"last_seen"`
	Rendered          uint64     `json:"rendered_seq"`
}

func (n *node) screens() (all []screenBody) {
	n.t.Helper()
	var b struct{ Screens []screenBody }
	if err := json.Unmarshal(n.get("/api/screens").body, &b); err != nil {
		n.t.Fatal(err)
	}
	return b.Screens
}

// until waits for something that the node does by itself.
func (n *node) until(what string, holds func() bool) {
	n.t.Helper()
	poll, limit := time.NewTicker(5*time.Millisecond), time.After(time.Minute)
	defer poll.Stop()
	for !holds() {
		select {
		case <-poll.C:
		case <-limit:
			n.t.Fatalf("waited in vain: %s", what)
		}
	}
}

// lost waits until the board has an alert about a lost screen, or has none.
func (n *node) lost(want bool) {
	n.t.Helper()
	n.until("for the alert about a lost screen, or its end", func() bool {
		return strings.Contains(string(n.get("/api/board").body), `"screen_lost/make"`) == want
	})
}

func TestAScreenThatDiesIsNoticedAndOneThatComesBackToo(t *testing.T) {
	t.Parallel()
	n := open(t)
	n.place()
	if r := n.send(http.MethodPut, "/api/screens/make-1", object{"name": "Make line", "station": "make"}); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	n.pass(16 * time.Second)
	n.lost(true) // it has never come
	g := n.watch("", "make-1")
	n.lost(false)
	if r := n.post("/api/screens/make-1/rendered", object{"seq": n.seq(), "tickets": []string{}}); r.status != http.StatusNoContent {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if s := n.screens(); len(s) != 1 || !s[0].Here || s[0].Name != "Make line" || s[0].Rendered == 0 || s[0].Seen == nil {
		t.Errorf("%+v", s)
	}
	n.pass(16 * time.Second)
	n.lost(true) // its stream is open, and nobody draws what comes
	if r := n.post("/api/screens/make-1/rendered", object{"seq": n.seq()}); r.status != http.StatusNoContent {
		t.Fatalf("%d %s", r.status, r.body)
	}
	n.lost(false)
	g.leave()
	n.until("for the end of a stream", func() bool { return !n.screens()[0].Here })
	n.pass(16 * time.Second)
	n.lost(true)
	if r := n.send(http.MethodDelete, "/api/screens/make-1", nil); r.status != http.StatusNoContent {
		t.Errorf("%d %s", r.status, r.body)
	}
	n.lost(false)
	if s := n.screens(); len(s) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestScreensThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	n := open(t)
	for path, body := range map[string]object{
		"/api/screens/a%20b":                      {"name": "x", "station": "make"},
		"/api/screens/a":                          {"name": "x", "station": "cellar"},
		"/api/screens/b":                          {"name": strings.Repeat("x", 201), "station": "make"},
		"/api/screens/c":                          {"name": "x"},
		"/api/screens/" + strings.Repeat("d", 65): {"name": "x", "station": "make"},
		"/api/screens/e":                          {"name": "x", "station": "make", "colour": "red"},
	} {
		if r := n.send(http.MethodPut, path, body); r.status != http.StatusUnprocessableEntity || r.text("path") == "" {
			t.Errorf("%s %v: %d %s", path, body, r.status, r.body)
		}
	}
	if r := n.send(http.MethodDelete, "/api/screens/nobody", nil); r.status != http.StatusNotFound || r.text("code") != "no_such_screen" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.get("/api/board/stream?screen=a%20b"); r.status != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.send(http.MethodPatch, "/api/screens/a", nil); r.status != http.StatusMethodNotAllowed || !strings.Contains(strings.Join(r.header.Values("Allow"), " "), "PUT") {
		t.Errorf("%d %v", r.status, r.header)
	}
	if s := n.screens(); len(s) != 0 {
		t.Errorf("%+v", s)
	}
}

// missed waits until the board has an alarm about a ticket that no screen has, or has none.
func (n *node) missed(want bool) {
	n.t.Helper()
	n.until("for the alarm about a ticket, or its end", func() bool {
		return strings.Contains(string(n.get("/api/board").body), `"not_shown/`) == want
	})
}

func TestATicketOnAnotherPageOfAScreenIsNoAlarmUntilTheScreenIsGone(t *testing.T) {
	t.Parallel()
	n := open(t)
	if r := n.send(http.MethodPut, "/api/screens/make-1", object{"name": "Make line", "station": "make"}); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	g := n.watch("", "make-1")
	n.place()
	n.pass(6 * time.Second)
	n.missed(true) // the screen does not say what it has
	if r := n.post("/api/screens/make-1/rendered", object{"seq": n.seq()}); r.status != http.StatusNoContent {
		t.Fatalf("%d %s", r.status, r.body)
	}
	n.missed(false)
	g.leave()
	n.missed(true)
}
