package restaurant_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/restaurant"
)

func TestACoreThatHasJustStartedGivesItsRestaurantsTimeToSpeak(t *testing.T) {
	t.Parallel()
	var p restaurant.Presence
	start := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)
	p.Expect("r1", start)
	if !p.Up("r1", start.Add(restaurant.DownAfter-time.Second)) {
		t.Error("a restaurant is down before it was silent for long")
	}
	if p.Up("r1", start.Add(restaurant.DownAfter)) || p.Up("r2", start) {
		t.Error("a restaurant that never spoke is up")
	}
	p.Heard("r1", restaurant.Beat{Backlog: 7, At: start.Add(time.Second)}, start.Add(time.Second))
	p.Expect("r1", start.Add(2*time.Second)) // too late: it has spoken
	if l := p.Of("r1", start.Add(2*time.Second)); l.Beat.Backlog != 7 || !l.Heard.Equal(start.Add(time.Second)) {
		t.Errorf("what was heard is forgotten: %+v", l)
	}
}
