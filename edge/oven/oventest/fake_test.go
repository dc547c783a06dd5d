package oventest_test

import (
	"testing"

	"awesome.pizza/edge/oven"
	"awesome.pizza/edge/oven/oventest"
)

func TestTheFakePassesTheSuite(t *testing.T) {
	t.Parallel()
	oventest.Run(t, oventest.Harness{
		New:     func(*testing.T) oven.Driver { return new(oventest.Fake) },
		Silence: func(_ *testing.T, d oven.Driver) { d.(*oventest.Fake).Silence() },
	})
}
