package kitchen

import (
	"testing"
	"time"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// A recovery can leave a ticket that is in the queue and whose number somebody else has: it waits for a cook, and nothing waits for it.
func TestAScheduledOrderThatCannotBeQueuedIsInNobodysWay(t *testing.T) {
	t.Parallel()
	s, err := Settings{Restaurant: "r1"}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	later := func(id int) Ticket {
		ticket := queued(id, 2, 0)
		at := noon.Add(s.FireLead + 2*time.Minute)
		ticket.Order.FireAt, ticket.Number, ticket.Progress.Intake = &at, 0, order.Validated
		return ticket
	}
	odd, recovered, due := later(90), later(91), later(92)
	recovered.Recovered = true
	due.Progress.Whole, due.QueuedAt = order.Waiting, time.Time{}
	tickets := []Ticket{odd, recovered, due}
	for n := range 40 { // the line is long
		tickets = append(tickets, queued(n+1, 4, 0))
	}
	b := boardOf(State{Tickets: tickets}, &menu.Menu{})
	d := newDraft(&b, s, noon)
	if d.scheduled(recovered) || !d.scheduled(due) {
		t.Errorf("what a cook has to confirm is waited for: %v, what is due: %v", d.scheduled(recovered), d.scheduled(due))
	}
	if err := d.queueEarly(); err != nil {
		t.Fatalf("no forecast is made any more: %v", err)
	}
	if got, _ := d.ticket(due.Order.ID); got.Number == 0 || got.Progress.Whole != order.Queued {
		t.Errorf("what should be begun early is %s with number %d", got.Progress.Whole, got.Number)
	}
	for _, left := range []Ticket{odd, recovered} {
		if got, _ := d.ticket(left.Order.ID); got.Number != 0 {
			t.Errorf("order %s has number %d", left.Order.ID, got.Number)
		}
	}
}
