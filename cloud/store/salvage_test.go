package store_test

import (
	"slices"
	"testing"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// holds asks which events of a node the cloud has, of the device that is gone.
func (r *replaced) holds(t *testing.T, of *node) []bool {
	t.Helper()
	var ids []string
	for _, e := range of.events {
		ids = append(ids, e.ID)
	}
	held, inc, err := r.Holds(t.Context(), "r1", "old", ids)
	if err != nil || inc != r.Incarnation() {
		t.Fatalf("%v of %q, %v", held, inc, err)
	}
	return held
}

func TestTheCloudSaysWhatItHasOfAReplacedBoxHoweverItCameByIt(t *testing.T) {
	t.Parallel()
	r := replace(t)
	is := func(when string, want ...bool) {
		t.Helper()
		if held := r.holds(t, r.old); !slices.Equal(held, want) {
			t.Errorf("%s it has %v, want %v", when, held, want)
		}
	}
	is("before anything is handed over", true, true, false, false, false, false)
	r.salvage(t, 5, 5)
	r.apply(t, link.Quarantine, r.old.batch(3, 3)) // over the hub
	is("of what is put aside", true, true, true, false, true, false)
	if err := r.Discard(t.Context(), "r1", "old"); err != nil {
		t.Fatal(err)
	}
	is("after a person has thrown it away", true, true, true, false, true, false)
	r.salvage(t, 3, 6)
	if _, err := r.Approve(t.Context(), "r1", "old", false); err != nil {
		t.Fatal(err)
	}
	is("after a person has approved it", true, true, true, true, true, true)
	clone := &node{edge: "r1", device: "clone"}
	clone.says(t, r.sold.Order.ID, event.ForecastChanged{Order: r.sold.Order.ID})
	r.apply(t, link.Quarantine, clone.all())
	if held := r.holds(t, clone); !slices.Equal(held, []bool{false}) {
		t.Errorf("what another device sent is put aside from this one: %v", held)
	}
	if held, _, err := r.Holds(t.Context(), "r1", "old", nil); err != nil || len(held) != 0 {
		t.Errorf("asked only which database it is: %v, %v", held, err)
	}
	for device, code := range map[string]string{"new": "current_device", "nobody": "unknown_device"} {
		if _, _, err := r.Holds(t.Context(), "r1", device, nil); problem.Of(err) == nil || problem.Of(err).Code != code {
			t.Errorf("%s: %v, want %s", device, err, code)
		}
	}
}

// An older event may stand behind one that healing moved to another epoch, or that was pruned.
func TestAnEventIsKeptWhoseForerunnerTheBoxNoLongerHas(t *testing.T) {
	t.Parallel()
	r := replace(t)
	b := r.old.batch(5, 6)
	if err := r.Salvage(t.Context(), "r1", "old", 1, link.Hash{}, b.Events); err != nil {
		t.Fatal(err)
	}
	first := r.old.batch(1, 2)
	torn := slices.Clone(b.Events)
	torn[1].Body = []byte(`{}`)
	for what, x := range map[string]struct {
		prev   link.Hash
		events []link.Event
	}{
		"changed behind it":                       {link.Hash{}, torn},
		"behind one that is not its own":          {first.Events[0].Hash, b.Events},
		"the first of an epoch behind some other": {b.Prev, first.Events},
	} {
		if err := r.Salvage(t.Context(), "r1", "old", 1, x.prev, x.events); problem.Of(err) == nil || problem.Of(err).Code != "bad_events" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := r.Approve(t.Context(), "r1", "old", false); err != nil {
		t.Fatal(err)
	}
	if stored, err := r.Events(t.Context(), "r1", 1, 5, 10); err != nil || len(stored) != 2 || stored[0].Hash != b.Events[0].Hash {
		t.Errorf("stored are %+v, %v", stored, err)
	}
}

// The database goes back to before an order that the old box had sold and told; then the box is replaced.
func TestWhatARestoredDatabaseLostOfAReplacedBoxCountsAgainOnceAPersonApproves(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	old := &node{edge: "r1", device: c.enrol(t, "r1", "old")}
	kept, lost := taken(t), taken(t)
	for _, x := range []event.OrderTaken{kept, lost} {
		old.says(t, x.Order.ID, x)
		old.steps(t, x.Order.ID, order.Validate)
		old.steps(t, x.Order.ID, order.Queue)
	}
	c.apply(t, link.Apply, old.all())
	c.sql(t, `DELETE FROM edge_events WHERE seq > 3`)
	c.sql(t, `DELETE FROM orders WHERE id = $1`, string(lost.Order.ID))
	r := &replaced{chain: c, old: old}
	c.enrol(t, "r1", "new")
	if held := r.holds(t, old); !slices.Equal(held, []bool{true, true, true, false, false, false}) {
		t.Fatalf("it has %v", held)
	}
	r.salvage(t, 4, 6)
	for range 2 { // twice is once
		if _, err := c.Approve(t.Context(), "r1", "old", false); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.order(t, lost.Order.ID); got.Status() != order.StatusQueued || got.Number != 42 {
		t.Errorf("the lost order is %s with number %d", got.Status(), got.Number)
	}
}
