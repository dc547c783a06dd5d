package link_test

import (
	"testing"
	"time"

	"awesome.pizza/shared/link"
)

var evening = time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)

func want(t *testing.T, d link.Delivery, from, to uint64) {
	t.Helper()
	if d.From != from || d.To != to {
		t.Errorf("sends %d to %d, want %d to %d", d.From, d.To, from, to)
	}
}

func TestACommandGoesOutAtOnceToAnEdgeThatIsThereAndNotToOneThatIsNot(t *testing.T) {
	t.Parallel()
	c, now := new(link.Courier), evening
	want(t, c.Committed(now, 3), 0, 0)
	want(t, c.Synced(now, 1), 2, 3)
	want(t, c.Committed(now, 4), 4, 4)
	want(t, c.Committed(now, 4), 0, 0)
	now = now.Add(link.LinkDownAfter)
	d := c.Committed(now, 5)
	want(t, d, 0, 0)
	if !d.Wake.IsZero() {
		t.Error("keeps a timer for an edge that is not there")
	}
	want(t, c.Synced(now, 4), 5, 5)
}

func TestACommandIsSentAgainWhenTheEdgeStaysBehind(t *testing.T) {
	t.Parallel()
	c, now := new(link.Courier), evening
	c.Synced(now, 0)
	d := c.Committed(now, 2)
	want(t, d, 1, 2)
	if d.Wake.Sub(now) != 2*time.Second {
		t.Errorf("patience of %v", d.Wake.Sub(now))
	}
	want(t, c.Reported(now.Add(time.Second), 0), 0, 0)
	now = d.Wake
	d = c.Tick(now)
	want(t, d, 1, 2)
	if d.Wake.Sub(now) != 4*time.Second {
		t.Errorf("the second patience is %v", d.Wake.Sub(now))
	}
	now = now.Add(time.Second)
	want(t, c.Reported(now, 1), 0, 0)
	want(t, c.Tick(now.Add(2*time.Second)), 2, 2)
	if d := c.Reported(now.Add(3*time.Second), 2); d.From != 0 || !d.Wake.IsZero() {
		t.Errorf("all applied, and yet %+v", d)
	}
}

func TestABacklogOfCommandsIsSentInWindows(t *testing.T) {
	t.Parallel()
	c := new(link.Courier)
	c.Committed(evening, 1000)
	want(t, c.Synced(evening, 0), 1, link.CommandWindow)
	want(t, c.Reported(evening, 64), link.CommandWindow+1, link.CommandWindow+64)
	want(t, c.Reported(evening, 10), 0, 0) // a heartbeat that was overtaken
}

func TestAnEdgeThatForgotIsSentWhatItForgot(t *testing.T) {
	t.Parallel()
	c := new(link.Courier)
	c.Committed(evening, 10)
	c.Synced(evening, 10)
	want(t, c.Synced(evening, 7), 8, 10)
}

func TestALinkIsDownAfterTwentySecondsOfSilence(t *testing.T) {
	t.Parallel()
	if link.LinkUp(time.Time{}, evening) || !link.LinkUp(evening, evening.Add(19*time.Second)) || link.LinkUp(evening, evening.Add(20*time.Second)) {
		t.Error("a link is up for 20 s after it was heard of, and not before it ever was")
	}
}
