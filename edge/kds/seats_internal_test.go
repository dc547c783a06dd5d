package kds

import (
	"fmt"
	"testing"

	"awesome.pizza/shared/problem"
)

func TestStrangersHaveSoManyStreamsTogetherAndAScreenOfTheHouseHasItsOwn(t *testing.T) {
	t.Parallel()
	var s seats
	var leave func()
	for n := range strangersMost {
		l, err := s.take(fmt.Sprint("10.0.0.", n%200), false)
		if err != nil {
			t.Fatalf("stream %d: %v", n, err)
		}
		leave = l
	}
	if _, err := s.take("10.0.1.1", false); problem.Of(err) == nil || problem.Of(err).Code != "too_many_streams" {
		t.Errorf("one more: %v", err)
	}
	for n := range streamsMost {
		if _, err := s.take("10.0.1.2", true); err != nil {
			t.Fatalf("stream %d of a screen of the house: %v", n, err)
		}
	}
	if _, err := s.take("10.0.1.2", true); err == nil {
		t.Error("one address has more than a kitchen has screens")
	}
	leave()
	if _, err := s.take("10.0.1.1", false); err != nil {
		t.Errorf("there is room again: %v", err)
	}
}
