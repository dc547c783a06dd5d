package kitchen_test

import (
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func throttled(s *kitchen.Settings) {
	s.Throttle = &kitchen.Throttle{PauseAfter: 30 * time.Minute, ResumeBelow: 15 * time.Minute, LargePieces: 12}
}

// pauses are what the cloud was told of web orders.
func (h *house) pauses() (all []event.Body) {
	h.t.Helper()
	for _, f := range h.facts() {
		switch f.(type) {
		case event.IntakePaused, event.IntakeResumed:
			all = append(all, f)
		}
	}
	return all
}

func (h *house) mind() {
	h.t.Helper()
	if err := h.Mind(background()); err != nil {
		h.t.Fatalf("mind: %v", err)
	}
}

func TestAKitchenThatIsFullPausesWebOrdersByItselfAndResumesBelow(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, throttled)
	h.signIn("ada", "bob")
	var tickets []kitchen.Ticket
	for len(h.pauses()) == 0 && len(tickets) < 60 {
		tickets = append(tickets, h.place(pizza))
	}
	paused, ok := h.pauses()[0].(event.IntakePaused)
	if !ok || len(tickets) < 10 || paused.By != kitchen.IntakeRule || !paused.Until.After(h.clock.Now()) || paused.Reason == "" {
		t.Fatalf("after %d pizzas the cloud was told %+v", len(tickets), paused)
	}
	h.mind()
	h.restart()
	i, wait, err := h.Intake(t.Context())
	if err != nil || !i.Paused || wait < 25*time.Minute || len(h.pauses()) != 1 {
		t.Errorf("after a restart: %+v, %v, %v", i, wait, err)
	}
	h.clock.pass(6 * time.Minute)
	for n, ticket := range tickets {
		if _, err := h.Void(t.Context(), ticket.Order.ID, kitchen.Tap{ID: string(ticket.Order.ID), Reason: "the bus left"}); err != nil {
			t.Fatal(err)
		}
		if n == 1 && len(h.pauses()) > 1 {
			t.Error("it resumes as soon as one order less is there")
		}
	}
	all := h.pauses()
	if _, resumed := all[len(all)-1].(event.IntakeResumed); !resumed || len(all) != 2 || h.snapshot().Intake.Paused {
		t.Errorf("with nothing to do the cloud was told %s", asJSON(all))
	}
}

func TestAPersonPausesWebOrdersForAWhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t) // without a throttle
	if _, err := h.PauseIntake(t.Context(), "ada", "", time.Hour); !problem.Is(err, problem.Invalid) {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := h.PauseIntake(t.Context(), "ada", "flood", 25*time.Hour); !problem.Is(err, problem.Invalid) {
		t.Errorf("for longer than a day: %v", err)
	}
	i, err := h.PauseIntake(t.Context(), "ada", "flood", 20*time.Minute)
	if err != nil || !i.Paused || i.By != "ada" {
		t.Fatalf("%+v, %v", i, err)
	}
	h.clock.pass(19 * time.Minute)
	h.mind()
	h.restart()
	if i := h.snapshot().Intake; !i.Paused || i.Reason != "flood" {
		t.Errorf("before its end: %+v", i)
	}
	h.clock.pass(2 * time.Minute)
	h.mind()
	if i := h.snapshot().Intake; i.Paused || len(h.pauses()) != 2 {
		t.Errorf("after its end: %+v, %s", i, asJSON(h.pauses()))
	}
	if _, err := h.ResumeIntake(t.Context()); err != nil || len(h.pauses()) != 2 {
		t.Errorf("resumed again: %v, %s", err, asJSON(h.pauses()))
	}
}

func TestAfterACutLineWebOrdersAreDrippedIntoTheLineInTheirOrder(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, throttled)
	h.signIn("ada")
	var ids []order.ID
	for range 30 {
		ids = append(ids, h.offer(order.Carryout, pizza))
	}
	h.release(30)
	inLine := func() (n int) {
		for at, oid := range ids {
			ticket := h.ticket(oid)
			if ticket.Number > 0 {
				if n++; n != at+1 || ticket.Number != at+1 {
					t.Fatalf("order %d has number %d, and %d are in the line", at+1, ticket.Number, n)
				}
			} else if ticket.Ready == nil {
				t.Fatalf("order %d waits, and its guest is not told how long", at+1)
			}
		}
		return n
	}
	first := inLine()
	if first < 3 || first > 10 { // ten minutes of one cook
		t.Fatalf("%d of 30 orders went to the line at once", first)
	}
	if _, wait, err := h.Intake(t.Context()); err != nil || wait < 30*time.Minute {
		t.Errorf("with 30 pizzas before it a new order would wait %v, %v", wait, err)
	}
	told := map[order.ID]bool{}
	for _, f := range h.facts() {
		if c, ok := f.(event.ForecastChanged); ok {
			told[c.Order] = true
		}
	}
	if !told[ids[29]] {
		t.Error("the cloud does not know when the last one will be ready")
	}
	for n := range 4 {
		h.bump(h.ticket(ids[n]), "")
		h.clock.pass(90 * time.Second)
	}
	h.mind()
	if now := inLine(); now <= first || now > first+6 {
		t.Errorf("when four were made, %d are in the line and not %d", now, first)
	}
	h.restart() // the internet is cut: what was released goes on
	before := inLine()
	for n := range 4 {
		h.bump(h.ticket(ids[4+n]), "")
		h.clock.pass(90 * time.Second)
	}
	h.mind()
	if inLine() <= before {
		t.Error("web orders that were released stand still after a restart")
	}
	for range 400 {
		if inLine() == 30 {
			return
		}
		for _, ticket := range h.snapshot().Tickets {
			if ticket.Progress.Kitchen() == order.Queued {
				h.bump(ticket, "")
				break
			}
		}
		h.clock.pass(90 * time.Second)
		h.mind()
	}
	t.Errorf("only %d of 30 ever went to the line", inLine())
}

func TestALargeOrderIsTakenWhenItsGuestKnowsHowLongItTakes(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, throttled)
	many := pizza
	many.Quantity = 13
	o := counter(many)
	_, _, err := h.Place(t.Context(), o)
	if p := problem.Of(err); p == nil || p.Code != "large_order" || p.Facts["promise"] == nil {
		t.Fatalf("13 pizzas at once: %v", err)
	}
	if !h.quote(many).Large {
		t.Error("a quote does not say that it is large")
	}
	o.Confirmed = true
	if _, _, err := h.Place(t.Context(), o); err != nil {
		t.Errorf("with the word of its guest: %v", err)
	}
	many.Quantity = 12
	if _, _, err := h.Place(t.Context(), counter(many)); err != nil {
		t.Errorf("12 pizzas: %v", err)
	}
}

func TestAThrottleThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]kitchen.Throttle{
		"resumes above":    {PauseAfter: 20 * time.Minute, ResumeBelow: 20 * time.Minute},
		"keeps everything": {Reserve: 91},
		"never pauses":     {PauseAfter: 4 * time.Hour},
	} {
		if _, err := c.Checked(); err == nil {
			t.Errorf("one that %s passes", name)
		}
	}
}
