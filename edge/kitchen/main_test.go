package kitchen_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(doomedFile); path != "" {
		cookUntilKilled(path)
	}
	goleak.VerifyTestMain(m)
}
