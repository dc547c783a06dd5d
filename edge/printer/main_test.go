package printer_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(doomedFile); path != "" {
		doomed(path, os.Getenv(doomedPrinter))
		return
	}
	goleak.VerifyTestMain(m)
}
