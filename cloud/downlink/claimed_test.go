package downlink_test

import (
	"errors"
	"slices"
	"testing"

	"awesome.pizza/cloud/downlink"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// openOnBoard reports whether an order is on a kitchen's board.
func openOnBoard(t *testing.T, k *kitchen.Kitchen, id order.ID) bool {
	t.Helper()
	s, err := k.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(s.Tickets, func(k kitchen.Ticket) bool { return k.Order.ID == id && k.Recovered })
}

// A claim whose answer could not hold the open orders does not say where the node begins. SYNC finds that it has nothing, and it asks for them.
func TestANewBoxThatIsNotToldWhatIsOpenAsksOverItsLine(t *testing.T) {
	t.Parallel()
	c := newChain(t, uplink.Client)
	eventually(t, "the link is up", func() bool { return c.line.State().Condition == link.Online })
	sold, _, err := c.kitchen.Place(t.Context(), counterOrder("sold at the counter"))
	if err != nil {
		t.Fatal(err)
	}
	web := c.placed(1)
	c.queued(web)
	eventually(t, "the cloud has all of it", func() bool { return c.status(sold.Order.ID) == order.StatusQueued && c.line.State().Backlog == 0 })
	as := c.enrol("r1")
	as.Epoch, as.Commands = 0, 0
	kit, line := c.open(as, uplink.Client, "new.db")
	eventually(t, "the new box is online", func() bool { return line.State().Condition == link.Online })
	for _, id := range []order.ID{sold.Order.ID, web[0].Order.ID} {
		eventually(t, "the new box has what was open", func() bool { return openOnBoard(t, kit, id) })
	}
}

func TestASnapshotIsNoLongerThanWasAskedFor(t *testing.T) {
	t.Parallel()
	c := newChain(t, uplink.Client)
	eventually(t, "the link is up", func() bool { return c.line.State().Condition == link.Online })
	c.queued(c.placed(2))
	all, err := c.down.Snapshot(t.Context(), "r1", c.enrolled.Device, link.MaxDocBytes)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d pages, %v", len(all), err)
	}
	const instant = 4 // bytes by which one page is longer than the same a moment later: its milliseconds may end in zeros
	size := len(all[0].Doc)
	if fits, err := c.down.Snapshot(t.Context(), "r1", c.enrolled.Device, size+instant); err != nil || len(fits) != 1 {
		t.Errorf("what just fits: %d pages, %v", len(fits), err)
	}
	if pages, err := c.down.Snapshot(t.Context(), "r1", c.enrolled.Device, size-instant-1); !errors.Is(err, downlink.ErrLong) || pages != nil {
		t.Errorf("what does not: %d pages, %v", len(pages), err)
	}
}
