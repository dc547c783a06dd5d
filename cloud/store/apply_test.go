package store_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

var none []link.Batch

// cooked is a node that has made an order of a pizza and a cola and handed it over.
func cooked(t testing.TB, n *node, oid order.ID) {
	t.Helper()
	n.steps(t, oid, order.Queue)
	n.steps(t, oid, order.Start, "1", "2")
	n.steps(t, oid, order.Make, "1")
	n.steps(t, oid, order.Bake, "1")
	n.steps(t, oid, order.Unload, "1")
	n.steps(t, oid, order.Finish, "1", "2")
	n.steps(t, oid, order.HandOver)
}

func statuses(r ordering.Record) string {
	var names []string
	for _, s := range r.Steps {
		names = append(names, string(s.Status))
	}
	return strings.Join(names, " ")
}

func TestFactsBecomeStatusAndTimeline(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	r := c.place(t, order.Carryout)
	n := &node{edge: "r1"}
	cooked(t, n, r.Order.ID)
	d := c.apply(t, link.Apply, n.batch(1, 3), n.batch(4, 7))
	if d[1].After != (link.Mark{Epoch: 1, Seq: 7, Hash: n.tip()}) {
		t.Errorf("the watermark is %v", d[1].After)
	}
	got := c.order(t, r.Order.ID)
	if s := statuses(got); s != "Created Validated Queued Preparing Baking QualityCheck ReadyForPickup Delivered" {
		t.Errorf("timeline %s", s)
	}
	if got.Number != 42 || got.Version != 9 || got.KitchenAsOf.Before(r.KitchenAsOf) {
		t.Errorf("number %d, version %d, as of %v", got.Number, got.Version, got.KitchenAsOf)
	}
	for i, s := range got.Steps[1:] {
		if s.At.Before(got.Steps[i].At) || s.Version <= got.Steps[i].Version {
			t.Errorf("step %d (%v) comes before the one it follows", i+1, s)
		}
	}
	row, _, err := c.Link(t.Context(), "r1")
	if err != nil || row.Seq != 7 || row.Hash != n.tip() {
		t.Errorf("%v, %v", row, err)
	}
}

func TestOrdersOfTheCounterReachTheCloud(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n, b := &node{edge: "r1"}, taken(t)
	n.says(t, b.Order.ID, b)
	n.steps(t, b.Order.ID, order.Validate)
	n.steps(t, b.Order.ID, order.Queue)
	c.apply(t, link.Apply, n.batch(1, 1))
	if ids, err := c.StillCreated(t.Context(), time.Now().Add(time.Hour), 10); err != nil || len(ids) != 0 {
		t.Errorf("the cloud looks after the counter's intake: %v, %v", ids, err)
	}
	c.apply(t, link.Apply, n.batch(2, 3))
	got := c.order(t, b.Order.ID)
	if got.Order.Origin != order.Edge || got.Status() != order.StatusQueued || got.Version != 3 || got.Token == "" || got.Steps[0].By != ordering.ByEdge {
		t.Errorf("%+v", got)
	}
	if got.Overdue {
		t.Error("who stands at the counter is not asked what to do")
	}
}

func TestDuplicatesAndGapsChangeNothing(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	r := c.place(t, order.Carryout)
	n := &node{edge: "r1"}
	cooked(t, n, r.Order.ID)
	c.apply(t, link.Gap, n.batch(2, 7))
	c.apply(t, link.Apply, n.batch(1, 4))
	before := c.order(t, r.Order.ID)
	c.apply(t, link.Skip, n.batch(1, 4), n.batch(2, 3)) // the commit came through, the ack did not
	c.apply(t, link.Gap, n.batch(6, 7))
	if diff := cmp.Diff(before, c.order(t, r.Order.ID), same); diff != "" {
		t.Errorf("changed:\n%s", diff)
	}
	c.apply(t, link.Apply, n.batch(3, 7)) // an overlap counts for what is new in it
	if got := c.order(t, r.Order.ID); got.Status() != order.StatusDelivered || got.Version != 9 {
		t.Errorf("%s in version %d", got.Status(), got.Version)
	}
	if n := c.sql(t, `SELECT count(*) FROM edge_events`); n != int64(7) {
		t.Errorf("%v events", n)
	}
}

func TestAForkIsNotApplied(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	r := c.place(t, order.Carryout)
	n, clone := &node{edge: "r1"}, &node{edge: "r1"}
	n.steps(t, r.Order.ID, order.Queue)
	clone.steps(t, r.Order.ID, order.Reject)
	clone.steps(t, r.Order.ID, order.Queue)
	c.apply(t, link.Apply, n.all())
	d := c.apply(t, link.Fork, clone.batch(2, 2))
	if ctl, ok := d[0].Control(); !ok || ctl.Kind != link.CallSync {
		t.Errorf("%v", ctl)
	}
	c.apply(t, link.Fork, clone.all())
	forged := n.batch(1, 1)
	forged.Events[0].Body = []byte(`{}`)
	c.apply(t, link.Corrupt, forged)
	if got := c.order(t, r.Order.ID); got.Status() != order.StatusQueued {
		t.Errorf("is %s", got.Status())
	}
}

func TestAFencedDeviceGoesToQuarantine(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	r := c.place(t, order.Carryout)
	c.enrol(t, "r1", "box-1")
	n, stranger := &node{edge: "r1", device: "box-1"}, &node{edge: "r1", device: "box-2\x00"}
	n.steps(t, r.Order.ID, order.Queue)
	stranger.steps(t, r.Order.ID, order.Reject)
	c.apply(t, link.Quarantine, stranger.all(), stranger.all())
	nobody := &node{edge: "nowhere"}
	nobody.steps(t, r.Order.ID, order.Reject)
	c.apply(t, link.Quarantine, nobody.all())
	c.apply(t, link.Apply, n.all())
	if got := c.order(t, r.Order.ID); got.Status() != order.StatusQueued {
		t.Errorf("a fenced device made it %s", got.Status())
	}
	if n := c.sql(t, `SELECT count(*) FROM edge_quarantine WHERE times = 2 AND edge = 'r1'`); n != int64(1) {
		t.Errorf("%v rows in quarantine", n)
	}
}

func TestAPoisonedEventHoldsUpNobody(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	mine, foreign := c.place(t, order.Carryout).Order.ID, c.placeOnly(t)
	c.admit(t, foreign)
	n := &node{edge: "r1"}
	forged, strange := taken(t), taken(t)
	forged.Order.Restaurant = "r2"
	strange.Order.PlacedAt = time.Date(0, 1, 1, 0, 0, 0, 0, time.FixedZone("", 23*60*60))
	n.raw(mine, "order.stepped.v1", []byte(`{"order":7}`))
	n.raw(mine, "order.stepped.v1", []byte("{\"order\":\"\xff\"}"))
	n.raw(mine, "order.teleported.v1", []byte(`{}`))
	n.raw("", "order.offered.v1", []byte(`{}`))
	n.says(t, forged.Order.ID, forged)
	n.says(t, order.ID(id.New()), event.OrderStepped{Order: order.ID(id.New()), Action: order.Queue})
	n.says(t, mine, event.CommandAnswered{Seq: 1 << 63, Command: "x", Order: mine})
	n.steps(t, mine, order.Deliver)
	n.says(t, strange.Order.ID, strange)
	n.says(t, mine, event.OrderStepped{Order: mine, Action: order.Queue, Number: 1, Reason: "a\x00b", Cause: event.ByTap})
	n.steps(t, mine, order.Queue)
	c.apply(t, link.Apply, n.all())
	if got := c.order(t, mine); got.Status() != order.StatusQueued {
		t.Errorf("after the poison the order is %s", got.Status())
	}
	if bad := c.sql(t, `SELECT count(*) FROM edge_events WHERE outcome = 'unprojectable' AND problem <> ''`); bad != int64(9) && bad != int64(10) {
		t.Errorf("%v events could not be projected", bad)
	}
	alerts, err := c.OpenAlerts(t.Context(), "r1")
	if err != nil || len(alerts) < 9 || alerts[0].What != "unprojectable_event" || alerts[0].Detail == "" {
		t.Fatalf("%+v, %v", alerts, err)
	}
	if err := c.ClearAlert(t.Context(), "r1", alerts[0].Alert); err != nil {
		t.Fatal(err)
	}
	if rest, err := c.OpenAlerts(t.Context(), ""); err != nil || len(rest) != len(alerts)-1 {
		t.Errorf("%d of %d are left, %v", len(rest), len(alerts), err)
	}
}

func TestAnEventThatCannotBeFollowedIsLoggedOnce(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	quiet := newChain(t)
	c := openChainLogging(t, quiet.url, slog.New(slog.NewJSONHandler(&said, nil)))
	oid := c.place(t, order.Carryout).Order.ID
	n := &node{edge: "r1"}
	n.steps(t, oid, order.Queue)
	n.steps(t, oid, order.Deliver)
	c.apply(t, link.Apply, n.all())
	c.apply(t, link.Skip, n.all())
	c.Close()
	var line map[string]any
	if err := json.Unmarshal(said.Bytes(), &line); err != nil { // two lines would not be one document
		t.Fatalf("%v: %s", err, said.String())
	}
	reason, _ := line["reason"].(string)
	if line["level"] != "ERROR" || line["restaurant"] != "r1" || line["event"] != n.events[1].ID || line["kind"] != "order.stepped.v1" || reason == "" {
		t.Errorf("%v", line)
	}
}

func TestWhatTheDatabaseRefusesIsStoredUnprojected(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	a, b := c.place(t, order.Carryout).Order.ID, c.place(t, order.Carryout).Order.ID
	c.sql(t, `ALTER TABLE orders ADD CONSTRAINT never CHECK (id <> '`+string(a)+`' OR status <> 'Preparing') NOT VALID`)
	n := &node{edge: "r1"}
	n.steps(t, a, order.Queue)
	n.steps(t, b, order.Queue)
	n.steps(t, a, order.Start, "1")
	n.steps(t, b, order.Start, "1")
	d := c.apply(t, link.Apply, n.all())
	if d[0].After.Seq != 4 {
		t.Errorf("stopped at %d", d[0].After.Seq)
	}
	if x, y := c.order(t, a).Status(), c.order(t, b).Status(); x != order.StatusQueued || y != order.StatusPreparing {
		t.Errorf("%s and %s", x, y)
	}
	if bad := c.sql(t, `SELECT seq FROM edge_events WHERE outcome = 'unprojectable'`); bad != int64(3) {
		t.Errorf("unprojectable: %v", bad)
	}
}

func TestARepeatedFactHasOneEffect(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	r := c.place(t, order.Carryout)
	n := &node{edge: "r1"}
	n.steps(t, r.Order.ID, order.Queue)
	n.steps(t, r.Order.ID, order.Start, "1", "2")
	again := n.events[1] // renumbered, as after a fork
	n.events = append(n.events, link.Seal(n.tip(), 3, again))
	n.steps(t, r.Order.ID, order.Recall, "1", "2")
	n.events = append(n.events, link.Seal(n.tip(), 5, again))
	c.apply(t, link.Apply, n.batch(1, 4))
	c.apply(t, link.Apply, n.batch(5, 5))
	if got := c.order(t, r.Order.ID); got.Status() != order.StatusQueued {
		t.Errorf("a start that came three times, and was taken back once: %s", got.Status())
	}
	if twice := c.sql(t, `SELECT count(*) FROM edge_events WHERE outcome = 'repeated'`); twice != int64(2) {
		t.Errorf("%v repeated", twice)
	}
}

func TestTwoAppliersOnTheSameBatchesApplyThemOnce(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	other := openChain(t, c.url)
	var nodes []*node
	var ids []order.ID
	for _, edge := range []string{"r1", "r2"} {
		n := &node{edge: edge}
		for range 5 {
			b := basket(order.Carryout)
			b.Restaurant = edge
			r, _, err := c.service.Place(t.Context(), b, "")
			if err != nil {
				t.Fatal(err)
			}
			c.admit(t, r.Order.ID)
			cooked(t, n, r.Order.ID)
			ids = append(ids, r.Order.ID)
		}
		nodes = append(nodes, n)
	}
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			at := []*chain{c, other}[i%2]
			for seq := uint64(1); seq <= 35; seq += 5 {
				batches := []link.Batch{nodes[i/2%2].batch(seq, seq+4), nodes[1-i/2%2].batch(seq, seq+4)}
				if _, _, err := at.Apply(t.Context(), batches); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	for _, oid := range ids {
		if got := c.order(t, oid); got.Status() != order.StatusDelivered || got.Version != 9 {
			t.Errorf("%s in version %d", got.Status(), got.Version)
		}
	}
	if n := c.sql(t, `SELECT count(*) FROM edge_events WHERE outcome = 'projected'`); n != int64(70) {
		t.Errorf("%v events", n)
	}
}

func TestStepsAndFactsOfOneOrderDoNotDeadlock(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1"}
	var ids []order.ID
	for range 20 {
		r := c.place(t, order.ByDelivery)
		n.steps(t, r.Order.ID, order.Queue)
		ids = append(ids, r.Order.ID)
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		for seq := uint64(20); seq >= 2; seq -= 2 {
			if _, _, err := c.Apply(t.Context(), []link.Batch{n.batch(21-seq, 22-seq)}); err != nil {
				t.Error(err)
			}
		}
	})
	for _, oid := range ids {
		wait.Go(func() {
			if _, err := c.service.Assign(t.Context(), oid, 0, ordering.Driver{ID: "d1", Name: "Dee"}, nil, "cloud"); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for _, oid := range ids {
		if got := c.order(t, oid); got.Version != 4 || got.Status() != order.StatusQueued || got.Driver == nil {
			t.Errorf("%s in version %d with %v", got.Status(), got.Version, got.Driver)
		}
	}
}

func TestReplayedFactsGiveTheStoredProgress(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	r := c.place(t, order.Carryout)
	n := &node{edge: "r1"}
	cooked(t, n, r.Order.ID)
	n.events = n.events[:6] // before it is handed over: remake, and half-way again
	n.steps(t, r.Order.ID, order.Remake, "1")
	n.steps(t, r.Order.ID, order.Start, "1")
	c.apply(t, link.Apply, n.batch(1, 5), n.batch(6, 8))
	p := order.Begin(&r.Order, r.Progress.Items)
	p, err := p.Take(order.Cloud, order.Validate)
	if err != nil {
		t.Fatal(err)
	}
	events, err := c.Events(t.Context(), "r1", 1, 1, 100)
	if err != nil || len(events) != 8 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	prev := link.Hash{}
	for _, e := range events {
		if link.Chain(prev, e) != e.Hash {
			t.Fatalf("event %d no longer fits its hash", e.Seq)
		}
		prev = e.Hash
		b, err := event.Decode(e.Kind, e.Body)
		if err != nil {
			t.Fatal(err)
		}
		step := b.(event.OrderStepped)
		if p, err = p.Follow(order.Edge, step.Action, step.Items...); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(p, c.order(t, r.Order.ID).Progress); diff != "" {
		t.Errorf("replay and row differ (-replay +row):\n%s", diff)
	}
}
