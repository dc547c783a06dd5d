package downlink

import (
	"testing"
	"time"

	"awesome.pizza/shared/link"
)

func TestOnlyTheNodeThatMayResumeIsTheRestaurants(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)
	s := newStanding()
	first, second := node{"UA", 1, "a"}, node{"UB", 2, "b"}
	restored := node{"UA", 1, "c"} // an old card of the first in another box
	steps := []struct {
		what     string
		answered *answered
		from     node
		its, ask bool
	}{
		{"a node nobody has answered is asked to SYNC", nil, first, false, true},
		{"but not with every heartbeat", nil, first, false, false},
		{"after resume it is the restaurant's", &answered{Edge: "r1", Node: first, Resumes: true}, first, true, false},
		{"another life of it is asked", nil, restored, false, true},
		{"and is not once it was answered with fork", &answered{Edge: "r1", Node: restored, Resumes: false}, restored, false, false},
		{"which changes nothing for the first", nil, first, true, false},
		{"a new device takes over", &answered{Edge: "r1", Node: second, Resumes: true}, second, true, false},
		{"and the first is asked", nil, first, false, true},
		{"and fenced", &answered{Edge: "r1", Node: first, Resumes: false}, first, false, false},
		{"the new one stays", nil, second, true, false},
		{"until it is told to stop itself", &answered{Edge: "r1", Node: second, Resumes: false}, second, false, false},
	}
	for _, x := range steps {
		if x.answered != nil {
			s.learn(*x.answered, now)
		}
		if its, ask := s.judge("r1", x.from, now); its != x.its || ask != x.ask {
			t.Errorf("%s: its %v, ask %v", x.what, its, ask)
		}
	}
	if its, ask := s.judge("r1", second, now.Add(callAgain)); its || !ask {
		t.Errorf("a node that was stopped is never asked again: its %v, ask %v", its, ask)
	}
	if its, _ := s.judge("r2", second, now); its {
		t.Error("it counts for another restaurant too")
	}
}

func TestASlowDatabaseHoldsNoHeartbeatBack(t *testing.T) {
	t.Parallel()
	now, heard := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC), 0
	d := &Downlink{standing: newStanding(), errand: make(chan errand, 1)} // nobody takes errands
	d.cfg.OnHeard = func(string, link.Heartbeat, time.Time) { heard++ }
	d.standing.learn(answered{Edge: "r1", Node: node{"UA", 1, "a"}, Resumes: true}, now)
	for range 10 {
		d.heard("r1", link.Heartbeat{Device: "UA", Epoch: 1, Boot: "a"}, now)
	}
	if heard != 10 || len(d.errand) != 1 {
		t.Errorf("%d of 10 heartbeats heard, %d errands", heard, len(d.errand))
	}
}
