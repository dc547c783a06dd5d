package powercut_test

import (
	"testing"

	"go.uber.org/goleak"

	"awesome.pizza/deploy/powercut"
)

func TestMain(m *testing.M) {
	if powercut.Serve() {
		return
	}
	goleak.VerifyTestMain(m)
}
