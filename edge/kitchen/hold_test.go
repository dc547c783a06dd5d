package kitchen_test

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// code is the code of a problem; "" when there is none.
func code(err error) string {
	if p := problem.Of(err); p != nil {
		return p.Code
	}
	return ""
}

func because(reason string) kitchen.Tap { return kitchen.Tap{ID: id.New(), Who: "ada", Reason: reason} }

func TestAHeldTicketWaitsWithoutACookAndWithoutAgeing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada", "bob")
	ticket := h.place(pizza)
	h.clock.pass(time.Minute)
	held := h.did(h.HoldBack(t.Context(), ticket.Order.ID, because("the guest is late")))
	if held.Hold == nil || held.Hold.Reason != "the guest is late" || held.Hold.Who != "ada" || held.Cook != "" || h.loads()["ada"] != 0 {
		t.Errorf("on hold it is %+v with %q, loads %v", held.Hold, held.Cook, h.loads())
	}
	for name, do := range map[string]func() (kitchen.Ticket, error){
		"start": func() (kitchen.Ticket, error) { return h.Start(t.Context(), ticket.Order.ID, tapAt("")) },
		"bump":  func() (kitchen.Ticket, error) { return h.Bump(t.Context(), ticket.Order.ID, tapAt(menu.StationMake)) },
		"item": func() (kitchen.Ticket, error) {
			return h.Bump(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Item: "1"})
		},
	} {
		if _, err := do(); code(err) != "on_hold" {
			t.Errorf("%s of what is on hold: %v", name, err)
		}
	}
	h.clock.pass(5 * time.Minute)
	h.restart()
	h.clock.pass(5 * time.Minute)
	free := h.did(h.LetGo(t.Context(), ticket.Order.ID, because("")))
	if free.Hold != nil || free.Held(h.clock.Now()) != 10*time.Minute || free.Cook == "" {
		t.Errorf("released it was held for %v, and %q has it", free.Held(h.clock.Now()), free.Cook)
	}
	if _, err := h.LetGo(t.Context(), ticket.Order.ID, because("")); code(err) != "not_on_hold" {
		t.Errorf("released twice: %v", err)
	}
	if made := h.bump(ticket, menu.StationMake); made.Progress.Kitchen() != order.Preparing {
		t.Errorf("it is %s", made.Progress.Kitchen())
	}
}

func TestOnlyWhatNobodyBakesCanBeHeld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.bump(h.place(pizza), menu.StationMake)
	h.bump(ticket, menu.StationOven)
	if _, err := h.HoldBack(t.Context(), ticket.Order.ID, because("")); code(err) != "illegal_step" {
		t.Errorf("a pizza waits in the oven: %v", err)
	}
	half := h.place(pizza, pizza)
	h.did(h.Bump(t.Context(), half.Order.ID, kitchen.Tap{ID: id.New(), Item: "1"})) // in somebody's hands
	h.did(h.HoldBack(t.Context(), half.Order.ID, because("")))
	if got := h.did(h.Bump(t.Context(), half.Order.ID, kitchen.Tap{ID: id.New(), Item: "1"})); got.Progress.Items[0].State != order.ItemMade {
		t.Errorf("what was begun cannot be finished: %s", got.Progress.Items[0].State)
	}
	for _, until := range []time.Duration{0, -time.Minute, kitchen.HoldMost + time.Second} {
		at := h.clock.Now().Add(until)
		if _, err := h.HoldBack(t.Context(), half.Order.ID, kitchen.Tap{ID: id.New(), Until: &at}); code(err) != "invalid_until" {
			t.Errorf("held until %v from now: %v", until, err)
		}
	}
}

func TestAHoldEndsByItselfAtItsTimeAcrossARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		ticket := h.place(pizza)
		until := time.Now().Add(30 * time.Minute)
		tap := kitchen.Tap{ID: id.New(), Until: &until}
		first := h.did(h.HoldBack(t.Context(), ticket.Order.ID, tap))
		after(10 * time.Minute)
		if again := h.did(h.HoldBack(t.Context(), ticket.Order.ID, tap)); diffOf(first, again) != "" {
			t.Errorf("the repeated tap did something else:\n%s", diffOf(first, again))
		}
		stop()
		after(10 * time.Minute)
		h, stop = running(t, path)
		after(10*time.Minute - time.Second)
		if got := h.ticket(ticket.Order.ID); got.Hold == nil || len(h.alerts()) != 0 {
			t.Errorf("a second early it is %+v, alerts %v", got.Hold, h.alerts())
		}
		after(time.Second)
		if got := h.ticket(ticket.Order.ID); got.Hold != nil || got.HeldFor != 30*time.Minute {
			t.Errorf("on time it is %+v, held for %v", got.Hold, got.HeldFor)
		}
		after(10*time.Minute - time.Second) // and only now it counts as standing still
		if a := h.alerts(); len(a) != 0 {
			t.Errorf("it is stuck too early: %v", a)
		}
		after(time.Second)
		if a := h.alerts(); len(a) != 1 {
			t.Errorf("it is not stuck: %v", a)
		}
		stop()
	})
}

func TestARushedTicketGoesFirstAndSomebodyTakesNote(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first, second, third := h.place(pizza), h.place(pizza), h.place(pizza)
	if _, err := h.Hurry(t.Context(), third.Order.ID, because("")); code(err) != "reason_missing" {
		t.Errorf("without a reason: %v", err)
	}
	h.did(h.HoldBack(t.Context(), third.Order.ID, because("")))
	rushed := h.did(h.Hurry(t.Context(), third.Order.ID, because("they have a train")))
	h.clock.pass(time.Second)
	h.did(h.Hurry(t.Context(), second.Order.ID, because("and they too")))
	if _, err := h.Hurry(t.Context(), second.Order.ID, because("again")); code(err) != "rushed_already" {
		t.Errorf("twice: %v", err)
	}
	h.restart()
	queue := func() (numbers []int) {
		for _, t := range h.snapshot().Tickets {
			numbers = append(numbers, t.Number)
		}
		return numbers
	}
	if got := queue(); diffOf([]int{third.Number, second.Number, first.Number}, got) != "" {
		t.Errorf("the queue is %v", got)
	}
	if n := rushed.Notices; len(n) != 1 || n[0].Kind != kitchen.WasRushed || n[0].Reason != "they have a train" || n[0].Who != "ada" || rushed.Hold != nil {
		t.Errorf("notices are %+v, hold %+v", n, rushed.Hold)
	}
	calm := h.did(h.Calm(t.Context(), third.Order.ID, because("")))
	if calm.Notices[0].Acknowledged.IsZero() || diffOf([]int{second.Number, first.Number, third.Number}, queue()) != "" {
		t.Errorf("calm again: %v, %+v", queue(), calm.Notices)
	}
	if _, err := h.Calm(t.Context(), third.Order.ID, because("")); code(err) != "not_rushed" {
		t.Errorf("calm twice: %v", err)
	}
}

func TestANoticeIsQuietWhenAnybodyHasTakenNote(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.place(pizza)
	h.did(h.Hurry(t.Context(), ticket.Order.ID, because("quick")))
	for range 3 {
		h.bump(ticket, "")
	}
	h.did(h.Remake(t.Context(), ticket.Order.ID, because("burned")))
	one := h.did(h.Acknowledge(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Who: "bob", Notice: "2"}))
	if !one.Notices[0].Acknowledged.IsZero() || one.Notices[1].Acknowledged.IsZero() || one.Notices[1].By != "bob" {
		t.Errorf("notices are %+v", one.Notices)
	}
	h.clock.pass(time.Minute)
	all := h.did(h.Acknowledge(t.Context(), ticket.Order.ID, because("")))
	if all.Notices[0].By != "ada" || all.Notices[1].By != "bob" || !all.Notices[1].Acknowledged.Equal(one.Notices[1].Acknowledged) {
		t.Errorf("somebody else's note was written over: %+v", all.Notices)
	}
	if _, err := h.Acknowledge(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Notice: "9"}); code(err) != "no_such_notice" {
		t.Errorf("a notice that there is not: %v", err)
	}
	h.did(h.Calm(t.Context(), ticket.Order.ID, because("")))
	for range 20 {
		h.did(h.Hurry(t.Context(), ticket.Order.ID, because("quick")))
		h.did(h.Calm(t.Context(), ticket.Order.ID, because("")))
	}
	if got := h.ticket(ticket.Order.ID); len(got.Notices) != 16 || got.Notices[15].ID != "22" {
		t.Errorf("%d notices are kept", len(got.Notices))
	}
}

func TestAVoidedTicketStaysUntilSomebodyHasTakenNote(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	seen, unseen := h.place(pizza), h.place(pizza)
	h.render("make-1", seen.Order.ID)
	h.did(h.Void(t.Context(), seen.Order.ID, because("the guest left")))
	h.did(h.Void(t.Context(), unseen.Order.ID, because("a mistake")))
	h.restart()
	board := h.snapshot().Tickets
	if len(board) != 1 || board[0].Order.ID != seen.Order.ID || board[0].Open() || board[0].Notices[0].Kind != kitchen.WasVoided {
		t.Fatalf("on the board is %+v", board)
	}
	if recent, err := h.Recent(t.Context()); err != nil || len(recent) != 2 {
		t.Errorf("%d have ended, %v", len(recent), err)
	}
	changes, cancel := h.hub.Subscribe()
	defer cancel()
	h.did(h.Acknowledge(t.Context(), seen.Order.ID, because("")))
	if c := h.next(changes); len(c.Gone) != 1 || c.Gone[0] != seen.Order.ID || len(h.snapshot().Tickets) != 0 {
		t.Errorf("screens hear of %+v", c)
	}
	h.restart()
	if n := len(h.snapshot().Tickets); n != 0 {
		t.Errorf("after a restart %d are back", n)
	}
	if s := h.steps(seen.Order.ID); s[len(s)-1].Action != order.Void {
		t.Errorf("the cloud was told %+v", s)
	}
}

func TestAVoidedTicketThatNobodyReadsLeavesInTheEnd(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		ticket := h.place(pizza)
		h.render("make-1", ticket.Order.ID)
		h.did(h.Void(t.Context(), ticket.Order.ID, because("the guest left")))
		after(12*time.Hour - time.Second)
		if n := len(h.snapshot().Tickets); n != 1 {
			t.Errorf("%d are on the board", n)
		}
		after(time.Second)
		if n := len(h.snapshot().Tickets); n != 0 {
			t.Errorf("in the end %d are on the board", n)
		}
		stop()
	})
}

func (h *house) render(screen string, orders ...order.ID) {
	h.t.Helper()
	if err := h.Rendered(context.Background(), screen, orders...); err != nil {
		h.t.Fatalf("render: %v", err)
	}
}
