package store_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// forget puts a restaurant's devices back to where they were before one was enrolled, as a restored dump does.
func (c *chain) forget(t *testing.T, device, before string) {
	t.Helper()
	c.sql(t, `DELETE FROM devices WHERE public_key = $1`, device)
	c.sql(t, `UPDATE devices SET state = 'current' WHERE public_key = $1`, before)
	c.sql(t, `UPDATE edge_link SET device = $1, epoch = 1 WHERE edge = 'r1'`, before)
}

func (c *chain) proof(t *testing.T, device string) link.Proof {
	t.Helper()
	p, err := c.Proof(t.Context(), "r1", device)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// isNow holds a device's state against what is expected.
func (c *chain) isNow(t *testing.T, device, want string) {
	t.Helper()
	if is, err := c.DeviceState(t.Context(), "r1", device); err != nil || is != want {
		t.Errorf("%s is %q, want %q: %v", device, is, want, err)
	}
}

func TestADeviceWhoseEnrolmentIsForgottenTakesItsPlaceAgain(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.enrol(t, "r1", "key-1")
	offered := c.place(t, order.Carryout)
	c.enrol(t, "r1", "key-2")
	proof := c.proof(t, "key-2")
	if proof.Epoch != 2 || time.Since(proof.At) > time.Minute || proof.Kind != link.EnrolmentProof {
		t.Errorf("the chain would sign %+v", proof)
	}
	c.forget(t, "key-2", "key-1")
	for n := range 2 { // the second time because the answer was lost
		if adopted, err := c.Adopt(t.Context(), proof, 5); err != nil || adopted != (n == 0) {
			t.Fatalf("the %d. time: %v, %v", n+1, adopted, err)
		}
	}
	if row, _, err := c.Link(t.Context(), "r1"); err != nil || row != (link.LinkRow{Edge: "r1", Device: "key-2", Epoch: 6}) {
		t.Errorf("%+v, %v", row, err)
	}
	c.isNow(t, "key-1", store.DeviceFenced)
	c.isNow(t, "key-2", store.DeviceCurrent)
	if again := c.proof(t, "key-2"); again != proof {
		t.Errorf("its enrolment is another one now: %+v", again)
	}
	if refused, err := c.Revoked(t.Context()); err != nil || len(refused) != 1 || refused[0] != "key-1" {
		t.Errorf("the hub refuses %v, %v", refused, err)
	}
	open, err := c.OpenAlerts(t.Context(), "r1")
	if err != nil || len(open) != 1 || open[0].What != restaurant.EnrolmentForgotten {
		t.Errorf("head office sees %+v, %v", open, err)
	}
	healed := c.renew(t, "key-2", "boot", 5, 0)
	again := c.commands(t, healed.commands+1, healed.commands+10)
	if healed.row.Epoch != 7 || len(again) != 1 || again[0].Order != string(offered.Order.ID) {
		t.Errorf("it heals into %+v and is told %+v", healed.row, again)
	}
}

func TestAProofTakesNobodysPlaceWhoWasEnrolledLater(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.enrol(t, "r1", "key-1")
	c.enrol(t, "r1", "lost")
	proof := c.proof(t, "lost")
	proof.Epoch = 99 // the life that is lost was a long one
	c.forget(t, "lost", "key-1")
	c.enrol(t, "r1", "key-2")
	if adopted, err := c.Adopt(t.Context(), proof, 99); err != nil || adopted {
		t.Errorf("%v, %v", adopted, err)
	}
	c.isNow(t, "lost", store.DeviceFenced) // so what it has is not lost
	if row, _, err := c.Link(t.Context(), "r1"); err != nil || row.Device != "key-2" || row.Epoch != 2 {
		t.Errorf("%+v, %v", row, err)
	}
	if open, err := c.OpenAlerts(t.Context(), "r1"); err != nil || len(open) > 0 {
		t.Errorf("head office sees %+v, %v", open, err)
	}
}

func TestWhatTheDatabaseKnowsOfADeviceCountsMoreThanItsProof(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.enrol(t, "r1", "key-1")
	old := c.proof(t, "key-1")
	c.enrol(t, "r1", "key-2")
	gone := c.proof(t, "key-2")
	c.forget(t, "key-2", "key-1")
	if err := c.RevokeDevice(t.Context(), "r1", "key-2"); err != nil {
		t.Fatal(err)
	}
	for _, p := range []link.Proof{old, gone} {
		if adopted, err := c.Adopt(t.Context(), p, 9); err != nil || adopted {
			t.Errorf("%s: %v, %v", p.Device, adopted, err)
		}
	}
	c.isNow(t, "key-1", store.DeviceCurrent)
	c.isNow(t, "key-2", store.DeviceRevoked)
	if _, err := c.Adopt(t.Context(), link.Proof{Restaurant: "r9", Device: "key-2"}, 1); !problem.Is(err, problem.NotFound) {
		t.Errorf("of no restaurant: %v", err)
	}
	if _, err := c.Proof(t.Context(), "r1", "key-2"); !problem.Is(err, problem.NotFound) {
		t.Errorf("nobody knows when it was enrolled: %v", err)
	}
}

func TestADeviceIsRevokedByItsKeyWhateverItIs(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.enrol(t, "r1", "key-1")
	c.enrol(t, "r1", "key-2")
	for _, key := range []string{"key-1", "never seen", "nor this one", "key-2"} {
		for range 2 {
			if err := c.RevokeDevice(t.Context(), "r1", key); err != nil {
				t.Fatal(err)
			}
		}
		c.isNow(t, key, store.DeviceRevoked)
	}
	if row, _, err := c.Link(t.Context(), "r1"); err != nil || row.Device == "key-2" || row.Epoch != 2 {
		t.Errorf("the restaurant's node is still %+v, %v", row, err)
	}
	if refused, err := c.Revoked(t.Context()); err != nil || len(refused) != 4 {
		t.Errorf("the hub refuses %v, %v", refused, err)
	}
	if err := c.RevokeDevice(t.Context(), "r2", "key-1"); problem.Of(err) == nil || problem.Of(err).Code != "another_restaurant" {
		t.Errorf("by another restaurant: %v", err)
	}
	c.enrol(t, "r1", "key-3")
	c.isNow(t, "key-3", store.DeviceCurrent)
}
