package kds_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/live"
)

// happening is one event of a stream; a comment has the name "".
type happening struct{ id, name, data string }

func (h happening) seq(t *testing.T) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(h.id, 10, 64)
	if err != nil {
		t.Fatalf("%s without a number: %v", h.name, err)
	}
	return n
}

// glass is a screen that listens. next waits for the next event of one of the names; it is "" when the stream has ended.
type glass struct {
	t     *testing.T
	lines *bufio.Scanner
	leave func()
}

func (n *node) watch(lastID string, screen ...string) *glass {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), 20*time.Second)
	n.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, n.url+"/api/board/stream"+strings.Join(append([]string{""}, screen...), "?screen="), http.NoBody)
	if err != nil {
		n.t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	res, err := n.client.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("Content-Encoding") != "" {
		n.t.Fatalf("stream: %d %v", res.StatusCode, res.Header)
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	return &glass{n.t, lines, func() { cancel(); _ = res.Body.Close() }}
}

func (g *glass) next(names ...string) happening {
	g.t.Helper()
	for {
		h, more := g.read()
		if !more {
			return happening{}
		}
		for _, name := range names {
			if h.name == name {
				return h
			}
		}
	}
}

func (g *glass) read() (h happening, more bool) {
	for g.lines.Scan() {
		line := g.lines.Text()
		switch {
		case line == "":
			return h, true
		case strings.HasPrefix(line, "id: "):
			h.id = line[4:]
		case strings.HasPrefix(line, "event: "):
			h.name = line[7:]
		case strings.HasPrefix(line, "data: "):
			h.data = line[6:]
		}
	}
	return h, false
}

func TestAScreenGetsASnapshotAndThenEveryCommitWithItsNumber(t *testing.T) {
	t.Parallel()
	n := open(t)
	n.place()
	g := n.watch("")
	first := g.next("snapshot", "change", "ovens", "link")
	var board struct {
		Seq     uint64
		UI      string
		Tickets []ticketBody
		Link    struct{ State string }
		Ovens   []any
		Cooks   []any
	}
	if err := json.Unmarshal([]byte(first.data), &board); err != nil {
		t.Fatal(err)
	}
	if first.name != "snapshot" || board.Seq != first.seq(t) || len(board.Tickets) != 1 || board.Link.State != "up" || board.Ovens == nil || board.UI == "" || len(board.Cooks) != 1 {
		t.Fatalf("first %+v", first)
	}
	last := first.seq(t)
	id := n.place()
	for _, tap := range []string{"/start", "/bump", "/void", "/acknowledge"} {
		n.tap("/api/tickets/"+id+tap, object{"station": "make", "reason": "because"})
	}
	for i := range 5 {
		h := g.next("change")
		if h.seq(t) != last+1 {
			t.Fatalf("%d after %d", h.seq(t), last)
		}
		last++
		var c struct {
			Seq  uint64
			Gone []string
		}
		if err := json.Unmarshal([]byte(h.data), &c); err != nil || c.Seq != last {
			t.Fatalf("%s (%v)", h.data, err)
		}
		if gone := len(c.Gone) == 1 && c.Gone[0] == id; gone != (i == 4) {
			t.Errorf("commit %d: gone %v", i, c.Gone)
		}
	}
	if snapshot := n.get("/api/board"); snapshot.json["seq"] != float64(last) {
		t.Errorf("the snapshot is at %v, the stream at %d", snapshot.json["seq"], last)
	}
}

func TestAScreenThatWasAwayGetsJustWhatItMissed(t *testing.T) {
	t.Parallel()
	n := open(t)
	g := n.watch("")
	g.next("snapshot")
	n.place()
	last := g.next("change")
	g.leave()
	n.place()
	n.place()
	back := n.watch(last.id)
	for want := last.seq(t) + 1; want <= last.seq(t)+2; want++ {
		if h := back.next("snapshot", "change"); h.name != "change" || h.seq(t) != want {
			t.Fatalf("%s %s, want change %d", h.name, h.id, want)
		}
	}
	if h := n.watch(last.id).next("link"); !strings.Contains(h.data, `"up"`) {
		t.Errorf("a screen that comes back is not told how the line stands: %s", h.data)
	}
}

func TestAScreenThatWasAwayTooLongStartsAnew(t *testing.T) {
	t.Parallel()
	n := open(t, func(_ *kds.Deps, s *kds.Settings) { s.Backlog = 2 })
	for _, c := range []struct{ name, lastID string }{{"from the future", "999999"}, {"nonsense", "x"}, {"older than what is kept", "1"}} {
		for range 4 {
			n.place()
		}
		if h := n.watch(c.lastID).next("snapshot", "change"); h.name != "snapshot" {
			t.Errorf("%s: %s", c.name, h.name)
		}
	}
}

func TestOvensAndLinkAreToldWhenTheyChangeAndOnlyThen(t *testing.T) {
	t.Parallel()
	n := open(t)
	g := n.watch("")
	g.next("hello")
	n.set(func(n *node) { n.ovens = []kds.OvenView{{ID: "deck", Kind: "deck", State: "ok", Slots: 4}} })
	if h := g.next("ovens", "link"); h.name != "ovens" || h.id != "" || !strings.Contains(h.data, `"deck"`) {
		t.Fatalf("%+v", h)
	}
	n.set(func(n *node) { n.line = kds.LinkView{State: "down", Cause: "internet", Backlog: 3} })
	if h := g.next("ovens", "link"); h.name != "link" || !strings.Contains(h.data, `"internet"`) {
		t.Fatalf("%+v", h)
	}
	if r := n.get("/api/link"); r.text("cause") != "internet" || r.json["backlog"] != float64(3) {
		t.Errorf("%s", r.body)
	}
}

func TestAQuietStreamBeats(t *testing.T) {
	t.Parallel()
	g := open(t).watch("")
	g.next("hello")
	for range 3 {
		if _, more := g.read(); !more {
			t.Fatal("the stream ended")
		}
	}
}

func TestTheNodeEndsItsStreamsWhenItStops(t *testing.T) {
	t.Parallel()
	n := open(t)
	g := n.watch("")
	g.next("hello")
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.stop()
	}()
	if h := g.next("change"); h.name != "" {
		t.Errorf("%+v", h)
	}
	select {
	case <-done:
	case <-time.After(4 * time.Second):
		t.Error("the node waits for its streams")
	}
}

// many is a kitchen whose changes the test makes by itself.
type many struct{ kds.Kitchen }

func (many) Snapshot(context.Context) (kitchen.Snapshot, error) { return kitchen.Snapshot{Seq: 0}, nil }

func TestAScreenThatDoesNotKeepUpIsDroppedAndTheOthersDoNotWait(t *testing.T) {
	t.Parallel()
	hub := live.New[kitchen.Change](4096)
	n := open(t, func(d *kds.Deps, s *kds.Settings) {
		d.Kitchen, d.Changes, s.Buffer, s.Backlog = many{d.Kitchen}, hub, 8, 4096
	})
	defer hub.Close()
	slow, quick := n.watch(""), n.watch("")
	slow.next("hello")
	quick.next("hello")
	until(t, "the node listens", func() bool { return hub.Subscribers() == 1 })
	big := kitchen.Alert{ID: "a", What: strings.Repeat("hot ", 16<<10)} // fills the sockets of a screen that does not read
	const commits = 400
	for seq := uint64(1); seq <= commits; seq++ {
		hub.Publish(kitchen.Change{Seq: seq, Alerts: []kitchen.Alert{big}})
		if h := quick.next("change"); h.name == "" || h.seq(t) != seq {
			t.Fatalf("the quick screen saw %q after %d", h.id, seq-1)
		}
	}
	got := 0
	for {
		h, more := slow.read()
		if !more {
			break
		}
		if h.name == "change" {
			got++
		}
	}
	if got == 0 || got >= commits {
		t.Errorf("the slow screen saw %d of %d", got, commits)
	}
}

// until waits for a condition, with a deadline.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for !holds() {
		select {
		case <-poll.C:
		case <-deadline.C:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func TestNoMachineHoldsMoreStreamsThanAKitchenHasScreens(t *testing.T) {
	t.Parallel()
	n := open(t)
	var all []*glass
	for range kds.StreamsMost {
		g := n.watch("")
		g.next("snapshot")
		all = append(all, g)
	}
	r := n.get("/api/board/stream")
	if r.status != http.StatusTooManyRequests || r.text("code") != "too_many_streams" || r.header.Get("Retry-After") == "" {
		t.Errorf("one more: %d %s", r.status, r.body)
	}
	all[0].leave()
	n.until("there is room again", func() bool {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, n.url+"/api/board/stream", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		res, err := n.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		return res.Body.Close() == nil && res.StatusCode == http.StatusOK
	})
}

// counting is a kitchen that counts how often its board is read.
type counting struct {
	kds.Kitchen
	read *atomic.Int32
}

func (c counting) Snapshot(ctx context.Context) (kitchen.Snapshot, error) {
	c.read.Add(1)
	return c.Kitchen.Snapshot(ctx)
}

func TestScreensThatComeAtOnceShareASnapshotAndMissNoChange(t *testing.T) {
	t.Parallel()
	var read atomic.Int32
	n := open(t, func(d *kds.Deps, _ *kds.Settings) { d.Kitchen = counting{d.Kitchen, &read} })
	n.place()
	var first []uint64
	before := read.Load()
	for range 20 { // its clock stands still: they come in one moment
		first = append(first, n.watch("").next("snapshot").seq(t))
	}
	if made := read.Load() - before; made > 3 {
		t.Errorf("20 screens that came at once had %d snapshots made", made)
	}
	n.place()
	g := n.watch("")
	last := g.next("snapshot").seq(t)
	for last < n.seq() {
		last = g.next("change").seq(t)
	}
	if last <= first[0] {
		t.Errorf("who came later was shown change %d, as those before", last)
	}
	n.pass(time.Second)
	n.place()
	if seq := n.watch("").next("snapshot").seq(t); seq != n.seq() {
		t.Errorf("a second later change %d is shown, and the last one is %d", seq, n.seq())
	}
}
