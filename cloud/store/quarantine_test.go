package store_test

import (
	"slices"
	"testing"
	"time"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// replaced is a restaurant whose first box was replaced while it had things to say.
type replaced struct {
	*chain
	old, new       *node
	sold           event.OrderTaken // by the old box, after the cloud last heard of it
	shared, theirs ordered          // known to both boxes; only the old one goes on with the second
}

type ordered struct{ order.ID }

func replace(t *testing.T) *replaced {
	t.Helper()
	r := &replaced{chain: newChain(t), sold: taken(t)}
	r.old = &node{edge: "r1", device: r.enrol(t, "r1", "old")}
	r.shared.ID, r.theirs.ID = r.place(t, order.Carryout).Order.ID, r.place(t, order.Carryout).Order.ID
	for _, oid := range []order.ID{r.shared.ID, r.theirs.ID} {
		r.old.steps(t, oid, order.Queue)
	}
	r.apply(t, link.Apply, r.old.all())
	r.old.steps(t, r.shared.ID, order.Start, "1") // 3
	r.old.steps(t, r.theirs.ID, order.Start, "1") // 4
	r.old.says(t, r.sold.Order.ID, r.sold)        // 5
	r.old.says(t, "", event.AlertRaised{Alert: "silent/oven-1", Device: "oven-1", What: "silent", Level: "critical"})
	r.new = &node{edge: "r1", device: r.enrol(t, "r1", "new"), epoch: 2}
	r.new.says(t, r.shared.ID, event.ForecastChanged{Order: r.shared.ID})
	r.apply(t, link.Apply, r.new.all())
	return r
}

func (r *replaced) salvage(t *testing.T, first, last uint64) {
	t.Helper()
	b := r.old.batch(first, last)
	if err := r.Salvage(t.Context(), "r1", "old", b.Epoch, b.Prev, b.Events); err != nil {
		t.Fatal(err)
	}
}

func TestTheTailOfAReplacedBoxCountsOnceAPersonApproves(t *testing.T) {
	t.Parallel()
	r := replace(t)
	r.salvage(t, 3, 4)
	r.salvage(t, 4, 6) // cut in another way: an answer was lost
	r.salvage(t, 4, 6)
	r.apply(t, link.Quarantine, r.old.batch(3, 3)) // it came over the hub as well
	kept, err := r.Quarantine(t.Context(), "r1")
	if err != nil || len(kept) != 1 {
		t.Fatalf("%+v, %v", kept, err)
	}
	k := kept[0]
	if k.Device != "old" || k.Epoch != 1 || k.Events != 4 || k.First != 3 || k.Last != 6 || k.Kinds["order.stepped.v1"] != 2 || len(k.Orders) != 3 || !slices.IsSorted(k.Orders) {
		t.Errorf("%+v", k)
	}
	if _, err := r.Order(t.Context(), r.sold.Order.ID); !problem.Is(err, problem.NotFound) {
		t.Errorf("it counts before anybody has approved it: %v", err)
	}
	out, err := r.Approve(t.Context(), "r1", "old", false)
	if want := (restaurant.Outcome{Projected: 3, Repeated: 2, Unprojectable: 1, Waiting: 1}); err != nil || out != want {
		t.Errorf("%+v, %v, want %+v", out, err, want)
	}
	if r.order(t, r.sold.Order.ID).Order.Customer.Name != "Bob" {
		t.Error("what the old box sold is not there")
	}
	if status := r.order(t, r.theirs.ID).Status(); status != order.StatusPreparing {
		t.Errorf("an order that the new box has not spoken of is %s", status)
	}
	if status := r.order(t, r.shared.ID).Status(); status != order.StatusQueued {
		t.Errorf("an order of the new box was moved by the old one to %s", status)
	}
	if open, err := r.OpenAlerts(t.Context(), "r1"); err != nil || len(open) != 0 {
		t.Errorf("what ails a box that is gone is alarmed: %+v, %v", open, err)
	}
	if kept, err := r.Quarantine(t.Context(), "r1"); err != nil || len(kept) != 0 {
		t.Errorf("left in quarantine: %+v, %v", kept, err)
	}
	stored, err := r.Events(t.Context(), "r1", 1, 1, 10)
	if err != nil || len(stored) != 6 {
		t.Fatalf("%d events in epoch 1, %v", len(stored), err)
	}
	for i := range stored {
		if stored[i].ID != r.old.events[i].ID || stored[i].Hash != r.old.events[i].Hash {
			t.Errorf("event %d is not in its place", i+1)
		}
	}
	r.salvage(t, 3, 6)
	if out, err := r.Approve(t.Context(), "r1", "old", false); err != nil || out != (restaurant.Outcome{Repeated: 4, Waiting: 1}) {
		t.Errorf("approved again: %+v, %v", out, err)
	}
}

func TestWhatIsDiscardedHasNoEffect(t *testing.T) {
	t.Parallel()
	r := replace(t)
	r.salvage(t, 3, 6)
	if err := r.Discard(t.Context(), "r1", "old"); err != nil {
		t.Fatal(err)
	}
	if err := r.Discard(t.Context(), "r1", "old"); err != nil {
		t.Errorf("discarded again: %v", err)
	}
	if out, err := r.Approve(t.Context(), "r1", "old", false); !nothingAside(err) || out != (restaurant.Outcome{}) {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := r.Order(t.Context(), r.sold.Order.ID); !problem.Is(err, problem.NotFound) {
		t.Errorf("%v", err)
	}
}

func nothingAside(err error) bool {
	p := problem.Of(err)
	return p != nil && p.Kind == problem.NotFound && p.Code == "nothing_aside"
}

func TestOnlyADeviceThatSentSomethingIsJudged(t *testing.T) {
	t.Parallel()
	r := replace(t)
	r.salvage(t, 3, 6)
	for what, x := range map[string][2]string{
		"unknown": {"r1", "UNONE"}, "truncated": {"r1", "ol"}, "another restaurant's": {"r2", "old"}, "the present one": {"r1", "new"}, "no text": {"r1", "\xff\x00"},
	} {
		if out, err := r.Approve(t.Context(), x[0], x[1], true); !nothingAside(err) {
			t.Errorf("approved one that is %s: %+v, %v", what, out, err)
		}
		if err := r.Discard(t.Context(), x[0], x[1]); !nothingAside(err) {
			t.Errorf("discarded one that is %s: %v", what, err)
		}
	}
	for range 2 {
		if _, err := r.Approve(t.Context(), "r1", "old", false); err != nil {
			t.Errorf("approved twice in a row: %v", err)
		}
	}
	if err := r.Discard(t.Context(), "r1", "old"); !nothingAside(err) {
		t.Errorf("discarded what was approved: %v", err)
	}
}

// A person cannot be tricked into stopping a restaurant: approved events never take a number that the link may come by.
func TestApprovedEventsDoNotStandInTheWayOfTheLink(t *testing.T) {
	t.Parallel()
	r := replace(t)
	forged := &node{edge: "r1", device: "old", epoch: 2, events: slices.Clone(r.new.events)}
	o := taken(t)
	forged.says(t, o.Order.ID, o)
	clone := &node{edge: "r1", device: "old", epoch: 1}
	p := taken(t)
	clone.says(t, p.Order.ID, p)
	r.apply(t, link.Quarantine, forged.batch(2, 2), clone.all())
	if out, err := r.Approve(t.Context(), "r1", "old", false); err != nil || out.Projected != 2 {
		t.Fatalf("%+v, %v", out, err)
	}
	r.new.steps(t, r.shared.ID, order.Start, "1")
	r.apply(t, link.Apply, r.new.batch(2, 2))
	if stored, err := r.Events(t.Context(), "r1", 0, 1, 10); err != nil || len(stored) != 2 {
		t.Errorf("%d events without a place of their own, %v", len(stored), err)
	}
	if status := r.order(t, r.shared.ID).Status(); status != order.StatusPreparing {
		t.Errorf("the restaurant's own step has led to %s", status)
	}
}

func TestTwoPeopleWhoApproveAtOnceCountItOnce(t *testing.T) {
	t.Parallel()
	r := replace(t)
	for seq := uint64(3); seq <= 6; seq++ {
		r.salvage(t, seq, seq)
	}
	other := openChain(t, r.url)
	results := make(chan restaurant.Outcome, 2)
	for _, c := range []*chain{r.chain, other} {
		go func() {
			out, err := c.Approve(t.Context(), "r1", "old", false)
			if err != nil {
				t.Error(err)
			}
			results <- out
		}()
	}
	a, b := <-results, <-results
	if a.Projected+b.Projected != 3 || a.Unprojectable+b.Unprojectable != 1 {
		t.Errorf("%+v and %+v", a, b)
	}
}

func TestOnlyAForeignTailIsKeptAndOnlyAnIntactOne(t *testing.T) {
	t.Parallel()
	r := replace(t)
	tail, fresh := r.old.batch(3, 6), r.new.all()
	torn := slices.Clone(tail.Events)
	torn[1].Body = []byte(`{"order":"another"}`)
	for what, x := range map[string]struct {
		edge, device string
		events       []link.Event
		code         string
	}{
		"the restaurant's own node": {"r1", "new", fresh.Events, "current_device"},
		"a stranger":                {"r1", "nobody", tail.Events, "unknown_device"},
		"another restaurant's":      {"r2", "old", tail.Events, "unknown_device"},
		"nowhere":                   {"nowhere", "old", tail.Events, "no_such_restaurant"},
		"changed on the way":        {"r1", "old", torn, "bad_events"},
		"with a gap":                {"r1", "old", []link.Event{tail.Events[0], tail.Events[2]}, "bad_events"},
		"nothing":                   {"r1", "old", nil, "bad_events"},
	} {
		prev := tail.Prev
		if x.device == "new" {
			prev = fresh.Prev
		}
		err := r.Salvage(t.Context(), x.edge, x.device, 1, prev, x.events)
		if p := problem.Of(err); p == nil || p.Code != x.code {
			t.Errorf("%s: %v, want %s", what, err, x.code)
		}
	}
	if kept, err := r.Quarantine(t.Context(), "r1"); err != nil || len(kept) != 0 {
		t.Errorf("%+v, %v", kept, err)
	}
	r.sql(t, `INSERT INTO edge_quarantine (edge, device, span, reason, events) SELECT 'r1', 'x', '1/' || n || '-1/x', '', '[]' FROM generate_series(1, $1::int) n`, store.QuarantineRows)
	if err := r.Salvage(t.Context(), "r1", "old", 1, tail.Prev, tail.Events); !problem.Is(err, problem.Unavailable) {
		t.Errorf("when nothing more can be kept: %v", err)
	}
}

func TestADeviceIsCurrentThenFencedOrRevoked(t *testing.T) {
	t.Parallel()
	r := replace(t)
	is := func(device, want string) {
		t.Helper()
		if state, err := r.DeviceState(t.Context(), "r1", device); err != nil || state != want {
			t.Errorf("%s is %s, %v; want %s", device, state, err, want)
		}
	}
	is("old", store.DeviceFenced)
	is("new", store.DeviceCurrent)
	is("else", store.DeviceUnknown)
	if device, err := r.Revoke(t.Context(), "r1"); err != nil || device != "new" {
		t.Fatalf("%q, %v", device, err)
	}
	is("new", store.DeviceRevoked)
	if _, err := r.Revoke(t.Context(), "r1"); !problem.Is(err, problem.Conflict) {
		t.Errorf("nobody is left to revoke: %v", err)
	}
	if keys, err := r.Revoked(t.Context()); err != nil || !slices.Equal(keys, []string{"new", "old"}) {
		t.Errorf("%v, %v", keys, err)
	}
	r.new.steps(t, r.shared.ID, order.Start, "1")
	r.apply(t, link.Quarantine, r.new.batch(2, 2))
	if _, _, _, _, err := r.Renew(t.Context(), "r1", "new", "boot", 2, 0); !problem.Is(err, problem.Refused) {
		t.Errorf("a revoked device begins an epoch: %v", err)
	}
	if r.enrol(t, "r1", "third"); r.sql(t, `SELECT epoch FROM edge_link WHERE edge = 'r1'`) != int64(3) {
		t.Error("the third device does not begin in epoch 3")
	}
	if _, err := r.Revoke(t.Context(), "nowhere"); !problem.Is(err, problem.NotFound) {
		t.Errorf("%v", err)
	}
}

// The tail of the old box is approved before the first words of the new one are in: those it wrote when it began, from the snapshot.
func TestWhatWasApprovedIsNotUndoneByTheFirstWordsOfTheNewBox(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	old := &node{edge: "r1", device: c.enrol(t, "r1", "old")}
	x := taken(t)
	old.says(t, x.Order.ID, x)
	old.says(t, x.Order.ID, standing(x, order.Queued))
	c.apply(t, link.Apply, old.all())
	old.says(t, x.Order.ID, standing(x, order.HandedOver)) // never sent: the box is replaced
	fresh := &node{edge: "r1", device: c.enrol(t, "r1", "new"), epoch: 2}
	page, _, _, err := c.Standings(t.Context(), "r1", "", 10)
	if err != nil || len(page) != 1 {
		t.Fatal(page, err)
	}
	begun := page[0]
	begun.Since, begun.Recovered = time.Now(), true // as the kitchen says it until a cook has looked
	fresh.says(t, x.Order.ID, begun)
	b := old.batch(3, 3)
	if err := c.Salvage(t.Context(), "r1", "old", b.Epoch, b.Prev, b.Events); err != nil {
		t.Fatal(err)
	}
	if out, err := c.Approve(t.Context(), "r1", "old", false); err != nil || out.Projected != 1 {
		t.Fatal(out, err)
	}
	c.apply(t, link.Apply, fresh.all())
	if s := c.order(t, x.Order.ID).Status(); s != order.StatusDelivered {
		t.Errorf("then the new box is heard for the first time: the order is %s", s)
	}
}
