package oven_test

import (
	"strings"
	"testing"

	"awesome.pizza/firmware-sim/oven"
)

func TestSpecsAreReadAndWritten(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"oven-1=deck": "oven-1=deck:1:4", "oven-1=deck:2": "oven-1=deck:2:4", "o=deck:3:6": "o=deck:3:6",
		"belt=conveyor": "belt=conveyor:1:3", "belt=conveyor:2:2": "belt=conveyor:2:2",
	} {
		spec, err := oven.ParseSpec(in)
		if err != nil || spec.String() != want {
			t.Errorf("%q is read as %v, %v; want %s", in, spec, err, want)
		}
		if again, err := oven.ParseSpec(spec.String()); err != nil || again != spec {
			t.Errorf("%v comes back as %v, %v", spec, again, err)
		}
	}
}

func TestUnusableSpecsSayWhatToWrite(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"", "oven-1", "=deck", "o/1=deck", "o=grill", "o=deck:0", "o=deck:x", "o=deck:1:2:3", "o=deck:17", "o=deck:9:9", "o="} {
		_, err := oven.ParseSpec(in)
		if err == nil || !strings.Contains(err.Error(), "deck") && !strings.Contains(err.Error(), "at most") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", in, err)
		}
	}
}
