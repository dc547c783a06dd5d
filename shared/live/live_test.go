package live_test

import (
	"testing"

	"go.uber.org/goleak"

	"awesome.pizza/shared/live"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEveryScreenSeesEverythingInOrder(t *testing.T) {
	t.Parallel()
	h := live.New[int](3)
	a, _ := h.Subscribe()
	b, _ := h.Subscribe()
	for v := range 3 {
		h.Publish(v)
	}
	for v := range 3 {
		if x, y := <-a, <-b; x != v || y != v {
			t.Fatalf("screens saw %d and %d, want %d", x, y, v)
		}
	}
}

func TestASlowScreenIsDroppedAndTheOthersDoNotWait(t *testing.T) {
	t.Parallel()
	h := live.New[int](1)
	slow, _ := h.Subscribe()
	quick, _ := h.Subscribe()
	h.Publish(1)
	<-quick
	h.Publish(2)
	if v := <-quick; v != 2 {
		t.Errorf("the quick screen saw %d", v)
	}
	if v, open := <-slow; v != 1 || !open {
		t.Errorf("what the slow screen already had was lost: %d", v)
	}
	if _, open := <-slow; open {
		t.Error("the slow screen is still subscribed and has a gap")
	}
	if h.Subscribers() != 1 {
		t.Errorf("%d subscribers left", h.Subscribers())
	}
}

func TestLeavingTwiceAndClosingAreHarmless(t *testing.T) {
	t.Parallel()
	h := live.New[int](1)
	ch, leave := h.Subscribe()
	leave()
	leave()
	if _, open := <-ch; open {
		t.Error("left and still subscribed")
	}
	h.Close()
	h.Close()
	late, leave := h.Subscribe()
	leave()
	if _, open := <-late; open {
		t.Error("a closed hub took a subscriber")
	}
}
