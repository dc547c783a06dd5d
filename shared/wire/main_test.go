package wire_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

// friday is when all messages of these tests are read.
var friday = time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
