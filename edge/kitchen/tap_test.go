package kitchen_test

import (
	"sync"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestARepeatedTapIsOneTap(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.place(pizza)
	tap := tapAt(menu.StationMake)
	first := h.did(h.Bump(t.Context(), ticket.Order.ID, tap))
	h.bump(ticket, menu.StationOven)
	events := len(h.events())
	for range 2 {
		if diff := diffOf(first, h.did(h.Bump(t.Context(), ticket.Order.ID, tap))); diff != "" {
			t.Errorf("the repetition was answered differently:\n%s", diff)
		}
		h.restart()
	}
	if len(h.events()) != events {
		t.Error("a repetition took a step")
	}
	if _, err := h.Void(t.Context(), ticket.Order.ID, kitchen.Tap{ID: tap.ID, Reason: "x"}); problem.Of(err) == nil || problem.Of(err).Code != "idempotency_mismatch" {
		t.Errorf("the id of a bump voids the order: %v", err)
	}
}

func TestTwoScreensBumpTheSameTicketAndOneOfThemIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.place(pizza)
	errs := make([]error, 2)
	var both sync.WaitGroup
	for n := range errs {
		both.Go(func() { _, errs[n] = h.Bump(t.Context(), ticket.Order.ID, tapAt(menu.StationMake)) })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("both were answered alike: %v and %v", errs[0], errs[1])
	}
	lost := errs[0]
	if lost == nil {
		lost = errs[1]
	}
	p := problem.Of(lost)
	if p == nil || p.Kind != problem.Conflict || p.Code != "illegal_step" || p.Facts["current"] != order.StatusPreparing {
		t.Fatalf("the second was told %v", lost)
	}
	if diff := diffOf(h.ticket(ticket.Order.ID), p.Facts["ticket"]); diff != "" {
		t.Errorf("the second did not get the ticket as it is:\n%s", diff)
	}
}

func TestATapOnAnOldPictureIsStale(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.bump(h.place(pizza), menu.StationMake)
	in := h.did(h.Bump(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Station: menu.StationOven, Version: ticket.Version}))
	_, err := h.Bump(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Station: menu.StationOven, Version: ticket.Version})
	if !problem.Is(err, problem.Stale) {
		t.Errorf("a second screen took out what the first had just put in: %v", err)
	}
	if diff := diffOf(in, h.ticket(ticket.Order.ID)); diff != "" {
		t.Errorf("it changed:\n%s", diff)
	}
}

func TestUndoTakesBackTheLastTapAndTheClockRunsOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.place(pizza, pizza, cola)
	h.clock.pass(time.Minute)
	made := h.bump(ticket, menu.StationMake)
	h.clock.pass(time.Minute)
	in := h.bump(ticket, menu.StationOven)
	h.clock.pass(5 * time.Minute)
	h.bump(ticket, menu.StationOven)
	h.clock.pass(10 * time.Second)
	h.restart()
	undone := h.did(h.Recall(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New()}))
	if diff := diffOf(in.Progress, undone.Progress); diff != "" {
		t.Errorf("after the undo:\n%s", diff)
	}
	if !undone.Since.Equal(in.Since) || !undone.Clocks.Items["1"][order.ItemInOven].Equal(evening.Add(2*time.Minute)) {
		t.Errorf("the clock started anew: %v, items %v", undone.Since, undone.Clocks.Items)
	}
	h.did(h.Recall(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New()}))
	back := h.did(h.Recall(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New()}))
	if back.Progress.Kitchen() != order.Queued || !back.Since.Equal(ticket.Since) {
		t.Errorf("all taken back it is %s since %v", back.Progress.Kitchen(), back.Since)
	}
	if _, err := h.Recall(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New()}); !problem.Is(err, problem.Conflict) {
		t.Errorf("more was taken back than was done: %v", err)
	}
	if made.Since.Equal(back.Since) {
		t.Error("the story tells nothing: the clocks are the same")
	}
}

func TestUndoDoesNotTakeBackWhatSomebodyElseDidSince(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.place(pizza)
	h.bump(ticket, menu.StationMake)
	h.sense("item_in", 1)
	if _, err := h.Recall(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New()}); !problem.Is(err, problem.Conflict) {
		t.Errorf("an undo took a pizza out of the oven: %v", err)
	}
	if got := h.did(h.Recall(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Item: "1"})).Progress.Items[0].State; got != order.ItemMade {
		t.Errorf("a recall of the item itself leaves it %s", got)
	}
}

func TestARemakeNeedsAReasonAndStartsTheItemAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.place(pizza, pizza)
	for range 3 {
		h.bump(ticket, "")
	}
	if _, err := h.Remake(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Item: "2"}); !problem.Is(err, problem.Invalid) {
		t.Errorf("without a reason: %v", err)
	}
	h.clock.pass(time.Minute)
	again := h.did(h.Remake(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Item: "2", Who: "ada", Reason: "burned"}))
	item := again.Progress.Items[1]
	if item.State != order.ItemQueued || item.Remakes != 1 || again.Progress.Kitchen() != order.Preparing || !again.Since.Equal(evening.Add(time.Minute)) {
		t.Errorf("made again it is %+v, %s since %v", item, again.Progress.Kitchen(), again.Since)
	}
	steps := h.steps(ticket.Order.ID)
	if last := steps[len(steps)-1]; last.Action != order.Remake || last.Reason != "burned" || last.Who != "ada" {
		t.Errorf("the cloud was told %+v", last)
	}
	whole := h.did(h.Remake(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Reason: "dropped"}))
	if whole.Progress.Items[0].Remakes != 1 || whole.Progress.Items[1].Remakes != 1 {
		t.Errorf("the rest made again: %+v", whole.Progress.Items)
	}
}

func TestSingleItemsGoTheirOwnWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.place(pizza, cola)
	item := func(id string) kitchen.Tap { return kitchen.Tap{ID: "i" + id + time.Now().String(), Item: id} }
	h.did(h.Start(t.Context(), ticket.Order.ID, item("2")))
	got := h.did(h.Bump(t.Context(), ticket.Order.ID, item("2")))
	if got.Progress.Items[0].State != order.ItemQueued || got.Progress.Items[1].State != order.ItemDone {
		t.Errorf("items are %+v", got.Progress.Items)
	}
	for _, refused := range []kitchen.Tap{item("2"), {ID: "x", Item: "9"}, {ID: "y", Station: menu.StationCut}} {
		if _, err := h.Bump(t.Context(), ticket.Order.ID, refused); problem.Of(err) == nil {
			t.Errorf("bump %+v: %v", refused, err)
		}
	}
	if _, err := h.Start(t.Context(), ticket.Order.ID, item("2")); !problem.Is(err, problem.Conflict) {
		t.Errorf("start of what is done: %v", err)
	}
}

func TestTapsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.place(pizza)
	for name, tap := range map[string]kitchen.Tap{
		"no id":           {},
		"a novel":         {ID: "1", Reason: string(make([]byte, 201))},
		"unknown station": {ID: "2", Station: "cellar"},
	} {
		if _, err := h.Bump(t.Context(), ticket.Order.ID, tap); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.Bump(t.Context(), "nobody's", tapAt("")); !problem.Is(err, problem.NotFound) {
		t.Errorf("unknown order: %v", err)
	}
	if _, err := h.HandOver(t.Context(), ticket.Order.ID, tapAt("")); !problem.Is(err, problem.Conflict) || problem.Of(err).Facts["ticket"] == nil {
		t.Errorf("handed over raw: %v", err)
	}
	if _, err := h.Void(t.Context(), ticket.Order.ID, tapAt("")); !problem.Is(err, problem.Invalid) {
		t.Errorf("voided without a reason: %v", err)
	}
	h.did(h.Void(t.Context(), ticket.Order.ID, kitchen.Tap{ID: "v", Reason: "gone"}))
	if _, err := h.Bump(t.Context(), ticket.Order.ID, tapAt(menu.StationMake)); !problem.Is(err, problem.Conflict) {
		t.Errorf("a voided order is made: %v", err)
	}
	if len(h.steps(ticket.Order.ID)) != 3 {
		t.Errorf("refused taps left steps: %+v", h.steps(ticket.Order.ID))
	}
}
