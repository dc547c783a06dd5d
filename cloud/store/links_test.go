package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/event"
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
	raise(t, c.url)
	if _, _, err := c.Link(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := second.Link(t.Context(), "r1"); err != nil || second.Incarnation() == first || second.Incarnation() != c.Incarnation() {
		t.Errorf("raised to %q, the other process says %q, %v", c.Incarnation(), second.Incarnation(), err)
	}
	if _, _, err := c.Link(t.Context(), "nowhere"); !problem.Is(err, problem.NotFound) {
		t.Errorf("the link of nobody: %v", err)
	}
}

// raise does what an operator does by hand who knows that rows were lost.
func raise(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	_, err = conn.Exec(t.Context(), `UPDATE history SET counter = counter + 1`)
	if err := errors.Join(err, conn.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func TestADeviceWhoseAnswerWasLostIsToldTheSameAgain(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	first, _, err := c.IssueCode(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	if edge, err := c.Invited(t.Context(), first, "key-1"); err != nil || edge != "r1" {
		t.Fatalf("the code is for %q, %v", edge, err)
	}
	told, err := c.Claim(t.Context(), first, "key-1")
	if err != nil {
		t.Fatal(err)
	}
	if edge, err := c.Invited(t.Context(), first, "key-1"); err != nil || edge != "r1" {
		t.Errorf("asked again: %q, %v", edge, err)
	}
	if again, err := c.Claim(t.Context(), first, "key-1"); err != nil || again != told {
		t.Errorf("told %+v, then %+v, %v", told, again, err)
	}
	if _, err := c.Invited(t.Context(), first, "key-2"); !problem.Is(err, problem.Refused) {
		t.Errorf("another device asks with a used code: %v", err)
	}
	if _, _, err := c.IssueCode(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Claim(t.Context(), first, "key-1"); !problem.Is(err, problem.Refused) {
		t.Errorf("a new code ends the old one: %v", err)
	}
}

func TestANewBoxObeysWhatIsNotDoneAndNothingFromLongAgo(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	done, open := c.place(t, order.Carryout), c.place(t, order.Carryout)
	if left, err := c.Unanswered(t.Context()); err != nil || left["r1"] != 2 || len(left) != 1 {
		t.Errorf("unanswered are %v, %v", left, err)
	}
	n.steps(t, done.Order.ID, order.Queue, "1")
	n.steps(t, done.Order.ID, order.Void, "1")
	n.steps(t, open.Order.ID, order.Queue, "1")
	commands, _, err := c.Commands(t.Context(), "r1", 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, asked := range commands {
		n.says(t, order.ID(asked.Order), event.CommandAnswered{Seq: asked.Seq, Command: asked.ID, Order: order.ID(asked.Order), Granted: true})
	}
	c.apply(t, link.Apply, n.all())
	if left, err := c.Unanswered(t.Context()); err != nil || len(left) != 0 {
		t.Errorf("unanswered are %v, %v", left, err)
	}
	code, _, err := c.IssueCode(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	if e, err := c.Claim(t.Context(), code, "key-2"); err != nil || e.Epoch != 2 || e.Commands != 3 || e.CommandID == "" {
		t.Errorf("the new box begins at %+v, %v", e, err)
	}
}

// enrol binds a device to a restaurant.
func (c *chain) enrol(t *testing.T, edge, device string) string {
	t.Helper()
	code, _, err := c.IssueCode(t.Context(), edge)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Claim(t.Context(), code, device); err != nil {
		t.Fatal(err)
	}
	return device
}

func TestADeviceIsEnrolledByACodeThatWorksOnce(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	code, expires, err := c.IssueCode(t.Context(), "r1")
	if err != nil || time.Until(expires) < store.CodeLife-time.Minute {
		t.Fatalf("%v, %v", expires, err)
	}
	row, err := c.Claim(t.Context(), " "+code+"\n", "key-1")
	if err != nil || row.Edge != "r1" || row.Epoch != link.FirstEpoch || row.Device != "key-1" || row.Commands != 0 {
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
	if row, _, err := c.Link(t.Context(), "r1"); err != nil || row.Device != "key-2" {
		t.Errorf("%+v, %v", row, err)
	}
	if _, _, err := c.IssueCode(t.Context(), "nowhere"); !problem.Is(err, problem.NotFound) {
		t.Errorf("a code for nobody: %v", err)
	}
	code, _, _ = c.IssueCode(t.Context(), "r2")
	if _, err := c.Claim(t.Context(), code, "key-2"); !problem.Is(err, problem.Conflict) {
		t.Errorf("one key for two restaurants: %v", err)
	}
}
