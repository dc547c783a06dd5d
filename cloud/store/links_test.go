package store_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestIncarnationsDiffer(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	first := c.Incarnation()
	if other := newChain(t).Incarnation(); other == first || first == "" {
		t.Errorf("two databases are both %q", first)
	}
	second := openChain(t, c.url)
	if second.Incarnation() != first {
		t.Errorf("%q and %q on one database", first, second.Incarnation())
	}
	if err := c.NewIncarnation(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := second.Link(t.Context(), "r1"); err != nil || second.Incarnation() == first || second.Incarnation() != c.Incarnation() {
		t.Errorf("raised to %q, the other process says %q, %v", c.Incarnation(), second.Incarnation(), err)
	}
	if _, _, err := c.Link(t.Context(), "nowhere"); !problem.Is(err, problem.NotFound) {
		t.Errorf("the link of nobody: %v", err)
	}
}

func TestADeviceIsEnrolledByACodeThatWorksOnce(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	code, expires, err := c.IssueCode(t.Context(), "r1")
	if err != nil || time.Until(expires) < store.CodeLife-time.Minute {
		t.Fatalf("%v, %v", expires, err)
	}
	row, err := c.Claim(t.Context(), " "+code+"\n", "key-1")
	if err != nil || row.Edge != "r1" || row.Epoch != link.FirstEpoch || row.Device != "key-1" {
		t.Fatalf("%+v, %v", row, err)
	}
	if _, err := c.Claim(t.Context(), code, "key-2"); !problem.Is(err, problem.Refused) {
		t.Errorf("a used code: %v", err)
	}
	r := c.place(t, order.Carryout)
	n := &node{edge: "r1", device: "key-1"}
	n.steps(t, r.Order.ID, order.Queue)
	n.steps(t, r.Order.ID, order.Start, "1")
	c.apply(t, link.Apply, n.batch(1, 1))

	old, _, err := c.IssueCode(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	code, _, err = c.IssueCode(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Claim(t.Context(), old, "key-2"); !problem.Is(err, problem.Refused) {
		t.Errorf("a code that was replaced: %v", err)
	}
	row, err = c.Claim(t.Context(), code, "key-2")
	if err != nil || row.Epoch != 2 || row.Seq != 0 || row.Hash != (link.Hash{}) {
		t.Fatalf("%+v, %v", row, err)
	}
	c.apply(t, link.Quarantine, n.batch(2, 2)) // the old box
	if _, current, err := c.Device(t.Context(), "key-1"); err != nil || current {
		t.Errorf("the old box is current: %v, %v", current, err)
	}
	if row, current, err := c.Device(t.Context(), "key-2"); err != nil || !current || row.Edge != "r1" {
		t.Errorf("%+v, %v, %v", row, current, err)
	}
	if _, _, err := c.IssueCode(t.Context(), "nowhere"); !problem.Is(err, problem.NotFound) {
		t.Errorf("a code for nobody: %v", err)
	}
	code, _, _ = c.IssueCode(t.Context(), "r2")
	if _, err := c.Claim(t.Context(), code, "key-2"); !problem.Is(err, problem.Conflict) {
		t.Errorf("one key for two restaurants: %v", err)
	}
}
