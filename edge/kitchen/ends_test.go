package kitchen_test

import (
	"os"
	"path/filepath"
	"testing"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// twoEnds is a kitchen and an office between which one order ends twice.
type twoEnds struct {
	*reunion
	of order.ID
}

func newEnds(t *testing.T, lines ...order.Line) *twoEnds {
	t.Helper()
	w := &twoEnds{reunion: &reunion{house: newHouse(t), dir: t.TempDir(), office: newOffice()}}
	w.of = w.place(lines...).Order.ID
	return w
}

func (w *twoEnds) handOver() {
	w.t.Helper()
	w.did(w.HandOver(background(), w.of, kitchen.Tap{ID: id.New(), Reason: "they wait"}))
}

func (w *twoEnds) void() {
	w.t.Helper()
	w.did(w.Void(background(), w.of, kitchen.Tap{ID: id.New(), Reason: "they left"}))
}

// photograph is an image of the card as it is.
func (w *twoEnds) photograph() (path string) {
	w.t.Helper()
	path = filepath.Join(w.dir, id.New())
	if err := w.store.Backup(background(), path); err != nil {
		w.t.Fatalf("%v", err)
	}
	return path
}

// putBack puts an image in the place of the card.
func (w *twoEnds) putBack(image string) {
	w.t.Helper()
	w.card(os.ReadFile(image))
}

// send has the office hear of everything, or of the first few events.
func (w *twoEnds) send(most int) {
	w.t.Helper()
	all, _, err := w.store.Events(background(), w.office.mark.Seq+1, most, 1<<20)
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	w.take(all)
}

const everything = 1 << 10

// ends holds that both have the order as ended so, and that they have it alike, whatever heals after that.
func (w *twoEnds) ends(whole order.Kitchen) {
	w.t.Helper()
	for range 2 {
		here, there := w.ticket(w.of), w.office.orders[w.of].progress
		if here.Open() || here.Progress.Whole != whole || diffOf(here.Progress, there) != "" {
			w.t.Errorf("it is to be %s, and is %s here, %s there:\n%s", whole, here.Progress.Whole, there.Whole, diffOf(here.Progress, there))
		}
		w.heal()
		w.send(everything)
	}
}

func TestAnOrderThatWasTakenBackAndVoidedStaysVoidedOnAnOlderCard(t *testing.T) {
	t.Parallel()
	w := newEnds(t, cola)
	w.ready(w.ticket(w.of))
	w.handOver()
	w.send(everything)
	image := w.photograph()
	w.did(w.Recall(background(), w.of, kitchen.Tap{ID: id.New(), Reason: "the wrong bag"}))
	w.void()
	w.send(everything)
	w.putBack(image)
	if w.ticket(w.of).Progress.Whole != order.HandedOver {
		t.Fatal("the image was made too late")
	}
	w.heal()
	w.send(everything)
	w.ends(order.Voided)
}

func TestTheEndThatTheCloudHasNotHeardOfCountsAndTheOlderCardLearnsIt(t *testing.T) {
	t.Parallel()
	w := newEnds(t, cola)
	w.ready(w.ticket(w.of))
	w.send(everything)
	before := w.photograph()
	w.void()
	w.send(everything)
	after := w.photograph()
	w.putBack(before)
	w.handOver() // the line is down: nobody here knows that it was voided
	w.heal()
	w.send(everything)
	w.ends(order.HandedOver)
	w.putBack(after)
	w.heal()
	w.send(everything)
	w.ends(order.HandedOver)
}

// What was voided here is known to the cloud, which could not follow it, and the word that would have settled it is lost with the card.
func TestWhatTheCloudCouldNotFollowIsNews(t *testing.T) {
	t.Parallel()
	w := newEnds(t, cola)
	w.ready(w.ticket(w.of))
	w.send(everything)
	before := w.photograph()
	w.handOver()
	w.send(everything)
	w.putBack(before)
	w.void()
	after := w.photograph()
	w.heal()
	w.send(1)
	if got := w.office.orders[w.of].progress.Whole; got != order.HandedOver || !w.office.lost[w.of] {
		t.Fatalf("the office has it %s, and could not follow %v", got, w.office.lost)
	}
	w.putBack(after)
	w.heal()
	w.send(everything)
	w.ends(order.Voided)
}

func TestNothingIsPrintedOfWhatAHealingBrings(t *testing.T) {
	t.Parallel()
	h := houseAt(t, filepath.Join(t.TempDir(), "edge.db"), paperedSettings())
	t.Cleanup(h.close)
	placed := h.place(pizza)
	gone := kitchen.Standing(placed)
	gone.Progress.Whole, gone.Progress.Items[0].State = order.HandedOver, order.ItemDone
	before := len(h.papers(placed.Order.ID))
	h.begin(h.beginning(none, gone))
	if got := h.ticket(placed.Order.ID); got.Open() {
		t.Fatalf("it is %s", got.Progress.Whole)
	}
	if after := h.papers(placed.Order.ID); len(after) != before {
		t.Errorf("on paper are %v, before there were %d", after, before)
	}
}

// The office's database went back and has forgotten an order, but not that something was said of it.
func TestAnOfficeThatHasForgottenAnEndedOrderIsToldHowItStands(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	done := h.place(cola).Order
	if _, err := h.Void(background(), done.ID, kitchen.Tap{ID: id.New(), Reason: "they left"}); err != nil {
		t.Fatal(err)
	}
	stranger := func(of order.ID) event.OrderStanding {
		return event.OrderStanding{Order: order.Order{ID: of, Restaurant: done.Restaurant}, Unsettled: true}
	}
	never := order.ID(id.New())
	h.begin(h.beginning(func(link.Ref) bool { return true }, stranger(done.ID), stranger(never)))
	told := map[order.ID]order.Kitchen{}
	for _, e := range h.events() {
		b, err := event.Decode(e.Kind, e.Body)
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := b.(event.OrderStanding); ok {
			told[s.Order.ID] = s.Progress.Whole
		}
	}
	if len(told) != 1 || told[done.ID] != order.Voided || len(h.snapshot().Tickets) != 0 {
		t.Errorf("told of %v; on the board %v", told, h.snapshot().Tickets)
	}
}
