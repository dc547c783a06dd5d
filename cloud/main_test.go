package cloud

import (
	"testing"

	"go.uber.org/goleak"

	"awesome.pizza/cloud/pgdev/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }
